"""Orders, award decision, acompte, and what becomes of every payment request."""

from collections.abc import Mapping
from decimal import Decimal

from demonstration import invented, people
from demonstration.acts.common import SUPPLIERS, UGAP, VAT, paper
from demonstration.papers import Row
from demonstration.scene import ClassName, Scene
from plannumerique.lib.money import ZERO, ht_from_ttc
from plannumerique.organisations.actor import Actor
from subsidies.enums import PaymentKind, PaymentState, PurchaseChannel, Supplied
from subsidies.models import EquipmentSubsidy, PurchaseOrder
from subsidies.services import (
    acompte,
    decision,
    orders,
    payments,
    references,
)
from subsidies.services.orders import Order


def deposit_order(
    scene: Scene, actor: Actor, *, number: str, shares: Mapping[ClassName, Decimal], channel: PurchaseChannel, coordinator: str
) -> None:
    """Of every class that the convention covers, at the price that was forecast."""
    supplier, siret = _supplier(scene, channel)
    classes = scene.classes()
    shares = {name: amount for name, amount in shares.items() if name in classes}
    total = sum(shares.values(), ZERO)
    rows = [Row(str(classes[name]), amount) for name, amount in shares.items()]
    copy = paper(scene, actor, "BON DE COMMANDE FICTIF", f"N° {number}", f"À : {supplier}", *rows, name="commande.pdf")
    grouped = channel == PurchaseChannel.GROUPEMENT
    orders.deposit_order(
        subsidy=scene.subsidy,
        actor=actor,
        order=Order(
            number=number,
            supplier_name=supplier,
            supplier_siret=siret,
            channel=channel,
            coordinator=coordinator,
            ordered_on=actor.today,
            amount_ht=ht_from_ttc(total, rate=VAT),
            amount_ttc=total,
            terminals=Supplied.ORDERED,
            teacher_terminal=Supplied.ORDERED if scene.number % 3 else Supplied.OWNED,
            container=Supplied.ORDERED,
            administration=Supplied.ORDERED,
            shares={classes[name].pk: amount for name, amount in shares.items()},
        ),
        copy=copy,
        groupement=paper(scene, actor, "CONVENTION DE GROUPEMENT FICTIVE", coordinator, name="groupement.pdf")
        if grouped
        else None,
    )


def _supplier(scene: Scene, channel: PurchaseChannel) -> tuple[str, str]:
    if channel in (PurchaseChannel.UGAP, PurchaseChannel.GROUPEMENT):
        return UGAP, invented.siret_of_nobody(1)
    rank = scene.number % len(SUPPLIERS)
    return f"{SUPPLIERS[rank]} (fournisseur fictif)", invented.siret_of_nobody(10 + rank)


def accept_orders(scene: Scene, actor: Actor) -> None:
    for order in PurchaseOrder.objects.awaiting_check().filter(subsidy=scene.subsidy).order_by("pk"):
        orders.accept_order(order_id=order.pk, actor=actor)


def prepare_decision(scene: Scene, actor: Actor) -> None:
    subsidy = scene.subsidy
    decision.prepare_decision(subsidy_id=subsidy.pk, actor=actor, amount=subsidy.convention_max)


def sign_decision(scene: Scene, actor: Actor) -> None:
    decision.sign_decision(
        subsidy_id=scene.subsidy.pk,
        actor=actor,
        on=actor.today,
        signatory=actor.name,
        capacity=people.SECRETAIRE.capacity,
        delegation=people.SECRETAIRE.delegation,
    )


def notify_decision(scene: Scene, actor: Actor) -> None:
    decision.notify_decision(
        subsidy_id=scene.subsidy.pk,
        actor=actor,
        on=actor.today,
        proof=f"Lettre recommandée, avis n° 1A 000 000 {scene.number:03} 0",
    )


def record_ej(scene: Scene, actor: Actor) -> None:
    references.record_ej(
        model=EquipmentSubsidy, subsidy_id=scene.subsidy.pk, actor=actor, ej_number=invented.ej(scene.number * 100)
    )


def request_acompte(scene: Scene, actor: Actor) -> None:
    acompte.request_acompte(subsidy_id=scene.subsidy.pk, actor=actor)


def prepare_acompte(scene: Scene, actor: Actor) -> None:
    acompte.prepare_acompte(subsidy_id=scene.subsidy.pk, actor=actor)


def validate_payments(scene: Scene, actor: Actor, *, kind: PaymentKind) -> None:
    for payment in scene.payments():
        if payment.kind == kind and payment.state == PaymentState.PREPARED:
            payments.validate_payment(payment_id=payment.pk, actor=actor)


def record_payments(scene: Scene, actor: Actor, *, kind: PaymentKind) -> None:
    for payment in scene.payments():
        if payment.kind == kind and payment.state == PaymentState.VALIDATED:
            payments.record_payment(payment_id=payment.pk, actor=actor, dp_number=invented.dp(payment.pk), on=actor.today)
