"""The pages of orders, through the client: deposited, corrected, accepted, nothing typed is lost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from plannumerique.organisations.enums import Role
from subsidies.enums import PieceState
from subsidies.models import PurchaseOrder
from tests.factories import siren, siret
from tests.factories_subsidies import ConventionFactory, EquipmentSubsidyFactory, PurchaseOrderFactory
from tests.papers import a_pdf, at
from tests.subsidies.money_pages import ON, log_in, page_of, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: at(ON))


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
