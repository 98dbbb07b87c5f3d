"""Dossiers engaged before the portal: entered exactly, stage by stage, by those whose act it was."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from conventions.models import Convention, CoveredClass
from deployments.models import MobileClass
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from projects.models import Application
from subsidies.models import EquipmentSubsidy, Payment, ResourcesSubsidy
from subsidies.services import taking_over as money
from subsidies.services.convention import notify_convention
from tests.factories import SchoolFactory, actor_for
from tests.portal.taking_over.nothing_written import nothing_is_there, nothing_went_out
from tests.taken_over import ACOMPTE, DECIDED, NOTIFIED, NOW, SIGNED, a_line, address, entered, line_of, read, workbook

pytestmark = pytest.mark.django_db


# --- Each stage, to the cent ---


def test_a_dossier_that_was_only_retained_waits_for_its_convention(campaign, dane):
    entered(campaign, line_of({}, "7000", "9000"), by=dane)

    application = Application.objects.get()
    assert (application.state, application.retained_classes) == ("retained", 2)
    assert (application.selection_on, application.taken_over_on) == (dt.date(2016, 2, 16), NOW.date())
    assert [one.expense for one in application.forecasts.all()] == [Decimal("7000.00"), Decimal("9000.00")]
    assert application.thread.schools.get() == application.school
    assert nothing_went_out()
    assert not Convention.objects.exists()


def test_the_journal_says_that_it_is_a_take_over_with_the_day_of_the_act_and_the_instant_of_the_entry(campaign, dane):
    entered(campaign, line_of({}), by=dane)

    line = JournalLine.objects.get(act="take_over")
    assert line.label == "Reprise\u00a0: reprendre une sélection passée"
    assert line.after["selection_on"] == "2016-02-16"
    assert line.occurred_at == NOW
    assert line.actor == dane.user


def test_a_signed_convention_is_priced_by_the_terms_and_keeps_the_number_of_its_paper(campaign, dane):
    entered(campaign, line_of(SIGNED, "7000", "9000", subsidy_max="7500"), by=dane)

    convention = Convention.objects.get()
    assert (convention.state, convention.reference) == ("signed_recteur", "CONV-PAPIER-7")
    assert (convention.project_amount, convention.subsidy_max) == (Decimal("16000.00"), Decimal("7500.00"))
    assert [one.subsidy for one in CoveredClass.objects.all()] == [Decimal("3500.00"), Decimal("4000.00")]
    assert (convention.executory_on, convention.recteur_signed_on) == (dt.date(2016, 3, 14), dt.date(2016, 3, 30))
    assert convention.document is None
    assert Application.objects.get().state == "contracted"
    assert nothing_went_out()


def test_a_convention_signed_and_not_notified_is_notified_in_the_portal(campaign, dane):
    entered(campaign, line_of(SIGNED), by=dane)

    subsidy = notify_convention(convention_id=Convention.objects.get().pk, actor=dane, on=NOW.date())

    assert subsidy.convention_max == Decimal("12000.00")


def test_a_notified_convention_has_its_subsidies_and_its_classes(campaign, dane):
    entered(campaign, line_of(NOTIFIED), by=dane)

    convention, subsidy = Convention.objects.get(), EquipmentSubsidy.objects.get()
    assert (convention.state, convention.notified_on) == ("notified", dt.date(2016, 4, 4))
    assert (subsidy.state, subsidy.convention_max) == ("created", Decimal("12000.00"))
    assert MobileClass.objects.count() == 3
    assert ResourcesSubsidy.objects.get().amount == Decimal("500.00")
    assert nothing_went_out()


def test_a_notified_decision_is_entered_by_the_daf_with_the_same_workbook(campaign, dane, gestionnaire):
    line = line_of(DECIDED, decision_amount="11 000,00")
    said = entered(campaign, line, by=dane)

    assert said.warnings[-1] == "La décision reste à saisir\u00a0: un gestionnaire de la DAF dépose ce même classeur."
    entered(campaign, line, by=gestionnaire)

    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, subsidy.decided_amount) == ("notified", Decimal("11000.00"))
    assert (subsidy.decision_reference, subsidy.ej_number) == ("DEC-PAPIER-3", "2100000042")
    assert (subsidy.notified_on, subsidy.decision_taken_over_on) == (dt.date(2016, 5, 6), NOW.date())
    assert nothing_went_out()


def test_an_acompte_counts_once_another_person_has_confirmed_it(campaign, dane, gestionnaire, valideur):
    line = line_of(ACOMPTE)
    entered(campaign, line, by=dane)
    entered(campaign, line, by=gestionnaire)

    payment, subsidy = Payment.objects.get(), EquipmentSubsidy.objects.get()
    assert (payment.state, payment.amount, payment.paid_on) == ("prepared", Decimal("6000.00"), dt.date(2016, 6, 3))
    assert (subsidy.state, subsidy.paid_total) == ("acompte_requested", 0)

    money.confirm_past_payment(payment_id=payment.pk, actor=valideur)

    payment, subsidy = Payment.objects.get(), EquipmentSubsidy.objects.get()
    assert (payment.state, payment.dp_number, payment.exercise) == ("paid", "1000000077", 2016)
    assert (payment.preparer, payment.validator) == (gestionnaire.user, valideur.user)
    assert (subsidy.state, subsidy.paid_total) == ("acompte_paid", Decimal("6000.00"))
    assert subsidy.paid_total == sum(one.amount for one in subsidy.payments.paid())
    assert nothing_went_out()
    labels = JournalLine.objects.filter(subject_kind="subsidies.payment").values_list("label", flat=True)
    assert all(label.startswith("Reprise\u00a0: ") for label in labels)


def test_who_holds_both_roles_enters_all_at_once_and_cannot_confirm_it(campaign, dane):
    actor_for(Role.GESTIONNAIRE_DAF, campaign.academie, at=NOW, user=dane.user)
    both = actor_for(Role.VALIDEUR_DAF, campaign.academie, at=NOW, user=dane.user)

    entered(campaign, line_of(ACOMPTE), by=both)

    payment = Payment.objects.get()
    with pytest.raises(PermissionDenied, match="Vous avez saisi ce paiement repris"):
        money.confirm_past_payment(payment_id=payment.pk, actor=both)
    assert EquipmentSubsidy.objects.get().paid_total == 0


def test_two_phases_of_a_school_make_one_convention(campaign, dane):
    school, college = SchoolFactory(), SchoolFactory(college=True)
    first = a_line(school, college, "8000", **{**SIGNED, "subsidy_max": "8000", "recteur_signed_on": "30/06/2016"})
    second = a_line(school, college, "8000", phase=3, selection_on="01/06/2016", stage="")

    entered(campaign, first, second, by=dane)

    classes = CoveredClass.objects.order_by("number")
    assert [(one.number, one.application.phase.number) for one in classes] == [(1, 1), (2, 3)]
    assert Convention.objects.get().subsidy_max == Decimal("8000.00")


# --- Who may ---


@pytest.mark.parametrize("role", [Role.VALIDEUR_DAF, Role.RECTEUR, Role.DSI])
def test_nobody_else_of_the_academie_takes_over(client, campaign, role):
    client.force_login(actor_for(role, campaign.academie, at=NOW).user)

    answer = client.post(address(campaign), {"file": workbook(campaign, line_of(SIGNED))})

    assert answer.status_code == 403
    assert nothing_is_there()


def test_a_campaign_of_another_academie_is_not_found(client, campaign):
    client.force_login(actor_for(Role.AGENT_DANE, at=NOW, academie__code="10").user)

    assert client.get(address(campaign)).status_code == 404
    assert client.get(address(campaign, "take_over_model")).status_code == 404


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.VALIDEUR_DAF])
def test_the_decision_and_the_acompte_are_not_entered_by_others(campaign, dane, role):
    entered(campaign, line_of(NOTIFIED), by=dane)
    subsidy, line = EquipmentSubsidy.objects.get(), line_of(ACOMPTE)
    past = read(campaign, line).dossiers[0]
    other = actor_for(role, campaign.academie, at=NOW)

    with pytest.raises(PermissionDenied):
        money.take_over_decision(subsidy_id=subsidy.pk, actor=other, past=past.decision)
    with pytest.raises(PermissionDenied):
        money.take_over_acompte(subsidy_id=subsidy.pk, actor=other, past=past.acompte)
    assert EquipmentSubsidy.objects.get().state == "created"
    assert not Payment.objects.exists()


def test_the_daf_cannot_come_before_the_dane(campaign, gestionnaire):
    with pytest.raises(Refused, match="La DANE n’a pas encore repris"):
        entered(campaign, line_of(ACOMPTE), by=gestionnaire)
    assert nothing_is_there()
