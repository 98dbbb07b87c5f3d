"""What stands in the way of a purchase order: its kit, its date, its shares, its groupement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Sum

from plannumerique.journal.machine import condition
from plannumerique.lib.dates import long_date
from plannumerique.lib.money import ZERO, euros
from subsidies.enums import PurchaseChannel, Supplied

if TYPE_CHECKING:
    from subsidies.models import PurchaseOrder

KIT = (
    ("terminals", "les terminaux des élèves"),
    ("teacher_terminal", "le terminal de l’enseignant"),
    ("container", "le conteneur sécurisé"),
    ("administration", "le service d’administration du parc"),
)


@condition
def the_order_covers_the_kit(order: PurchaseOrder) -> Iterator[str]:
    """Terminaux, terminal de l’enseignant, conteneur et administration du parc sont commandés ou déjà possédés."""
    for field, label in KIT:
        if getattr(order, field) == Supplied.MISSING:
            yield f"La commande ne couvre pas {label}, ni commandé ni déclaré possédé : la collectivité complète ou la DANE rejette."


@condition
def the_order_is_not_early(order: PurchaseOrder) -> Iterator[str]:
    """La commande n’est pas antérieure au début d’éligibilité, sauf dérogation."""
    campaign = order.subsidy.campaign
    floor = campaign.orders_from or campaign.expenses_from
    if order.ordered_on < floor and not order.early_derogation.strip():
        yield (
            f"La commande est du {long_date(order.ordered_on)}, avant le {long_date(floor)}, début d’éligibilité : "
            "la DANE peut accorder une dérogation motivée."
        )


@condition
def the_order_is_shared_out(order: PurchaseOrder) -> Iterator[str]:
    """Les parts des classes égalent le montant de la commande."""
    shared = order.allocations.aggregate(total=Sum("amount_ttc"))["total"] or ZERO
    if shared != order.amount_ttc:
        yield f"La commande est de {euros(order.amount_ttc)} TTC, {euros(shared)} sont répartis entre les classes : la collectivité complète."


@condition
def the_groupement_is_documented(order: PurchaseOrder) -> Iterator[str]:
    """Un groupement de commandes a son coordonnateur et sa convention."""
    if order.channel != PurchaseChannel.GROUPEMENT:
        return
    if not order.coordinator.strip():
        yield "La commande est passée en groupement : la collectivité en indique le coordonnateur."
    if order.groupement_piece is None:
        yield "La commande est passée en groupement : la collectivité dépose la convention de groupement."


@condition
def the_order_serves_no_decision(order: PurchaseOrder) -> Iterator[str]:
    """Aucune décision ni aucun acompte ne repose sur la commande."""
    others = order.subsidy.orders.accepted().exclude(pk=order.pk).exists()
    if order.subsidy.state != "created" and not others:
        yield "La décision attributive repose sur cette seule commande : elle ne se remet plus à vérifier."
