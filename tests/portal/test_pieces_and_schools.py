"""The pieces to check across dossiers, and the schools with their application and their classes."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.files.models import Piece
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import School
from portal.lists.columns import application_badge
from portal.standing.pieces import CHECKED_KINDS
from tests.browser.situations import every_situation
from tests.factories import AcademieFactory, CollectiviteFactory, DepartementFactory, SchoolFactory, actor_for
from tests.factories_conventions import ConventionFactory
from tests.factories_projects import ApplicationFactory, DossierFactory, PieceFactory
from tests.factories_statement import InvoiceFactory
from tests.factories_subsidies import EquipmentSubsidyFactory, PurchaseOrderFactory
from tests.papers import at

pytestmark = pytest.mark.django_db

OCTOBER = at(dt.date(2016, 10, 10))


@pytest.fixture(autouse=True)
def _october_2016(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: OCTOBER)


@pytest.fixture
def dane(client):
    actor = actor_for(Role.AGENT_DANE, AcademieFactory(), at=OCTOBER)
    client.force_login(actor.user)
    return actor


def waiting_rib():
    convention = ConventionFactory(negotiation=True)
    Piece.objects.filter(pk=convention.rib_id).update(state="deposited", checked_at=None)
    return convention


def lines(client, **query):
    return client.get(reverse("portal:pieces"), query).context["lines"]


def test_each_piece_leads_to_the_page_on_which_it_is_checked(client, dane):
    dossier = DossierFactory()
    quote = PieceFactory(subject=dossier, waiting=True)
    convention = waiting_rib()
    order = PurchaseOrderFactory(subsidy=EquipmentSubsidyFactory(orders=0))
    invoice = InvoiceFactory(subsidy=EquipmentSubsidyFactory(acompte_paid=True), waiting=True)

    urls = {line.piece.pk: line.url for line in lines(client)}

    assert urls == {
        quote.pk: reverse("projects:check_piece", args=[dossier.pk, quote.pk]),
        convention.rib_id: reverse("conventions:check_piece", args=[convention.pk, convention.rib_id]),
        order.piece_id: order.get_absolute_url(),
        invoice.piece_id: invoice.get_absolute_url(),
    }
    for url in urls.values():
        assert client.get(url).status_code == 200


def test_only_what_waits_is_there_the_oldest_first(client, dane):
    dossier = DossierFactory()
    second = PieceFactory(subject=dossier, waiting=True, deposited_at=at(dt.date(2016, 6, 3)))
    first = PieceFactory(subject=dossier, waiting=True, kind="letter_of_intent", deposited_at=at(dt.date(2016, 6, 2)))
    PieceFactory(subject=dossier)
    PieceFactory(subject=dossier, rejected=True)

    assert [line.piece.pk for line in lines(client)] == [first.pk, second.pk]


def test_a_piece_that_this_person_deposited_is_not_hers_to_check(client, dane):
    piece = PieceFactory(subject=DossierFactory(), waiting=True, deposited_by=dane.user)

    line = lines(client)[0]

    assert (line.mine, line.url) == (False, piece.get_absolute_url())
    assert "Une autre personne de la DANE la vérifie." in client.get(reverse("portal:pieces")).content.decode()


def test_the_pieces_are_counted_and_filtered_by_nature(client, dane):
    PieceFactory(subject=DossierFactory(collectivite=CollectiviteFactory(name="Écot")), waiting=True)
    waiting_rib()

    answer = client.get(reverse("portal:pieces"), {"nature": "rib"})

    assert [line.piece.kind for line in answer.context["lines"]] == ["rib"]
    assert sorted(one.count for one in answer.context["states"]) == [1, 1, 2]
    assert [line.piece.kind for line in lines(client, q="ecot")] == ["quote"]


def test_another_academie_and_a_school_see_no_account(client):
    convention = waiting_rib()
    for actor in (
        actor_for(Role.AGENT_DANE, AcademieFactory(rennes=True), at=OCTOBER),
        actor_for(Role.DIRECTOR, SchoolFactory(collectivite=convention.dossier.collectivite), at=OCTOBER),
        actor_for(Role.EDITEUR, at=OCTOBER),
    ):
        client.force_login(actor.user)
        assert lines(client) == []


def test_every_nature_that_somebody_checks_has_its_label():
    assert all(CHECKED_KINDS.values())
    assert len(CHECKED_KINDS) == 8


@pytest.mark.parametrize("name", ["portal:pieces", "portal:schools"])
def test_more_rows_cost_no_more_queries(client, dane, name):
    every_situation()
    PurchaseOrderFactory(subsidy=EquipmentSubsidyFactory(orders=0))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(name))
    every_situation()
    with CaptureQueriesContext(connection) as many:
        answer = client.get(reverse(name))

    assert len(few) == len(many) <= 12
    assert len(answer.content) < 100 * 1024


# --- Schools ---


def schools(client, **query):
    return client.get(reverse("portal:schools"), query).context["lines"]


def test_a_school_stands_with_its_last_application_and_its_classes(client, dane):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    school = subsidy.convention.covered_schools.first().school
    one = subsidy.convention.mobile_classes.filter(school=school).first()
    type(one).objects.filter(pk=one.pk).update(state="received", received_on=dt.date(2016, 9, 30))

    row = next(row for row in schools(client) if row.pk == school.pk)
    badge = application_badge(row)

    assert badge.label == "Conventionnée"
    assert (row.planned, row.received) == (subsidy.convention.mobile_classes.filter(school=school).count(), 1)


def test_the_schools_without_application_are_a_filter_away(client, dane):
    ApplicationFactory(submitted=True)
    alone = SchoolFactory(name="École Seule")

    assert [row.pk for row in schools(client, candidature="aucune")] == [alone.pk]
    assert [row.situation for row in schools(client, candidature="submitted")] == ["submitted"]


def test_a_school_is_found_without_accents_by_its_commune_or_its_collectivite(client, dane):
    found = SchoolFactory(name="École des Églantines", collectivite=CollectiviteFactory(name="Baume-les-Dames"))
    SchoolFactory()

    for typed in ("eglantines", "ÉGLANTINES", "baume les", found.uai):
        assert [row.pk for row in schools(client, q=typed)] == [found.pk], typed


def test_each_sees_the_schools_of_her_own_place(client):
    here = SchoolFactory()
    SchoolFactory(departement=DepartementFactory(jura=True))
    SchoolFactory(departement=DepartementFactory(ille_et_vilaine=True))
    SchoolFactory(college=True, collectivite=here.collectivite)

    for role, where, count in (
        (Role.AGENT_DANE, AcademieFactory(), 2),
        (Role.DSDEN, here.departement, 1),
        (Role.EDITEUR, here.collectivite, 1),
        (Role.DIRECTOR, here, 1),
        (Role.EDITEUR, CollectiviteFactory(), 0),
    ):
        client.force_login(actor_for(role, where, at=OCTOBER).user)
        assert len(schools(client)) == count, role


def test_a_closed_school_is_not_in_the_list(client, dane):
    SchoolFactory(closed=True)

    assert School.objects.count() == 1
    assert schools(client) == []


def test_the_application_of_another_collectivite_is_not_told(client):
    application = ApplicationFactory(submitted=True)
    other = CollectiviteFactory()
    School.objects.filter(pk=application.school_id).update(collectivite=other)
    client.force_login(actor_for(Role.EDITEUR, other, at=OCTOBER).user)

    row = schools(client)[0]

    assert row.application_id is None
    assert application_badge(row).label == "Aucune"
