"""Notification, execution, and the ways back and out: each clears exactly what it invalidates."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from conventions import services
from conventions.enums import ConventionState as S
from conventions.models import Convention
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from projects.models import Application
from tests.factories import actor_for
from tests.factories_conventions import NOTIFIED, PARIS, SIGNED_BY_RECTEUR, ConventionFactory

pytestmark = pytest.mark.django_db

AUGUST = dt.datetime(2016, 8, 20, 10, 0, tzinfo=PARIS)


def dane(convention):
    return actor_for(Role.AGENT_DANE, convention.campaign.academie, at=AUGUST)


def fresh(convention):
    return Convention.objects.select_related("thread", *Convention.passage_related).get(pk=convention.pk)


def deliberation_of(row):
    return (row.deliberation_organ, row.deliberation_number, row.deliberation_on, row.executory_on, row.deliberation_piece)


NO_DELIBERATION = ("", "", None, None, None)


# --- Notification, execution ---


def test_the_notification_is_dated_and_told():
    convention = ConventionFactory(signed_recteur=True, signed_copy=True)

    services.notify(convention_id=convention.pk, actor=dane(convention), on=NOTIFIED)

    row = fresh(convention)
    assert (row.state, row.notified_on) == (S.NOTIFIED, NOTIFIED)
    assert row.reference in OutboxMail.objects.get(kind="convention_notified").subject


@pytest.mark.parametrize(
    ("on", "sentence"),
    [(SIGNED_BY_RECTEUR - dt.timedelta(days=1), "ne peut précéder"), (dt.date(2016, 8, 21), "porte une date à venir")],
)
def test_the_notification_follows_the_signature_and_is_not_of_tomorrow(on, sentence):
    convention = ConventionFactory(signed_recteur=True, signed_copy=True)

    with pytest.raises(Refused, match=sentence):
        services.notify(convention_id=convention.pk, actor=dane(convention), on=on)

    assert fresh(convention).state == S.SIGNED_RECTEUR


def test_nothing_is_notified_without_the_copy_signed_by_both():
    convention = ConventionFactory(signed_recteur=True)

    with pytest.raises(Refused, match="L’exemplaire signé des deux parties n’est pas enregistré"):
        services.notify(convention_id=convention.pk, actor=dane(convention), on=NOTIFIED)


def test_it_is_executed_settled_up_and_archived():
    convention = ConventionFactory(notified=True)
    daf = actor_for(Role.VALIDEUR_DAF, convention.campaign.academie)

    for service, state in (
        (services.start_execution, S.IN_EXECUTION),
        (services.settle_up, S.SETTLED_UP),
        (services.archive, S.ARCHIVED),
    ):
        service(convention_id=convention.pk, actor=daf)
        assert fresh(convention).state == state


# --- Ways back ---


@pytest.mark.parametrize("keep", [False, True])
def test_a_reopening_clears_the_text_and_the_amounts_and_the_deliberation_unless_it_still_holds(keep):
    convention = ConventionFactory(deliberated=True)
    before, text = deliberation_of(convention), convention.document

    services.reopen_negotiation(
        convention_id=convention.pk, actor=dane(convention), comment="une école de moins", keep_deliberation=keep
    )

    row = fresh(convention)
    assert (row.state, row.settled_on, row.project_amount, row.subsidy_max, row.resources_total, row.document) == (
        S.NEGOTIATION,
        *(None,) * 5,
    )
    assert deliberation_of(row) == (before if keep else NO_DELIBERATION)
    assert (row.iban, row.rib, row.deployment_from) == (convention.iban, convention.rib, convention.deployment_from)
    assert IssuedDocument.objects.get() == text
    line = JournalLine.objects.get(act="reopen_negotiation")
    assert (line.comment, line.before["subsidy_max"], line.after["subsidy_max"]) == ("une école de moins", "12000.00", None)
    assert "une école de moins" in OutboxMail.objects.get(kind="convention_reopened").text


@pytest.mark.parametrize("comment", ["", "  "])
@pytest.mark.parametrize(
    ("state", "service"),
    [
        (S.SETTLED, services.reopen_negotiation),
        (S.DELIBERATED, services.set_deliberation_aside),
        (S.SIGNED_COLLECTIVITE, services.cancel_collectivite_signature),
        (S.SIGNED_RECTEUR, services.cancel_recteur_signature),
        (S.NEGOTIATION, services.abandon),
    ],
)
def test_no_way_back_without_a_motive(state, service, comment):
    convention = ConventionFactory(state=state)

    with pytest.raises(Refused, match="Indiquez le motif"):
        service(convention_id=convention.pk, actor=dane(convention), comment=comment)

    assert fresh(convention).state == state
    assert not OutboxMail.objects.exists()


def test_a_deliberation_set_aside_leaves_the_text():
    convention = ConventionFactory(deliberated=True)

    services.set_deliberation_aside(convention_id=convention.pk, actor=dane(convention), comment="mauvais objet")

    row = fresh(convention)
    assert (row.state, row.document, row.subsidy_max) == (S.SETTLED, convention.document, convention.subsidy_max)
    assert deliberation_of(row) == NO_DELIBERATION


def test_the_signature_of_the_collectivite_is_cancelled_alone():
    convention = ConventionFactory(signed_collectivite=True, same_day_confirmed=True)

    services.cancel_collectivite_signature(convention_id=convention.pk, actor=dane(convention), comment="mauvais scan")

    row = fresh(convention)
    assert (row.state, row.collectivite_signed_on, row.collectivite_signatory, row.collectivite_copy) == (
        S.DELIBERATED,
        None,
        "",
        None,
    )
    assert (row.same_day_confirmed, deliberation_of(row)) == (False, deliberation_of(convention))


def test_the_signature_of_the_recteur_is_cancelled_with_the_signed_copy_and_the_applications_come_back():
    convention = ConventionFactory(signed_recteur=True, signed_copy=True, late_motive="x", schools=2)

    services.cancel_recteur_signature(convention_id=convention.pk, actor=dane(convention), comment="date fausse")

    row = fresh(convention)
    assert (row.state, row.recteur_signed_on, row.recteur_signatory, row.late_motive) == (S.SIGNED_COLLECTIVITE, None, "", "")
    assert row.collectivite_signed_on == convention.collectivite_signed_on
    assert (row.document.state, row.document.signed_file) == ("rendered", None)
    assert list(Application.objects.values_list("state", "under_convention")) == [("retained", True)] * 2


def test_a_convention_signed_again_brings_its_applications_back_under_it():
    convention = ConventionFactory(signed_recteur=True)
    services.cancel_recteur_signature(convention_id=convention.pk, actor=dane(convention), comment="date fausse")

    services.sign_for_recteur(
        convention_id=convention.pk, actor=dane(convention), on=SIGNED_BY_RECTEUR, signatory="Alix EXEMPLE", capacity="SGA"
    )

    assert Application.objects.get().state == "contracted"


# --- Ways out ---


@pytest.mark.parametrize(
    "state", [S.DRAFT, S.NEGOTIATION, S.SETTLED, S.CBR_REQUESTED, S.CBR_GIVEN, S.DELIBERATED, S.SIGNED_COLLECTIVITE]
)
def test_an_abandon_releases_the_applications_and_the_schools(state):
    convention = ConventionFactory(state=state, schools=1)

    services.abandon(convention_id=convention.pk, actor=dane(convention), comment="la commune se retire")

    row = fresh(convention)
    assert (row.state, row.document, row.collectivite_signed_on) == (S.ABANDONED, None, None)
    assert not row.covered_schools.get().live
    application = Application.objects.get()
    assert (application.state, application.under_convention) == ("retained", False)
    assert "la commune se retire" in OutboxMail.objects.get(kind="convention_abandoned").text


def test_a_convention_that_binds_is_not_abandoned():
    convention = ConventionFactory(notified=True)

    with pytest.raises(Refused, match="n’est plus possible"):
        services.abandon(convention_id=convention.pk, actor=dane(convention), comment="x")

    assert Application.objects.get().under_convention


def test_a_termination_is_dated_and_frees_the_school():
    convention = ConventionFactory(in_execution=True)

    services.terminate(convention_id=convention.pk, actor=dane(convention), on=dt.date(2016, 8, 19), comment="faute")

    row = fresh(convention)
    assert (row.state, row.terminated_on, row.document) == (S.TERMINATED, dt.date(2016, 8, 19), convention.document)
    assert not row.covered_schools.get().live
    assert Application.objects.get().state == "contracted"


@pytest.mark.parametrize(
    ("on", "sentence"),
    [(NOTIFIED - dt.timedelta(days=1), "n’a pu être résiliée avant"), (dt.date(2016, 8, 21), "porte une date à venir")],
)
def test_a_termination_follows_the_notification(on, sentence):
    convention = ConventionFactory(notified=True)

    with pytest.raises(Refused, match=sentence):
        services.terminate(convention_id=convention.pk, actor=dane(convention), on=on, comment="x")


@pytest.mark.parametrize("role", [Role.EDITEUR, Role.SIGNATAIRE, Role.RECTEUR, Role.VALIDEUR_DAF])
@pytest.mark.parametrize("service", [services.abandon, services.reopen_negotiation])
def test_only_the_dane_goes_back(role, service):
    convention = ConventionFactory(settled=True)
    where = convention.dossier.collectivite if role in (Role.EDITEUR, Role.SIGNATAIRE) else convention.campaign.academie

    with pytest.raises(PermissionDenied, match="Cette action revient à"):
        service(convention_id=convention.pk, actor=actor_for(role, where), comment="x")

    assert fresh(convention).state == S.SETTLED
