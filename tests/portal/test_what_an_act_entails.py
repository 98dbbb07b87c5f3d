"""Before the click that ends something: what stops, what cannot be undone, what is freed."""

import datetime as dt

import pytest
from django.urls import reverse

from conventions import services
from conventions.rules import CbrSense
from deployments.models import MobileClass
from deployments.permissions import can_renounce
from plannumerique.journal.machine import moves_of
from plannumerique.organisations.enums import Role
from projects.models import Application, Campaign
from tests.factories import actor_for
from tests.factories_conventions import GIVEN, PARIS, ConventionFactory, draft_file
from tests.factories_projects import ApplicationFactory
from tests.factories_subsidies import EquipmentSubsidyFactory

pytestmark = pytest.mark.django_db


def read(client, role, where, url):
    client.force_login(actor_for(role, where).user)
    return " ".join(client.get(url).content.decode().split()).replace("\u00a0", " ").replace("\u202f", " ")


def test_who_renounces_an_application_reads_that_nobody_can_take_it_up_again(client):
    application = ApplicationFactory(submitted=True)

    page = read(client, Role.EDITEUR, application.dossier.collectivite, reverse("projects:abandon", args=[application.pk]))

    assert "Ce que cela entraîne" in page
    assert "Il n’y a pas de retour en arrière" in page
    assert "L’école redevient libre" in page
    assert not [one for one in moves_of(Application) if one.source == "abandoned"]


def test_who_renounces_a_class_reads_how_it_comes_back(client):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    row = MobileClass.objects.filter(convention=subsidy.convention).first()
    role = next(one for one in can_renounce.roles if one in (Role.EDITEUR, Role.SIGNATAIRE))

    page = read(client, role, subsidy.convention.dossier.collectivite, reverse("deployments:renounce", args=[row.pk]))

    assert "sa dépense n’entre plus dans la subvention" in page
    assert "la classe se rétablit depuis sa page" in page
    assert [one.custom["label"] for one in moves_of(MobileClass) if one.source == "renounced"] == ["Rétablir la classe"]


def test_who_abandons_a_convention_reads_what_stays(client):
    convention = ConventionFactory(negotiation=True)

    page = read(client, Role.DAN, convention.campaign.academie, reverse("conventions:abandon", args=[convention.pk]))

    assert "il n’y a pas de retour en arrière" in page
    assert "leurs candidatures restent retenues" in page


@pytest.mark.parametrize("nature", ["avis", "visa"])
def test_a_refused_convention_opens_on_its_motive_and_its_ways_out(client, nature):
    convention = ConventionFactory(cbr_requested=True)
    Campaign.objects.update(cbr_nature=nature)
    actor = actor_for(Role.AGENT_DANE, convention.campaign.academie, at=dt.datetime(2016, 8, 20, 9, tzinfo=PARIS))
    services.record_cbr_opinion(
        convention_id=convention.pk,
        actor=actor,
        sense=CbrSense.UNFAVOURABLE,
        on=GIVEN,
        file=draft_file(actor),
        comment="La dépense dépasse l’enveloppe de la campagne.",
    )

    page = read(client, Role.DAN, convention.campaign.academie, convention.get_absolute_url())

    above = page[: page.index('id="reperes"')]
    assert f"a rendu un {nature} défavorable le 20 juillet 2016" in above
    assert "La dépense dépasse l’enveloppe de la campagne." in above
    assert "Rouvrir la négociation" in above[above.index('id="actions"') :]
    assert page.count(">Rouvrir la négociation<") == 1


def test_a_convention_that_nothing_stops_opens_on_no_refusal(client):
    convention = ConventionFactory(cbr_given=True)

    page = read(client, Role.DAN, convention.campaign.academie, convention.get_absolute_url())

    assert "défavorable" not in page
    assert page.index("Rouvrir la négociation") > page.index('id="reperes"')
