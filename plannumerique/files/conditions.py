from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from plannumerique.journal.machine import condition

if TYPE_CHECKING:
    from plannumerique.files.models import IssuedDocument, Piece


@condition
def nothing_replaces_it(piece: Piece) -> Iterator[str]:
    """Aucune autre pièce ne l’a remplacée."""
    if piece.is_replaced():
        yield f"La pièce « {piece} » a été remplacée depuis : c’est la nouvelle pièce qui se vérifie."


@condition
def no_later_document_replaces_it(document: IssuedDocument) -> Iterator[str]:
    """Aucun document ne l’annule et remplace."""
    later = document.replaced_by()
    if later is not None:
        yield f"Le document « {document} » est annulé et remplacé par « {later} »."
