"""The contrôleur budgétaire: threshold to the cent, delay to the day, unfavourable, silent, passed over."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from conventions import services
from conventions.enums import ConventionState as S
from conventions.models import CbrExchange, Convention
from conventions.rules import CbrSense
from plannumerique.journal.machine import Refused, obstacles_to
from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from projects.models import Campaign
from tests.factories import actor_for
from tests.factories_conventions import GIVEN, PARIS, RECEIVED, REQUESTED, ConventionFactory, cover_one_more, draft_file
from tests.factories_projects import CampaignFactory

pytestmark = pytest.mark.django_db

UNFAVOURABLE = {"cbr_sense": "unfavourable"}


def day(on):
    return dt.datetime.combine(on, dt.time(10, 0), tzinfo=PARIS)


def dane(convention, *, on=dt.date(2016, 8, 20)):
    return actor_for(Role.AGENT_DANE, convention.campaign.academie, at=day(on))


def fresh(convention):
    return Convention.objects.select_related("thread", *Convention.passage_related).get(pk=convention.pk)


def small(state, **fields):
    """One school of one class under a low threshold: what is tested does not depend on the number of schools."""
    campaign = CampaignFactory(code="AAP-SEUIL", rows__cbr_threshold=Decimal("7999.99"))
    return ConventionFactory(state=state, classes=1, dossier__campaign=campaign, **fields)


def campaign_says(convention, **terms):
    Campaign.objects.filter(pk=convention.campaign_id).update(**terms)


# --- Threshold ---


@pytest.mark.parametrize(("threshold", "asked"), [("8000.00", False), ("7999.99", True)])
def test_exactly_the_threshold_needs_no_opinion(threshold, asked):
    campaign = CampaignFactory(code="AAP-SEUIL", rows__cbr_threshold=Decimal(threshold))
    convention = ConventionFactory(settled=True, deliberation=True, classes=1, dossier__campaign=campaign)

    assert convention.needs_cbr is asked
    assert bool(obstacles_to(convention, "receive_deliberation")) is asked
    assert bool(obstacles_to(convention, "request_cbr")) is not asked


@pytest.mark.parametrize(("sizes", "asked"), [((10, 1), False), ((10, 2), True)])
def test_31_classes_at_8000_need_no_opinion_and_32_do(sizes, asked):
    full, rest = sizes
    convention = ConventionFactory(negotiation=True, schools=full)
    cover_one_more(convention, classes=rest)
    services.settle(convention_id=convention.pk, actor=actor_for(Role.DAN, convention.campaign.academie))

    row = fresh(convention)
    assert row.project_amount == (30 + rest) * Decimal("8000")
    assert row.needs_cbr is asked


def test_the_controleur_is_not_asked_below_the_threshold():
    convention = ConventionFactory(settled=True)

    with pytest.raises(Refused, match="n’a pas à être saisi"):
        services.request_cbr(convention_id=convention.pk, actor=dane(convention), on=REQUESTED)


# --- Request, delay, exchanges ---


def test_the_request_keeps_the_amount_that_was_submitted():
    convention = small(S.SETTLED)

    services.request_cbr(convention_id=convention.pk, actor=dane(convention), on=REQUESTED)

    row = fresh(convention)
    assert (row.state, row.cbr_requested_on, row.cbr_amount) == (S.CBR_REQUESTED, REQUESTED, Decimal("8000"))


@pytest.mark.parametrize(
    ("on", "sentence"),
    [(dt.date(2016, 7, 10), "ne peut pas précéder l’arrêté du projet"), (dt.date(2016, 8, 21), "une date à venir")],
)
def test_the_request_neither_precedes_the_text_nor_comes_from_the_future(on, sentence):
    convention = small(S.SETTLED)

    with pytest.raises(Refused, match=sentence):
        services.request_cbr(convention_id=convention.pk, actor=dane(convention), on=on)

    assert fresh(convention).state == S.SETTLED


def test_the_reception_starts_the_delay():
    convention = small(S.CBR_REQUESTED, cbr_received_on=None)
    assert "manque" in obstacles_to(convention, "record_cbr_opinion")[0]

    services.record_cbr_reception(convention_id=convention.pk, actor=dane(convention), on=RECEIVED)

    row = fresh(convention)
    assert row.cbr_last_day() == RECEIVED + dt.timedelta(days=15)
    assert not obstacles_to(row, "record_cbr_opinion")


def test_a_reception_before_the_request_is_refused():
    convention = small(S.CBR_REQUESTED, cbr_received_on=None)

    with pytest.raises(Refused, match="ne peut pas précéder la saisine"):
        services.record_cbr_reception(convention_id=convention.pk, actor=dane(convention), on=dt.date(2016, 7, 11))


def test_a_written_request_interrupts_the_delay_and_its_answer_starts_it_again():
    convention = small(S.CBR_REQUESTED)
    actor = dane(convention)

    services.record_cbr_request(convention_id=convention.pk, actor=actor, on=dt.date(2016, 7, 20), question="Quel plan ?")
    assert fresh(convention).cbr_last_day() is None
    services.record_cbr_answer(convention_id=convention.pk, actor=actor, on=dt.date(2016, 7, 25), answer="Celui-ci.")

    assert fresh(convention).cbr_last_day() == dt.date(2016, 8, 9)
    exchange = CbrExchange.objects.get()
    assert (exchange.question, exchange.answer) == ("Quel plan ?", "Celui-ci.")
    assert JournalLine.objects.get(act="record_cbr_request").comment == "Quel plan ?"


def test_several_requests_follow_one_another():
    convention = small(S.CBR_REQUESTED)
    actor = dane(convention)
    for asked, answered in ((20, 22), (25, 28)):
        services.record_cbr_request(convention_id=convention.pk, actor=actor, on=dt.date(2016, 7, asked), question="?")
        services.record_cbr_answer(convention_id=convention.pk, actor=actor, on=dt.date(2016, 7, answered), answer="!")

    assert fresh(convention).cbr_last_day() == dt.date(2016, 8, 12)


def test_a_second_request_waits_for_the_answer_to_the_first():
    convention = small(S.CBR_REQUESTED)
    actor = dane(convention)
    services.record_cbr_request(convention_id=convention.pk, actor=actor, on=dt.date(2016, 7, 20), question="?")

    with pytest.raises(Refused, match="attend encore sa réponse"):
        services.record_cbr_request(convention_id=convention.pk, actor=actor, on=dt.date(2016, 7, 21), question="?")

    assert CbrExchange.objects.count() == 1


def test_an_answer_without_request_is_refused():
    convention = small(S.CBR_REQUESTED)

    with pytest.raises(Refused, match="Aucune demande écrite"):
        services.record_cbr_answer(convention_id=convention.pk, actor=dane(convention), on=GIVEN, answer="!")


def test_a_request_after_the_last_day_interrupts_nothing():
    convention = small(S.CBR_REQUESTED)

    with pytest.raises(Refused, match="s’est achevé le jeudi 28\u00a0juillet 2016"):
        services.record_cbr_request(convention_id=convention.pk, actor=dane(convention), on=dt.date(2016, 7, 29), question="?")


def test_the_reception_is_no_longer_moved_past_a_request():
    convention = small(S.CBR_REQUESTED)
    actor = dane(convention)
    services.record_cbr_request(convention_id=convention.pk, actor=actor, on=dt.date(2016, 7, 20), question="?")

    with pytest.raises(Refused, match="est antérieure à cette date"):
        services.record_cbr_reception(convention_id=convention.pk, actor=actor, on=dt.date(2016, 7, 21))


# --- Opinion ---


@pytest.mark.parametrize("sense", [CbrSense.FAVOURABLE, CbrSense.RESERVED])
def test_a_favourable_opinion_lets_it_be_signed(sense):
    convention = small(S.CBR_REQUESTED, deliberation=True)
    actor = dane(convention)

    services.record_cbr_opinion(convention_id=convention.pk, actor=actor, sense=sense, on=GIVEN, file=draft_file(actor))

    row = fresh(convention)
    assert (row.state, row.cbr_sense, row.cbr_given_on, row.cbr_piece.kind) == (S.CBR_GIVEN, sense, GIVEN, "cbr_opinion")
    assert not obstacles_to(row, "receive_deliberation")


def test_an_opinion_before_the_reception_is_refused():
    convention = small(S.CBR_REQUESTED)
    actor = dane(convention)

    with pytest.raises(Refused, match="il n’a pu se prononcer avant"):
        services.record_cbr_opinion(
            convention_id=convention.pk, actor=actor, sense=CbrSense.FAVOURABLE, on=REQUESTED, file=draft_file(actor)
        )

    assert fresh(convention).cbr_piece_id is None


def test_an_unfavourable_opinion_blocks_until_it_is_passed_over():
    convention = small(S.CBR_GIVEN, deliberation=True, **UNFAVOURABLE)
    actor = dane(convention)
    with pytest.raises(Refused, match="défavorable"):
        services.receive_deliberation(convention_id=convention.pk, actor=actor)

    services.overrule_cbr(
        convention_id=convention.pk,
        actor=actor,
        on=dt.date(2016, 7, 21),
        comment="l’intérêt du service",
        file=draft_file(actor),
    )
    services.receive_deliberation(convention_id=convention.pk, actor=actor)

    row = fresh(convention)
    assert (row.state, row.cbr_overruled_on, row.cbr_overruled_motive) == (
        S.DELIBERATED,
        dt.date(2016, 7, 21),
        "l’intérêt du service",
    )


def test_the_recteur_passes_over_it_himself():
    convention = small(S.CBR_GIVEN, **UNFAVOURABLE)
    recteur = actor_for(Role.RECTEUR, convention.campaign.academie, at=day(dt.date(2016, 8, 1)))

    services.overrule_cbr(
        convention_id=convention.pk, actor=recteur, on=dt.date(2016, 8, 1), comment="motif", file=draft_file(recteur)
    )

    assert fresh(convention).cbr_overruled_piece.deposited_by == recteur.user


@pytest.mark.parametrize(
    ("fields", "changes", "sentence"),
    [
        ({}, {}, "n’est pas défavorable"),
        (UNFAVOURABLE, {"comment": "  "}, "Indiquez le motif"),
        (UNFAVOURABLE, {"on": GIVEN - dt.timedelta(days=1)}, "ne peut pas précéder l’avis"),
        ({**UNFAVOURABLE, "cbr_overruled_on": GIVEN, "cbr_overruled_motive": "x"}, {}, "déjà passé outre"),
    ],
)
def test_passing_over_has_its_conditions(fields, changes, sentence):
    convention = small(S.CBR_GIVEN, **fields)
    actor = dane(convention)

    with pytest.raises(Refused, match=sentence):
        services.overrule_cbr(
            **{
                "convention_id": convention.pk,
                "actor": actor,
                "on": GIVEN,
                "comment": "motif",
                "file": draft_file(actor),
                **changes,
            }
        )


def test_a_refused_visa_is_never_passed_over():
    convention = small(S.CBR_GIVEN, **UNFAVOURABLE)
    campaign_says(convention, cbr_nature="visa")
    actor = dane(convention)

    with pytest.raises(Refused, match="Le visa a été refusé"):
        services.overrule_cbr(convention_id=convention.pk, actor=actor, on=GIVEN, comment="motif", file=draft_file(actor))

    assert fresh(convention).cbr_overruled_on is None


def test_the_collectivite_does_not_answer_for_the_controleur():
    convention = small(S.CBR_REQUESTED)
    editor = actor_for(Role.EDITEUR, convention.dossier.collectivite)

    with pytest.raises(PermissionDenied):
        services.record_cbr_opinion(
            convention_id=convention.pk, actor=editor, sense=CbrSense.FAVOURABLE, on=GIVEN, file=draft_file(editor)
        )

    assert fresh(convention).state == S.CBR_REQUESTED


# --- Silence ---

LAST_DAY = RECEIVED + dt.timedelta(days=15)


def test_silence_counts_from_the_day_after_the_last_one():
    convention = small(S.CBR_REQUESTED, deliberation=True)
    with pytest.raises(Refused, match="peut se prononcer jusqu’au jeudi 28\u00a0juillet 2016"):
        services.note_cbr_silence(convention_id=convention.pk, actor=dane(convention, on=LAST_DAY))
    assert fresh(convention).state == S.CBR_REQUESTED

    services.note_cbr_silence(convention_id=convention.pk, actor=dane(convention, on=LAST_DAY + dt.timedelta(days=3)))

    row = fresh(convention)
    assert (row.state, row.cbr_sense, row.cbr_silence_on) == (S.CBR_GIVEN, "", LAST_DAY + dt.timedelta(days=1))
    assert not obstacles_to(row, "receive_deliberation")


def test_silence_is_worth_nothing_when_the_campaign_says_so():
    convention = small(S.CBR_REQUESTED)
    campaign_says(convention, cbr_silence_counts=False)

    assert "ne vaut pas avis" in obstacles_to(fresh(convention), "note_cbr_silence")[0]
    with pytest.raises(Refused, match="ne vaut pas avis"):
        services.note_cbr_silence(convention_id=convention.pk, actor=dane(convention))


def test_silence_does_not_run_while_a_request_awaits_its_answer():
    convention = small(S.CBR_REQUESTED)
    services.record_cbr_request(convention_id=convention.pk, actor=dane(convention), on=dt.date(2016, 7, 20), question="?")

    with pytest.raises(Refused, match="son délai est interrompu"):
        services.note_cbr_silence(convention_id=convention.pk, actor=dane(convention))


# --- After a reopening ---


def reopened(convention, **fields):
    services.reopen_negotiation(convention_id=convention.pk, actor=dane(convention), comment="motif", keep_deliberation=True)
    dan = actor_for(Role.DAN, convention.campaign.academie, at=day(dt.date(2016, 8, 20)))
    for one in convention.covered_schools.all():
        one.classes.update(**fields)
    services.settle(convention_id=convention.pk, actor=dan)
    return fresh(convention)


def test_the_opinion_still_holds_for_the_same_amount():
    row = reopened(small(S.CBR_GIVEN, deliberation=True))

    assert row.state == S.SETTLED
    assert not obstacles_to(row, "receive_deliberation")
    assert "vaut encore pour ce montant" in obstacles_to(row, "request_cbr")[0]


def test_a_higher_amount_asks_for_another_opinion():
    row = reopened(small(S.CBR_GIVEN, deliberation=True), expense=Decimal("8000.01"))

    assert "une nouvelle demande d’avis est nécessaire" in obstacles_to(row, "receive_deliberation")[0]
    assert not obstacles_to(row, "request_cbr")


def test_an_unfavourable_opinion_follows_the_project_and_is_asked_again():
    row = reopened(small(S.CBR_GIVEN, deliberation=True, **UNFAVOURABLE))
    assert "défavorable" in obstacles_to(row, "receive_deliberation")[0]

    services.request_cbr(convention_id=row.pk, actor=dane(row), on=dt.date(2016, 8, 20))

    asked = fresh(row)
    assert (asked.state, asked.cbr_sense, asked.cbr_received_on) == (S.CBR_REQUESTED, "", None)


def test_a_request_without_answer_is_forgotten_with_the_text_it_was_about():
    convention = small(S.CBR_REQUESTED)
    services.record_cbr_request(convention_id=convention.pk, actor=dane(convention), on=dt.date(2016, 7, 20), question="?")

    services.reopen_negotiation(convention_id=convention.pk, actor=dane(convention), comment="motif")

    row = fresh(convention)
    assert (row.cbr_requested_on, row.cbr_received_on, row.cbr_amount) == (None, None, None)
    assert not CbrExchange.objects.exists()
