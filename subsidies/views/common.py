"""What the pages of several rows share."""

from typing import Any

from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.files.pages import document_links, piece_links
from plannumerique.journal.models import ThreadRow
from plannumerique.organisations.actor import Actor
from plannumerique.ui.pieces import DocumentLink
from subsidies.enums import CHECKED_PIECES


def documents_about(actor: Actor, *rows: ThreadRow) -> list[DocumentLink]:
    """The documents issued about these rows, the latest first; one query."""
    ids: dict[str, list[int]] = {}
    for row in rows:
        ids.setdefault(row._meta.label_lower, []).append(row.pk)
    found = IssuedDocument.objects.none()
    for kind, pks in ids.items():
        found = found | IssuedDocument.objects.filter(subject_kind=kind, subject_id__in=pks)
    visible = found.filter(pk__in=IssuedDocument.objects.visible_to(actor).filter(thread=rows[0].thread_id).values("pk"))
    return document_links(visible.for_pages().order_by("-pk"))


def pieces_about(actor: Actor, row: Any) -> list[DocumentLink]:
    """The latest first."""
    return piece_links(Piece.objects.visible_to(actor).about(row).for_pages().order_by("-pk"), checked=CHECKED_PIECES)
