"""Decisions notified and acomptes paid before the portal: entered as they were, without letter, mail nor new request.

Money keeps its four eyes: a gestionnaire enters the payment, and it counts once a valideur has confirmed it.
"""

from collections.abc import Iterable

from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.dates import plain_date
from plannumerique.organisations.actor import Actor
from subsidies.enums import PaymentKind, SubsidyState
from subsidies.models import EquipmentSubsidy, Payment
from subsidies.permissions import can_confirm_past_payment, can_take_over_money
from subsidies.rules import PastDecision, PastPayment, past_acompte_refusals
from subsidies.services.payments import Line, copy_terms, follow, refuse_future


def take_over_decision(*, subsidy_id: int, actor: Actor, past: PastDecision) -> EquipmentSubsidy:
    refuse_future(past.signed_on, actor)
    refuse_future(past.notified_on, actor)
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_take_over_money, taken_over=True) as subsidy:
        subsidy.take_over_decision(past=past, entered_on=actor.today, by=actor.user)
    return subsidy


def take_over_acompte(*, subsidy_id: int, actor: Actor, past: PastPayment) -> Payment:
    """Entered by the first pair of eyes; entered again when the first entry was rejected."""
    refuse_future(past.on, actor)
    with passage(
        EquipmentSubsidy,
        subsidy_id,
        actor=actor,
        may=can_take_over_money,
        act="take_over_payment",
        label="Saisir l’acompte payé",
        taken_over=True,
    ) as subsidy:
        if subsidy.state != SubsidyState.ACOMPTE_REQUESTED:
            subsidy.take_over_acompte()
        elif subsidy.decision_taken_over_on is None:
            raise Refused("La décision est établie dans le portail : son acompte s’y prépare, il ne se reprend pas.")
        payment = _enter(subsidy, past, actor=actor)
    return payment


def _enter(subsidy: EquipmentSubsidy, past: PastPayment, *, actor: Actor) -> Payment:
    decided, terms = subsidy.decided_amount, subsidy.convention.terms.as_rule()
    assert decided is not None  # subsidy_decided_is_signed holds it
    _refuse(past_acompte_refusals(past, decided=decided, notified_on=subsidy.notified_on, terms=terms))
    _refuse([] if subsidy.ej_number else ["Le numéro d’engagement juridique (EJ) manque : le paiement repris le porte."])
    payment = Payment(
        thread=subsidy.thread,
        kind=PaymentKind.ACOMPTE,
        amount=past.amount,
        explanation=[one.kept() for one in _lines(subsidy, past)],
        already_paid=subsidy.paid_total,
        ej_number=subsidy.ej_number,
        exercise=past.on.year,
        dp_number=past.dp_number,
        paid_on=past.on,
        prepared_on=actor.today,
        preparer=actor.user,
        taken_over_on=actor.today,
    )
    copy_terms(payment, subsidy)
    payment.transfer_label = ""  # that of a transfer made elsewhere is not known
    with opening(payment, actor=actor, may=can_take_over_money, label="Saisir un paiement fait", taken_over=True):
        pass
    return payment


def _lines(subsidy: EquipmentSubsidy, past: PastPayment) -> list[Line]:
    return [
        Line("Montant prévisionnel de la décision", subsidy.decided_amount or past.amount, note=subsidy.decision_reference),
        Line("Acompte payé avant le portail", past.amount, note=f"DP {past.dp_number}, le {plain_date(past.on)}"),
    ]


def _refuse(reasons: Iterable[str]) -> None:
    found = list(reasons)
    if found:
        raise Refused(*found)


def confirm_past_payment(*, payment_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Payment:
    """The second pair of eyes, on Chorus: from now on it counts as paid. No certificate, no notice of payment."""
    with passage(
        Payment, payment_id, actor=actor, may=can_confirm_past_payment, seen=seen, comment=comment, taken_over=True
    ) as payment:
        payment.confirm_past_payment(by=actor.user, on=actor.today)
        follow(payment, actor=actor)
    return payment
