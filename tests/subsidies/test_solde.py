"""The solde, through the services and to the cent: the golden cases, the years, the trop-perçu, the closing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from conventions.models import Convention
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import Stale
from plannumerique.organisations.enums import Role
from projects.models import CampaignDeadline
from subsidies.models import EquipmentSubsidy, Payment
from subsidies.pages.equipment import amounts_of
from subsidies.readings.promises import promise_of
from subsidies.rules import Party, closing_gap, trop_percu
from subsidies.services import payments, service_fait, solde
from tests.factories_projects import CampaignFactory
from tests.factories_statement import classes_of, constate, fresh, justify, printed, ready_for_service_fait
from tests.factories_subsidies import EquipmentSubsidyFactory, ResourcesSubsidyFactory, actor_of

pytestmark = pytest.mark.django_db
NOVEMBER = dt.date(2016, 11, 14)
MARCH = dt.date(2017, 3, 1)


def gestionnaire_of(subsidy, on=NOVEMBER):
    return actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=on)


def liquidate(subsidy, on=NOVEMBER):
    return solde.liquidate_solde(subsidy_id=subsidy.pk, actor=gestionnaire_of(subsidy, on))


def pay(payment, on=NOVEMBER):
    validator = actor_of(payment.equipment, Role.VALIDEUR_DAF, on=on)
    payments.validate_payment(payment_id=payment.pk, actor=validator)
    return payments.record_payment(payment_id=payment.pk, actor=validator, dp_number="1000000042", on=on)


def a_subsidy(*forecasts, **traits):
    return EquipmentSubsidyFactory(**{"acompte_paid": True, "convention__costs": [list(forecasts)], **traits})


# --- The golden cases, one school each ---


def test_case_a_nominal():
    subsidy = a_subsidy("8000", "8000", "8000")
    justify(subsidy, "7900.50", "8000", "9100")
    row = constate(subsidy)

    payment = liquidate(subsidy)

    assert (row.paid_total, row.definitive_amount) == (Decimal("6000.00"), Decimal("11950.25"))
    assert (payment.amount, payment.ceiling, payment.already_paid) == (
        Decimal("5950.25"),
        Decimal("12000.00"),
        Decimal("6000.00"),
    )
    lines = [(one["label"].rpartition(" – ")[2], Decimal(one["amount"])) for one in payment.explanation]
    assert lines == [
        ("classe 1", Decimal("3950.25")),
        ("classe 2", Decimal("4000.00")),
        ("classe 3", Decimal("4000.00")),
        ("Subvention définitive", Decimal("11950.25")),
        ("Déjà versé", Decimal("-6000.00")),
        ("Solde dû", Decimal("5950.25")),
    ]


def test_case_b_under_spending_is_a_trop_percu_and_never_a_solde():
    """Provisional 12 000, paid 6 000; one class given up, two at 5 000: definitive 5 000, trop-perçu 1 000."""
    subsidy = a_subsidy("8000", "8000", "8000")
    justify(subsidy, "5000", "5000")
    row = constate(subsidy)

    assert row.definitive_amount == Decimal("5000.00")
    with pytest.raises(Refused, match="aucun solde n’est dû"):
        liquidate(subsidy)
    with pytest.raises(Refused, match="diffère de la subvention définitive"):
        solde.settle_without_solde(subsidy_id=subsidy.pk, actor=gestionnaire_of(subsidy))

    solde.declare_overpaid(subsidy_id=subsidy.pk, actor=gestionnaire_of(subsidy))

    row = fresh(subsidy)
    assert row.state == "overpaid"
    assert trop_percu(definitive=row.definitive_amount, paid=row.paid_total) == Decimal("1000.00")
    assert not Payment.objects.filter(kind="solde").exists()
    assert promise_of(row, today=NOVEMBER) is None


def test_case_d_the_odd_cent_is_found_again_by_difference():
    """Provisional 11 999,99: acompte 5 999,99, solde 6 000,00, and not a centime is lost."""
    subsidy = a_subsidy("8000", "8000", "7999.98")
    justify(subsidy, "8000", "8000", "8000")
    row = constate(subsidy)

    payment = liquidate(subsidy)

    assert (row.paid_total, row.definitive_amount) == (Decimal("5999.99"), Decimal("11999.99"))
    assert payment.amount == Decimal("6000.00")


@pytest.mark.parametrize(("basis", "definitive"), [("ttc", "4000.00"), ("ht", "3950.25")])
def test_case_e_ht_or_ttc_as_the_campaign_says(basis, definitive):
    """9 480,60 € TTC are 7 900,50 € HT at 20 %."""
    campaign = CampaignFactory(code=f"AAP-2016-{basis.upper()}", rows__tax_basis=basis)
    subsidy = a_subsidy("8000", convention__dossier__campaign=campaign)
    justify(subsidy, "9480.60")

    row = constate(subsidy)

    assert row.definitive_amount == Decimal(definitive)
    assert liquidate(subsidy).amount == Decimal(definitive) - Decimal("2000.00")


def test_case_h_the_decision_stands_above_what_is_justified():
    """Provisional 3 × 7 900 = 11 850; justified at the caps, 12 000: the decision is the ceiling, by name."""
    subsidy = a_subsidy("7900", "7900", "7900")
    justify(subsidy, "8200", "8200", "8200")
    row = constate(subsidy)

    payment = liquidate(subsidy)

    assert row.definitive_amount == Decimal("11850.00")
    reduction = next(one for one in payment.explanation if one["label"] == "Réduction au plafond")
    assert Decimal(reduction["amount"]) == Decimal("-150.00")
    assert "montant prévisionnel de la décision" in reduction["note"]


def test_case_i_a_forecast_below_the_cap_is_the_ceiling():
    subsidy = a_subsidy("6000")
    justify(subsidy, "7500")

    assert constate(subsidy).definitive_amount == Decimal("3000.00")


def test_case_j_without_acompte_the_solde_is_the_definitive_subsidy():
    subsidy = EquipmentSubsidyFactory(notified=True, orders=0, convention__costs=[["8000"]], convention__in_execution=False)
    justify(subsidy, "7900.50")
    constate(subsidy)

    payment = liquidate(subsidy)
    pay(payment)
    solde.close(subsidy_id=subsidy.pk, actor=gestionnaire_of(subsidy))

    row = fresh(subsidy)
    assert (payment.amount, row.paid_total, row.state) == (Decimal("3950.25"), Decimal("3950.25"), "closed")
    assert Convention.objects.get().state == "settled_up"


def test_case_k_a_lower_decision_caps_acompte_and_solde():
    """Convention 12 000, decision 11 000: acompte 5 500, never more than 11 000 in all."""
    subsidy = a_subsidy("8000", "8000", "8000", decided_amount=Decimal("11000"))
    justify(subsidy, "8000", "8000", "8000")
    row = constate(subsidy)

    assert (row.paid_total, row.definitive_amount) == (Decimal("5500.00"), Decimal("11000.00"))
    assert liquidate(subsidy).amount == Decimal("5500.00")


# --- The year ---


@pytest.mark.parametrize(
    ("complete_on", "constated_on", "liquidated_on", "exercise", "pay_from", "pay_before"),
    [
        (dt.date(2016, 10, 12), dt.date(2016, 10, 14), NOVEMBER, 2016, dt.date(2016, 10, 14), dt.date(2016, 12, 7)),
        (dt.date(2016, 10, 12), dt.date(2016, 10, 14), dt.date(2016, 12, 6), 2016, dt.date(2016, 10, 14), dt.date(2016, 12, 7)),
        (dt.date(2016, 10, 12), dt.date(2016, 10, 14), dt.date(2016, 12, 7), 2017, MARCH, None),
        (dt.date(2016, 10, 17), dt.date(2016, 10, 18), NOVEMBER, 2017, MARCH, None),
        (dt.date(2016, 10, 12), dt.date(2016, 10, 20), NOVEMBER, 2017, MARCH, None),
        (dt.date(2017, 3, 6), dt.date(2017, 3, 8), dt.date(2017, 3, 9), 2017, dt.date(2017, 3, 8), None),
    ],
)
def test_nobody_types_the_exercise_nor_the_dates(complete_on, constated_on, liquidated_on, exercise, pay_from, pay_before):
    subsidy = a_subsidy("8000")
    justify(subsidy, "8000", complete_on=complete_on)
    constate(subsidy, on=constated_on)

    payment = liquidate(subsidy, on=liquidated_on)

    assert (payment.exercise, payment.pay_from, payment.pay_before) == (exercise, pay_from, pay_before)


def test_a_late_solde_is_not_validated_before_march():
    subsidy = a_subsidy("8000")
    justify(subsidy, "8000", complete_on=dt.date(2016, 10, 17))
    constate(subsidy, on=dt.date(2016, 10, 18))
    payment = liquidate(subsidy)

    with pytest.raises(Refused, match="mercredi 1er\u00a0mars 2017"):
        pay(payment, on=dt.date(2017, 2, 28))

    pay(payment, on=MARCH)
    assert fresh(subsidy).state == "solde_paid"


def test_a_solde_that_the_daf_did_not_pay_in_time_says_whose_delay_it_is():
    subsidy = ready_for_service_fait()
    row = constate(subsidy)

    assert promise_of(row, today=dt.date(2016, 12, 6)).delay_of is None
    late = promise_of(row, today=dt.date(2016, 12, 7))
    assert (late.delay_of, late.exercise) == (Party.DAF, 2017)


def test_a_campaign_without_its_dates_liquidates_nothing():
    subsidy = ready_for_service_fait()
    constate(subsidy)
    CampaignDeadline.objects.filter(code="solde_next_year").delete()

    with pytest.raises(Refused, match="n’a pas ses dates de justification et de solde"):
        liquidate(subsidy)

    assert fresh(subsidy).state == "service_fait"
    assert not Payment.objects.filter(kind="solde").exists()


# --- Who, and what stands in the way ---


@pytest.mark.parametrize("role", [Role.VALIDEUR_DAF, Role.DAN, Role.SIGNATAIRE, Role.RECTEUR])
def test_another_role_liquidates_nothing(role):
    subsidy = ready_for_service_fait()
    constate(subsidy)

    with pytest.raises(PermissionDenied, match="gestionnaire de la DAF"):
        solde.liquidate_solde(subsidy_id=subsidy.pk, actor=actor_of(subsidy, role, on=NOVEMBER))

    assert fresh(subsidy).state == "service_fait"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"held_since": NOVEMBER, "held_motive": "Contrôle d’exemple."}, "La subvention est suspendue"),
        ({"ej_number": ""}, "engagement juridique"),
    ],
)
def test_a_hold_and_a_missing_ej_stop_the_liquidation(change, sentence):
    subsidy = ready_for_service_fait()
    constate(subsidy)
    EquipmentSubsidy.objects.filter(pk=subsidy.pk).update(**change)

    with pytest.raises(Refused, match=sentence):
        liquidate(subsidy)


def test_a_second_liquidation_reads_who_was_first_and_prepares_nothing_more():
    subsidy = ready_for_service_fait()
    row = constate(subsidy)
    first = gestionnaire_of(subsidy)
    solde.liquidate_solde(subsidy_id=subsidy.pk, actor=first, seen=row.version)

    with pytest.raises(Stale, match=f"Déjà traité par {first.name}"):
        solde.liquidate_solde(subsidy_id=subsidy.pk, actor=gestionnaire_of(subsidy), seen=row.version)

    assert Payment.objects.filter(kind="solde").count() == 1


def test_the_dan_who_constated_does_not_validate_the_payment():
    subsidy = ready_for_service_fait()
    row = constate(subsidy)
    payment = liquidate(subsidy)

    with pytest.raises(PermissionDenied, match="Vous avez constaté le service fait"):
        payments.validate_payment(
            payment_id=payment.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=NOVEMBER, user=row.service_fait_by)
        )


# --- The certificate ---


def test_the_certificate_of_the_solde_is_issued_at_its_validation_with_the_whole_computation():
    subsidy = a_subsidy("8000", "8000", "8000")
    justify(subsidy, "7900.50", "8000", "9100", complete_on=dt.date(2016, 10, 12))
    constate(subsidy)
    payment = liquidate(subsidy)
    assert not IssuedDocument.objects.filter(kind="solde").exists()

    payments.validate_payment(payment_id=payment.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=NOVEMBER))

    document = IssuedDocument.objects.get(kind="solde")
    text = printed(document)
    assert document.reference == "AAP-2016-SOL-0001"
    for words in (
        "5 950,25 € (cinq mille neuf cent cinquante euros et vingt-cinq centimes)",
        "sur l’exercice 2016",
        "AAP-2016-SF-0001",
        "11 950,25 €",
        "−6 000,00 €",
        "7 900,50 €",
        "mercredi 12 octobre 2016",
        "versement prévu avant le 7 décembre 2016",
    ):
        assert words in text, words


# --- Ways back ---


def test_a_liquidation_is_taken_back_once_its_request_is_rejected():
    subsidy = ready_for_service_fait()
    constate(subsidy)
    payment = liquidate(subsidy)
    with pytest.raises(Refused, match="Une demande de paiement est en cours"):
        solde.cancel_liquidation(subsidy_id=subsidy.pk, actor=gestionnaire_of(subsidy), comment="IBAN à revoir.")

    payments.reject_payment(payment_id=payment.pk, actor=gestionnaire_of(subsidy), comment="IBAN à revoir.")
    solde.cancel_liquidation(subsidy_id=subsidy.pk, actor=gestionnaire_of(subsidy), comment="IBAN à revoir.")

    assert fresh(subsidy).state == "service_fait"
    assert liquidate(subsidy).amount == Decimal("6000.00")


def test_a_service_fait_under_a_live_request_is_not_revoked():
    subsidy = ready_for_service_fait()
    constate(subsidy)
    liquidate(subsidy)

    with pytest.raises(Refused, match="solde liquidé"):
        service_fait.revoke_service_fait(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.DAN, on=NOVEMBER), comment="Erreur.")


# --- No solde, closing ---


def test_an_acompte_that_is_exactly_due_settles_without_a_solde():
    subsidy = a_subsidy("8000")
    justify(subsidy, "4000")
    row = constate(subsidy)
    assert row.definitive_amount == row.paid_total == Decimal("2000.00")

    solde.settle_without_solde(subsidy_id=subsidy.pk, actor=gestionnaire_of(subsidy))

    assert fresh(subsidy).state == "solde_paid"
    assert promise_of(fresh(subsidy), today=NOVEMBER) is None


def test_the_closing_settles_the_convention_and_leaves_no_gap():
    subsidy = ready_for_service_fait()
    constate(subsidy)
    pay(liquidate(subsidy))

    solde.close(subsidy_id=subsidy.pk, actor=gestionnaire_of(subsidy))

    row = fresh(subsidy)
    assert (row.state, row.closed_on) == ("closed", NOVEMBER)
    assert Convention.objects.get().state == "settled_up"
    paid = sum(one.amount for one in row.payments.paid())
    assert closing_gap(paid=paid, recovered=Decimal(0), definitive=row.definitive_amount, waived=Decimal(0)) == 0


def test_the_closing_waits_for_every_class_and_every_grant_by_name():
    subsidy = a_subsidy("8000", "8000", "8000")
    grant = ResourcesSubsidyFactory(convention=subsidy.convention)
    justify(subsidy, "8000", "8000")
    constate(subsidy)
    pay(liquidate(subsidy))

    with pytest.raises(Refused) as refused:
        solde.close(subsidy_id=subsidy.pk, actor=gestionnaire_of(subsidy))

    assert len(refused.value.reasons) == 2
    assert str(classes_of(subsidy)[2]) in refused.value.reasons[0]
    assert grant.school.in_words in refused.value.reasons[1]
    assert fresh(subsidy).state == "solde_paid"
    assert Convention.objects.get().state == "in_execution"


@pytest.mark.parametrize("role", [Role.DAN, Role.EDITEUR])
def test_another_role_closes_nothing(role):
    subsidy = EquipmentSubsidyFactory(solde_paid=True)

    with pytest.raises(PermissionDenied):
        solde.close(subsidy_id=subsidy.pk, actor=actor_of(subsidy, role, on=NOVEMBER))


def test_the_definitive_subsidy_unfolds_class_by_class_to_what_was_certified():
    subsidy = a_subsidy("8000", "8000")
    justify(subsidy, "9000", "7000")
    constate(subsidy)

    amounts = next(one for one in amounts_of(fresh(subsidy)) if one.label.startswith("Subvention définitive"))

    expense, *classes, total = amounts.lines
    assert (expense.amount, total.amount) == (Decimal("16000.00"), Decimal("7500.00"))
    assert [one.amount for one in classes] == [Decimal("4000.00"), Decimal("3500.00")]
    assert total.amount == amounts.amount
