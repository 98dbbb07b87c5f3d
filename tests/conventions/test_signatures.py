"""Délibération, then the collectivité, then the recteur: the order of the law, to the day and to the hour."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from conventions import services
from conventions.enums import ConventionState as S
from conventions.models import Convention
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.journal.machine import Refused, obstacles_to
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from projects.models import Application
from tests.factories import actor_for
from tests.factories_conventions import (
    EXECUTORY,
    PARIS,
    SETTLED,
    SIGNED_BY_COLLECTIVITE,
    SIGNED_BY_RECTEUR,
    ConventionFactory,
    document_of,
    draft_file,
)

pytestmark = pytest.mark.django_db

DELIBERATION = {
    "organ": "conseil_municipal",
    "number": "2016-42",
    "on": dt.date(2016, 7, 18),
    "published_on": dt.date(2016, 7, 20),
    "prefecture_on": dt.date(2016, 7, 22),
}
THEIRS = {"signatory": "Dominique EXEMPLE", "capacity": "maire"}
OURS = {"signatory": "Alix EXEMPLE", "capacity": "secrétaire générale d’académie", "delegation": "arrêté d’exemple"}


def at(on):
    return dt.datetime.combine(on, dt.time(10, 0), tzinfo=PARIS)


def dane(convention, *, on=dt.date(2016, 8, 20)):
    return actor_for(Role.AGENT_DANE, convention.campaign.academie, at=at(on))


def editor(convention, *, on=dt.date(2016, 8, 20)):
    return actor_for(Role.EDITEUR, convention.dossier.collectivite, at=at(on))


def fresh(convention):
    return Convention.objects.select_related("thread", *Convention.passage_related).get(pk=convention.pk)


# --- Délibération ---


def record(convention, actor=None, **changes):
    actor = actor or editor(convention)
    fields = {"file": draft_file(actor), **DELIBERATION, **changes}
    return services.record_deliberation(convention_id=convention.pk, actor=actor, **fields)


@pytest.mark.parametrize("state", [S.NEGOTIATION, S.SETTLED, S.CBR_REQUESTED, S.CBR_GIVEN])
def test_a_deliberation_is_recorded_whatever_the_text_waits_for(state):
    convention = ConventionFactory(state=state)

    record(convention)

    row = fresh(convention)
    assert (row.state, row.deliberation_number, row.executory_on) == (state, "2016-42", dt.date(2016, 7, 22))
    assert row.deliberation_piece.state == "deposited"


def test_it_is_completed_when_the_prefecture_has_received_it():
    convention = ConventionFactory(settled=True)
    record(convention, published_on=None, prefecture_on=None)
    assert fresh(convention).executory_on is None
    assert "L. 2131-1" in obstacles_to(fresh(convention), "receive_deliberation")[0]

    record(convention, file=None)

    row = fresh(convention)
    assert row.executory_on == dt.date(2016, 7, 22)
    assert Piece.objects.filter(kind="deliberation").count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"file": None}, "Joignez la copie"),
        ({"published_on": dt.date(2016, 7, 17)}, "ne peut pas avoir été publiée le 17\u00a0juillet 2016"),
        ({"prefecture_on": dt.date(2016, 7, 17)}, "ne peut pas avoir été reçue en préfecture le 17\u00a0juillet 2016"),
        ({"prefecture_on": dt.date(2016, 8, 21)}, "porte une date à venir"),
        ({"on": dt.date(2016, 8, 21)}, "porte une date à venir"),
    ],
)
def test_contradictory_dates_and_a_missing_copy_are_refused(changes, sentence):
    convention = ConventionFactory(settled=True)

    with pytest.raises(Refused, match=sentence):
        record(convention, **changes)

    assert fresh(convention).deliberation_on is None
    assert not Piece.objects.filter(kind="deliberation").exists()


@pytest.mark.parametrize("state", [S.DRAFT, S.DELIBERATED, S.NOTIFIED])
def test_it_has_its_time(state):
    convention = ConventionFactory(state=state)

    with pytest.raises(PermissionDenied, match="avant que la DANE en prenne acte"):
        record(convention)


def test_the_dane_takes_note_once_the_copy_is_accepted():
    convention = ConventionFactory(settled=True)
    record(convention)
    with pytest.raises(Refused, match="attend sa vérification"):
        services.receive_deliberation(convention_id=convention.pk, actor=dane(convention))
    services.check_piece(
        convention=fresh(convention), piece=fresh(convention).deliberation_piece, actor=dane(convention), accepted=True
    )

    services.receive_deliberation(convention_id=convention.pk, actor=dane(convention))

    assert fresh(convention).state == S.DELIBERATED
    assert "convention à signer" in OutboxMail.objects.get(kind="convention_ready").subject


def test_the_next_sitting_is_told_and_a_past_one_refused():
    convention = ConventionFactory(settled=True)

    services.tell_next_sitting(convention_id=convention.pk, actor=editor(convention), on=dt.date(2016, 9, 12))
    with pytest.raises(Refused, match="déjà passée"):
        services.tell_next_sitting(convention_id=convention.pk, actor=editor(convention), on=dt.date(2016, 8, 19))

    assert fresh(convention).next_sitting_on == dt.date(2016, 9, 12)
    assert "Prochaine séance : lundi 12 septembre 2016" in obstacles_to(fresh(convention), "receive_deliberation")[0].replace(
        "\u00a0", " "
    )


# --- The collectivité ---


def sign(convention, actor=None, **changes):
    actor = actor or editor(convention)
    fields = {"on": SIGNED_BY_COLLECTIVITE, "file": draft_file(actor), **THEIRS, **changes}
    return services.sign_for_collectivite(convention_id=convention.pk, actor=actor, **fields)


def test_the_paper_signed_by_the_collectivite_is_recorded_with_its_scan():
    convention = ConventionFactory(deliberated=True)

    sign(convention)

    row = fresh(convention)
    assert (row.state, row.collectivite_signed_on, row.collectivite_signatory, row.collectivite_capacity) == (
        S.SIGNED_COLLECTIVITE,
        SIGNED_BY_COLLECTIVITE,
        "Dominique EXEMPLE",
        "maire",
    )
    assert (row.collectivite_copy.kind, row.same_day_confirmed) == ("signed_by_collectivite", False)


def test_the_day_before_the_deliberation_is_executory_is_refused_in_the_words_of_the_law():
    convention = ConventionFactory(deliberated=True)

    with pytest.raises(Refused, match=r"L\. 2131-1"):
        sign(convention, on=EXECUTORY - dt.timedelta(days=1), confirmed=True)

    row = fresh(convention)
    assert (row.state, row.collectivite_signed_on) == (S.DELIBERATED, None)
    assert not Piece.objects.filter(kind="signed_by_collectivite").exists()


def test_the_same_day_asks_for_a_confirmation_that_is_kept():
    convention = ConventionFactory(deliberated=True)
    with pytest.raises(Refused, match="confirmez que celle-ci l’a suivie"):
        sign(convention, on=EXECUTORY)
    assert fresh(convention).state == S.DELIBERATED

    sign(convention, on=EXECUTORY, confirmed=True)

    assert fresh(convention).same_day_confirmed


@pytest.mark.parametrize(("signed_at", "passes"), [(dt.time(9, 59), False), (dt.time(10, 0), True)])
def test_the_same_day_is_settled_by_the_hours_when_they_are_known(signed_at, passes):
    convention = ConventionFactory(deliberated=True, prefecture_time=dt.time(10, 0))

    if not passes:
        with pytest.raises(Refused, match=r"à 10.h.00"):
            sign(convention, on=EXECUTORY, at=signed_at, confirmed=True)
        return
    sign(convention, on=EXECUTORY, at=signed_at)

    row = fresh(convention)
    assert (row.state, row.collectivite_signed_time, row.same_day_confirmed) == (S.SIGNED_COLLECTIVITE, signed_at, False)


def test_a_text_is_not_signed_before_it_is_settled():
    early = dt.date(2016, 7, 1)
    convention = ConventionFactory(
        deliberated=True, deliberation_on=early, published_on=early, prefecture_on=early, executory_on=early
    )

    with pytest.raises(Refused, match="il n’a pu être signé avant"):
        sign(convention, on=SETTLED - dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"on": dt.date(2016, 8, 21)}, "porte une date à venir"),
        ({"signatory": " "}, "le nom et la qualité"),
        ({"capacity": ""}, "le nom et la qualité"),
    ],
)
def test_a_signature_says_by_whom_and_when(changes, sentence):
    convention = ConventionFactory(deliberated=True)

    with pytest.raises(Refused, match=sentence):
        sign(convention, **changes)


def test_the_dane_records_the_paper_that_came_by_post():
    convention = ConventionFactory(deliberated=True)

    sign(convention, dane(convention))

    assert fresh(convention).state == S.SIGNED_COLLECTIVITE


def test_another_collectivite_does_not_sign():
    convention = ConventionFactory(deliberated=True)

    with pytest.raises(PermissionDenied):
        sign(convention, actor_for(Role.SIGNATAIRE))

    assert fresh(convention).state == S.DELIBERATED


def test_the_text_must_be_laid_out():
    convention = ConventionFactory(deliberated=True)
    Convention.objects.filter(pk=convention.pk).update(document=document_of(convention, pending=True))

    with pytest.raises(Refused, match="en cours de mise en page"):
        sign(convention)


# --- The recteur ---


def sign_for_state(convention, actor=None, **changes):
    fields = {"on": SIGNED_BY_RECTEUR, **OURS, **changes}
    return services.sign_for_recteur(convention_id=convention.pk, actor=actor or dane(convention), **fields)


@pytest.mark.parametrize("role", [Role.RECTEUR, Role.AGENT_DANE])
def test_both_signatures_bring_the_applications_under_convention(role):
    convention = ConventionFactory(signed_collectivite=True, schools=2)

    sign_for_state(convention, actor_for(role, convention.campaign.academie, at=at(dt.date(2016, 8, 20))))

    row = fresh(convention)
    assert (row.state, row.recteur_signed_on, row.recteur_delegation) == (
        S.SIGNED_RECTEUR,
        SIGNED_BY_RECTEUR,
        "arrêté d’exemple",
    )
    assert set(Application.objects.values_list("state", flat=True)) == {"contracted"}


def test_the_scan_of_both_signatures_joins_the_issued_text():
    convention = ConventionFactory(signed_collectivite=True)
    actor = dane(convention)

    sign_for_state(convention, actor, file=draft_file(actor))

    document = IssuedDocument.objects.get()
    assert (document.state, document.signatory_name, document.signed_on) == ("signed", "Alix EXEMPLE", SIGNED_BY_RECTEUR)
    assert not obstacles_to(fresh(convention), "notify")


def test_the_recteur_does_not_sign_before_the_collectivite():
    convention = ConventionFactory(signed_collectivite=True)

    with pytest.raises(Refused, match="le recteur ne peut pas signer avant"):
        sign_for_state(convention, on=SIGNED_BY_COLLECTIVITE - dt.timedelta(days=1))

    assert set(Application.objects.values_list("state", flat=True)) == {"retained"}


@pytest.mark.parametrize(("on", "late"), [(dt.date(2016, 8, 31), False), (dt.date(2016, 9, 1), True)])
def test_after_the_limit_of_the_campaign_a_motive_is_due(on, late):
    convention = ConventionFactory(signed_collectivite=True)
    actor = dane(convention, on=dt.date(2016, 9, 5))

    if not late:
        sign_for_state(convention, actor, on=on, late_motive="sans objet")
        assert fresh(convention).late_motive == ""
        return
    with pytest.raises(Refused, match="le motif de la dérogation est obligatoire"):
        sign_for_state(convention, actor, on=on)
    sign_for_state(convention, actor, on=on, late_motive="conseil municipal reporté")

    assert fresh(convention).late_motive == "conseil municipal reporté"


def test_the_opinion_of_the_controleur_does_not_follow_the_signature():
    convention = ConventionFactory(signed_collectivite=True, schools=12, cbr=True, cbr_given_on=dt.date(2016, 7, 29))

    with pytest.raises(Refused, match="la signature ne peut pas être antérieure"):
        sign_for_state(convention)
    sign_for_state(convention, on=dt.date(2016, 7, 29))

    assert fresh(convention).state == S.SIGNED_RECTEUR


def test_a_scan_that_the_dane_refused_stops_the_recteur():
    convention = ConventionFactory(signed_collectivite=True)
    Piece.objects.filter(pk=convention.collectivite_copy_id).update(state="deposited", checked_at=None)
    services.check_piece(
        convention=fresh(convention),
        piece=fresh(convention).collectivite_copy,
        actor=dane(convention),
        accepted=False,
        comment="illisible",
    )

    with pytest.raises(Refused, match="est refusé"):
        sign_for_state(convention)


@pytest.mark.parametrize("role", [Role.SIGNATAIRE, Role.VALIDEUR_DAF, Role.DSI])
def test_nobody_else_signs_for_the_state(role):
    convention = ConventionFactory(signed_collectivite=True)
    where = convention.dossier.collectivite if role is Role.SIGNATAIRE else convention.campaign.academie

    with pytest.raises(PermissionDenied, match="Cette action revient à"):
        sign_for_state(convention, actor_for(role, where))

    assert fresh(convention).state == S.SIGNED_COLLECTIVITE


# --- The copy signed by both ---


def test_the_copy_signed_by_both_comes_later_and_a_wrong_one_is_replaced_with_its_motive():
    convention = ConventionFactory(signed_recteur=True)
    actor = dane(convention)
    assert "n’est pas enregistré" in obstacles_to(convention, "notify")[0]

    services.record_signed_copy(convention_id=convention.pk, actor=actor, file=draft_file(actor))
    first = IssuedDocument.objects.get().signed_file
    with pytest.raises(Refused, match="Indiquez le motif"):
        services.record_signed_copy(convention_id=convention.pk, actor=actor, file=draft_file(actor))
    services.record_signed_copy(convention_id=convention.pk, actor=actor, file=draft_file(actor), comment="page manquante")

    assert IssuedDocument.objects.get().signed_file != first
    assert not obstacles_to(fresh(convention), "notify")
