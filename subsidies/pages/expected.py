"""What a subsidy or a grant waits for, and from whom: its moves, the acts beside them, its payments under way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from plannumerique.journal.actions import Awaited, awaited, awaited_act, offered
from plannumerique.journal.machine import Condition, obstacles
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.permissions import Permission
from plannumerique.ui.pieces import Action
from subsidies import conditions as only_if
from subsidies import permissions
from subsidies.enums import ResourcesState, SubsidyState
from subsidies.models import EquipmentSubsidy, ResourcesSubsidy
from subsidies.pages import equipment, resources
from subsidies.pages.payments import awaited_on, offered_on, under_way
from subsidies.services.acompte import ACOMPTE_PREPARATION
from subsidies.services.resources import GRANT_PREPARATION

# Of the three ways to settle, the amounts open one: nobody is told of the two others.
_SETTLING: dict[str, Condition] = {
    "liquidate_solde": only_if.a_solde_is_due,
    "settle_without_solde": only_if.paid_equals_definitive,
    "declare_overpaid": only_if.more_was_paid_than_due,
}


@dataclass(frozen=True, slots=True)
class Expected:
    """`actions` take the row forward; `besides` correct it, set it back or aside."""

    actions: tuple[Action, ...]
    besides: tuple[Action, ...]
    awaited: tuple[Awaited, ...]


@dataclass(frozen=True, slots=True)
class _Preparation:
    """The act that prepares a payment, while none is under way."""

    name: str
    label: str
    conditions: tuple[Condition, ...]


_ACOMPTE = _Preparation("prepare_acompte", "Préparer le paiement de l’acompte", ACOMPTE_PREPARATION)
_GRANT = _Preparation("prepare_grant_payment", "Préparer le paiement de la dotation", GRANT_PREPARATION)


def of_subsidy(subsidy: EquipmentSubsidy, actor: Actor) -> Expected:
    moves = {
        name: may
        for name, may in permissions.EQUIPMENT_MOVES.items()
        if name not in permissions.ON_THE_WAY and (name not in _SETTLING or _SETTLING[name](subsidy))
    }
    preparation = _ACOMPTE if subsidy.state == SubsidyState.ACOMPTE_REQUESTED else None
    return _of(subsidy, actor, moves, equipment.acts_of(subsidy, actor), preparation)


def of_grant(grant: ResourcesSubsidy, actor: Actor) -> Expected:
    moves = {name: may for name, may in permissions.RESOURCES_MOVES.items() if name not in permissions.ON_THE_WAY}
    preparation = _GRANT if grant.state == ResourcesState.NOTIFIED else None
    return _of(grant, actor, moves, resources.acts_of(grant, actor), preparation)


def _of(
    row: EquipmentSubsidy | ResourcesSubsidy,
    actor: Actor,
    moves: Mapping[str, Permission],
    acts: Iterable[Action],
    preparation: _Preparation | None,
) -> Expected:
    payments = under_way(row)
    actions = [*offered(row, actor, moves, urls="subsidies"), *acts, *offered_on(payments, actor)]
    others = [*awaited(row, actor, moves), *awaited_on(payments, actor)]
    if preparation is not None and not payments:
        if permissions.can_prepare_payment(actor, row):
            actions.insert(0, _prepare(row, preparation))
        else:
            others.append(awaited_act(preparation.label, permissions.can_prepare_payment, row, preparation.conditions))
    return Expected(
        actions=tuple(one for one in actions if one.primary),
        besides=tuple(one for one in actions if not one.primary),
        awaited=tuple(others),
    )


def _prepare(row: EquipmentSubsidy | ResourcesSubsidy, preparation: _Preparation) -> Action:
    return Action(
        preparation.label,
        reverse(f"subsidies:{preparation.name}", args=[row.pk]),
        obstacles=tuple(obstacles(row, preparation.conditions)),
        primary=True,
    )
