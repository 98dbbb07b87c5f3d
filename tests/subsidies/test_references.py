"""What Chorus gave is recorded once and corrected with its motive, never in silence; a hold stops the money until it is lifted."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from subsidies.models import EquipmentSubsidy, Payment
from subsidies.services.holds import hold, resume
from subsidies.services.references import record_ej, rectify_dp, rectify_ej, rectify_paid_on
from tests.factories_subsidies import ACOMPTE_PAID_ON, EquipmentSubsidyFactory, PaymentFactory, actor_of

pytestmark = pytest.mark.django_db

TODAY = dt.date(2016, 10, 3)


def daf_of(subsidy):
    return actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=TODAY)


def test_the_ej_number_is_recorded_once():
    subsidy = EquipmentSubsidyFactory(notified=True, ej_number="")
    words = {"model": EquipmentSubsidy, "subsidy_id": subsidy.pk, "actor": daf_of(subsidy)}

    record_ej(**words, ej_number=" 2100000001 ")
    with pytest.raises(Refused, match="rectifiez-le, avec le motif"):
        record_ej(**words, ej_number="2100000002")

    assert EquipmentSubsidy.objects.get().ej_number == "2100000001"
    assert JournalLine.objects.filter(act="record_ej").count() == 1


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.EDITEUR, Role.RECTEUR])
def test_another_role_records_no_reference(role):
    subsidy = EquipmentSubsidyFactory(notified=True, ej_number="")

    with pytest.raises(PermissionDenied):
        record_ej(model=EquipmentSubsidy, subsidy_id=subsidy.pk, actor=actor_of(subsidy, role), ej_number="2100000001")

    assert EquipmentSubsidy.objects.get().ej_number == ""


def test_a_mistyped_ej_is_corrected_with_its_motive_on_the_subsidy_and_its_payments():
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    rejected = PaymentFactory(equipment=subsidy, rejected=True, ej_number="2100000000", amount=1)
    words = {"model": EquipmentSubsidy, "subsidy_id": subsidy.pk, "actor": daf_of(subsidy), "ej_number": "2199999999"}

    with pytest.raises(Refused, match="motif de la rectification"):
        rectify_ej(**words, comment=" ")
    rectify_ej(**words, comment="Chiffres inversés.")

    assert EquipmentSubsidy.objects.get().ej_number == "2199999999"
    assert Payment.objects.get(state="paid").ej_number == "2199999999"
    assert Payment.objects.get(pk=rejected.pk).ej_number == "2100000000"
    lines = JournalLine.objects.filter(act="rectify_ej", comment="Chiffres inversés.")
    assert {line.subject_kind for line in lines} == {"subsidies.equipmentsubsidy", "subsidies.payment"}
    assert lines.first().before == {"ej_number": subsidy.ej_number}


def test_there_is_nothing_to_rectify_before_a_number_is_recorded():
    subsidy = EquipmentSubsidyFactory(notified=True, ej_number="")

    with pytest.raises(Refused, match="il n’y a rien à rectifier"):
        rectify_ej(model=EquipmentSubsidy, subsidy_id=subsidy.pk, actor=daf_of(subsidy), ej_number="2100000001", comment="motif")


def test_a_mistyped_dp_is_corrected_with_its_motive():
    payment = EquipmentSubsidyFactory(acompte_paid=True).payments.get()
    daf = daf_of(payment.equipment)

    rectify_dp(payment_id=payment.pk, actor=daf, dp_number="1000009999", comment="Chiffre oublié.")

    assert Payment.objects.get().dp_number == "1000009999"
    with pytest.raises(Refused, match="Indiquez le numéro de DP"):
        rectify_dp(payment_id=payment.pk, actor=daf, dp_number=" ", comment="motif")
    with pytest.raises(Refused, match="Indiquez le motif"):
        rectify_dp(payment_id=payment.pk, actor=daf, dp_number="1", comment="")


def test_a_dp_that_another_payment_bears_is_refused():
    first = EquipmentSubsidyFactory(acompte_paid=True).payments.get()
    second = EquipmentSubsidyFactory(acompte_paid=True).payments.get()

    with pytest.raises(Refused, match="désigne déjà un autre paiement"):
        rectify_dp(payment_id=second.pk, actor=daf_of(second.equipment), dp_number=first.dp_number, comment="motif")


def test_the_date_of_a_payment_is_corrected_within_its_bounds_and_moves_its_exercise():
    payment = EquipmentSubsidyFactory(acompte_paid=True).payments.get()
    daf = actor_of(payment.equipment, Role.VALIDEUR_DAF, on=dt.date(2017, 1, 4))
    words = {"payment_id": payment.pk, "actor": daf, "comment": "Date de valeur d’exemple."}

    with pytest.raises(Refused, match="le paiement ne peut la précéder"):
        rectify_paid_on(**words, on=payment.validated_on - dt.timedelta(days=1))
    with pytest.raises(Refused, match="est à venir"):
        rectify_paid_on(**words, on=dt.date(2017, 1, 5))
    assert Payment.objects.get().paid_on == ACOMPTE_PAID_ON

    rectify_paid_on(**words, on=dt.date(2017, 1, 3))
    payment = Payment.objects.get()
    assert (payment.paid_on, payment.exercise) == (dt.date(2017, 1, 3), 2017)


def test_an_unpaid_request_has_nothing_to_rectify():
    payment = PaymentFactory(equipment=EquipmentSubsidyFactory(acompte_requested=True))

    with pytest.raises(Refused, match="il n’y a rien à rectifier"):
        rectify_dp(payment_id=payment.pk, actor=daf_of(payment.equipment), dp_number="1", comment="motif")


# --- Hold ---


def test_a_hold_says_since_when_by_whom_and_why_and_is_lifted_with_a_reason():
    subsidy = EquipmentSubsidyFactory(notified=True)
    daf = daf_of(subsidy)

    hold(subsidy_id=subsidy.pk, actor=daf, comment="Contrôle d’exemple.", seen=1)

    held = EquipmentSubsidy.objects.get()
    assert (held.held_since, held.held_by, held.held_motive) == (TODAY, daf.user, "Contrôle d’exemple.")
    assert "Contrôle d’exemple." in OutboxMail.objects.get(kind="subsidy_held").text
    with pytest.raises(Refused, match="déjà suspendue"):
        hold(subsidy_id=subsidy.pk, actor=daf, comment="encore")
    with pytest.raises(Refused, match="pourquoi la suspension est levée"):
        resume(subsidy_id=subsidy.pk, actor=daf, comment="")

    resume(subsidy_id=subsidy.pk, actor=daf, comment="Contrôle clos.")
    resumed = EquipmentSubsidy.objects.get()
    assert (resumed.held_since, resumed.held_by, resumed.held_motive) == (None, None, "")
    assert EquipmentSubsidy.objects.on_hold().count() == 0
    with pytest.raises(Refused, match="n’est pas suspendue"):
        resume(subsidy_id=subsidy.pk, actor=daf, comment="encore")


def test_a_hold_needs_its_motive_and_the_daf():
    subsidy = EquipmentSubsidyFactory(notified=True)

    with pytest.raises(Refused, match="motif de la suspension"):
        hold(subsidy_id=subsidy.pk, actor=daf_of(subsidy), comment=" ")
    with pytest.raises(PermissionDenied):
        hold(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.AGENT_DANE), comment="motif")

    assert not EquipmentSubsidy.objects.get().is_on_hold
