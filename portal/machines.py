"""docs/machines.md, drawn from the machines themselves: the table of moves, who makes them, what they demand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from conventions.models import Convention
from conventions.permissions import CONVENTION_MOVES
from deployments.models import MobileClass
from deployments.permissions import MOBILE_CLASS_MOVES
from plannumerique.journal.actions import who
from plannumerique.journal.machine import Condition, moves_of
from plannumerique.journal.models import ThreadRow
from plannumerique.organisations.enums import Role
from plannumerique.organisations.permissions import Permission
from projects.models import Application, CompletionPoint
from projects.permissions import APPLICATION_MOVES, POINT_MOVES
from subsidies.models import AccountChange, EquipmentSubsidy, Invoice, Payment, PurchaseOrder, ResourcesSubsidy
from subsidies.permissions import (
    ACCOUNT_CHANGE_MOVES,
    EQUIPMENT_MOVES,
    INVOICE_MOVES,
    PAYMENT_MOVES,
    PURCHASE_ORDER_MOVES,
    RESOURCES_MOVES,
)


@dataclass(frozen=True, slots=True)
class Machine:
    title: str
    model: type[ThreadRow]
    permissions: Mapping[str, Permission]


MACHINES = (
    Machine("Candidature (une école, une phase)", Application, APPLICATION_MOVES),
    Machine("Point à compléter", CompletionPoint, POINT_MOVES),
    Machine("Convention", Convention, CONVENTION_MOVES),
    Machine("Classe mobile", MobileClass, MOBILE_CLASS_MOVES),
    Machine("Subvention d’équipement", EquipmentSubsidy, EQUIPMENT_MOVES),
    Machine("Bon de commande", PurchaseOrder, PURCHASE_ORDER_MOVES),
    Machine("Facture", Invoice, INVOICE_MOVES),
    Machine("Demande de paiement", Payment, PAYMENT_MOVES),
    Machine("Changement de compte", AccountChange, ACCOUNT_CHANGE_MOVES),
    Machine("Dotation de ressources", ResourcesSubsidy, RESOURCES_MOVES),
)

PREAMBLE = """# Les machines

Cette page est dessinée par `manage.py draw_machines` à partir du code, et un test vérifie qu’elle est à jour : ne la modifiez pas
à la main. Un état ne change que par la porte unique (`plannumerique.journal.passages.passage`), qui verrouille le dossier, vérifie
le rôle puis les conditions, enregistre et écrit le journal. « ↩ » marque les retours et les mises à l’écart : le motif y est
obligatoire.
"""


def page() -> str:
    return "\n".join([PREAMBLE, *(part for machine in MACHINES for part in _section(machine))]) + "\n"


def _section(machine: Machine) -> Iterator[str]:
    labels = dict(cast(Any, machine.model)._meta.get_field("state").flatchoices)
    moves = moves_of(machine.model)
    yield f"## {machine.title}\n"
    yield "```mermaid\nstateDiagram-v2"
    yield from (f"    {key} : {label}" for key, label in sorted(labels.items()))
    yield from sorted(f"    {one.source} --> {one.target} : {one.custom['label']}" for one in moves)
    yield "```\n"
    yield "| mouvement | de | vers | qui | conditions |"
    yield "| --- | --- | --- | --- | --- |"
    for name in dict.fromkeys(one.name for one in moves):
        same = [one for one in moves if one.name == name]
        first = same[0]
        sources = ", ".join(str(labels[str(one.source)]) for one in same)
        back = " ↩" if first.custom["needs_comment"] else ""
        yield (
            f"| {first.custom['label']}{back} (`{name}`) | {sources} | {labels[str(first.target)]} "
            f"| {_who(machine.permissions[name])} | {_conditions(first.conditions, machine.permissions[name])} |"
        )
    yield ""


def _who(permission: Permission) -> str:
    names = who(permission)
    if Role.SYSTEM not in permission.roles:
        return names
    return f"{names} ; portail" if names else "portail"


def _conditions(conditions: list[Any], permission: Permission) -> str:
    demanded = [one.sentence for one in cast(list[Condition], conditions)]
    if permission.detail:
        demanded.append(permission.detail)
    return "<br>".join(demanded) or "–"
