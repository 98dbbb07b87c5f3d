"""After the service fait: the solde, its absence, the trop-perçu, and the closing of the subsidy."""

import datetime as dt

from conventions import services as conventions
from conventions.enums import ConventionState
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import passage
from plannumerique.lib.money import ZERO
from plannumerique.organisations.actor import Actor
from subsidies.enums import PaymentKind
from subsidies.models import EquipmentSubsidy, Payment
from subsidies.permissions import can_close, can_liquidate
from subsidies.readings.claims import definitive_of, names_of_classes
from subsidies.readings.promises import promise_of
from subsidies.rules import solde_due
from subsidies.services.payments import Line, prepare


def liquidate_solde(*, subsidy_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Payment:
    """Prepare the payment of what is left: nobody types the amount, the exercise nor the dates."""
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_liquidate, seen=seen, comment=comment) as subsidy:
        subsidy.liquidate_solde()
        lines = solde_lines(subsidy)
        promise = promise_of(subsidy, today=actor.today)
        if promise is None:
            raise Refused(
                "La campagne n’a pas ses dates de justification et de solde : l’administrateur de l’académie les saisit."
            )
        payment = prepare(
            kind=PaymentKind.SOLDE,
            subsidy=subsidy,
            amount=lines[-1].amount,
            lines=lines,
            exercise=promise.exercise,
            pay_from=promise.pay_from,
            pay_before=promise.pay_by + dt.timedelta(days=1) if promise.pay_by else None,
            actor=actor,
            comment=comment,
        )
    return payment


def solde_lines(subsidy: EquipmentSubsidy) -> list[Line]:
    """How the solde is reached, class by class; the last line is what is due."""
    lines = definitive_lines(subsidy)
    due = solde_due(definitive=lines[-1].amount, paid=subsidy.paid_total)
    if subsidy.paid_total > ZERO:
        lines.append(Line("Déjà versé", -subsidy.paid_total, note="acompte"))
    return [*lines, Line("Solde dû", due)]


def definitive_lines(subsidy: EquipmentSubsidy) -> list[Line]:
    """How the definitive subsidy is reached, class by class; it is the last line."""
    definitive = definitive_of(subsidy)
    names = names_of_classes(subsidy)
    lines = [Line(names[line.key], line.subsidy, note=line.explanation) for line in definitive.justified.lines]
    if definitive.reduction:
        lines.append(Line("Réduction au plafond", -definitive.reduction, note=f"limite : {definitive.limited_by.label}"))
    return [*lines, Line("Subvention définitive", definitive.amount)]


def settle_without_solde(*, subsidy_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> EquipmentSubsidy:
    """The acompte was exactly what is due: nothing more to pay."""
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_liquidate, seen=seen, comment=comment) as subsidy:
        subsidy.settle_without_solde()
    return subsidy


def declare_overpaid(*, subsidy_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> EquipmentSubsidy:
    """More was paid than is due: what comes back is ordered outside the portal for now."""
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_liquidate, seen=seen, comment=comment) as subsidy:
        subsidy.declare_overpaid()
    return subsidy


def cancel_liquidation(*, subsidy_id: int, actor: Actor, comment: str, seen: int | None = None) -> EquipmentSubsidy:
    """Back to the service fait, once the payment request is rejected."""
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_liquidate, seen=seen, comment=comment) as subsidy:
        subsidy.cancel_liquidation()
    return subsidy


def close(*, subsidy_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> EquipmentSubsidy:
    """Everything is paid and nothing awaits: the subsidy is closed, and its convention settled up."""
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_close, seen=seen, comment=comment) as subsidy:
        subsidy.close(on=actor.today)
        settle_convention(subsidy, actor=actor)
    return subsidy


def settle_convention(subsidy: EquipmentSubsidy, *, actor: Actor, taken_over: bool = False) -> None:
    """In the passage that closes its subsidy."""
    if subsidy.convention.state == ConventionState.NOTIFIED:  # no order was ever accepted: everything came at the end
        conventions.start_execution(convention_id=subsidy.convention_id, actor=actor, taken_over=taken_over)
    conventions.settle_up(convention_id=subsidy.convention_id, actor=actor, taken_over=taken_over)
