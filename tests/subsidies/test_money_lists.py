"""The lists of the money: what they cost, how they narrow, what they say when they are empty."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.organisations.enums import Role
from subsidies.enums import SubsidyState
from subsidies.models import EquipmentSubsidy
from tests.factories import actor_for
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, PurchaseOrderFactory, ResourcesSubsidyFactory
from tests.papers import at
from tests.subsidies.money_pages import ON, log_in, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: at(ON))


@pytest.fixture
def rows():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    return {
        "subsidy": subsidy,
        "convention": subsidy.convention,
        "order": PurchaseOrderFactory(subsidy=subsidy),
        "payment": PaymentFactory(equipment=subsidy),
        "grant": ResourcesSubsidyFactory(convention=subsidy.convention),
    }


def many(count):
    """Rows of as many collectivités, through one campaign; the convention is not what is counted."""
    for _ in range(count):
        subsidy = EquipmentSubsidyFactory(acompte_requested=True, convention__costs=[[8000]])
        PaymentFactory(equipment=subsidy)
        ResourcesSubsidyFactory(convention=subsidy.convention)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["subsidies", "orders", "payments", "grants"])
def test_a_list_costs_the_same_at_ten_rows_and_at_a_full_page(client, name):
    many(10)
    log_in(client, EquipmentSubsidy.objects.first(), Role.GESTIONNAIRE_DAF)
    address = reverse(f"subsidies:{name}")
    client.get(address)

    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(address)
    many(20)
    with CaptureQueriesContext(connection) as more:
        answer = client.get(address)

    assert len(few) == len(more) <= 12
    assert len(answer.content) < 100 * 1024


@pytest.mark.parametrize("role", [Role.GESTIONNAIRE_DAF, Role.DAN, Role.SIGNATAIRE])
def test_the_page_of_a_subsidy_stays_within_its_queries_however_large_it_is(client, role):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True, convention__costs=[[8000, 8000, 8000]] * 3, orders=4)
    log_in(client, subsidy, role)
    address = subsidy.get_absolute_url()
    client.get(address)

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)

    assert answer.status_code == 200
    assert len(asked) <= 20, "\n".join(query["sql"][:150] for query in asked)


@pytest.mark.parametrize("name", ["subsidies", "orders", "payments", "grants"])
@pytest.mark.parametrize(
    ("query", "status"), [("page=abc", 404), ("page=99", 404), ("tri=rien", 404), ("etat=rien", 422), ("q=ornans", 200)]
)
def test_a_list_answers_a_wrong_address_in_words(client, rows, name, query, status):
    log_in(client, rows["subsidy"], Role.GESTIONNAIRE_DAF)

    assert client.get(f"{reverse(f'subsidies:{name}')}?{query}").status_code == status


@pytest.mark.parametrize("name", ["subsidies", "orders", "payments", "grants"])
def test_a_search_of_many_words_asks_no_more_than_its_words(client, rows, name):
    log_in(client, rows["subsidy"], Role.GESTIONNAIRE_DAF)

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse(f"subsidies:{name}"), {"q": "a " * 12})

    assert answer.status_code == 200
    assert max(len(query["sql"]) for query in asked) < 15_000


def test_the_queue_of_payments_narrows_to_what_waits_for_a_validation(client):
    waiting = PaymentFactory(equipment=EquipmentSubsidyFactory(acompte_requested=True))
    paid = EquipmentSubsidyFactory(acompte_paid=True).payments.get()
    log_in(client, waiting.equipment, Role.VALIDEUR_DAF)

    page = words_of(client.get(reverse("subsidies:payments"), {"etat": "prepared"}))

    assert waiting.get_absolute_url() in page
    assert paid.get_absolute_url() not in page


def test_the_subsidies_on_hold_are_found(client):
    held = EquipmentSubsidyFactory(notified=True, held=True)
    other = EquipmentSubsidyFactory(notified=True)
    log_in(client, held, Role.GESTIONNAIRE_DAF)

    page = words_of(client.get(reverse("subsidies:subsidies"), {"suspendues": "on"}))

    assert held.get_absolute_url() in page
    assert other.get_absolute_url() not in page


def test_an_empty_list_says_why(client):
    client.force_login(actor_for(Role.EDITEUR, at=at(ON)).user)

    for name, sentence in (
        ("subsidies", "s’ouvre quand la convention est notifiée"),
        ("orders", "La collectivité les dépose"),
        ("payments", "Elles se préparent"),
        ("grants", "école par école"),
    ):
        assert sentence in words_of(client.get(reverse(f"subsidies:{name}")))


def test_the_queue_shows_what_is_under_way_first_and_from_when_it_is_payable(client):
    done = PaymentFactory(equipment=EquipmentSubsidyFactory(acompte_requested=True), paid=True, pay_before=dt.date(2016, 12, 7))
    subsidy = EquipmentSubsidyFactory(acompte_requested=True, campaign=done.equipment.campaign)
    waiting = PaymentFactory(equipment=subsidy, pay_from=dt.date(2017, 3, 1))
    log_in(client, waiting, Role.VALIDEUR_DAF)

    page = words_of(client.get(reverse("subsidies:payments")))

    assert "à partir du 01/03/2017" in page
    assert done.get_absolute_url() not in page or page.index(waiting.get_absolute_url()) < page.index(done.get_absolute_url())


def test_a_trop_percu_says_who_carries_it(client):
    subsidy = EquipmentSubsidyFactory(service_fait=True)
    EquipmentSubsidy.objects.filter(pk=subsidy.pk).update(state=SubsidyState.OVERPAID)
    log_in(client, subsidy, Role.AGENT_DANE)

    page = words_of(client.get(subsidy.get_absolute_url()))

    assert "La DAF ordonne le reversement hors du portail" in page
    assert "Rien n’est attendu" not in page
