"""What Chorus gave, EJ and DP numbers and the day of a payment, and the correction of what was mistyped."""

import datetime as dt

from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import passage
from plannumerique.organisations.actor import Actor
from subsidies.enums import PaymentState
from subsidies.models import EquipmentSubsidy, Payment, ResourcesSubsidy
from subsidies.permissions import can_record_references
from subsidies.services.payments import refuse_future

Subsidy = EquipmentSubsidy | ResourcesSubsidy


def record_ej(
    *, model: type[Subsidy], subsidy_id: int, actor: Actor, ej_number: str, seen: int | None = None, comment: str = ""
) -> Subsidy:
    """The legal commitment that the payments will refer to, once it exists in Chorus."""
    with passage(
        model,
        subsidy_id,
        actor=actor,
        may=can_record_references,
        seen=seen,
        comment=comment,
        act="record_ej",
        label="Saisir le numéro d’EJ",
    ) as subsidy:
        if subsidy.ej_number:
            raise Refused(f"Le numéro d’EJ est déjà {subsidy.ej_number} : rectifiez-le, avec le motif.")
        subsidy.ej_number = _required(ej_number, "le numéro d’EJ")
    return subsidy


def rectify_ej(
    *, model: type[Subsidy], subsidy_id: int, actor: Actor, ej_number: str, comment: str, seen: int | None = None
) -> Subsidy:
    """A typing error: the subsidy and its payment requests, which copied it, are corrected together."""
    with passage(
        model,
        subsidy_id,
        actor=actor,
        may=can_record_references,
        seen=seen,
        comment=_motive(comment),
        act="rectify_ej",
        label="Rectifier le numéro d’EJ",
    ) as subsidy:
        if not subsidy.ej_number:
            raise Refused("Aucun numéro d’EJ n’est saisi : il n’y a rien à rectifier.")
        subsidy.ej_number = _required(ej_number, "le numéro d’EJ")
        for pk in list(subsidy.payments.live().order_by("pk").values_list("pk", flat=True)):
            _rectify_copied_ej(pk, actor=actor, ej_number=subsidy.ej_number, comment=comment)
    return subsidy


def _rectify_copied_ej(payment_id: int, *, actor: Actor, ej_number: str, comment: str) -> None:
    with passage(
        Payment,
        payment_id,
        actor=actor,
        may=can_record_references,
        comment=comment,
        act="rectify_ej",
        label="Rectifier le numéro d’EJ",
    ) as payment:
        payment.ej_number = ej_number


def rectify_dp(*, payment_id: int, actor: Actor, dp_number: str, comment: str, seen: int | None = None) -> Payment:
    with passage(
        Payment,
        payment_id,
        actor=actor,
        may=can_record_references,
        seen=seen,
        comment=_motive(comment),
        act="rectify_dp",
        label="Rectifier le numéro de DP",
    ) as payment:
        _refuse_unpaid(payment)
        payment.dp_number = _required(dp_number, "le numéro de DP")
    return payment


def rectify_paid_on(*, payment_id: int, actor: Actor, on: dt.date, comment: str, seen: int | None = None) -> Payment:
    refuse_future(on, actor)
    with passage(
        Payment,
        payment_id,
        actor=actor,
        may=can_record_references,
        seen=seen,
        comment=_motive(comment),
        act="rectify_paid_on",
        label="Rectifier la date du paiement",
    ) as payment:
        _refuse_unpaid(payment)
        payment.correct_paid_on(on)
    return payment


def _refuse_unpaid(payment: Payment) -> None:
    if payment.state != PaymentState.PAID:
        raise Refused("Ce paiement n’est pas enregistré : il n’y a rien à rectifier.")


def _required(value: str, what: str) -> str:
    if not value.strip():
        raise Refused(f"Indiquez {what}.")
    return value.strip()


def _motive(comment: str) -> str:
    if not comment.strip():
        raise Refused("Indiquez le motif de la rectification.")
    return comment
