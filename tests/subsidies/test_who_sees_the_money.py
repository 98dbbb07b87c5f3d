"""Who sees what of the money: the account, the pages of the acts, what is expected of each."""

import pytest

from plannumerique.organisations.enums import Role
from tests.factories import actor_for
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, PurchaseOrderFactory, ResourcesSubsidyFactory
from tests.papers import at
from tests.subsidies.money_pages import ON, log_in, page_of, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: at(ON))


@pytest.mark.parametrize(
    ("role", "whole"), [(Role.GESTIONNAIRE_DAF, True), (Role.AGENT_DANE, True), (Role.SIGNATAIRE, True), (Role.RECTEUR, False)]
)
def test_the_account_is_shown_in_full_only_to_whoever_needs_it(client, role, whole):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    payment = subsidy.payments.get()
    log_in(client, subsidy, role)

    for address in (subsidy.get_absolute_url(), payment.get_absolute_url()):
        page = words_of(client.get(address)).replace(" ", "")
        assert (payment.iban in page) is whole
        assert payment.iban[-4:] in page


def test_the_collectivite_reads_neither_the_account_nor_the_payment_of_the_college(client):
    grant = ResourcesSubsidyFactory(paid=True)
    payment = grant.payments.get()
    log_in(client, grant, Role.EDITEUR)

    page = words_of(client.get(grant.get_absolute_url()))

    assert grant.iban[-4:] not in page.replace(" ", "")
    assert payment.dp_number not in page
    assert client.get(payment.get_absolute_url()).status_code == 404


PAGES = [
    ("equipment", "subsidy"),
    ("prepare_decision", "subsidy"),
    ("decision_draft", "subsidy"),
    ("deposit_order", "subsidy"),
    ("propose_account", "subsidy"),
    ("hold", "subsidy"),
    ("order", "order"),
    ("edit_order", "order"),
    ("accept_order", "order"),
    ("payment", "payment"),
    ("validate_payment", "payment"),
    ("resources", "grant"),
    ("notify_grant", "grant"),
    ("notify", "convention"),
]


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


def test_the_rows_of_another_collectivite_are_not_found(client, rows):
    client.force_login(actor_for(Role.EDITEUR, at=at(ON)).user)

    for name, row in PAGES:
        assert client.get(page_of(name, rows[row])).status_code == 404, name
        assert client.post(page_of(name, rows[row]), {"seen": 1}).status_code in (404, 405), name


def test_a_director_reads_the_grant_of_her_school_and_no_page_of_the_money_of_the_collectivite(client, rows):
    log_in(client, rows["subsidy"], Role.DIRECTOR)

    for name, row in PAGES:
        of_the_commune = row not in ("grant", "convention")
        expected = 404 if of_the_commune else 200 if name == "resources" else 403
        assert client.get(page_of(name, rows[row])).status_code == expected, name


def test_every_page_of_an_act_opens_for_who_does_it(client):
    by_name = {
        "withdraw_decision": ("prepared", Role.GESTIONNAIRE_DAF),
        "sign_decision": ("prepared", Role.RECTEUR),
        "record_signed_decision": ("signed", Role.GESTIONNAIRE_DAF),
        "notify_decision": ("signed", Role.VALIDEUR_DAF),
        "replace_decision": ("signed", Role.VALIDEUR_DAF),
        "cancel_subsidy": ("notified", Role.VALIDEUR_DAF),
        "record_ej": ("notified", Role.GESTIONNAIRE_DAF),
        "rectify_ej": ("notified", Role.GESTIONNAIRE_DAF),
        "hold": ("notified", Role.GESTIONNAIRE_DAF),
        "resume": ("held", Role.GESTIONNAIRE_DAF),
        "request_acompte": ("notified", Role.EDITEUR),
        "reject_acompte_request": ("acompte_requested", Role.GESTIONNAIRE_DAF),
        "prepare_acompte": ("acompte_requested", Role.GESTIONNAIRE_DAF),
        "propose_account": ("notified", Role.MANDATAIRE),
    }
    for name, (trait, role) in by_name.items():
        subsidy = EquipmentSubsidyFactory(**{trait: True})
        log_in(client, subsidy, role)
        assert client.get(page_of(name, subsidy)).status_code == 200, name


def test_the_page_of_a_subsidy_shows_to_each_what_is_expected_of_her(client):
    subsidy = EquipmentSubsidyFactory(notified=True, ej_number="")
    log_in(client, subsidy, Role.EDITEUR)
    assert "Demander l’acompte" in words_of(client.get(subsidy.get_absolute_url()))

    log_in(client, subsidy, Role.GESTIONNAIRE_DAF)
    page = words_of(client.get(subsidy.get_absolute_url()))
    assert "Saisir le numéro d’EJ" in page
    assert "Demander l’acompte : collectivité (éditeur)" in page


def test_what_blocks_the_payment_of_the_acompte_stands_beside_its_button(client):
    subsidy = EquipmentSubsidyFactory(acompte_requested=True, ej_number="")
    log_in(client, subsidy, Role.GESTIONNAIRE_DAF)

    page = words_of(client.get(subsidy.get_absolute_url()))

    assert "Préparer le paiement de l’acompte" in page
    assert "Le numéro d’engagement juridique (EJ) manque" in page
