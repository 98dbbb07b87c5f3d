"""The pages of orders, decisions, payments, grants and accounts, through the client: each does her step, nothing typed is lost."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.files.models import IssuedDocument
from plannumerique.organisations.enums import Role
from subsidies.enums import PaymentState, PieceState, ResourcesState, SubsidyState
from subsidies.models import AccountChange, EquipmentSubsidy, Payment, PurchaseOrder, ResourcesSubsidy
from subsidies.services.acompte import prepare_acompte
from tests.factories import actor_for, siren, siret
from tests.factories_subsidies import (
    TRESOR,
    ConventionFactory,
    EquipmentSubsidyFactory,
    PaymentFactory,
    PurchaseOrderFactory,
    ResourcesSubsidyFactory,
    a_pdf,
    actor_of,
    at,
    iban,
)

pytestmark = pytest.mark.django_db

ON = dt.date(2016, 9, 23)


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: at(ON))


def log_in(client, row, role):
    user = actor_of(row, role, on=ON).user
    client.force_login(user)
    return user


def page_of(name, row):
    return reverse(f"subsidies:{name}", args=[row.pk])


def words_of(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


def an_order(subsidy, **changes):
    typed = {
        "seen": subsidy.version,
        "number": "BC-42",
        "ordered_on": "2016-09-02",
        "supplier_name": "Numérique Exemple SARL",
        "supplier_siret": siret(siren(1, prefix="9000")),
        "channel": "ugap",
        "coordinator": "",
        "amount_ht": "13 333,33",
        "amount_ttc": "16 000",
        "terminals": "ordered",
        "teacher_terminal": "ordered",
        "container": "ordered",
        "administration": "owned",
        "copy": SimpleUploadedFile("bc.pdf", a_pdf(), content_type="application/pdf"),
    }
    classes = subsidy.convention.mobile_classes.order_by("pk")
    return typed | {f"share_{one.pk}": "8000" for one in classes} | changes


# --- Orders ---


def test_an_order_is_deposited_then_accepted_in_the_browser(client):
    subsidy = EquipmentSubsidyFactory(orders=0, convention=ConventionFactory(costs=[[8000, 8000]]))
    log_in(client, subsidy, Role.EDITEUR)
    deposited = client.post(page_of("deposit_order", subsidy), an_order(subsidy))
    assert deposited.status_code == 302
    order = PurchaseOrder.objects.get()

    log_in(client, subsidy, Role.AGENT_DANE)
    accepted = client.post(page_of("accept_order", order), {"seen": order.version})

    assert accepted["Location"] == order.get_absolute_url()
    assert PurchaseOrder.objects.get().state == PieceState.ACCEPTED


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount_ttc": "-3"}, "au moins 0,01"),
        ({"amount_ttc": "1e9"}, "montant"),
        ({"amount_ttc": "12000"}, "ne peut être inférieur au montant HT"),
        ({"supplier_siret": "12345678901234"}, "clé de contrôle"),
        ({"ordered_on": "32/13/2016"}, "Cette date n’existe pas"),
        ({"container": ""}, "Choisissez une réponse"),
    ],
)
def test_what_is_wrong_in_an_order_is_said_and_what_was_typed_stays(client, changes, sentence):
    subsidy = EquipmentSubsidyFactory(orders=0, convention__costs=[[8000, 8000]])
    log_in(client, subsidy, Role.EDITEUR)

    answer = client.post(page_of("deposit_order", subsidy), an_order(subsidy, **changes))

    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert 'value="BC-42"' in words_of(answer)
    assert "bc.pdf" in words_of(answer)
    assert not PurchaseOrder.objects.exists()


def test_parts_that_do_not_make_the_order_are_refused(client):
    subsidy = EquipmentSubsidyFactory(orders=0, convention__costs=[[8000, 8000]])
    log_in(client, subsidy, Role.EDITEUR)
    first = subsidy.convention.mobile_classes.order_by("pk").first()

    answer = client.post(page_of("deposit_order", subsidy), an_order(subsidy, **{f"share_{first.pk}": "7999,99"}))

    assert answer.status_code == 422
    assert "Les parts des classes font 15 999,99 €, la commande est de 16 000,00 € TTC" in words_of(answer)


def test_a_file_of_the_wrong_kind_is_refused_with_the_rest_kept(client):
    subsidy = EquipmentSubsidyFactory(orders=0, convention__costs=[[8000, 8000]])
    log_in(client, subsidy, Role.EDITEUR)
    program = SimpleUploadedFile("bc.pdf", b"MZ\x90\x00 ceci n'est pas un PDF", content_type="application/pdf")

    answer = client.post(page_of("deposit_order", subsidy), an_order(subsidy, copy=program))

    assert answer.status_code == 422
    assert "bc.pdf" in words_of(answer)
    assert not PurchaseOrder.objects.exists()


def test_an_order_is_corrected_with_its_parts_shown(client):
    order = PurchaseOrderFactory(subsidy__convention__costs=[[8000, 8000]])
    log_in(client, order, Role.EDITEUR)
    shown = client.get(page_of("edit_order", order))
    assert words_of(shown).count('value="8 000,00"') == 2

    typed = an_order(order.subsidy, seen=order.version, number="BC-43")
    del typed["copy"]
    answer = client.post(page_of("edit_order", order), typed)

    assert answer.status_code == 302
    assert PurchaseOrder.objects.get().number == "BC-43"


def test_an_early_order_shows_its_obstacle_and_takes_a_derogation(client):
    order = PurchaseOrderFactory(early=True)
    log_in(client, order, Role.AGENT_DANE)
    assert "début d’éligibilité" in words_of(client.get(order.get_absolute_url()))
    assert page_of("grant_early_order", order) in words_of(client.get(order.get_absolute_url()))
    in_time = PurchaseOrderFactory()
    log_in(client, in_time, Role.AGENT_DANE)
    assert page_of("grant_early_order", in_time) not in words_of(client.get(in_time.get_absolute_url()))

    log_in(client, order, Role.AGENT_DANE)
    refused = client.post(page_of("accept_order", order), {"seen": order.version})
    assert refused.status_code == 409
    client.post(page_of("grant_early_order", order), {"seen": order.version, "comment": "Urgence d’exemple."})
    order = PurchaseOrder.objects.get(pk=order.pk)
    client.post(page_of("accept_order", order), {"seen": order.version})

    assert PurchaseOrder.objects.get(pk=order.pk).state == PieceState.ACCEPTED


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

    log_in(client, subsidy, Role.SIGNATAIRE)
    assert client.post(page_of("request_acompte", subsidy), {"seen": 5}).status_code == 302

    log_in(client, subsidy, Role.GESTIONNAIRE_DAF)
    assert client.post(page_of("prepare_acompte", subsidy), {"seen": 6}).status_code == 302
    payment = Payment.objects.get()

    log_in(client, subsidy, Role.VALIDEUR_DAF)
    assert "Valider la demande de paiement" in words_of(client.get(payment.get_absolute_url()))
    assert client.post(page_of("validate_payment", payment), {"seen": 1}).status_code == 302
    typed = {"seen": 2, "dp_number": "1000000001", "on": "2016-09-23"}
    assert client.post(page_of("record_payment", payment), typed).status_code == 302

    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, subsidy.paid_total) == (SubsidyState.ACOMPTE_PAID, Decimal("6000.00"))
    page = words_of(client.get(subsidy.get_absolute_url()))
    for shown in ("Maximum de la convention", "12 000,00 €", "Versé", "6 000,00 €", "AAP-2016-DEC-0001", "Avis de versement"):
        assert shown in page, shown


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


# --- Who sees what ---


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


# --- Lists ---


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
    ("query", "status"), [("page=abc", 404), ("page=99", 404), ("tri=rien", 404), ("state=rien", 422), ("q=ornans", 200)]
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

    page = words_of(client.get(reverse("subsidies:payments"), {"state": "prepared"}))

    assert waiting.get_absolute_url() in page
    assert paid.get_absolute_url() not in page


def test_the_subsidies_on_hold_are_found(client):
    held = EquipmentSubsidyFactory(notified=True, held=True)
    other = EquipmentSubsidyFactory(notified=True)
    log_in(client, held, Role.GESTIONNAIRE_DAF)

    page = words_of(client.get(reverse("subsidies:subsidies"), {"held": "on"}))

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
