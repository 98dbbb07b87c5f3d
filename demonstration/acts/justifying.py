"""Deliveries, statement, service fait, solde."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.text import capfirst

from demonstration import papers, people
from demonstration.acts.common import VAT, paper, there, upload
from demonstration.papers import Row
from demonstration.scene import ClassName, Scene
from deployments import services as deployments
from plannumerique.lib.money import ZERO, ht_from_ttc, split_by_shares
from plannumerique.organisations.actor import Actor
from subsidies.enums import ExpenseCategory
from subsidies.models import Invoice, PurchaseOrder
from subsidies.services import (
    invoices,
    service_fait,
    solde,
    statement,
)
from subsidies.services.invoices import InvoiceContent, LineContent

# How a class is bought: terminals, the teacher's included, container, administration of the park.
_PARTS = {ExpenseCategory.TERMINALS: 78, ExpenseCategory.CONTAINER: 14, ExpenseCategory.ADMINISTRATION: 8}


def receive_classes(scene: Scene, actor: Actor, *, uai: str) -> None:
    for name, mobile_class in scene.classes().items():
        if name.uai == uai and mobile_class.state == "planned":
            deployments.receive(
                mobile_class_id=mobile_class.pk,
                actor=actor,
                on=actor.today,
                delivery_note=f"BL-{scene.number:02}-{uai}-{name.number}",
            )


def renounce_class(scene: Scene, actor: Actor, *, name: ClassName, motive: str) -> None:
    deployments.renounce(mobile_class_id=scene.classes()[name].pk, actor=actor, comment=motive)


def enter_invoice(scene: Scene, actor: Actor, *, number: str, cost: Mapping[ClassName, Decimal]) -> None:
    """One invoice for these classes; each class in three lines, whose sum is what it cost to the centime."""
    order = there(PurchaseOrder.objects.filter(subsidy=scene.subsidy).order_by("pk").first())
    classes = scene.classes()
    lines = [line for name, ttc in cost.items() for line in _lines(classes[name].pk, ttc)]
    ht, ttc = (sum((getattr(line, part) for line in lines), ZERO) for part in ("amount_ht", "ttc"))
    rows: list[Row | str] = [f"N° {number}, commande {order.number}"]
    rows += [Row(str(classes[name]), amount) for name, amount in cost.items()]
    rows += ["", Row("Total HT", ht), Row("TVA à 20 %", ttc - ht), Row("Total TTC", ttc, bold=True)]
    copy = paper(scene, actor, "FACTURE FICTIVE", *rows, name=f"{number}.pdf", issuer=order.supplier_name)
    invoices.enter_invoice(
        subsidy=scene.subsidy,
        actor=actor,
        content=InvoiceContent(
            number=number,
            supplier_name=order.supplier_name,
            supplier_siret=order.supplier_siret,
            invoiced_on=actor.today,
            amount_ht=ht,
            amount_vat=ttc - ht,
            amount_ttc=ttc,
        ),
        lines=lines,
        copy=copy,
    )


def _lines(class_id: int, ttc: Decimal) -> Iterable[LineContent]:
    parts = split_by_shares(ttc, shares=[Decimal(share) for share in _PARTS.values()])
    for category, part in zip(_PARTS, parts, strict=True):
        yield LineContent(
            mobile_class_id=class_id,
            category=category,
            amount_ht=ht_from_ttc(part, rate=VAT),
            vat_rate=VAT,
            amount_ttc=part,
            label=capfirst(category.label),
        )


def certify_statement(scene: Scene, actor: Actor) -> None:
    opened = statement.open_statement(subsidy=scene.subsidy, actor=actor)
    statement.certify_statement(statement_id=opened.pk, actor=actor)


def lay_out_statement(scene: Scene, actor: Actor) -> None:
    opened = statement.open_statement(subsidy=scene.subsidy, actor=actor)
    statement.lay_out_statement(statement_id=opened.pk, actor=actor)


def record_signed_statement(scene: Scene, actor: Actor) -> None:
    """Signed by the mayor, photographed with a telephone."""
    mayor = str(people.user_named(f"maire.{scene.key}"))
    photo = papers.photograph(["Etat recapitulatif des depenses,", "certifie exact", "", f"{mayor}, maire"])
    opened = statement.open_statement(subsidy=scene.subsidy, actor=actor)
    statement.record_signed_statement(
        statement_id=opened.pk,
        actor=actor,
        file=upload(photo, "etat-signe.jpg", actor),
        name=mayor,
        capacity="Maire",
        on=actor.today,
    )


def deposit_statement(scene: Scene, actor: Actor) -> None:
    statement.deposit_statement(subsidy_id=scene.subsidy.pk, actor=actor)


def request_statement_completion(scene: Scene, actor: Actor, *, motive: str) -> None:
    statement.request_statement_completion(subsidy_id=scene.subsidy.pk, actor=actor, comment=motive)


def accept_invoices(scene: Scene, actor: Actor) -> None:
    for invoice in Invoice.objects.awaiting_check().filter(subsidy=scene.subsidy).order_by("pk"):
        invoices.accept_invoice(invoice_id=invoice.pk, actor=actor)


def certify_service_fait(scene: Scene, actor: Actor) -> None:
    service_fait.certify_service_fait(subsidy_id=scene.subsidy.pk, actor=actor)


def liquidate_solde(scene: Scene, actor: Actor) -> None:
    solde.liquidate_solde(subsidy_id=scene.subsidy.pk, actor=actor)


def declare_overpaid(scene: Scene, actor: Actor) -> None:
    solde.declare_overpaid(subsidy_id=scene.subsidy.pk, actor=actor)


def close(scene: Scene, actor: Actor) -> None:
    solde.close(subsidy_id=scene.subsidy.pk, actor=actor)
