"""Invoices and credit notes: entered class by class by the collectivité, checked one by one by the DANE."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef

from deployments.enums import MobileClassState
from plannumerique.files import services as files
from plannumerique.files.enums import PieceState, Readers
from plannumerique.files.models import Piece, PieceQuerySet, StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import Thread
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import ZERO, euros, ttc_from_ht, vat_on
from plannumerique.organisations.actor import Actor
from subsidies.enums import STATEMENT_OPEN_STATES, ExpenseCategory, PieceKind
from subsidies.models import EquipmentSubsidy, Invoice, InvoiceLine
from subsidies.models.statement import InvoiceQuerySet
from subsidies.notices import statement as notices
from subsidies.permissions import can_check_invoice, can_edit_invoice, can_enter_invoice, can_withdraw_invoice
from subsidies.rules import tax_mismatch
from subsidies.services.statement import open_statement, outdate


@dataclass(frozen=True, slots=True, kw_only=True)
class LineContent:
    """The part of one class, in one category, at one VAT rate (0.20); without TTC, the portal computes it from the HT."""

    mobile_class_id: int
    category: ExpenseCategory
    amount_ht: Decimal
    vat_rate: Decimal
    amount_ttc: Decimal | None = None
    label: str = ""

    @property
    def ttc(self) -> Decimal:
        return ttc_from_ht(self.amount_ht, rate=self.vat_rate) if self.amount_ttc is None else self.amount_ttc


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceContent:
    """What the supplier printed, in euros; negative amounts make a credit note."""

    number: str
    supplier_name: str
    supplier_siret: str
    invoiced_on: dt.date
    amount_ht: Decimal
    amount_vat: Decimal
    amount_ttc: Decimal
    mandat_number: str = ""
    mandat_on: dt.date | None = None


def enter_invoice(
    *,
    subsidy: EquipmentSubsidy,
    actor: Actor,
    content: InvoiceContent,
    lines: Sequence[LineContent],
    copy: StoredFile | None = None,
    piece: Piece | None = None,
) -> Invoice:
    """Add an invoice to the statement, which it opens when it is the first one. `piece`: its copy, dropped beforehand."""
    invoice = Invoice(thread=subsidy.thread, subsidy=subsidy)
    with transaction.atomic():
        with opening(invoice, actor=actor, may=can_enter_invoice, label="Saisir une facture"):
            _refuse_deposited(subsidy)
            open_statement(subsidy=subsidy, actor=actor)
            _fill(invoice, content, lines, actor=actor)
            invoice.piece = _waiting_copy(subsidy, piece) if piece else None
            if copy is not None:
                invoice.piece = _deposit_copy(invoice, copy, actor=actor)
            outdate(subsidy, actor=actor, why=f"Ajout : {invoice}")
        _write_lines(invoice, lines)
    return invoice


def correct_invoice(
    *,
    invoice_id: int,
    actor: Actor,
    content: InvoiceContent,
    lines: Sequence[LineContent],
    copy: StoredFile | None = None,
    seen: int | None = None,
) -> Invoice:
    with passage(
        Invoice,
        invoice_id,
        actor=actor,
        may=can_edit_invoice,
        seen=seen,
        act="correct_invoice",
        label="Corriger la facture",
    ) as invoice:
        _fill(invoice, content, lines, actor=actor)
        if copy is not None:
            invoice.piece = _deposit_copy(invoice, copy, actor=actor)
        outdate(invoice.subsidy, actor=actor, why=f"Correction : {invoice}")
        _write_lines(invoice, lines)
    return invoice


def withdraw_invoice(*, invoice_id: int, actor: Actor, comment: str, seen: int | None = None) -> Invoice:
    """Nothing is deleted: the invoice leaves the statement, its copy and its life stay in the dossier."""
    with passage(Invoice, invoice_id, actor=actor, may=can_withdraw_invoice, seen=seen, comment=comment) as invoice:
        invoice.withdraw_invoice()
        outdate(invoice.subsidy, actor=actor, why=f"Retrait : {invoice}")
    return invoice


def accept_invoice(*, invoice_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Invoice:
    """The invoice and its copy are right: one check for both."""
    with passage(Invoice, invoice_id, actor=actor, may=can_check_invoice, seen=seen, comment=comment) as invoice:
        invoice.accept_invoice(by=actor.user)
        _check_copy(invoice, PieceState.ACCEPTED, actor=actor, comment=comment)
    return invoice


def reject_invoice(*, invoice_id: int, actor: Actor, comment: str, seen: int | None = None) -> Invoice:
    """Set an invoice aside: it stays visible with its motive, and its expense no longer counts."""
    with passage(Invoice, invoice_id, actor=actor, may=can_check_invoice, seen=seen, comment=comment) as invoice:
        invoice.reject_invoice(by=actor.user, motive=comment.strip())
        _check_copy(invoice, PieceState.REJECTED, actor=actor, comment=comment)
        notices.tell_invoice_rejected(invoice, at=actor.at)
    return invoice


def reopen_invoice(*, invoice_id: int, actor: Actor, comment: str, seen: int | None = None) -> Invoice:
    with passage(Invoice, invoice_id, actor=actor, may=can_check_invoice, seen=seen, comment=comment) as invoice:
        invoice.reopen_invoice()
        _check_copy(invoice, PieceState.DEPOSITED, actor=actor, comment=comment)
    return invoice


# --- Copies dropped together, then typed one by one ---


@dataclass(frozen=True, slots=True)
class Dropped:
    """`already`: each file that the dossier holds already, with the piece that bears it; it was not deposited again."""

    pieces: list[Piece]
    already: list[tuple[StoredFile, Piece]]


def drop_copies(*, subsidy: EquipmentSubsidy, actor: Actor, files_sent: Sequence[StoredFile]) -> Dropped:
    """Deposit the copies of invoices that nobody has typed yet; confidential, like those that come with their invoice."""
    dropped = Dropped([], [])
    with transaction.atomic():
        thread = Thread.objects.select_for_update().get(pk=subsidy.thread_id)
        current = EquipmentSubsidy.objects.select_related(*EquipmentSubsidy.passage_related).get(pk=subsidy.pk)
        can_enter_invoice.demand(actor, Invoice(thread=thread, subsidy=current))
        for file in files_sent:
            twin = Piece.objects.in_force().filter(thread=thread, file__sha256=file.sha256).first()
            if twin is not None:
                dropped.already.append((file, twin))
                continue
            label = f"Facture à saisir : {file.original_name}"[:150]
            dropped.pieces.append(_deposit(current, file, label=label, actor=actor))
    return dropped


def copies_to_type(subsidy: EquipmentSubsidy) -> PieceQuerySet:
    """The copies that no invoice bears, in the order in which they came."""
    copies = Piece.objects.usable().about(subsidy).filter(kind=PieceKind.INVOICE)
    return copies.filter(~Exists(Invoice.objects.filter(piece=OuterRef("pk")))).order_by("pk")


def attach_copy(*, invoice_id: int, piece: Piece, actor: Actor) -> Invoice:
    """A dropped copy is that of an invoice typed already, in the grid or by a workbook: nothing is typed again."""
    with passage(
        Invoice, invoice_id, actor=actor, may=can_edit_invoice, act="attach_copy", label="Joindre la copie de la facture"
    ) as invoice:
        if invoice.piece is not None:
            raise Refused(f"« {invoice} » a déjà sa copie : corrigez {invoice.kind_in_words} pour la remplacer.")
        invoice.piece = _waiting_copy(invoice.subsidy, piece)
    return invoice


def _waiting_copy(subsidy: EquipmentSubsidy, piece: Piece) -> Piece:
    """Asked under the thread's lock: a colleague may have typed the same copy."""
    found = copies_to_type(subsidy).filter(pk=piece.pk).first()
    if found is None:
        raise Refused(f"La copie « {piece} » n’attend plus d’être saisie : une facture la porte déjà.")
    return found


# --- What a checker should look at twice ---


def near_duplicates(invoice: Invoice) -> InvoiceQuerySet:
    """Other invoices that count, anywhere in the portal: same supplier, same day, same amount, another number."""
    alike = Invoice.objects.counted().filter(
        supplier_siret=invoice.supplier_siret, invoiced_on=invoice.invoiced_on, amount_ttc=invoice.amount_ttc
    )
    return alike.exclude(pk=invoice.pk)


def same_file_elsewhere(invoice: Invoice) -> PieceQuerySet:
    """Other pieces of the portal made of the very same bytes; what this invoice's copy has replaced aside."""
    if invoice.piece is None:
        return Piece.objects.none()
    return Piece.objects.in_force().filter(file__sha256=invoice.piece.file.sha256).exclude(pk=invoice.piece_id)


# --- Parts ---


def _refuse_deposited(subsidy: EquipmentSubsidy) -> None:
    """Asked of the row under the thread's lock: a colleague may have deposited since the caller fetched it."""
    current = EquipmentSubsidy.objects.get(pk=subsidy.pk)
    if current.state not in STATEMENT_OPEN_STATES:
        raise Refused(f"La subvention est à l’état « {current.get_state_display()} » : elle ne reçoit plus de facture.")


def _fill(invoice: Invoice, content: InvoiceContent, lines: Sequence[LineContent], *, actor: Actor) -> None:
    reasons = [*_faults_of(content, line_count=len(lines), actor=actor), *_faults_of_lines(content, lines)]
    if reasons:
        raise Refused(*reasons)
    _refuse_foreign_classes(invoice.subsidy, lines)
    invoice.number = " ".join(content.number.split())
    invoice.supplier_name, invoice.supplier_siret = content.supplier_name.strip(), content.supplier_siret
    invoice.invoiced_on = content.invoiced_on
    invoice.amount_ht, invoice.amount_vat, invoice.amount_ttc = content.amount_ht, content.amount_vat, content.amount_ttc
    invoice.mandat_number, invoice.mandat_on = content.mandat_number.strip(), content.mandat_on
    invoice.line_count = len(lines)


def _faults_of(content: InvoiceContent, *, line_count: int, actor: Actor) -> list[str]:
    reasons = []
    if not line_count:
        reasons.append("Répartissez la facture : il faut au moins une ligne, avec sa classe mobile.")
    if content.invoiced_on > actor.today:
        reasons.append(f"La facture porte une date à venir ({plain_date(content.invoiced_on)}).")
    if content.mandat_on is not None and content.mandat_on > actor.today:
        reasons.append(f"Le mandat porte une date à venir ({plain_date(content.mandat_on)}).")
    if content.amount_ttc == 0:
        reasons.append("Le montant TTC ne peut pas être nul.")
    mismatch = tax_mismatch(content.amount_ht, vat=content.amount_vat, ttc=content.amount_ttc, lines=max(line_count, 1))
    return [*reasons, mismatch] if mismatch else reasons


def _faults_of_lines(content: InvoiceContent, lines: Sequence[LineContent]) -> list[str]:
    reasons = []
    for rank, line in enumerate(lines, start=1):
        mismatch = tax_mismatch(line.amount_ht, vat=vat_on(line.amount_ht, rate=line.vat_rate), ttc=line.ttc)
        if mismatch:
            reasons.append(f"Ligne {rank} : {mismatch}")
    ht = sum((line.amount_ht for line in lines), ZERO)
    ttc = sum((line.ttc for line in lines), ZERO)
    if lines and ht != content.amount_ht:
        reasons.append(
            f"Les lignes font {euros(ht)} HT, la facture {euros(content.amount_ht)} : il reste {euros(content.amount_ht - ht)}."
        )
    if lines and ttc != content.amount_ttc:
        reasons.append(
            f"Les lignes font {euros(ttc)} TTC, la facture {euros(content.amount_ttc)} : il reste "
            f"{euros(content.amount_ttc - ttc)}. Un écart d’un centime se corrige dans le TTC d’une ligne."
        )
    return reasons


def _refuse_foreign_classes(subsidy: EquipmentSubsidy, lines: Sequence[LineContent]) -> None:
    """The classes of the convention that are still wanted, and no others."""
    asked = {line.mobile_class_id for line in lines}
    wanted = subsidy.convention.mobile_classes.exclude(state=MobileClassState.RENOUNCED)
    if asked - set(wanted.filter(pk__in=asked).values_list("pk", flat=True)):
        raise Refused("Une ligne désigne une classe que la convention ne couvre pas, ou à laquelle la collectivité a renoncé.")


def _write_lines(invoice: Invoice, lines: Sequence[LineContent]) -> None:
    invoice.lines.all().delete()
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            mobile_class_id=line.mobile_class_id,
            category=line.category,
            label=line.label.strip(),
            amount_ht=line.amount_ht,
            vat_rate=line.vat_rate,
            amount_ttc=line.ttc,
        )
        for line in lines
    )


def _deposit_copy(invoice: Invoice, file: StoredFile, *, actor: Actor) -> Piece:
    return _deposit(invoice.subsidy, file, label=str(invoice)[:150], actor=actor, replaces=invoice.piece)


def _deposit(subsidy: EquipmentSubsidy, file: StoredFile, *, label: str, actor: Actor, replaces: Piece | None = None) -> Piece:
    """Confidential: a supplier prints its bank account on its invoices."""
    return files.deposit_piece(
        thread=subsidy.thread,
        subject=subsidy,
        kind=PieceKind.INVOICE,
        label=label,
        file=file,
        actor=actor,
        readers=Readers.COLLECTIVITE,
        replaces=replaces,
    )


def _check_copy(invoice: Invoice, wanted: PieceState, *, actor: Actor, comment: str) -> None:
    """Bring the copy to the state of its invoice; one that was checked goes back to check first."""
    piece = invoice.piece
    if piece is None or piece.state == wanted:
        return
    if piece.state != PieceState.DEPOSITED:
        motive = comment or "Vérification reprise avec celle de la facture."
        files.reopen_piece(piece_id=piece.pk, actor=actor, comment=motive)
    if wanted == PieceState.ACCEPTED:
        files.accept_piece(piece_id=piece.pk, actor=actor)
    elif wanted == PieceState.REJECTED:
        files.reject_piece(piece_id=piece.pk, actor=actor, comment=comment)
