"""The pages of decisions, payments, grants and accounts, through the client: each does her step, nothing typed is lost."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from plannumerique.files.models import IssuedDocument
from plannumerique.organisations.enums import Role
from subsidies.enums import PaymentState, ResourcesState, SubsidyState
from subsidies.models import AccountChange, EquipmentSubsidy, Payment, ResourcesSubsidy
from subsidies.services.acompte import prepare_acompte
from tests.factories_subsidies import (
    TRESOR,
    ConventionFactory,
    EquipmentSubsidyFactory,
    PaymentFactory,
    PurchaseOrderFactory,
    ResourcesSubsidyFactory,
    actor_of,
    iban,
)
from tests.papers import a_pdf, at
from tests.subsidies.money_pages import ON, log_in, page_of, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: at(ON))


# --- The thread of the money ---


def test_the_dane_notifies_a_signed_convention_and_its_subsidy_opens(client):
    convention = ConventionFactory(signed=True)
    IssuedDocument.objects.filter(pk=convention.document_id).update(
        state="signed",
        signed_file=convention.document.file,
        signed_on=convention.recteur_signed_on,
        signatory_name="Alix EXEMPLE",
        signatory_capacity="secrétaire générale",
    )
    log_in(client, convention, Role.AGENT_DANE)
    assert "12 000,00 €" in words_of(client.get(page_of("notify", convention)))

    answer = client.post(page_of("notify", convention), {"seen": convention.version, "on": "2016-09-23"})

    assert answer["Location"] == convention.get_absolute_url()
    assert EquipmentSubsidy.objects.get().convention == convention


def test_the_money_goes_from_the_decision_to_the_paid_acompte_by_four_people(client):
    subsidy = EquipmentSubsidyFactory()

    render_a_decision(client, subsidy)
    request_and_prepare_the_acompte(client, subsidy)
    validate_and_pay(client, Payment.objects.get(), subsidy)

    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, subsidy.paid_total) == (SubsidyState.ACOMPTE_PAID, Decimal("6000.00"))
    page = words_of(client.get(subsidy.get_absolute_url()))
    for shown in ("Maximum de la convention", "12 000,00 €", "Versé", "6 000,00 €", "AAP-2016-DEC-0001", "Avis de versement"):
        assert shown in page, shown


def render_a_decision(client, subsidy):
    log_in(client, subsidy, Role.GESTIONNAIRE_DAF)
    answer = client.post(page_of("prepare_decision", subsidy), {"seen": 1, "amount": "12 000,00"})
    assert answer.status_code == 302
    draft = client.get(page_of("decision_draft", subsidy))
    assert (draft.status_code, draft["Content-Type"], draft.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert client.post(page_of("record_ej", subsidy), {"seen": 2, "ej_number": "2100000001"}).status_code == 302

    log_in(client, subsidy, Role.RECTEUR)
    form = client.get(page_of("sign_decision", subsidy))
    assert 'value="Alix EXEMPLE"' in words_of(form)
    typed = {"seen": 3, "on": "2016-09-23", "signatory": "Alix EXEMPLE", "capacity": "Secrétaire générale"}
    assert client.post(page_of("sign_decision", subsidy), typed).status_code == 302
    IssuedDocument.objects.filter(kind="decision").update(
        state="rendered", file=subsidy.convention.document.file, sha256="0" * 64
    )

    log_in(client, subsidy, Role.VALIDEUR_DAF)
    typed = {"seen": 4, "on": "2016-09-23", "proof": "LRAR d’exemple"}
    assert client.post(page_of("notify_decision", subsidy), typed).status_code == 302


def request_and_prepare_the_acompte(client, subsidy):
    log_in(client, subsidy, Role.SIGNATAIRE)
    assert client.post(page_of("request_acompte", subsidy), {"seen": 5}).status_code == 302

    log_in(client, subsidy, Role.GESTIONNAIRE_DAF)
    assert client.post(page_of("prepare_acompte", subsidy), {"seen": 6}).status_code == 302


def validate_and_pay(client, payment, subsidy):
    log_in(client, subsidy, Role.VALIDEUR_DAF)
    assert "Valider la demande de paiement" in words_of(client.get(payment.get_absolute_url()))
    assert client.post(page_of("validate_payment", payment), {"seen": 1}).status_code == 302
    typed = {"seen": 2, "dp_number": "1000000001", "on": "2016-09-23"}
    assert client.post(page_of("record_payment", payment), typed).status_code == 302


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [("12 000,01", "12 000,00"), ("-1", "au moins 0,01"), ("1e3", "montant"), ("", "Indiquez un montant")],
)
def test_an_amount_out_of_the_convention_is_refused_on_the_page(client, amount, sentence):
    subsidy = EquipmentSubsidyFactory()
    log_in(client, subsidy, Role.GESTIONNAIRE_DAF)

    answer = client.post(page_of("prepare_decision", subsidy), {"seen": 1, "amount": amount})

    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert EquipmentSubsidy.objects.get().state == SubsidyState.CREATED


def test_a_stale_page_keeps_what_was_typed_and_names_who_was_first(client):
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    first = log_in(client, subsidy, Role.GESTIONNAIRE_DAF)
    client.post(page_of("hold", subsidy), {"seen": 1, "comment": "Contrôle d’exemple."})
    log_in(client, subsidy, Role.VALIDEUR_DAF)

    answer = client.post(page_of("rectify_ej", subsidy), {"seen": 1, "ej_number": "2199999999", "comment": "Chiffre faux."})

    assert answer.status_code == 409
    assert f"Déjà traité par {first}" in words_of(answer)
    assert 'value="2199999999"' in words_of(answer)
    assert "Chiffre faux." in words_of(answer)


def test_the_signed_paper_is_kept_from_the_browser(client):
    subsidy = EquipmentSubsidyFactory(signed=True)
    log_in(client, subsidy, Role.GESTIONNAIRE_DAF)
    typed = {
        "seen": subsidy.version,
        "file": SimpleUploadedFile("decision.pdf", a_pdf(), content_type="application/pdf"),
        "name": "Alix EXEMPLE",
        "capacity": "Secrétaire générale",
        "on": "2016-09-14",
    }

    assert client.post(page_of("record_signed_decision", subsidy), typed).status_code == 302
    assert IssuedDocument.objects.get(kind="decision").is_signed


def test_a_valideur_who_prepared_reads_why_she_has_no_button(client):
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    payment = prepare_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=ON))
    actor_of(subsidy, Role.VALIDEUR_DAF, on=ON, user=payment.preparer)
    client.force_login(payment.preparer)

    assert "Vous avez préparé cette demande" in words_of(client.get(payment.get_absolute_url()))
    refused = client.post(page_of("validate_payment", payment), {"seen": 1})
    assert refused.status_code == 403
    assert "Vous avez préparé cette demande" in words_of(refused)


def test_rejecting_is_possible_and_never_what_the_page_of_a_payment_expects(client):
    payment = PaymentFactory(equipment=EquipmentSubsidyFactory(acompte_requested=True))
    log_in(client, payment, Role.GESTIONNAIRE_DAF)

    page = client.get(payment.get_absolute_url()).content.decode()

    expected, _, others = page.partition('id="autres"')
    url = reverse("subsidies:reject_payment", args=[payment.pk])
    assert url not in expected
    assert url in others


def test_a_payment_to_come_or_with_a_future_date_is_refused_on_the_page(client):
    payment = PaymentFactory(
        equipment=EquipmentSubsidyFactory(acompte_requested=True), validated=True, validated_on=ON - dt.timedelta(days=2)
    )
    log_in(client, payment.equipment, Role.GESTIONNAIRE_DAF)

    answer = client.post(page_of("record_payment", payment), {"seen": 1, "dp_number": "1", "on": "2016-09-24"})

    assert answer.status_code == 422
    assert "ne peut pas suivre le 23 septembre 2016" in words_of(answer)
    assert Payment.objects.get().state == PaymentState.VALIDATED


def test_an_acompte_that_the_orders_would_not_justify_is_warned_of(client):
    subsidy = EquipmentSubsidyFactory(acompte_requested=True, orders=0)
    PurchaseOrderFactory(subsidy=subsidy, accepted=True, amount_ttc=Decimal("4000"))
    payment = prepare_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=ON))
    log_in(client, subsidy, Role.VALIDEUR_DAF)

    assert "il donnera lieu à un trop-perçu" in words_of(client.get(payment.get_absolute_url()))


# --- Grants and accounts ---


def test_a_grant_is_notified_its_account_typed_and_its_payment_prepared(client):
    grant = ResourcesSubsidyFactory()
    log_in(client, grant, Role.GESTIONNAIRE_DAF)
    client.post(page_of("notify_grant", grant), {"seen": 1, "on": "2016-09-23"})
    client.post(page_of("record_college_account", grant), {"seen": 2, "siret": grant.payee.siret, "iban": iban(5, bank=TRESOR)})
    client.post(page_of("record_grant_ej", grant), {"seen": 3, "ej_number": "2100000002"})
    answer = client.post(page_of("prepare_grant_payment", grant), {"seen": 4})

    assert answer.status_code == 302
    assert ResourcesSubsidy.objects.get().state == ResourcesState.NOTIFIED
    assert Payment.objects.get().amount == Decimal("500.00")
    rectified = client.post(page_of("rectify_grant_ej", grant), {"seen": 5, "ej_number": "2100000003", "comment": "Erreur."})
    assert rectified.status_code == 302
    assert Payment.objects.get().ej_number == "2100000003"


def test_an_iban_with_a_wrong_key_is_refused(client):
    grant = ResourcesSubsidyFactory()
    log_in(client, grant, Role.GESTIONNAIRE_DAF)
    wrong = f"FR00{iban(5, bank=TRESOR)[4:]}"

    answer = client.post(page_of("record_college_account", grant), {"seen": 1, "siret": grant.payee.siret, "iban": wrong})

    assert answer.status_code == 422
    assert "La clé de cet IBAN est fausse" in words_of(answer)


@pytest.mark.parametrize(("name", "factory"), [("record_college_account", ResourcesSubsidyFactory), ("propose_account", None)])
def test_a_bic_that_is_not_one_is_refused_and_stays_to_be_corrected(client, name, factory):
    row = factory() if factory else EquipmentSubsidyFactory(notified=True)
    log_in(client, row, Role.GESTIONNAIRE_DAF if factory else Role.EDITEUR)

    answer = client.post(page_of(name, row), {"seen": 1, "iban": iban(5, bank=TRESOR), "bic": "12345"})

    assert answer.status_code == 422
    assert "Un BIC compte 8 ou 11 signes" in words_of(answer)
    assert 'value="12345"' in words_of(answer)


def test_a_new_account_goes_through_its_three_hands(client):
    subsidy = EquipmentSubsidyFactory(notified=True)
    log_in(client, subsidy, Role.EDITEUR)
    typed = {
        "seen": 1,
        "iban": iban(4242),
        "holder": "Trésorerie d’exemple",
        "rib": SimpleUploadedFile("rib.pdf", a_pdf(), content_type="application/pdf"),
    }
    assert client.post(page_of("propose_account", subsidy), typed).status_code == 302
    change = AccountChange.objects.get()

    log_in(client, subsidy, Role.AGENT_DANE)
    assert "Accepter le RIB" in words_of(client.get(change.get_absolute_url()))
    client.post(page_of("accept_rib", change), {"seen": 1})
    log_in(client, subsidy, Role.VALIDEUR_DAF)
    client.post(page_of("confirm_account", change), {"seen": 2})

    assert AccountChange.objects.get().state == "confirmed"
