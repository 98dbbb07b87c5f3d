"""Who reads which line of the journal, on the home, on the page of the dossier and in the ZIP."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from plannumerique.journal.models import JournalLine, Thread
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level, Role
from projects.models import Dossier
from tests.factories import AT, CollectiviteFactory, SchoolFactory, actor_for
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, PurchaseOrderFactory, ResourcesSubsidyFactory

pytestmark = pytest.mark.django_db

OF_THE_SCHOOL = {"projects.dossier", "projects.application", "deployments.mobileclass", "subsidies.resourcessubsidy"}
OF_THE_PARTIES = {
    *("conventions.convention", "subsidies.equipmentsubsidy", "subsidies.purchaseorder", "subsidies.payment"),
    *("another school’s application", "another school’s class"),
}


@pytest.fixture
def dossier() -> Dossier:
    """Of two schools, with one line of journal about each of its rows."""
    subsidy = EquipmentSubsidyFactory(acompte_requested=True, convention__costs=[[8000], [8000]])
    convention = subsidy.convention
    first, second = (covered.school for covered in convention.covered_schools.order_by("pk"))
    rows = {
        "projects.dossier": convention.dossier,
        "projects.application": convention.dossier.applications.get(school=first),
        "another school’s application": convention.dossier.applications.get(school=second),
        "deployments.mobileclass": convention.mobile_classes.filter(school=first).first(),
        "another school’s class": convention.mobile_classes.filter(school=second).first(),
        "subsidies.resourcessubsidy": ResourcesSubsidyFactory(convention=convention, school=first),
        "conventions.convention": convention,
        "subsidies.equipmentsubsidy": subsidy,
        "subsidies.purchaseorder": PurchaseOrderFactory(subsidy=subsidy),
        "subsidies.payment": PaymentFactory(equipment=subsidy),
    }
    for label, row in rows.items():
        told(convention.thread, label, row)
    return convention.dossier


def told(thread: Thread, label: str, row: Model) -> None:
    JournalLine.objects.create(
        thread=thread,
        subject_kind=row._meta.label_lower,
        subject_id=row.pk,
        subject_label=str(row)[:250],
        act="essai",
        label=f"Toucher {label}",
        version=1,
        occurred_at=AT,
    )


def where(dossier: Dossier, role: Role) -> Any:
    school = dossier.applications.order_by("pk").first().school
    return {
        Level.ACADEMIE: dossier.campaign.academie,
        Level.COLLECTIVITE: dossier.collectivite,
        Level.DEPARTEMENT: school.departement,
        Level.SCHOOL: school,
    }[LEVEL_OF_ROLE[role]]


def read_by(client: Client, dossier: Dossier) -> list[set[str]]:
    """What the lines of this test touch: on the page, on the home, in the ZIP."""
    page = touched(event.label for event in client.get(dossier.get_absolute_url()).context["events"])
    home = touched(event.label for event in client.get("/").context["events"])
    archive = client.get(reverse("portal:archive", args=[dossier.pk]))
    with zipfile.ZipFile(io.BytesIO(b"".join(archive.streaming_content))) as taken:  # type: ignore[arg-type]
        lines = csv.DictReader(io.StringIO(taken.read("journal.csv").decode("utf-8-sig")), delimiter=";")
        zipped = touched(line["Action"] for line in lines)
    return [page, home, zipped]


def touched(labels: Iterable[str]) -> set[str]:
    return {found[1] for label in labels if (found := re.fullmatch(r"(?:a touché|Toucher) (.+)", label))}


def test_a_director_reads_what_is_about_her_school_alone(client: Client, dossier: Dossier) -> None:
    client.force_login(actor_for(Role.DIRECTOR, where(dossier, Role.DIRECTOR)).user)

    page, home, zipped = read_by(client, dossier)

    assert page == zipped == OF_THE_SCHOOL
    assert home == OF_THE_SCHOOL


def test_a_dsden_follows_every_school_and_not_the_money_of_the_collectivite(client: Client, dossier: Dossier) -> None:
    client.force_login(actor_for(Role.DSDEN, where(dossier, Role.DSDEN)).user)

    page, _, zipped = read_by(client, dossier)

    assert page == zipped == OF_THE_SCHOOL | {"another school’s application", "another school’s class"}


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.VALIDEUR_DAF, Role.EDITEUR])
def test_the_parties_read_it_all(client: Client, dossier: Dossier, role: Role) -> None:
    client.force_login(actor_for(role, where(dossier, role)).user)

    page, home, zipped = read_by(client, dossier)

    assert page == zipped == OF_THE_SCHOOL | OF_THE_PARTIES
    assert len(home) == 6  # the latest


@pytest.mark.parametrize(("role", "elsewhere"), [(Role.DIRECTOR, SchoolFactory), (Role.EDITEUR, CollectiviteFactory)])
def test_nobody_reads_the_journal_of_others(client: Client, dossier: Dossier, role: Role, elsewhere: Any) -> None:
    client.force_login(actor_for(role, elsewhere()).user)

    assert list(client.get("/").context["events"]) == []
    assert client.get(reverse("portal:archive", args=[dossier.pk])).status_code == 404


def test_a_director_who_is_an_elected_member_too_reads_both_once(client: Client, dossier: Dossier) -> None:
    director = actor_for(Role.DIRECTOR, where(dossier, Role.DIRECTOR))
    client.force_login(actor_for(Role.SIGNATAIRE, dossier.collectivite, user=director.user).user)

    page, _, _ = read_by(client, dossier)

    assert page == OF_THE_SCHOOL | OF_THE_PARTIES
    assert (
        len(client.get(dossier.get_absolute_url()).context["events"]) == JournalLine.objects.filter(thread=dossier.thread).count()
    )
