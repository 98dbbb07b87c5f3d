"""The pieces that wait for their check, whatever the app that they were brought to, and the page on which each is checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from conventions.enums import PieceKind as OfConvention
from plannumerique.files.models import Piece
from plannumerique.files.permissions import can_check_piece
from plannumerique.organisations.actor import Actor
from projects.enums import PieceKind as OfDossier
from subsidies.enums import PieceKind as OfSubsidy
from subsidies.models import AccountChange, Invoice, PurchaseOrder

# Brought and checked as they are: the acceptance says that the piece is the right one and can be read.
OF_DOSSIER = (OfDossier.LETTER_OF_INTENT, OfDossier.QUOTE)
OF_CONVENTION = (OfConvention.RIB, OfConvention.DELIBERATION, OfConvention.SIGNED_BY_COLLECTIVITE)
# Checked with the row that they are the copy of: its amounts, its lines, its account.
OF_ROW: dict[str, Any] = {
    OfSubsidy.PURCHASE_ORDER: PurchaseOrder,
    OfSubsidy.INVOICE: Invoice,
    OfSubsidy.NEW_RIB: AccountChange,
}
CHECKED_KINDS: dict[str, str] = {kind.value: str(kind.label) for kind in (*OF_DOSSIER, *OF_CONVENTION)} | {
    kind.value: str(kind.label) for kind in OfSubsidy if kind in OF_ROW
}


@dataclass(frozen=True, slots=True)
class PieceLine:
    """`url` leads to the check when it is this person's, to the file otherwise."""

    piece: Piece
    url: str
    mine: bool


def piece_lines(pieces: Sequence[Piece], actor: Actor) -> list[PieceLine]:
    """One query for each kind of row among the pieces, three at most."""
    rows = _rows_of(pieces)
    lines = []
    for piece in pieces:
        mine = can_check_piece(actor, piece)
        lines.append(PieceLine(piece, check_url(piece, rows) if mine else piece.get_absolute_url(), mine))
    return lines


def check_url(piece: Piece, rows: dict[int, str]) -> str:
    if piece.kind in OF_DOSSIER:
        return reverse("projects:check_piece", args=[piece.subject_id, piece.pk])
    if piece.kind in OF_CONVENTION:
        return reverse("conventions:check_piece", args=[piece.subject_id, piece.pk])
    return rows.get(piece.pk, piece.get_absolute_url())


def _rows_of(pieces: Sequence[Piece]) -> dict[int, str]:
    """The address of the order, invoice or account change that each piece is the copy of."""
    found: dict[int, str] = {}
    for kind, model in OF_ROW.items():
        copies = [piece.pk for piece in pieces if piece.kind == kind]
        if copies:
            rows: QuerySet[Any] = model.objects.filter(piece__in=copies).only("pk", "piece_id")
            found |= {row.piece_id: row.get_absolute_url() for row in rows}
    return found
