"""Payment requests: four eyes over what others prepared, the DRFiP's references, what the subsidy has been paid."""

import datetime as dt
from decimal import Decimal

import pgtrigger
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import Stale
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from subsidies.enums import PaymentKind, PaymentState, SubsidyState
from subsidies.models import EquipmentSubsidy, Payment
from subsidies.services.acompte import prepare_acompte
from subsidies.services.holds import hold
from subsidies.services.payments import bounce_payment, record_payment, reject_payment, validate_payment
from tests.factories_subsidies import (
    ORDINARY_BANK,
    EquipmentSubsidyFactory,
    PaymentFactory,
    actor_of,
    iban,
)

pytestmark = pytest.mark.django_db

ON = dt.date(2016, 9, 23)
LATER = dt.date(2016, 9, 28)


def an_acompte(**traits):
    """A request as the gestionnaire has just prepared it."""
    subsidy = EquipmentSubsidyFactory(**{"acompte_requested": True, **traits})
    return prepare_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=ON))


def a_validated_acompte(**traits):
    payment = an_acompte(**traits)
    validate_payment(payment_id=payment.pk, actor=actor_of(payment.equipment, Role.VALIDEUR_DAF, on=ON))
    return payment


def a_paid_acompte(dp_number="1000000001", **traits):
    payment = a_validated_acompte(**traits)
    daf = actor_of(payment.equipment, Role.GESTIONNAIRE_DAF, on=LATER)
    record_payment(payment_id=payment.pk, actor=daf, dp_number=dp_number, on=LATER)
    return payment


def recomputed(subsidy):
    return sum((one.amount for one in Payment.objects.filter(equipment=subsidy, state=PaymentState.PAID)), Decimal(0))


# --- Validation ---


def test_another_person_validates_and_the_certificate_is_issued():
    payment = an_acompte()
    valideur = actor_of(payment.equipment, Role.VALIDEUR_DAF, on=ON)

    validate_payment(payment_id=payment.pk, actor=valideur, seen=payment.version)

    payment = Payment.objects.get()
    assert (payment.state, payment.validator, payment.validated_on) == (PaymentState.VALIDATED, valideur.user, ON)
    certificate = IssuedDocument.objects.get(kind="acompte")
    assert (certificate.reference, certificate.is_about(payment)) == ("AAP-2016-ACO-0001", True)
    assert certificate.snapshot["amount"] == {"$decimal": "6000.00"}
    assert certificate.snapshot["validated_by"] == str(valideur.user)
    assert certificate.snapshot["orders"]["rows"][0]["cells"][2] == {"$decimal": "24000.00"}
    assert payment.equipment.state == SubsidyState.ACOMPTE_REQUESTED


def test_who_prepared_does_not_validate_even_with_both_roles():
    payment = an_acompte()
    both = actor_of(payment.equipment, Role.VALIDEUR_DAF, user=payment.preparer)

    with pytest.raises(PermissionDenied, match="Vous avez préparé cette demande"):
        validate_payment(payment_id=payment.pk, actor=both)

    assert Payment.objects.get().state == PaymentState.PREPARED
    assert not IssuedDocument.objects.filter(kind="acompte").exists()


def test_who_checked_the_order_does_not_validate_even_with_both_roles():
    payment = an_acompte()
    checker = payment.equipment.orders.get().checked_by

    with pytest.raises(PermissionDenied, match="Vous avez vérifié une pièce de ce dossier"):
        validate_payment(payment_id=payment.pk, actor=actor_of(payment.equipment, Role.VALIDEUR_DAF, user=checker))

    assert Payment.objects.get().state == PaymentState.PREPARED


def test_who_certified_the_service_fait_does_not_validate_even_with_both_roles():
    subsidy = EquipmentSubsidyFactory(solde_liquidated=True)
    solde = PaymentFactory(equipment=subsidy, kind=PaymentKind.SOLDE, certifier=subsidy.service_fait_by)

    with pytest.raises(PermissionDenied, match="Vous avez constaté le service fait"):
        validate_payment(payment_id=solde.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, user=subsidy.service_fait_by))

    assert Payment.objects.get(pk=solde.pk).state == PaymentState.PREPARED


@pytest.mark.parametrize("role", [Role.GESTIONNAIRE_DAF, Role.RECTEUR, Role.DAN, Role.SIGNATAIRE])
def test_another_role_validates_nothing(role):
    payment = an_acompte()

    with pytest.raises(PermissionDenied, match="Cette action revient à"):
        validate_payment(payment_id=payment.pk, actor=actor_of(payment.equipment, role))

    assert Payment.objects.get().state == PaymentState.PREPARED


def test_the_database_refuses_the_same_hand_twice_whatever_writes_it():
    payment = an_acompte()

    for field, row in (("validator", payment.preparer), ("certifier", payment.preparer)):
        with pytest.raises(IntegrityError), pgtrigger.ignore(), transaction.atomic():
            Payment.objects.filter(pk=payment.pk).update(
                **{field: row, "validator": payment.preparer, "validated_on": ON, "state": "validated"}
            )


def test_a_held_subsidy_freezes_its_payment():
    payment = an_acompte()
    daf = actor_of(payment.equipment, Role.GESTIONNAIRE_DAF, on=ON)
    hold(subsidy_id=payment.equipment_id, actor=daf, comment="Contrôle d’exemple.")

    with pytest.raises(Refused, match="suspendue depuis le vendredi 23\u00a0septembre 2016"):
        validate_payment(payment_id=payment.pk, actor=actor_of(payment.equipment, Role.VALIDEUR_DAF, on=ON))

    assert Payment.objects.get().state == PaymentState.PREPARED


def test_an_account_changed_since_the_preparation_freezes_its_payment():
    payment = an_acompte()
    convention = payment.equipment.convention
    type(convention).objects.filter(pk=convention.pk).update(iban=iban(987))

    with pytest.raises(Refused, match="L’IBAN du dossier a changé depuis la préparation"):
        validate_payment(payment_id=payment.pk, actor=actor_of(payment.equipment, Role.VALIDEUR_DAF, on=ON))

    assert Payment.objects.get().state == PaymentState.PREPARED


def test_an_ordinary_bank_is_validated_with_what_was_checked():
    payment = an_acompte(convention__iban=iban(5, bank=ORDINARY_BANK))
    valideur = actor_of(payment.equipment, Role.VALIDEUR_DAF, on=ON)

    with pytest.raises(Refused, match="banque attendue"):
        validate_payment(payment_id=payment.pk, actor=valideur)
    validate_payment(payment_id=payment.pk, actor=valideur, comment="RIB vérifié au téléphone avec la trésorerie.")

    assert Payment.objects.get().state == PaymentState.VALIDATED


def test_a_solde_of_march_is_not_validated_in_february():
    subsidy = EquipmentSubsidyFactory(solde_liquidated=True)
    march = dt.date(2017, 3, 1)
    solde = PaymentFactory(equipment=subsidy, kind=PaymentKind.SOLDE, pay_from=march)

    with pytest.raises(Refused, match="payable qu’à partir du mercredi 1er\u00a0mars 2017"):
        validate_payment(payment_id=solde.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=dt.date(2017, 2, 28)))

    assert Payment.objects.get(pk=solde.pk).state == PaymentState.PREPARED


def test_a_stale_page_learns_who_validated():
    payment = an_acompte()
    first = actor_of(payment.equipment, Role.VALIDEUR_DAF, on=ON)
    validate_payment(payment_id=payment.pk, actor=first, seen=1)

    with pytest.raises(Stale, match=f"Déjà traité par {first.user} à 10:00 le 23/09/2016"):
        validate_payment(payment_id=payment.pk, actor=actor_of(payment.equipment, Role.VALIDEUR_DAF, on=ON), seen=1)

    assert IssuedDocument.objects.filter(kind="acompte").count() == 1


# --- Record ---


def test_a_recorded_payment_reaches_the_subsidy_the_notice_and_the_mail():
    payment = a_paid_acompte()

    payment = Payment.objects.get()
    assert (payment.state, payment.dp_number, payment.paid_on) == (PaymentState.PAID, "1000000001", LATER)
    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, subsidy.paid_total) == (SubsidyState.ACOMPTE_PAID, Decimal("6000.00"))
    assert subsidy.paid_total == recomputed(subsidy)
    notice = IssuedDocument.objects.get(kind="payment_notice")
    assert notice.snapshot["dp_number"] == "1000000001"
    assert notice.snapshot["transfer_label"] == payment.transfer_label
    mail = OutboxMail.objects.get(kind="payment_made")
    assert mail.to == [subsidy.convention.dossier.collectivite.email]
    assert payment.transfer_label in mail.text


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.RECTEUR, Role.EDITEUR])
def test_another_role_records_nothing(role):
    payment = a_validated_acompte()

    with pytest.raises(PermissionDenied):
        record_payment(payment_id=payment.pk, actor=actor_of(payment.equipment, role), dp_number="1", on=ON)

    assert EquipmentSubsidy.objects.get().paid_total == 0


@pytest.mark.parametrize(
    ("on", "reason"),
    [(dt.date(2016, 9, 22), "le paiement ne peut la précéder"), (dt.date(2016, 9, 29), "est à venir")],
)
def test_a_payment_is_recorded_neither_before_its_validation_nor_tomorrow(on, reason):
    payment = a_validated_acompte()

    with pytest.raises(Refused, match=reason):
        record_payment(
            payment_id=payment.pk, actor=actor_of(payment.equipment, Role.VALIDEUR_DAF, on=LATER), dp_number="1", on=on
        )

    assert Payment.objects.get().state == PaymentState.VALIDATED


def test_the_day_of_the_validation_is_early_enough():
    payment = a_validated_acompte()

    record_payment(payment_id=payment.pk, actor=actor_of(payment.equipment, Role.VALIDEUR_DAF, on=ON), dp_number="1", on=ON)

    assert Payment.objects.get().paid_on == ON


def test_a_payment_without_its_dp_number_is_refused():
    payment = a_validated_acompte()

    with pytest.raises(Refused, match="Indiquez le numéro de demande de paiement"):
        record_payment(payment_id=payment.pk, actor=actor_of(payment.equipment, Role.VALIDEUR_DAF, on=ON), dp_number=" ", on=ON)


def test_the_same_dp_number_twice_in_an_exercise_is_refused_and_serves_again_the_next_year():
    a_paid_acompte(dp_number="1000000007")
    second = a_validated_acompte(convention__dossier__collectivite__name="Morteau")
    daf = actor_of(second.equipment, Role.VALIDEUR_DAF, on=dt.date(2017, 3, 2))

    with pytest.raises(Refused, match="désigne déjà un autre paiement du même exercice"):
        record_payment(payment_id=second.pk, actor=daf, dp_number="1000000007", on=LATER)
    assert Payment.objects.get(pk=second.pk).state == PaymentState.VALIDATED

    record_payment(payment_id=second.pk, actor=daf, dp_number="1000000007", on=dt.date(2017, 3, 2))
    assert Payment.objects.get(pk=second.pk).exercise == 2017


def test_a_payment_that_the_drfip_made_is_recorded_even_under_a_hold():
    payment = a_validated_acompte()
    daf = actor_of(payment.equipment, Role.GESTIONNAIRE_DAF, on=LATER)
    hold(subsidy_id=payment.equipment_id, actor=daf, comment="Contrôle d’exemple.")

    record_payment(payment_id=payment.pk, actor=daf, dp_number="1", on=LATER)

    assert EquipmentSubsidy.objects.get().paid_total == Decimal("6000.00")


def test_a_paid_solde_settles_the_subsidy():
    subsidy = EquipmentSubsidyFactory(solde_liquidated=True)
    solde = PaymentFactory(equipment=subsidy, kind=PaymentKind.SOLDE, validated=True, prepared_on=dt.date(2016, 11, 21))

    record_payment(
        payment_id=solde.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=dt.date(2016, 11, 30)), dp_number="9", on=LATER
    )

    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, subsidy.paid_total) == (SubsidyState.SOLDE_PAID, Decimal("12000.00"))
    assert subsidy.paid_total == recomputed(subsidy)


# --- Rejection, return by the bank ---


def test_a_request_is_rejected_with_its_motive_before_it_is_paid():
    payment = a_validated_acompte()
    daf = actor_of(payment.equipment, Role.GESTIONNAIRE_DAF, on=ON)

    with pytest.raises(Refused, match="motif"):
        reject_payment(payment_id=payment.pk, actor=daf, comment="")
    reject_payment(payment_id=payment.pk, actor=daf, comment="EJ faux.")

    assert Payment.objects.get().state == PaymentState.REJECTED
    assert EquipmentSubsidy.objects.get().state == SubsidyState.ACOMPTE_REQUESTED


def test_a_paid_request_is_no_longer_rejected():
    payment = a_paid_acompte()

    with pytest.raises(Refused, match="n’est plus possible"):
        reject_payment(payment_id=payment.pk, actor=actor_of(payment.equipment, Role.VALIDEUR_DAF), comment="motif")


def test_a_transfer_that_the_bank_returns_is_no_longer_paid_and_can_be_prepared_again():
    payment = a_paid_acompte()
    daf = actor_of(payment.equipment, Role.GESTIONNAIRE_DAF, on=LATER)

    bounce_payment(payment_id=payment.pk, actor=daf, comment="Compte clos.")

    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, subsidy.paid_total) == (SubsidyState.ACOMPTE_REQUESTED, 0)
    assert subsidy.paid_total == recomputed(subsidy)
    assert Payment.objects.get().dp_number == "1000000001"
    assert "Compte clos." in OutboxMail.objects.get(kind="payment_bounced").text
    again = prepare_acompte(subsidy_id=subsidy.pk, actor=daf)
    assert again.already_paid == 0


def test_the_second_certificate_cancels_and_replaces_that_of_the_rejected_request():
    payment = a_validated_acompte()
    daf = actor_of(payment.equipment, Role.GESTIONNAIRE_DAF, on=ON)
    reject_payment(payment_id=payment.pk, actor=daf, comment="EJ faux.")
    again = prepare_acompte(subsidy_id=payment.equipment_id, actor=daf)

    validate_payment(payment_id=again.pk, actor=actor_of(payment.equipment, Role.VALIDEUR_DAF, on=ON))

    first, second = IssuedDocument.objects.filter(kind="acompte").order_by("pk")
    assert second.replaces == first


@pytest.mark.parametrize("state", ["justified", "to_complete", "service_fait"])
def test_an_acompte_returned_after_the_statement_leaves_the_whole_to_the_solde(state):
    subsidy = EquipmentSubsidyFactory(**{state: True})
    acompte = subsidy.payments.get()

    bounce_payment(payment_id=acompte.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF), comment="Compte clos.")

    after = EquipmentSubsidy.objects.get()
    assert (after.state, after.paid_total) == (subsidy.state, 0)
    assert JournalLine.objects.filter(act="take_back_acompte", comment="Compte clos.").count() == 1


def test_an_acompte_that_a_solde_rests_on_is_not_returned():
    subsidy = EquipmentSubsidyFactory(solde_liquidated=True)

    with pytest.raises(Refused, match="ce qui repose sur ce versement"):
        bounce_payment(payment_id=subsidy.payments.get().pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF), comment="motif")

    assert EquipmentSubsidy.objects.get().paid_total == Decimal("6000.00")


def test_a_returned_solde_leaves_the_acompte_paid():
    subsidy = EquipmentSubsidyFactory(solde_paid=True)
    solde = subsidy.payments.get(kind=PaymentKind.SOLDE)

    bounce_payment(payment_id=solde.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF), comment="Compte clos.")

    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, subsidy.paid_total) == (SubsidyState.SOLDE_LIQUIDATED, Decimal("6000.00"))
    assert subsidy.paid_total == recomputed(subsidy)


# --- What the database holds by itself ---


@pytest.mark.parametrize(
    "written",
    [
        {"paid_total": Decimal("12000.01")},
        {"paid_total": Decimal("-0.01")},
        {"decided_amount": Decimal("12000.01")},
        {"state": "cancelled"},
        {"held_since": ON},
    ],
)
def test_a_subsidy_out_of_its_ceilings_is_refused_by_the_database(written):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)

    with pytest.raises(IntegrityError), pgtrigger.ignore(), transaction.atomic():
        EquipmentSubsidy.objects.filter(pk=subsidy.pk).update(**written)


@pytest.mark.parametrize(
    "written",
    [
        {"amount": Decimal("12000.01")},
        {"amount": Decimal("0")},
        {"already_paid": Decimal("6000.01")},
        {"state": "paid"},
        {"state": "validated"},
    ],
)
def test_a_payment_out_of_its_ceiling_or_without_references_is_refused_by_the_database(written):
    payment = an_acompte()

    with pytest.raises(IntegrityError), pgtrigger.ignore(), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(**written)
