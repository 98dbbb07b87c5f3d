"""Notifying a convention opens, in one transaction, its classes, its equipment subsidy and the grant of each school."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from conventions.enums import ConventionState
from conventions.models import Convention
from deployments.models import MobileClass
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import Stale
from plannumerique.organisations.enums import Role
from projects.models import CampaignDeadline
from subsidies.models import EquipmentSubsidy, ResourcesSubsidy
from subsidies.services.convention import notify_convention
from tests.factories import SchoolFactory
from tests.factories_subsidies import ConventionFactory, ResourcesSubsidyFactory, actor_of

pytestmark = pytest.mark.django_db

ON = dt.date(2016, 8, 30)


def signed_convention(**fields):
    convention = ConventionFactory(signed=True, costs=[[8000, 8000, 8000], [7000]], **fields)
    IssuedDocument.objects.filter(pk=convention.document_id).update(
        state="signed",
        signed_file=convention.document.file,
        signed_on=ON,
        signatory_name="Lou EXEMPLE",
        signatory_capacity="maire",
    )
    return Convention.objects.get(pk=convention.pk)


def notify(convention, *, role=Role.AGENT_DANE, **words):
    return notify_convention(convention_id=convention.pk, actor=actor_of(convention, role, on=ON), on=ON, **words)


def test_the_subsidies_and_the_classes_open_with_the_notification():
    convention = signed_convention()
    CampaignDeadline.objects.create(campaign=convention.campaign, code="resources", on=dt.date(2017, 7, 1))

    subsidy = notify(convention, seen=convention.version)

    convention = Convention.objects.get()
    assert (convention.state, convention.notified_on) == (ConventionState.NOTIFIED, ON)
    assert (subsidy.convention_max, subsidy.acompte_rate) == (Decimal("15500.00"), Decimal("0.5"))
    assert (subsidy.decided_amount, subsidy.paid_total) == (None, 0)
    assert MobileClass.objects.filter(convention=convention).count() == 4
    grants = ResourcesSubsidy.objects.filter(convention=convention).select_related("payee")
    assert [grant.amount for grant in grants] == [Decimal("500.00")] * 2
    assert {grant.payee.kind for grant in grants} == {"college"}
    assert all(grant.siret == grant.payee.siret != "" for grant in grants)
    assert {grant.justify_by for grant in grants} == {dt.date(2017, 6, 30)}
    opened = JournalLine.objects.filter(act="open", subject_kind__startswith="subsidies.").values_list("label", flat=True)
    assert sorted(opened) == ["Ouvrir la dotation de ressources"] * 2 + ["Ouvrir la subvention d’équipement"]


def test_a_campaign_without_grant_opens_none():
    convention = signed_convention()
    convention.covered_schools.update(resources_grant=0)

    notify(convention)

    assert not ResourcesSubsidy.objects.exists()
    assert EquipmentSubsidy.objects.count() == 1


@pytest.mark.parametrize("role", [Role.GESTIONNAIRE_DAF, Role.VALIDEUR_DAF, Role.EDITEUR, Role.RECTEUR, Role.DIRECTOR])
def test_another_role_notifies_nothing(role):
    convention = signed_convention()

    with pytest.raises(PermissionDenied, match="Cette action revient à"):
        notify(convention, role=role)

    assert Convention.objects.get().state == ConventionState.SIGNED_RECTEUR
    assert not EquipmentSubsidy.objects.exists()


def test_a_school_that_already_has_a_grant_undoes_the_whole_notification():
    convention = signed_convention()
    twin = ConventionFactory(dossier__campaign=convention.campaign)
    ResourcesSubsidyFactory(
        convention=twin, school=convention.covered_schools.last().school, payee=SchoolFactory(college=True), amount=Decimal("500")
    )

    with pytest.raises(Refused, match="Cette école a déjà une dotation de ressources dans la campagne"):
        notify(convention)

    assert Convention.objects.get(pk=convention.pk).state == ConventionState.SIGNED_RECTEUR
    assert not EquipmentSubsidy.objects.filter(convention=convention).exists()
    assert not MobileClass.objects.filter(convention=convention).exists()
    assert not JournalLine.objects.filter(act="notify").exists()


def test_a_second_notification_learns_who_was_first():
    convention = signed_convention()
    actor = actor_of(convention, Role.AGENT_DANE, on=ON)
    notify_convention(convention_id=convention.pk, actor=actor, on=ON, seen=convention.version)

    with pytest.raises(Stale, match=f"Déjà traité par {actor.user} à 10:00"):
        notify(convention, seen=convention.version)

    assert EquipmentSubsidy.objects.count() == 1


def test_a_date_to_come_is_refused():
    convention = signed_convention()

    with pytest.raises(Refused, match="à venir"):
        notify_convention(convention_id=convention.pk, actor=actor_of(convention, Role.DAN, on=ON), on=ON + dt.timedelta(days=1))

    assert not EquipmentSubsidy.objects.exists()


def test_the_page_of_a_signed_convention_leads_to_its_notification(client):
    convention = signed_convention()
    client.force_login(actor_of(convention, Role.AGENT_DANE, on=ON).user)

    page = client.get(convention.get_absolute_url())

    assert f'href="/conventions/{convention.pk}/notifier/"' in page.content.decode()
    assert client.get(f"/conventions/{convention.pk}/notifier/").status_code == 200
