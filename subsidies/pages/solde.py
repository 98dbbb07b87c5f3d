"""What the DAF reads before settling: how the solde or the trop-perçu is reached, and what the closing still waits for."""

import datetime as dt
from typing import cast

from plannumerique.journal.machine import Condition, moves_of
from plannumerique.ui.pieces import AmountLine, Amounts, Fact
from subsidies.enums import CERTIFIED_STATES
from subsidies.models import EquipmentSubsidy
from subsidies.readings.promises import promise_of
from subsidies.rules import trop_percu
from subsidies.services.solde import solde_lines

OUTSIDE = (
    "Le reversement est ordonné et suivi hors du portail pour l’instant. "
    "La collectivité ne paie rien avant d’avoir reçu le titre de perception."
)


def solde_amounts(subsidy: EquipmentSubsidy) -> Amounts | None:
    """The solde and its lines, once the service fait is constaté."""
    if subsidy.state not in CERTIFIED_STATES:
        return None
    *lines, due = solde_lines(subsidy)
    return Amounts(
        due.label, due.amount, lines=tuple(AmountLine(one.label, one.amount, note=one.note) for one in lines), unfolded=True
    )


def overpaid_amounts(subsidy: EquipmentSubsidy) -> Amounts | None:
    """What was paid beyond the definitive subsidy; None when nothing was."""
    if subsidy.definitive_amount is None:
        return None
    excess = trop_percu(definitive=subsidy.definitive_amount, paid=subsidy.paid_total)
    if not excess:
        return None
    return Amounts(
        "Trop-perçu",
        excess,
        lines=(
            AmountLine("Déjà versé", subsidy.paid_total),
            AmountLine("Subvention définitive", -subsidy.definitive_amount),
        ),
        note=OUTSIDE,
        unfolded=True,
    )


def liquidation_facts(subsidy: EquipmentSubsidy, *, today: dt.date) -> list[Fact]:
    promise = promise_of(subsidy, today=today)
    if promise is None:
        return []
    return [
        Fact("Exercice", str(promise.exercise)),
        Fact("Règle appliquée", promise.sentence),
        Fact("Payable à partir du", on=promise.pay_from),
        Fact("À payer au plus tard le", on=promise.pay_by),
    ]


def closing_checklist(subsidy: EquipmentSubsidy) -> list[Fact]:
    """Each condition of the closing, met or with what is missing."""
    closing = next(one for one in moves_of(EquipmentSubsidy) if one.name == "close")
    checked = [(one.sentence, list(one.obstacles(subsidy))) for one in cast(list[Condition], closing.conditions)]
    return [Fact(sentence, " ".join(missing) if missing else "oui") for sentence, missing in checked]
