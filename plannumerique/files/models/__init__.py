from plannumerique.files.models.issued import IssuedDocument, IssuedDocumentQuerySet, LetterSeries, plain_code, printed_code
from plannumerique.files.models.pieces import Piece, PieceQuerySet
from plannumerique.files.models.rooms import AboutRow, RoomQuerySet, RoomRow, scope_of
from plannumerique.files.models.stored import StoredFile, StoredFileQuerySet, storage_path

__all__ = [
    "AboutRow",
    "IssuedDocument",
    "IssuedDocumentQuerySet",
    "LetterSeries",
    "Piece",
    "PieceQuerySet",
    "RoomQuerySet",
    "RoomRow",
    "StoredFile",
    "StoredFileQuerySet",
    "plain_code",
    "printed_code",
    "scope_of",
    "storage_path",
]
