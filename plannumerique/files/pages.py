"""Documents and pieces as the pages show them."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from plannumerique.files.enums import DocumentState, PieceState
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.ui.pieces import Badge, DocumentLink, Tone

DOCUMENT_TONES = {DocumentState.PENDING: Tone.INFO, DocumentState.RENDERED: Tone.SUCCESS, DocumentState.SIGNED: Tone.SUCCESS}
PIECE_TONES = {PieceState.DEPOSITED: Tone.INFO, PieceState.ACCEPTED: Tone.SUCCESS, PieceState.REJECTED: Tone.ERROR}


def document_links(documents: Iterable[IssuedDocument]) -> list[DocumentLink]:
    """The issued documents of a row or of a thread; take them from `visible_to(actor).for_pages()`."""
    return [
        DocumentLink(
            label=one.title,
            url=reverse("files:document", args=[one.pk]) if one.is_rendered else "",
            number=one.reference,
            on=timezone.localtime(one.issued_at).date(),
            badge=Badge(one.get_state_display().capitalize(), DOCUMENT_TONES[DocumentState(one.state)]),
        )
        for one in documents
    ]


def piece_links(pieces: Iterable[Piece]) -> list[DocumentLink]:
    """The pieces brought to a row or a thread, with their state and the motive of a refusal."""
    return [
        DocumentLink(
            label=one.label,
            url=one.get_absolute_url(),
            on=timezone.localtime(one.deposited_at).date(),
            badge=Badge(one.get_state_display().capitalize(), PIECE_TONES[PieceState(one.state)]),
            note=one.motive,
        )
        for one in pieces
    ]
