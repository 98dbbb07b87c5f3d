"""What a file really is, whatever its name says: PDF, JPEG and PNG are received, whole and nothing else."""

import io
import logging
import re
import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from unicodedata import category

import puremagic
from django.conf import settings
from django.utils.module_loading import import_string
from PIL import Image, UnidentifiedImageError

from plannumerique.files.enums import Verdict
from plannumerique.lib.text import NBSP, typeset
from plannumerique.ui.forms import UPLOAD_MAX_BYTES
from plannumerique.ui.spreadsheets import ODS, XLSX, BadWorkbook, open_book

logger = logging.getLogger(__name__)

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
# Read, never served: short names of ours, where the official ones do not fit the column.
WORKBOOKS = {XLSX: "application/xlsx", ODS: "application/ods"}
EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
# Above the largest sensors of telephones (50 million); a page opens slowly beyond, a decoder may fall.
MAX_PIXELS = 64_000_000
LONGEST_NAME = 120

_PDF_END = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF[\s\x00]*\Z")
_PDF_TAIL = 2048
# Scanners are often a few bytes off where they say that the table stands; a file cut short is off by much more.
_PDF_TABLE = re.compile(rb"\b(?:xref|\d+\s+\d+\s+obj)\b")
_JPEG_END = 0xD9
_JPEG_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_ZIP_END = b"PK\x05\x06"
_ZIP_END_SIZE = 22
_ZIP_LONGEST_COMMENT = 65_535
_KNOWN = {
    ".exe": "un programme Windows",
    ".dll": "un programme Windows",
    ".heic": "une photo au format HEIC",
    ".heif": "une photo au format HEIC",
    ".doc": "un document de traitement de texte",
    ".rtf": "un document de traitement de texte",
    ".xls": "une feuille de calcul",
    ".html": "une page web",
    ".svg": "un dessin SVG",
    ".gif": "une image GIF",
    ".tif": "une image TIFF",
    ".tiff": "une image TIFF",
    ".webp": "une image WebP",
}
# An office document is a zip; what stands in it says which.
_ZIPPED = {
    "word/": "un document de traitement de texte",
    "xl/": "une feuille de calcul",
    "application/vnd.oasis.opendocument.text": "un document de traitement de texte",
    "application/vnd.oasis.opendocument.spreadsheet": "une feuille de calcul",
}
_CURE = {
    "une photo au format HEIC": "Réglez l’appareil sur « le plus compatible » (JPEG), ou exportez la photo en JPEG.",
    "un document de traitement de texte": "Enregistrez-le en PDF.",
    "une feuille de calcul": "Enregistrez-la en PDF.",
}


class BadFile(Exception):
    """The file cannot be received; its text is the French sentence to show."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))


class TooBig(BadFile):
    def __init__(self, shown: str) -> None:
        super().__init__(f"Le fichier « {shown} » dépasse la limite de {size_in_words(UPLOAD_MAX_BYTES)}.")


@dataclass(frozen=True, slots=True)
class Scan:
    """The answer of an antivirus: `threat` names what it found."""

    threat: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    name: str
    content_type: str
    verdict: Verdict


def check(data: bytes, *, name: str) -> Checked:
    """The nature of the bytes and the antivirus's verdict. Raises BadFile for what will not be received."""
    shown = safe_name(name)
    if not data:
        raise BadFile(f"Le fichier « {shown} » est vide.")
    if len(data) > UPLOAD_MAX_BYTES:
        raise TooBig(shown)
    content_type = _nature(data, shown)
    if _holds_an_archive(data):
        raise BadFile(
            f"Le fichier « {shown} » contient aussi une archive : il ne peut pas être reçu. Réenregistrez-le, puis recommencez."
        )
    _WHOLE[content_type](data, shown)
    return Checked(name=shown, content_type=content_type, verdict=_scanned(data, shown))


def check_workbook(data: bytes, *, name: str) -> Checked:
    """The same for a workbook to be read, which nobody downloads again. Raises BadFile."""
    shown = safe_name(name)
    try:
        book = open_book(data, name=shown)
    except BadWorkbook as error:
        raise BadFile(str(error)) from error
    return Checked(name=shown, content_type=WORKBOOKS[book.mime], verdict=_scanned(data, shown))


def safe_name(name: str) -> str:
    """The last part of the name that the person's computer gave, without what a header or a disk could misread."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(" " if category(one)[0] in "CZ" else one for one in last if one not in '"<>|:*?')
    return " ".join(plain.split())[-LONGEST_NAME:].lstrip(". ") or "fichier"


def size_in_words(size: int) -> str:
    """« 120 Ko », « 3,4 Mo »."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))}{NBSP}Ko"
    return f"{size / 1024 / 1024:.1f}".replace(".", ",").removesuffix(",0") + f"{NBSP}Mo"


def _nature(data: bytes, shown: str) -> str:
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    found = _found(data)
    expected = "on attend un PDF ou une image, JPEG ou PNG"
    if found:
        raise BadFile(f"« {shown} » est {found} : {expected}. {_CURE.get(found, '')}".strip())
    raise BadFile(f"« {shown} » n’est pas, quel que soit son nom, un fichier que le portail reçoit : {expected}.")


def _found(data: bytes) -> str:
    """What the bytes are, when puremagic and these tables can name it."""
    if data.startswith(b"MZ"):
        return _KNOWN[".exe"]
    if data.startswith(b"PK\x03\x04"):
        return next((name for mark, name in _ZIPPED.items() if mark.encode() in data[:65_536]), "une archive ZIP")
    try:
        guesses = puremagic.magic_string(data[:65_536])
    except puremagic.PureError:
        return ""
    return next((_KNOWN[guess.extension] for guess in guesses if guess.extension in _KNOWN), "")


def _holds_an_archive(data: bytes) -> bool:
    """A zip is read from its end: bytes that are a document from their start can be an archive from their end."""
    tail = data[-(_ZIP_END_SIZE + _ZIP_LONGEST_COMMENT) :]
    at = tail.rfind(_ZIP_END)
    if at < 0 or len(tail) - at < _ZIP_END_SIZE:
        return False
    (comment,) = struct.unpack("<H", tail[at + 20 : at + _ZIP_END_SIZE])
    return at + _ZIP_END_SIZE + comment == len(tail) and zipfile.is_zipfile(io.BytesIO(data))


def _whole_pdf(data: bytes, shown: str) -> None:
    end = _PDF_END.search(data[-_PDF_TAIL:])
    table = int(end[1]) if end else len(data)
    if table >= len(data) or not _PDF_TABLE.search(data[max(0, table - 16) : table + 64]):
        raise BadFile(f"Le PDF « {shown} » est incomplet ou abîmé. Ouvrez-le, réenregistrez-le (imprimer en PDF) et recommencez.")


def _whole_image(data: bytes, shown: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise BadFile(f"L’image « {shown} » est trop grande ({image.width} × {image.height} points) : réduisez-la.")
                if image.format == "JPEG":
                    _reach_the_end_of_jpeg(data)
                    # An eighth of the size: the whole stream is read, little of it is computed.
                    image.draft("L", (image.width // 8, image.height // 8))
                    image.load()
                else:
                    image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
        raise BadFile(f"L’image « {shown} » est incomplète ou abîmée. Prenez-la ou exportez-la de nouveau.") from error


def _reach_the_end_of_jpeg(data: bytes) -> None:
    """ValueError when the stream stops before its end marker.

    Pillow says so by itself, unless a library of the same process has told it to be lenient, as WeasyPrint does.
    """
    at = 2
    while (marker := _next_marker(data, at)) is not None:
        if data[marker + 1] == _JPEG_END:
            return
        # A segment says its length; after a start of scan, the coded data run to the next marker.
        at = marker + 2 + int.from_bytes(data[marker + 2 : marker + 4], "big")
    raise ValueError("the JPEG has no end")


def _next_marker(data: bytes, start: int) -> int | None:
    """In coded data, 0xFF is followed by 0x00; restart marks and fill bytes carry nothing."""
    found = _JPEG_MARKER.search(data, start)
    return found.start() if found else None


_WHOLE: dict[str, Callable[[bytes, str], None]] = {PDF: _whole_pdf, JPEG: _whole_image, PNG: _whole_image}


def _scanned(data: bytes, shown: str) -> Verdict:
    """The verdict of the installation's antivirus. Without one, the file says that nobody looked."""
    path = settings.FILES_ANTIVIRUS
    if not path:
        return Verdict.NOT_SCANNED
    scan: Callable[[bytes], Scan] = import_string(path)
    try:
        threat = scan(data).threat
    except Exception as error:
        logger.exception("antivirus: no answer")
        raise BadFile(
            f"L’antivirus ne répond pas : « {shown} » n’a pas pu être reçu. Recommencez dans quelques minutes."
        ) from error
    if threat:
        logger.warning("antivirus: %s refused", threat)
        raise BadFile(f"L’antivirus a reconnu une menace dans « {shown} » : le fichier n’a pas été gardé.")
    return Verdict.CLEAN
