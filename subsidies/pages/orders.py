"""What the pages of a purchase order show."""

from django.utils.text import capfirst

from conventions.models import Convention
from deployments.models import MobileClass
from plannumerique.lib.identifiers import spaced_siren
from plannumerique.ui.pieces import AmountLine, Amounts, Badge, Fact, Tone
from subsidies.conditions import KIT
from subsidies.enums import PieceState
from subsidies.models import PurchaseOrder

TONES = {PieceState.DEPOSITED: Tone.INFO, PieceState.ACCEPTED: Tone.SUCCESS, PieceState.REJECTED: Tone.ERROR}


def badge_of(order: PurchaseOrder) -> Badge:
    return Badge(capfirst(order.get_state_display()), TONES[PieceState(order.state)])


def facts_of(order: PurchaseOrder) -> list[Fact]:
    facts = [
        Fact("État", badge=badge_of(order)),
        Fact("Collectivité", order.subsidy.convention.dossier.collectivite.name, url=order.subsidy.get_absolute_url()),
        Fact("Numéro", order.number),
        Fact("Date de la commande", on=order.ordered_on),
        Fact("Fournisseur", order.supplier_name, note=f"SIRET {spaced_siren(order.supplier_siret)}"),
        Fact("Mode d’achat", order.get_channel_display(), note=order.coordinator),
        Fact("Montant HT", amount=order.amount_ht),
        Fact("Montant TTC", amount=order.amount_ttc),
        *(Fact(capfirst(label), getattr(order, f"get_{field}_display")()) for field, label in KIT),
    ]
    if order.early_derogation:
        facts.append(Fact("Dérogation pour commande anticipée", order.early_derogation))
    if order.checked_by is not None:
        facts.append(Fact("Vérifiée par", str(order.checked_by)))
    return facts


def shares_of(order: PurchaseOrder) -> Amounts:
    parts = order.allocations.select_related("mobile_class__school").order_by(
        "mobile_class__school__search", "mobile_class__number"
    )
    return Amounts(
        "Montant TTC, classe par classe",
        order.amount_ttc,
        lines=tuple(AmountLine(str(one.mobile_class), one.amount_ttc) for one in parts),
        unfolded=True,
    )


def classes_of(convention: Convention) -> list[MobileClass]:
    """The classes that an order may be shared between, in the order of the pages."""
    return list(
        convention.mobile_classes.exclude(state="renounced").select_related("school").order_by("school__search", "number")
    )
