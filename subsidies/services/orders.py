"""Purchase orders: their copies are deposited by the collectivité and checked by the DANE."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from conventions import services as conventions
from conventions.enums import ConventionState
from plannumerique.files import services as files
from plannumerique.files.enums import PieceState as FileState
from plannumerique.files.enums import Readers
from plannumerique.files.models import Piece, StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import euros
from plannumerique.organisations.actor import Actor
from subsidies.enums import SETTLED_STATES, PieceKind, PurchaseChannel, Supplied
from subsidies.models import EquipmentSubsidy, OrderAllocation, PurchaseOrder
from subsidies.notices import money as notices
from subsidies.permissions import can_check_order, can_deposit_order, can_derogate_order, can_edit_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A purchase order as its copy tells it; amounts in euros, `shares` by mobile class (id), adding up to the TTC amount."""

    number: str
    supplier_name: str
    supplier_siret: str
    channel: PurchaseChannel
    coordinator: str
    ordered_on: dt.date
    amount_ht: Decimal
    amount_ttc: Decimal
    terminals: Supplied
    teacher_terminal: Supplied
    container: Supplied
    administration: Supplied
    shares: Mapping[int, Decimal]

    FIELDS = (
        *("number", "supplier_name", "supplier_siret", "channel", "coordinator", "ordered_on", "amount_ht", "amount_ttc"),
        *("terminals", "teacher_terminal", "container", "administration"),
    )


def deposit_order(
    *, subsidy: EquipmentSubsidy, actor: Actor, order: Order, copy: StoredFile, groupement: StoredFile | None = None
) -> PurchaseOrder:
    """The copy of an order, with the part of each mobile class in it."""
    row = PurchaseOrder(thread=subsidy.thread, subsidy=subsidy, deposited_on=actor.today)
    with transaction.atomic():
        with opening(row, actor=actor, may=can_deposit_order, label="Déposer un bon de commande"):
            _refuse_closed(subsidy)
            _describe(row, order, actor=actor)
            row.piece = _deposit_copy(row, copy, actor=actor)
            if groupement is not None:
                row.groupement_piece = _deposit_groupement(row, groupement, actor=actor)
        _share_out(row, order)
    return row


def edit_order(
    *,
    order_id: int,
    actor: Actor,
    order: Order,
    copy: StoredFile | None = None,
    groupement: StoredFile | None = None,
    seen: int | None = None,
) -> PurchaseOrder:
    """Correct an order as long as nobody has checked it."""
    with passage(
        PurchaseOrder,
        order_id,
        actor=actor,
        may=can_edit_order,
        seen=seen,
        act="edit_order",
        label="Corriger le bon de commande",
    ) as row:
        _describe(row, order, actor=actor)
        if copy is not None:
            row.piece = _deposit_copy(row, copy, actor=actor, replaces=row.piece)
        if groupement is not None:
            row.groupement_piece = _deposit_groupement(row, groupement, actor=actor, replaces=row.groupement_piece)
        _share_out(row, order)
    return row


def _refuse_closed(subsidy: EquipmentSubsidy) -> None:
    current = EquipmentSubsidy.objects.get(pk=subsidy.pk)
    if current.state in SETTLED_STATES:
        raise Refused(f"La subvention est à l’état « {current.get_state_display()} » : elle ne reçoit plus de commande.")


def _describe(row: PurchaseOrder, order: Order, *, actor: Actor) -> None:
    if order.ordered_on > actor.today:
        raise Refused(f"La commande porte une date à venir ({plain_date(order.ordered_on)}).")
    for name in Order.FIELDS:
        setattr(row, name, getattr(order, name))


def _share_out(row: PurchaseOrder, order: Order) -> None:
    shared = sum(order.shares.values(), Decimal(0))
    if shared != order.amount_ttc:
        raise Refused(
            f"La commande est de {euros(order.amount_ttc)} TTC et ses parts font {euros(shared)} : corrigez la répartition."
        )
    classes = set(row.subsidy.convention.mobile_classes.filter(pk__in=order.shares).values_list("pk", flat=True))
    if classes != set(order.shares):
        raise Refused("Une des classes indiquées n’est pas couverte par la convention.")
    row.allocations.all().delete()
    OrderAllocation.objects.bulk_create(
        OrderAllocation(order=row, mobile_class_id=pk, amount_ttc=part) for pk, part in sorted(order.shares.items()) if part
    )


def _deposit_copy(row: PurchaseOrder, file: StoredFile, *, actor: Actor, replaces: Piece | None = None) -> Piece:
    return files.deposit_piece(
        thread=row.thread,
        subject=row.subsidy,
        kind=PieceKind.PURCHASE_ORDER,
        label=f"Bon de commande {row.number}",
        file=file,
        actor=actor,
        readers=Readers.COLLECTIVITE,
        replaces=replaces,
    )


def _deposit_groupement(row: PurchaseOrder, file: StoredFile, *, actor: Actor, replaces: Piece | None = None) -> Piece:
    return files.deposit_piece(
        thread=row.thread,
        subject=row.subsidy,
        kind=PieceKind.GROUPEMENT,
        label=f"Convention de groupement de commandes (commande {row.number})",
        file=file,
        actor=actor,
        readers=Readers.COLLECTIVITE,
        replaces=replaces,
    )


# --- Check ---


def grant_early_order(*, order_id: int, actor: Actor, comment: str, seen: int | None = None) -> PurchaseOrder:
    """Accept that an order is older than the right to order; the motive is kept with it."""
    if not comment.strip():
        raise Refused("Indiquez le motif de la dérogation.")
    with passage(
        PurchaseOrder,
        order_id,
        actor=actor,
        may=can_derogate_order,
        seen=seen,
        comment=comment,
        act="grant_early_order",
        label="Accorder une dérogation pour commande anticipée",
    ) as row:
        row.early_derogation = comment.strip()
    return row


def accept_order(*, order_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> PurchaseOrder:
    """The order and its copy are right. The first one of a convention puts it in execution."""
    with passage(PurchaseOrder, order_id, actor=actor, may=can_check_order, seen=seen, comment=comment) as row:
        row.accept_order(by=actor.user)
        for piece in _pieces(row, FileState.DEPOSITED):
            files.accept_piece(piece_id=piece.pk, actor=actor)
        if row.subsidy.convention.state == ConventionState.NOTIFIED:
            conventions.start_execution(convention_id=row.subsidy.convention_id, actor=actor)
    return row


def reject_order(*, order_id: int, actor: Actor, comment: str, seen: int | None = None) -> PurchaseOrder:
    with passage(PurchaseOrder, order_id, actor=actor, may=can_check_order, seen=seen, comment=comment) as row:
        row.reject_order(by=actor.user)
        for piece in _pieces(row, FileState.DEPOSITED):
            files.reject_piece(piece_id=piece.pk, actor=actor, comment=comment)
        notices.tell_order_rejected(row, at=actor.at, motive=comment)
    return row


def reopen_order(*, order_id: int, actor: Actor, comment: str, seen: int | None = None) -> PurchaseOrder:
    with passage(PurchaseOrder, order_id, actor=actor, may=can_check_order, seen=seen, comment=comment) as row:
        row.reopen_order()
        for piece in _pieces(row, FileState.ACCEPTED):
            files.reopen_piece(piece_id=piece.pk, actor=actor, comment=comment)
    return row


def _pieces(row: PurchaseOrder, state: FileState) -> list[Piece]:
    return [piece for piece in (row.piece, row.groupement_piece) if piece is not None and piece.state == state]
