"""The letters of the money, read back from their PDF: amounts in figures and words, references, dates, recourse."""

import datetime as dt
import os
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from plannumerique.files.models import IssuedDocument
from plannumerique.files.pdf import layout
from plannumerique.organisations.enums import Role
from subsidies.documents.common import imputation_of
from subsidies.services.acompte import prepare_acompte
from subsidies.services.decision import prepare_decision, replace_decision, sign_decision
from subsidies.services.payments import record_payment, validate_payment
from subsidies.services.resources import notify_grant
from tests.factories_subsidies import EquipmentSubsidyFactory, ResourcesSubsidyFactory, actor_of

pytestmark = pytest.mark.django_db

ON = dt.date(2016, 9, 23)
SIGNATURE = {
    "on": ON,
    "signatory": "Alix EXEMPLE",
    "capacity": "Secrétaire générale de l’académie",
    "delegation": "arrêté d’exemple du 1er janvier 2016 portant délégation de signature",
}


def text_of(kind):
    """The words of the latest document of that kind, spaces made ordinary."""
    document = IssuedDocument.objects.filter(kind=kind).order_by("-pk").first()
    data = layout(document).data
    if folder := os.environ.get("KEEP_LETTERS"):
        Path(folder, f"{document.reference}.pdf").write_bytes(data)
    pages = PdfReader(BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture
def decided():
    """Two ceilings: convention 12 000, decision 11 000."""
    subsidy = EquipmentSubsidyFactory(prepared=True, decided_amount=Decimal("11000"), ej_number="2100000001")
    sign_decision(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.RECTEUR), **SIGNATURE)
    return subsidy


def test_the_decision_prints_its_two_ceilings_in_figures_and_in_words(decided):
    text = text_of("decision")

    for words in (
        "Décision attributive de subvention n° AAP-2016-DEC-0001",
        "11 000,00 € (onze mille euros)",
        "12 000,00 € (douze mille euros)",
        "5 500,00 € (cinq mille cinq cents euros)",
        "au plus tard le vendredi 14 octobre 2016, le solde est versé avant le 7 décembre 2016, sous réserve",
        "à partir du 1er mars 2017",
        "Pour le recteur et par délégation, secrétaire générale de l’académie, Alix EXEMPLE",
        "délibération n° 2016-42 du 27 juin 2016",
        f"la convention n° {decided.convention.reference} signée le 26 août 2016",
        "Voies et délais de recours",
        "texte d’exemple",
        "Engagement juridique (EJ) 2100000001",
    ):
        assert words in text, words
    assert f"{decided.convention.mobile_classes.first().school} – classe 1" in text
    assert "Article 8" in text


def test_the_budget_lines_stand_in_the_order_of_a_comptable(decided):
    campaign = decided.campaign
    campaign.imputation = {"compte": "6", "activité": "A", "centre_financier": "C", "programme": "P"}

    table = imputation_of(campaign, ej_number="2100000001")

    assert [row.label for row in table.rows] == [
        "Programme",
        "Centre financier",
        "Activité",
        "Compte",
        "Engagement juridique (EJ)",
    ]


def test_a_second_decision_says_which_one_it_replaces(decided):
    daf = actor_of(decided, Role.GESTIONNAIRE_DAF)
    replace_decision(subsidy_id=decided.pk, actor=daf, comment="Montant corrigé.")
    prepare_decision(subsidy_id=decided.pk, actor=daf, amount=Decimal("12000"))
    sign_decision(subsidy_id=decided.pk, actor=daf, **SIGNATURE)

    text = text_of("decision")

    assert "La présente décision annule et remplace la décision n° AAP-2016-DEC-0001." in text
    assert "onze mille" not in text


def test_a_decision_without_acompte_promises_one_payment():
    subsidy = EquipmentSubsidyFactory(prepared=True, acompte_rate=0)
    sign_decision(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.RECTEUR), **SIGNATURE)

    text = text_of("decision")

    assert "La subvention est versée en une fois" in text
    assert "acompte de" not in text


def test_the_certificate_and_the_notice_of_an_acompte():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True, decided_amount=Decimal("11999.99"))
    daf, valideur = actor_of(subsidy, Role.GESTIONNAIRE_DAF), actor_of(subsidy, Role.VALIDEUR_DAF)
    payment = prepare_acompte(subsidy_id=subsidy.pk, actor=daf)
    validate_payment(payment_id=payment.pk, actor=valideur)
    record_payment(payment_id=payment.pk, actor=daf, dp_number="1000000042", on=ON)

    certificate, notice = text_of("acompte"), text_of("payment_notice")

    words = "5 999,99 € (cinq mille neuf cent quatre-vingt-dix-neuf euros et quatre-vingt-dix-neuf centimes)"
    assert words in certificate
    assert words in notice
    order = subsidy.orders.get()
    for expected in (order.number, order.supplier_name, "24 000,00 €", subsidy.ej_number, str(valideur.user), "50 %"):
        assert expected in certificate, expected
    for expected in ("demande de paiement n° 1000000042", "le 23 septembre 2016", "AAP-2016-DEC-0001", "titre de recettes"):
        assert expected in notice, expected
    assert payment.transfer_label in notice
    assert subsidy.convention.iban[:4] not in notice


def test_the_letter_of_a_grant():
    grant = ResourcesSubsidyFactory(justify_by=dt.date(2017, 6, 30))
    notify_grant(grant_id=grant.pk, actor=actor_of(grant, Role.GESTIONNAIRE_DAF), on=ON)

    text = text_of("resources")

    for words in (
        "500,00 € (cinq cents euros)",
        grant.school.uai,
        grant.payee.name,
        "au plus tard le vendredi 30 juin 2017",
        "Éduthèque",
        "reversée à l’État",
    ):
        assert words in text, words
