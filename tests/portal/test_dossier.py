"""The page of a dossier: the whole thread, for each party, at a bounded cost."""

import pytest
from django.urls import reverse

from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level, Role
from tests.factories import AcademieFactory, CollectiviteFactory, actor_for
from tests.factories_projects import ApplicationFactory
from tests.factories_subsidies import EquipmentSubsidyFactory

pytestmark = pytest.mark.django_db

STATES = ["prepared", "signed", "notified", "acompte_requested", "acompte_paid", "justified", "service_fait", "solde_paid"]


@pytest.fixture(autouse=True)
def _october_2016(settings, tmp_path):
    settings.PORTAL_DEMO, settings.PORTAL_CLOCK_FILE = True, str(tmp_path / "clock")
    (tmp_path / "clock").write_text("2016-10-10")


def log_in(client, role, dossier):
    school = dossier.applications.first().school
    where = {
        Level.ACADEMIE: dossier.campaign.academie,
        Level.DEPARTEMENT: school.departement,
        Level.COLLECTIVITE: dossier.collectivite,
        Level.SCHOOL: school,
    }[LEVEL_OF_ROLE[role]]
    client.force_login(actor_for(role, where).user)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.SIGNATAIRE, Role.VALIDEUR_DAF, Role.DIRECTOR, Role.DSDEN])
def test_the_page_opens_in_every_state_for_every_party_within_20_queries(client, state, role, django_assert_max_num_queries):
    dossier = EquipmentSubsidyFactory(**{state: True}).convention.dossier
    log_in(client, role, dossier)

    with django_assert_max_num_queries(20):
        answer = client.get(dossier.get_absolute_url())

    assert answer.status_code == 200


def test_a_director_sees_neither_the_account_nor_the_money_of_the_collectivite(client):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    log_in(client, Role.DIRECTOR, subsidy.convention.dossier)

    page = client.get(subsidy.convention.dossier.get_absolute_url()).content.decode()

    assert subsidy.convention.iban not in page.replace("\u202f", "")
    assert "Versé à ce jour" not in page


def test_another_collectivite_and_another_academie_get_a_404(client):
    dossier = EquipmentSubsidyFactory().convention.dossier
    for role, where in ((Role.EDITEUR, CollectiviteFactory()), (Role.DAN, AcademieFactory(rennes=True))):
        client.force_login(actor_for(role, where).user)
        assert client.get(dossier.get_absolute_url()).status_code == 404


def test_the_dane_is_led_from_the_retained_schools_to_the_convention(client):
    application = ApplicationFactory(retained=True)
    log_in(client, Role.AGENT_DANE, application.dossier)

    page = client.get(application.dossier.get_absolute_url()).content.decode()

    assert reverse("conventions:open_convention", args=[application.dossier.pk]) in page


def test_the_promise_and_its_rule_stand_on_the_page(client):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    log_in(client, Role.EDITEUR, subsidy.convention.dossier)

    page = client.get(subsidy.convention.dossier.get_absolute_url()).content.decode()

    assert "au plus tard le vendredi 14 octobre 2016" in page
    assert "Ce qui manque encore" in page
