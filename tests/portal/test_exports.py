"""Each list of the portal is taken away by who sees it, with what she sees and no more, at a cost that does not grow."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.organisations.enums import Role
from subsidies.models import EquipmentSubsidy
from tests.factories import actor_for
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, PurchaseOrderFactory, ResourcesSubsidyFactory
from tests.papers import at

pytestmark = pytest.mark.django_db

LISTS = (
    *("portal:dossiers", "projects:applications", "conventions:conventions", "deployments:classes"),
    *("subsidies:subsidies", "subsidies:orders", "subsidies:payments", "subsidies:grants"),
)


def situation() -> EquipmentSubsidy:
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    PurchaseOrderFactory(subsidy=subsidy)
    PaymentFactory(equipment=subsidy)
    ResourcesSubsidyFactory(convention=subsidy.convention)
    return subsidy


def take_away(client: Client, name: str, form: str = "csv") -> Any:
    return client.get(reverse(name), {"export": form})


def lines(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.fixture
def daf(client: Client) -> Client:
    subsidy = situation()
    client.force_login(actor_for(Role.GESTIONNAIRE_DAF, subsidy.campaign.academie, at=at(subsidy.convention.notified_on)).user)
    return client


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("form", ["csv", "xlsx", "ods"])
def test_every_list_is_taken_away_in_every_format(daf: Client, name: str, form: str) -> None:
    answer = take_away(daf, name, form)

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f'.{form}"')
    assert b"".join(answer.streaming_content)


@pytest.mark.parametrize("name", LISTS)
def test_a_line_for_each_row_of_the_list_and_the_form_to_ask_for_it(daf: Client, name: str) -> None:
    page = daf.get(reverse(name))

    exported = lines(take_away(daf, name))

    assert len(exported) == page.context["listing"].total + 1 > 1
    assert all(len(line) == len(exported[0]) for line in exported)
    assert 'name="export" value="ods"' in page.content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_no_account_leaves_with_a_list(daf: Client, name: str) -> None:
    ibans = [one.convention.iban for one in EquipmentSubsidy.objects.select_related("convention")]
    text = str(lines(take_away(daf, name)))

    assert ibans[0]
    assert not any(iban in text for iban in ibans)


@pytest.mark.parametrize("name", LISTS)
def test_a_foreign_collectivite_takes_nothing_away(client: Client, name: str) -> None:
    situation()
    client.force_login(actor_for(Role.EDITEUR).user)

    assert len(lines(take_away(client, name))) == 1


@pytest.mark.parametrize("name", LISTS)
def test_more_rows_cost_no_more_queries(daf: Client, name: str) -> None:
    with CaptureQueriesContext(connection) as few:
        lines(take_away(daf, name))
    for _ in range(3):
        situation()
    with CaptureQueriesContext(connection) as many:
        lines(take_away(daf, name))

    assert len(few) == len(many) <= 12


def test_an_unknown_format_is_a_404_with_the_way_back(daf: Client) -> None:
    answer = take_away(daf, "portal:dossiers", "pdf")

    assert answer.status_code == 404
    assert "ne s’exporte pas" in answer.content.decode()
