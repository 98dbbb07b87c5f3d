"""What contradicts the rules is named by its cell, before anything is written; the door refuses it too."""

from decimal import Decimal

import pytest

from deployments.models import MobileClass
from plannumerique.journal.machine import Refused
from portal.taking_over.contradictions import faults_of
from subsidies.models import EquipmentSubsidy, PastExpense
from subsidies.services import taking_over as services
from tests.portal.taking_over.settled import plain
from tests.taken_over import ACOMPTE, CLOSED, DECIDED, GRANT, SERVICE_FAIT, SOLDE, entered, line_of, read, the_dossier

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"subsidy_max": "12 000,01"}, "subsidy_max", "le barème donne 12 000,00 €"),
        ({"decision_amount": "12 000,01"}, "decision_amount", "dépasse le montant maximal"),
        ({"acompte_amount": "6000,01"}, "acompte_amount", "dépasse 50 % du montant décidé"),
        ({"acompte_on": "05/05/2016"}, "acompte_on", "ne peut être payé avant"),
        ({"complete_on": "05/05/2016"}, "complete_on", "les justificatifs ne peuvent la précéder"),
        ({"service_fait_on": "31/08/2016"}, "service_fait_on", "ne sont complètes que du"),
        ({"acompte_on": "06/09/2016"}, "service_fait_on", "ce qui se paie est le solde"),
        ({"received_on": "06/09/2016"}, "received_on", "n’a pu être reçu après"),
        ({"received_on": "03/04/2016"}, "received_on", "n’a pu être reçu avant"),
        ({"justified_total": "25 000,51"}, "justified_total", "les classes en font 25 000,50 €"),
        ({"definitive_amount": "11 950,26"}, "definitive_amount", "les règles donnent 11 950,25 €"),
        ({"solde_amount": "5 950,26"}, "solde_amount", "dépasse ce qui restait dû (5 950,25 €)"),
        ({"solde_amount": "5 950,24"}, "solde_amount", "inférieur à ce qui restait dû"),
        ({"solde_on": "04/09/2016"}, "solde_on", "le solde ne peut être payé avant"),
        ({"solde_dp": "1000000077"}, "solde_dp", "aussi celui de l’acompte"),
        ({"solde_amount": "", "solde_on": "", "solde_dp": ""}, "solde_amount", "Il restait 5 950,25 € à payer"),
        ({"closed_on": "14/09/2016"}, "closed_on", "ne peut être close avant"),
        ({"grant_amount": "499,99"}, "grant_amount", "la dotation de l’école est de 500,00 €"),
        ({"grant_notified_on": "03/04/2016"}, "grant_notified_on", "ne peut être notifiée avant"),
        ({"grant_paid_on": "09/05/2016"}, "grant_paid_on", "ne peut être payée avant"),
    ],
)
def test_a_cell_that_breaks_a_rule_is_named(campaign, cells, column, sentence):
    reading = read(campaign, line_of(CLOSED, **cells))
    assert not reading.faults

    found = list(faults_of(reading.dossiers[0], layout=reading.layout, terms=campaign.current_terms().as_rule()))

    named = {fault.head: plain(fault.sentence) for fault in found}
    assert sentence in named[reading.layout.head(column)]


def test_a_right_workbook_contradicts_nothing(campaign):
    for stage in (ACOMPTE, SERVICE_FAIT, SOLDE, CLOSED):
        reading = read(campaign, line_of(stage))
        terms = campaign.current_terms().as_rule()
        assert list(faults_of(reading.dossiers[0], layout=reading.layout, terms=terms)) == []


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"justified_2": ""}, "justified_2", "0 si elle n’a pas été réalisée"),
        ({"expense_3": "", "subsidy_max": "8000"}, "justified_3", "n’est pas retenue"),
        ({"received_on": ""}, "received_on", "écrivez le jour où l’école a reçu"),
        ({"stage": "acompte payé"}, "service_fait_on", "l’étape atteinte est « acompte payé »"),
        ({"stage": "service fait constaté"}, "solde_amount", "l’étape atteinte est « service fait constaté »"),
        ({"stage": "trop-perçu constaté"}, "solde_amount", "l’étape atteinte est « trop-perçu constaté »"),
        ({"service_fait_number": ""}, "service_fait_number", "la demande"),
        ({"solde_dp": ""}, "solde_dp", "celles qui vont avec elle"),
        ({"acompte_dp": ""}, "acompte_dp", "celles qui vont avec elle"),
        ({"ej_number": ""}, "ej_number", "engagement juridique"),
        ({"closed_on": ""}, "closed_on", "la demande"),
        ({"justified_1": "-1"}, "justified_1", ""),
        ({"grant_dp": ""}, "grant_dp", "celles qui vont avec elle"),
        ({"grant_reference": ""}, "grant_reference", "celles qui vont avec elle"),
    ],
)
def test_a_cell_that_is_missing_or_too_many_is_named(campaign, cells, column, sentence):
    reading = read(campaign, line_of(CLOSED, **cells))

    named = {fault.head: plain(fault.sentence) for fault in reading.faults}
    assert sentence in named[reading.layout.head(column)]
    assert not reading.dossiers


def test_the_cells_of_a_later_stage_are_refused_on_the_line_of_a_school_too(campaign):
    reading = read(campaign, line_of(DECIDED, justified_1="8000"), line_of({}, **GRANT))

    assert sorted((fault.row, fault.head) for fault in reading.faults if fault.head.startswith("Dépense justifiée")) == [
        (2, "Dépense justifiée, classe 1")
    ]
    assert {fault.row for fault in reading.faults if fault.head.startswith("Dotation")} == {3}


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"definitive_amount": "11 950,26"}, "les règles donnent"),
        ({"justified_total": "1"}, "les classes en font"),
        ({"service_fait_on": "31/08/2016"}, "ne sont complètes que du"),
        ({"received_on": "06/09/2016"}, "n’a pu être reçu après"),
        ({"service_fait_on": "27/09/2016"}, "est à venir"),
    ],
)
def test_the_door_refuses_a_service_fait_that_breaks_a_rule(campaign, bring, dane, cells, sentence):
    line = line_of(SERVICE_FAIT)
    bring({key: text for key, text in (line | {"stage": "acompte payé"}).items() if key in line_of(ACOMPTE) or key == "stage"})

    with pytest.raises(Refused) as refused:
        entered(campaign, line | cells, by=dane)

    assert sentence in plain(refused.value)
    assert EquipmentSubsidy.objects.get().state == "acompte_paid"
    assert not PastExpense.objects.exists()
    assert set(MobileClass.objects.values_list("state", flat=True)) == {"planned"}


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"solde_amount": "5 950,26"}, "dépasse ce qui restait dû"),
        ({"solde_on": "04/09/2016"}, "ne peut être payé avant"),
        ({"solde_on": "27/09/2016"}, "est à venir"),
        ({"solde_dp": "1000000077"}, "désigne déjà un autre paiement"),
    ],
)
def test_the_door_refuses_a_solde_that_breaks_a_rule(campaign, bring, gestionnaire, cells, sentence):
    line = line_of(SOLDE)
    without = dict.fromkeys(("solde_amount", "solde_on", "solde_dp"), "")
    bring(line | without | {"stage": "service fait constaté"})

    with pytest.raises(Refused) as refused:
        entered(campaign, line | cells, by=gestionnaire)

    assert sentence in plain(refused.value)
    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, subsidy.paid_total) == ("service_fait", Decimal("6000"))


def test_classes_are_neither_fewer_nor_more_than_the_convention_equips(campaign, bring, dane):
    line = line_of(ACOMPTE)
    subsidy = bring(line)
    past = the_dossier(campaign, line_of(SERVICE_FAIT)).service_fait

    with pytest.raises(Refused) as refused:
        services.take_over_service_fait(subsidy_id=subsidy.pk, actor=dane, past=past, receptions={})

    assert "ne dit rien de cette classe" in plain(refused.value)
    assert "ne couvre pas cette classe" in plain(refused.value)
    assert EquipmentSubsidy.objects.get().state == "acompte_paid"


def test_a_subsidy_whose_grant_is_open_is_not_closed(campaign, bring, gestionnaire):
    line = line_of(CLOSED, **dict.fromkeys(GRANT, ""))
    bring(line | {"stage": "solde payé", "closed_on": ""})

    with pytest.raises(Refused, match="n’est ni versée ni annulée"):
        entered(campaign, line, by=gestionnaire)
    assert EquipmentSubsidy.objects.get().state == "solde_paid"
