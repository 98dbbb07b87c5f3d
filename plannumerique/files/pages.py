"""Documents and pieces as the pages show them."""

from collections.abc import Container, Iterable

from django.urls import reverse
from django.utils import timezone

from plannumerique.files.enums import DocumentState, PieceState
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.ui.pieces import Badge, DocumentLink, Tone

DOCUMENT_TONES = {DocumentState.PENDING: Tone.INFO, DocumentState.RENDERED: Tone.SUCCESS, DocumentState.SIGNED: Tone.SUCCESS}
PIECE_TONES = {PieceState.DEPOSITED: Tone.INFO, PieceState.ACCEPTED: Tone.SUCCESS, PieceState.REJECTED: Tone.ERROR}

# Beside a label of either gender (« Devis », « Convention »), the noun that the participle agrees with.
DOCUMENT_BADGES = {
    DocumentState.PENDING: "En cours de mise en page",
    DocumentState.RENDERED: "Document établi",
    DocumentState.SIGNED: "Document signé",
}
PIECE_BADGES = {
    PieceState.DEPOSITED: "À vérifier",
    PieceState.ACCEPTED: "Pièce acceptée",
    PieceState.REJECTED: "Pièce refusée",
}


def document_links(documents: Iterable[IssuedDocument]) -> list[DocumentLink]:
    """The issued documents of a row or of a thread; take them from `visible_to(actor).for_pages()`."""
    return [
        DocumentLink(
            label=one.title,
            url=reverse("files:document", args=[one.pk]) if one.is_rendered else "",
            number=one.reference,
            on=timezone.localtime(one.issued_at).date(),
            badge=Badge(DOCUMENT_BADGES[DocumentState(one.state)], DOCUMENT_TONES[DocumentState(one.state)]),
        )
        for one in documents
    ]


def piece_links(pieces: Iterable[Piece], *, checked: Container[str]) -> list[DocumentLink]:
    """The pieces brought to a row or a thread, with the motive of a refusal, and with their state where somebody checks that kind."""
    return [
        DocumentLink(
            label=one.label,
            url=one.get_absolute_url(),
            on=timezone.localtime(one.deposited_at).date(),
            badge=Badge(PIECE_BADGES[PieceState(one.state)], PIECE_TONES[PieceState(one.state)]) if one.kind in checked else None,
            note=one.motive,
        )
        for one in pieces
    ]
