"""Dossiers justified, paid and closed before the portal: to the cent, by the hands of each, refused by the cell that is wrong."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conventions.models import Convention
from deployments.models import MobileClass
from plannumerique.files.models import IssuedDocument
from plannumerique.jobs.models import Job
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from portal.taking_over.contradictions import faults_of
from portal.taking_over.entered import NothingToEnter
from projects.enums import ActKind
from projects.rules import ClassKey
from subsidies.claims import definitive_of
from subsidies.models import EquipmentSubsidy, PastExpense, Payment, ResourcesSubsidy
from subsidies.services import taking_over as services
from subsidies.services.account import accept_rib, confirm_account, propose_account
from subsidies.services.payments import record_payment, reject_payment, validate_payment
from subsidies.services.service_fait import revoke_service_fait
from subsidies.services.solde import liquidate_solde
from tests.factories import SchoolFactory, actor_for
from tests.factories_statement import printed
from tests.factories_subsidies import actor_of, draft, iban, word_the_acts
from tests.taken_over import (
    ACOMPTE,
    CLOSED,
    DECIDED,
    GRANT,
    NOTIFIED,
    NOW,
    SERVICE_FAIT,
    SIGNED,
    SOLDE,
    a_line,
    address,
    entered,
    line_of,
    read,
    the_dossier,
    workbook,
)

pytestmark = pytest.mark.django_db

WITHOUT_ACOMPTE = dict.fromkeys(("acompte_amount", "acompte_on", "acompte_dp"), "")


@pytest.fixture
def bring(campaign, dane, gestionnaire, valideur):
    """The same workbook brought by each in turn, every payment confirmed, until nobody has anything left to enter."""

    def walk(*lines):
        for _ in range(4):
            for who in (dane, gestionnaire):
                try:
                    entered(campaign, *lines, by=who)
                except NothingToEnter:
                    continue
            confirm(valideur)
        return EquipmentSubsidy.objects.get()

    return walk


def confirm(valideur):
    for payment in Payment.objects.under_way():
        services.confirm_past_payment(payment_id=payment.pk, actor=valideur)


def plain(sentence):
    return str(sentence).replace("\u202f", " ").replace("\u00a0", " ")


def money(*amounts):
    return tuple(Decimal(one) for one in amounts)


# --- Each stage, to the cent ---


def test_case_a_service_fait_stands_on_what_each_class_has_justified(bring):
    subsidy = bring(line_of(SERVICE_FAIT))

    assert (subsidy.state, subsidy.service_fait_on, subsidy.complete_on) == (
        "service_fait",
        dt.date(2016, 9, 5),
        dt.date(2016, 9, 1),
    )
    assert (subsidy.justified_amount, subsidy.definitive_amount, subsidy.paid_total) == money("25000.50", "11950.25", "6000")
    assert (subsidy.service_fait_reference, subsidy.service_fait_by) == ("SF-PAPIER-1", None)
    definitive = definitive_of(subsidy)
    assert definitive.amount == subsidy.definitive_amount
    assert [line.subsidy for line in definitive.justified.lines] == list(money("3950.25", "4000", "4000"))
    assert set(MobileClass.objects.values_list("state", "received_on", "certified_on")) == {
        ("received", dt.date(2016, 8, 20), dt.date(2016, 9, 5))
    }
    assert not OutboxMail.objects.exists()
    assert not IssuedDocument.objects.exists()


def test_case_a_solde_paid_leaves_nothing_to_pay(bring):
    subsidy = bring(line_of(SOLDE))

    assert (subsidy.state, subsidy.paid_total, subsidy.remaining) == ("solde_paid", Decimal("11950.25"), 0)
    acompte, solde = Payment.objects.order_by("pk")
    assert (solde.kind, solde.state, solde.dp_number, solde.paid_on) == ("solde", "paid", "1000000078", dt.date(2016, 9, 15))
    assert (solde.amount, solde.already_paid, solde.ceiling) == money("5950.25", "6000", "12000")
    assert subsidy.paid_total == acompte.amount + solde.amount
    assert not OutboxMail.objects.exists()
    assert not IssuedDocument.objects.exists()


def test_a_closed_dossier_is_closed_on_the_day_of_its_papers_with_its_convention(bring):
    subsidy = bring(line_of(CLOSED))

    assert (subsidy.state, subsidy.closed_on) == ("closed", dt.date(2016, 9, 20))
    assert Convention.objects.get().state == "settled_up"
    grant = ResourcesSubsidy.objects.get()
    assert (grant.state, grant.paid_total, grant.reference) == ("paid", Decimal("500"), "RESS-PAPIER-1")
    assert (grant.notified_on, grant.taken_over_on) == (dt.date(2016, 5, 10), NOW.date())
    assert not OutboxMail.objects.exists()
    assert not IssuedDocument.objects.exists()
    about = JournalLine.objects.exclude(act__in=["open"]).values_list("label", flat=True)
    assert [label for label in about if not label.startswith("Reprise\u00a0: ")] == []


def test_case_b_a_class_given_up_and_two_at_five_thousand_make_a_trop_percu_of_one_thousand(bring):
    justified = {"justified_1": "5000", "justified_2": "5000", "justified_3": "0", "justified_total": "10000"}

    subsidy = bring(line_of(SERVICE_FAIT, **justified, definitive_amount="5000", stage="trop-perçu constaté"))

    assert (subsidy.state, subsidy.definitive_amount, subsidy.paid_total) == ("overpaid", Decimal("5000"), Decimal("6000"))
    assert sorted(MobileClass.objects.values_list("state", flat=True)) == ["received", "received", "renounced"]
    assert PastExpense.objects.count() == 2


def test_case_c_classes_are_not_mixed(bring):
    costs = {"subsidy_max": "7500", "decision_amount": "7500", "acompte_amount": "3750"}
    said = {"justified_1": "7000", "justified_2": "9000", "justified_total": "16000", "definitive_amount": "7500"}

    subsidy = bring(line_of(SOLDE, "7000", "9000", **costs, **said, solde_amount="3750"))

    assert (subsidy.definitive_amount, subsidy.paid_total) == money("7500", "7500")


def test_case_d_the_odd_cent_comes_with_the_solde(bring):
    amounts = {"decision_amount": "11999,99", "acompte_amount": "5999,99", "definitive_amount": "11999,99"}
    justified = {"justified_1": "8000", "justified_total": "25100"}

    subsidy = bring(line_of(SOLDE, **amounts, **justified, solde_amount="6000"))

    assert (subsidy.definitive_amount, subsidy.paid_total) == money("11999.99", "11999.99")


def test_case_h_what_is_justified_above_the_decision_is_not_due(bring):
    amounts = {"decision_amount": "11000", "acompte_amount": "5500", "definitive_amount": "11000", "solde_amount": "5500"}

    subsidy = bring(line_of(SOLDE, **amounts))

    assert (subsidy.justified_amount, subsidy.definitive_amount, subsidy.paid_total) == money("25000.50", "11000", "11000")


def test_case_i_a_forecast_below_the_cap_is_the_maximum(bring):
    amounts = {"subsidy_max": "3000", "decision_amount": "3000", "acompte_amount": "1500", "definitive_amount": "3000"}
    justified = {"justified_1": "7500", "justified_total": "7500"}

    assert bring(line_of(SOLDE, "6000", **amounts, **justified, solde_amount="1500")).paid_total == Decimal("3000")


def test_case_j_a_solde_without_acompte_pays_the_whole(bring):
    subsidy = bring(line_of(SOLDE, **WITHOUT_ACOMPTE, solde_amount="11950,25"))

    assert (subsidy.state, subsidy.paid_total) == ("solde_paid", Decimal("11950.25"))
    assert Payment.objects.get().kind == "solde"


def test_an_acompte_that_paid_all_that_was_due_has_no_solde(bring):
    justified = {"justified_1": "4000", "justified_2": "4000", "justified_3": "4000", "justified_total": "12000"}
    no_solde = dict.fromkeys(("solde_amount", "solde_on", "solde_dp"), "")

    subsidy = bring(line_of(SOLDE, **justified, **no_solde, definitive_amount="6000"))

    assert (subsidy.state, subsidy.paid_total, Payment.objects.count()) == ("solde_paid", Decimal("6000"), 1)


def test_two_phases_of_a_school_number_their_classes_in_a_row(bring):
    school, college = SchoolFactory(), SchoolFactory(college=True)
    both = {"subsidy_max": "8000", "decision_amount": "8000", "acompte_amount": "4000", "recteur_signed_on": "30/06/2016"}
    both |= {"convention_notified_on": "01/07/2016", "decision_on": "02/07/2016", "decision_notified_on": "04/07/2016"}
    both |= {"acompte_on": "20/07/2016", "justified_total": "14000", "definitive_amount": "7000"}
    first = a_line(school, college, "8000", **SERVICE_FAIT | both | {"justified_1": "6000"})
    received = {"received_on": "25/08/2016", "justified_1": "8000"}
    second = a_line(school, college, "8000", phase=3, selection_on="01/06/2016", stage="", **received)

    subsidy = bring(second, first)

    assert [(one.mobile_class.number, one.amount) for one in subsidy.past_expenses.order_by("mobile_class__number")] == [
        (1, Decimal("6000")),
        (2, Decimal("8000")),
    ]


# --- An unfavourable opinion that was passed over ---

OVERRULED = {
    "cbr_received_on": "01/03/2016",
    "cbr_sense": "défavorable",
    "cbr_given_on": "10/03/2016",
    "cbr_overruled_on": "18/03/2016",
    "cbr_overruled_motive": "Le programme national retient ces écoles.",
}


def above_the_threshold(**cells):
    """Thirty-two classes at 8 000 €: 256 000 €, above the 250 000 € of the campaign; written on one line a school."""
    college, first = SchoolFactory(college=True), SchoolFactory()
    schools = [first, *(SchoolFactory(collectivite=first.collectivite) for _ in range(10))]
    convention = {**SIGNED, "subsidy_max": "128000", **cells}
    whole = [a_line(one, college, stage="") for one in schools[:-1]]
    whole.append(a_line(schools[-1], college, "8000", "8000", stage=""))
    siret = a_line(first, college, **convention)["siret"]
    whole[0] |= convention | {"siret": siret}
    return whole


def test_an_unfavourable_opinion_passed_over_keeps_its_date_and_motives(campaign, dane):
    entered(campaign, *above_the_threshold(**OVERRULED), by=dane)

    convention = Convention.objects.get()
    assert (convention.state, convention.cbr_sense) == ("signed_recteur", "unfavourable")
    assert (convention.cbr_given_on, convention.cbr_overruled_on) == (dt.date(2016, 3, 10), dt.date(2016, 3, 18))
    assert convention.cbr_overruled_motive == "Le programme national retient ces écoles."


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"cbr_overruled_on": "", "cbr_overruled_motive": ""}, "passer outre par une décision écrite"),
        ({"cbr_overruled_on": "09/03/2016"}, "ne peut le précéder"),
        ({"cbr_overruled_on": "31/03/2016"}, "passer outre par une décision écrite"),
        ({"cbr_sense": "favorable"}, "il n’y avait pas à passer outre"),
        ({"cbr_sense": "", "cbr_given_on": ""}, "il n’y avait pas à passer outre"),
    ],
)
def test_a_passing_over_that_breaks_a_rule_is_refused_whole(campaign, dane, cells, sentence):
    with pytest.raises(Refused) as refused:
        entered(campaign, *above_the_threshold(**OVERRULED | cells), by=dane)

    assert sentence in plain(refused.value)
    assert not Convention.objects.exists()


def test_a_visa_refused_is_not_passed_over(campaign, dane):
    campaign.cbr_nature = "visa"
    campaign.save()

    with pytest.raises(Refused, match="ne peut pas passer outre"):
        entered(campaign, *above_the_threshold(**OVERRULED), by=dane)
    assert not Convention.objects.exists()


def test_below_the_threshold_there_is_nothing_to_pass_over(campaign, dane):
    with pytest.raises(Refused, match="ne dépasse pas le seuil"):
        entered(campaign, line_of(SIGNED, **OVERRULED), by=dane)


def test_the_motives_without_the_date_are_named(campaign):
    reading = read(campaign, line_of(SIGNED, **OVERRULED | {"cbr_overruled_on": ""}))

    assert [fault.head for fault in reading.faults] == ["CBR : passé outre le"]


# --- Each by his own hand ---


def test_each_finds_said_who_comes_before(campaign, dane, gestionnaire, valideur):
    line = line_of(CLOSED)
    assert "un gestionnaire de la DAF" in entered(campaign, line, by=dane).awaited[0]
    assert "attend que l’acompte soit confirmé" in entered(campaign, line, by=gestionnaire).awaited[0]
    with pytest.raises(NothingToEnter, match="confirmé par un valideur"):
        entered(campaign, line, by=dane)
    confirm(valideur)
    with pytest.raises(NothingToEnter, match="la DANE dépose ce même classeur"):
        entered(campaign, line, by=gestionnaire)
    assert "un gestionnaire de la DAF" in entered(campaign, line, by=dane).awaited[0]
    assert "attend que les paiements soient confirmés" in entered(campaign, line, by=gestionnaire).awaited[0]
    confirm(valideur)
    assert entered(campaign, line, by=gestionnaire).awaited == []
    with pytest.raises(NothingToEnter, match="déjà repris"):
        entered(campaign, line, by=gestionnaire)
    assert EquipmentSubsidy.objects.get().state == "closed"


@pytest.mark.parametrize("role", [Role.GESTIONNAIRE_DAF, Role.VALIDEUR_DAF, Role.RECTEUR])
def test_the_service_fait_is_entered_by_the_dane_alone(campaign, bring, role):
    subsidy, past = bring(line_of(ACOMPTE)), the_dossier(campaign, line_of(SERVICE_FAIT))

    with pytest.raises(PermissionDenied):
        services.take_over_service_fait(
            subsidy_id=subsidy.pk,
            actor=actor_for(role, campaign.academie, at=NOW),
            past=past.service_fait,
            receptions=past.receptions,
        )
    assert EquipmentSubsidy.objects.get().state == "acompte_paid"
    assert not PastExpense.objects.exists()


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.VALIDEUR_DAF])
def test_the_solde_the_closing_and_the_grants_are_not_entered_by_others(campaign, bring, role):
    line = line_of(SERVICE_FAIT)
    subsidy, past = bring(line), the_dossier(campaign, line_of(CLOSED))
    other = actor_for(role, campaign.academie, at=NOW)

    for refused in (
        lambda: services.take_over_solde(subsidy_id=subsidy.pk, actor=other, past=past.solde),
        lambda: services.take_over_closing(subsidy_id=subsidy.pk, actor=other, on=past.closed_on),
        lambda: services.take_over_overpaid(subsidy_id=subsidy.pk, actor=other),
        lambda: services.take_over_grant(grant_id=ResourcesSubsidy.objects.get().pk, actor=other, past=past.grants[0][2]),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert EquipmentSubsidy.objects.get().state == "service_fait"
    assert ResourcesSubsidy.objects.get().state == "created"
    assert Payment.objects.count() == 1


def test_a_solde_does_not_count_before_another_person_confirms_it(campaign, dane, gestionnaire, valideur):
    line = line_of(SOLDE)
    entered(campaign, line, by=dane)
    entered(campaign, line, by=gestionnaire)
    confirm(valideur)
    entered(campaign, line, by=dane)
    entered(campaign, line, by=gestionnaire)
    solde = Payment.objects.get(kind="solde")

    with pytest.raises(PermissionDenied):
        services.confirm_past_payment(payment_id=solde.pk, actor=gestionnaire)

    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, subsidy.paid_total) == ("solde_liquidated", Decimal("6000"))


# --- What contradicts the rules is named by its cell, before anything is written; the door refuses it too ---


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


# --- From there, the portal ---


def test_a_service_fait_taken_over_is_settled_in_the_portal(campaign, bring, gestionnaire, valideur):
    subsidy = bring(line_of(SERVICE_FAIT))
    word_the_acts(campaign)
    give_an_account(subsidy)
    november = dt.date(2016, 11, 25)

    payment = liquidate_solde(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=november))
    validator = actor_of(subsidy, Role.VALIDEUR_DAF, on=november)
    validate_payment(payment_id=payment.pk, actor=validator)
    record_payment(payment_id=payment.pk, actor=validator, dp_number="1000000099", on=november)

    assert (payment.amount, payment.exercise) == (Decimal("5950.25"), 2016)
    assert EquipmentSubsidy.objects.get().paid_total == Decimal("11950.25")
    certificate = printed(IssuedDocument.objects.get(kind=ActKind.SOLDE))
    assert "SF-PAPIER-1" in certificate


def give_an_account(subsidy):
    editor = actor_of(subsidy, Role.EDITEUR)
    rib = draft(editor.user, at=editor.at, name="rib.pdf")
    change = propose_account(subsidy=subsidy, actor=editor, iban=iban(77), bic="BDFEFRPPCCT", holder="SGC d’exemple", rib=rib)
    accept_rib(change_id=change.pk, actor=actor_of(subsidy, Role.AGENT_DANE))
    confirm_account(change_id=change.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF))


def test_a_service_fait_misread_is_revoked_and_entered_again(campaign, bring, dane):
    line = line_of(SERVICE_FAIT)
    subsidy = bring(line | {"justified_1": "7000", "justified_total": "24100", "definitive_amount": "11500"})
    revoke_service_fait(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.DAN), comment="Total mal recopié.")
    revoked = EquipmentSubsidy.objects.get()
    assert (revoked.state, revoked.definitive_amount, revoked.service_fait_reference) == ("justified", None, "")
    assert not PastExpense.objects.exists()

    entered(campaign, line, by=dane)

    assert EquipmentSubsidy.objects.get().definitive_amount == Decimal("11950.25")
    assert PastExpense.objects.count() == 3


def test_a_solde_rejected_is_entered_again(campaign, bring, dane, gestionnaire, valideur):
    line = line_of(SOLDE)
    without = dict.fromkeys(("solde_amount", "solde_on", "solde_dp"), "")
    bring(line | without | {"stage": "service fait constaté"})
    entered(campaign, line | {"solde_dp": "1000000079"}, by=gestionnaire)
    reject_payment(payment_id=Payment.objects.get(kind="solde").pk, actor=valideur, comment="Chorus dit 1000000078.")

    entered(campaign, line, by=gestionnaire)
    confirm(valideur)

    assert EquipmentSubsidy.objects.get().state == "solde_paid"
    assert Payment.objects.get(state="paid", kind="solde").dp_number == "1000000078"


def test_a_grant_is_taken_over_at_any_stage_notified_then_paid(campaign, bring, gestionnaire, valideur):
    line = line_of(NOTIFIED, grant_reference="RESS-1", grant_notified_on="10/05/2016")
    bring(line)
    assert ResourcesSubsidy.objects.get().state == "notified"
    assert not Payment.objects.exists()

    bring(line | GRANT)

    grant, payment = ResourcesSubsidy.objects.get(), Payment.objects.get()
    assert (grant.state, grant.paid_total, grant.ej_number) == ("paid", Decimal("500"), "2100000043")
    assert (payment.kind, payment.dp_number, payment.payee_name) == ("resources", "1000000090", grant.payee.name)
    assert payment.taken_over_on == NOW.date()


def test_the_numbers_of_the_classes_are_those_of_the_convention(campaign):
    past = the_dossier(campaign, line_of(SERVICE_FAIT))

    school = past.lines[0].selection.school
    assert set(past.receptions) == {ClassKey(school.uai, number) for number in (1, 2, 3)}


# --- The pages ---


def test_a_contradiction_is_shown_by_its_cell_and_the_file_is_not_kept(client, campaign, dane):
    client.force_login(dane.user)

    answer = client.post(address(campaign), {"file": workbook(campaign, line_of(CLOSED, solde_amount="6000"))})

    assert answer.status_code == 422
    page = plain(answer.content.decode())
    assert "dépasse ce qui restait dû" in page
    assert "Fichier conservé" not in page
    assert "file_kept" not in page
    assert not EquipmentSubsidy.objects.exists()


def test_what_waits_for_somebody_else_does_not_hold_the_workbook_back(client, campaign, dane, bring):
    done, new = line_of(SOLDE, convention_number="CONV-9"), line_of({})
    bring(done)
    client.force_login(dane.user)

    answer = client.post(address(campaign), {"file": workbook(campaign, done, new)})

    assert answer.status_code == 200
    assert [one.past.first for one in answer.context["ready"]] == [3]
    assert [one.past.first for one in answer.context["idle"]] == [2]
    assert "Dossiers laissés comme ils sont" in answer.content.decode()


def test_a_long_workbook_is_read_whole_then_entered_by_the_job_which_says_why_the_rest_is_not(
    client, campaign, dane, monkeypatch
):
    monkeypatch.setattr("portal.taking_over.views.MOST_REHEARSED", 2)
    client.force_login(dane.user)
    early = {"convention_number": "CONV-8", "recteur_signed_on": "20/03/2016"}
    lines = [line_of(SIGNED), line_of(SIGNED, **early), line_of({})]

    review = client.post(address(campaign), {"file": workbook(campaign, *lines)})
    assert (review.status_code, review.context["at_length"]) == (200, True)
    assert "Un dossier refusé ne retient pas les autres" in plain(review.content.decode())
    assert not Convention.objects.exists()
    form = review.context["form"]
    kept = {"digest": form["digest"].value(), "file_kept": form.fields["file"].widget.kept_key}
    done = client.post(address(campaign), kept)

    job = Job.objects.get()
    assert done["Location"] == job.get_absolute_url()
    assert sorted(job.rows.values_list("outcome", flat=True)) == ["passed", "passed", "refused"]
    assert "le recteur ne peut pas signer avant" in plain(client.get(job.get_absolute_url()).content.decode())
    assert [one.reference for one in Convention.objects.all()] == ["CONV-PAPIER-7"]


def test_a_long_workbook_with_one_wrong_cell_takes_nothing(client, campaign, dane, monkeypatch):
    monkeypatch.setattr("portal.taking_over.views.MOST_REHEARSED", 1)
    client.force_login(dane.user)

    answer = client.post(address(campaign), {"file": workbook(campaign, line_of({}), line_of(SIGNED, subsidy_max="11 999"))})

    assert answer.status_code == 422
    assert "le barème donne" in plain(answer.content.decode())
    assert not Job.objects.exists()


def test_a_long_workbook_asks_as_many_queries_whatever_its_lines(client, campaign, dane, monkeypatch):
    monkeypatch.setattr("portal.taking_over.views.MOST_REHEARSED", 0)
    client.force_login(dane.user)
    counted = []
    for size in (2, 6):
        file = workbook(campaign, *(line_of(SIGNED, convention_number=f"CONV-{size}-{one}") for one in range(size)))
        with CaptureQueriesContext(connection) as queries:
            assert client.post(address(campaign), {"file": file}).status_code == 200
        counted.append(len(queries))

    assert counted[0] == counted[1]
    assert counted[0] <= 20


def test_a_workbook_with_nothing_left_says_so_and_starts_no_job(client, campaign, dane, bring):
    line = line_of(SOLDE)
    bring(line)
    client.force_login(dane.user)

    answer = client.post(address(campaign), {"file": workbook(campaign, line)})

    assert answer.status_code == 422
    assert "Rien n’est à saisir par vous" in answer.content.decode()
    assert not Job.objects.exists()


def test_the_pages_of_a_closed_dossier_say_what_was_taken_over(client, campaign, dane, bring):
    subsidy = bring(line_of(CLOSED))
    client.force_login(dane.user)

    page = plain(client.get(subsidy.get_absolute_url()).content.decode())
    for words in ("Service fait repris le", "SF-PAPIER-1", "Camille EXEMPLE", "11 950,25 €", "20/09/2016"):
        assert words in page, words
    dossier = plain(client.get(subsidy.convention.dossier.get_absolute_url()).content.decode())
    for words in ("Actes repris", "Certificat de service fait", "SF-PAPIER-1", "RESS-PAPIER-1", "Solde"):
        assert words in dossier, words
    grant = ResourcesSubsidy.objects.get()
    assert "reprise" in plain(client.get(grant.get_absolute_url()).content.decode())
