"""Twenty people press the same button at the same instant, on PostgreSQL: one act is done, the others read who was first."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from subsidies.enums import PaymentState
from subsidies.models import EquipmentSubsidy, Payment
from subsidies.services.acompte import prepare_acompte
from subsidies.services.payments import record_payment, validate_payment
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, actor_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CROWD = 20
ON = dt.date(2016, 9, 23)


def all_at_once(act, actors):
    """What became of each: « fait », or the first reason of the refusal."""
    start = Barrier(len(actors))

    def one(actor):
        start.wait()
        try:
            act(actor)
        except Refused as refused:
            return " ".join(refused.reasons)
        finally:
            connection.close()
        return "fait"

    with ThreadPoolExecutor(len(actors)) as pool:
        return list(pool.map(one, actors))


def crowd(subsidy, role):
    return [actor_of(subsidy, role, on=ON) for _ in range(CROWD)]


def test_twenty_valideurs_at_once_make_one_validation_and_one_certificate():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    payment = prepare_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=ON))
    seen = payment.version

    answers = all_at_once(
        lambda actor: validate_payment(payment_id=payment.pk, actor=actor, seen=seen), crowd(subsidy, Role.VALIDEUR_DAF)
    )

    assert answers.count("fait") == 1
    payment = Payment.objects.get()
    late = [answer for answer in answers if answer != "fait"]
    assert all(answer.startswith(f"Déjà traité par {payment.validator} à 10:00") for answer in late)
    assert (payment.state, payment.version) == (PaymentState.VALIDATED, 2)
    assert JournalLine.objects.filter(act="validate_payment").count() == 1
    assert IssuedDocument.objects.filter(kind="acompte").count() == 1


def test_twenty_gestionnaires_at_once_prepare_one_request():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)

    answers = all_at_once(
        lambda actor: prepare_acompte(subsidy_id=subsidy.pk, actor=actor), crowd(subsidy, Role.GESTIONNAIRE_DAF)
    )

    assert answers.count("fait") == 1
    assert Payment.objects.count() == 1


def test_twenty_records_at_once_pay_once():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    payment = PaymentFactory(equipment=subsidy, validated=True, validated_on=ON)

    answers = all_at_once(
        lambda actor: record_payment(payment_id=payment.pk, actor=actor, dp_number="1000000001", on=ON),
        crowd(subsidy, Role.VALIDEUR_DAF),
    )

    assert answers.count("fait") == 1
    assert EquipmentSubsidy.objects.get().paid_total == payment.amount
    assert IssuedDocument.objects.filter(kind="payment_notice").count() == 1
