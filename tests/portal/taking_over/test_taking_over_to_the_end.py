"""Dossiers justified, paid and closed before the portal: to the cent, by the hands of each."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from conventions.models import Convention
from deployments.models import MobileClass
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.models import JournalLine
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from portal.taking_over.entered import NothingToEnter
from subsidies.models import EquipmentSubsidy, PastExpense, Payment, ResourcesSubsidy
from subsidies.readings.claims import definitive_of
from subsidies.services import taking_over as services
from tests.factories import SchoolFactory, actor_for
from tests.portal.taking_over.settled import confirm, money
from tests.taken_over import ACOMPTE, CLOSED, NOW, SERVICE_FAIT, SOLDE, a_line, entered, line_of, the_dossier

pytestmark = pytest.mark.django_db

WITHOUT_ACOMPTE = dict.fromkeys(("acompte_amount", "acompte_on", "acompte_dp"), "")


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
