"""The only way out for a file: whoever asks sees the dossier, and what she gets cannot act in her browser."""

import logging
from typing import IO

from django.http import FileResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from plannumerique.files.content import EXTENSIONS, safe_name
from plannumerique.files.models import IssuedDocument, Piece, StoredFile
from plannumerique.organisations.http import Request, visible_or_404
from plannumerique.ui.errors import NotFound

logger = logging.getLogger(__name__)

# A document opened in its tab is no page of the portal: it runs nothing, loads nothing, and keeps no link to it.
INERT = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_safe
def download(request: Request, pk: int) -> HttpResponseBase:
    """The file of a piece."""
    piece = visible_or_404(request, Piece.objects.select_related("file"), pk)
    return serve(piece.file, name=f"{piece.label} – {piece.file.original_name}")


@require_safe
def document(request: Request, pk: int) -> HttpResponseBase:
    issued = visible_or_404(request, IssuedDocument.objects.select_related("file"), pk)
    if issued.file is None:
        raise NotFound("Ce document est en cours de mise en page : revenez dans un instant.")
    return serve(issued.file, name=str(issued))


@require_safe
def signed_copy(request: Request, pk: int) -> HttpResponseBase:
    issued = visible_or_404(request, IssuedDocument.objects.select_related("signed_file"), pk)
    if issued.signed_file is None:
        raise NotFound("Aucun exemplaire signé n’est enregistré pour ce document.")
    return serve(issued.signed_file, name=f"{issued} (signé)")


def serve(stored: StoredFile, *, name: str) -> HttpResponseBase:
    """The bytes, to be kept by no disk. The caller has asked the right."""
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": INERT,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    extension = EXTENSIONS[stored.content_type]
    return FileResponse(
        _opened(stored),
        filename=safe_name(name).removesuffix(extension) + extension,
        content_type=stored.content_type,
        headers=headers,
    )


def _opened(stored: StoredFile) -> IO[bytes]:
    try:
        return stored.file.open("rb")
    except FileNotFoundError as error:
        logger.exception("The bytes of file %s are gone", stored.pk)
        raise NotFound(
            "Ce fichier n’est plus sur le serveur : l’administrateur du portail peut le rendre d’une sauvegarde."
        ) from error
