"""What is checked before anything is opened: the format, what acts, the weight."""

import io
import re
import zipfile

from plannumerique.lib.text import NBSP, french_list
from plannumerique.ui.spreadsheets.layout import BadWorkbook

LARGEST_WORKBOOK = 5 * 1024 * 1024
# A workbook of the portal is 60 Ko once opened; 100 000 lines, 40 Mo. Beyond these, nothing is parsed.
LARGEST_OPENED = 64 * 1024 * 1024
MOST_PARTS = 200
MOST_TAGS = 1_000_000
MOST_TAGS_OF_A_PART = 60_000  # styles, strings: kept in memory, a few microseconds a tag
MOST_LINES = 20_000
WIDEST_LINE = 16_384

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DECLARED = re.compile(rb"""\A<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
_BLOCK = 1 << 16
_ACTIVE = {
    "vbaproject": "des macros",
    "macrosheets": "des macros",
    "externallinks": "des liens vers d’autres classeurs",
    "connections.xml": "une connexion à des données extérieures",
    "activex": "des contrôles actifs",
    "embeddings": "des objets incorporés",
}


def weigh(data: bytes, *, name: str) -> None:
    """BadWorkbook for what is no plain XLSX, is too heavy once opened, or carries something that acts."""
    _refuse_other_formats(data, name)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _refuse_active_parts(archive, name)
        _weigh_parts(archive, name)


def damaged(name: str) -> BadWorkbook:
    return BadWorkbook(
        f"Le classeur « {name} » est incomplet ou abîmé : ouvrez-le, réenregistrez-le au format XLSX et recommencez."
    )


def _refuse_other_formats(data: bytes, name: str) -> None:
    if not data:
        raise BadWorkbook(f"Le fichier « {name} » est vide.")
    if len(data) > LARGEST_WORKBOOK:
        raise BadWorkbook(f"Le classeur « {name} » dépasse la limite de {LARGEST_WORKBOOK // 1024 // 1024}{NBSP}Mo.")
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise BadWorkbook(f"Le classeur « {name} » est protégé par un mot de passe : enregistrez-le sans mot de passe.")
        raise BadWorkbook(f"« {name} » est à l’ancien format d’Excel : enregistrez-le au format XLSX.")
    if not data.startswith(b"PK\x03\x04"):
        raise BadWorkbook(f"« {name} » n’est pas un classeur XLSX, quel que soit son nom.")
    if b"application/vnd.oasis.opendocument" in data[:200]:
        raise BadWorkbook(f"« {name} » est au format de LibreOffice (ODS) : enregistrez-le au format « Excel 2007-365 (.xlsx) ».")


def _refuse_active_parts(archive: zipfile.ZipFile, name: str) -> None:
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if len(parts) > MOST_PARTS:
        raise BadWorkbook(f"Le classeur « {name} » compte trop de parties ({len(parts)}) : repartez du modèle.")
    if len(set(names)) != len(names) or "xl/workbook.xml" not in names:
        raise damaged(name)
    if any(part.flag_bits & 1 for part in parts):
        raise BadWorkbook(f"Le classeur « {name} » est chiffré : enregistrez-le sans mot de passe.")
    found = {words for mark, words in _ACTIVE.items() if any(mark in one for one in names)}
    if found:
        raise BadWorkbook(
            f"Le classeur « {name} » contient {french_list(sorted(found))} : enregistrez-le au format XLSX, sans rien de tel."
        )


def _weigh_parts(archive: zipfile.ZipFile, name: str) -> None:
    """By what the archive declares first (zipfile never gives more), then tag by tag, without parsing."""
    too_heavy = BadWorkbook(
        f"Le classeur « {name} » est trop volumineux une fois ouvert : repartez du modèle et ne remplissez que ses lignes."
    )
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > LARGEST_OPENED:
        raise too_heavy
    left = MOST_TAGS
    for part in parts:
        if not part.filename.lower().endswith((".xml", ".rels")):
            continue
        tags = _tags_of(archive, part, name)
        left -= tags
        if left < 0 or (tags > MOST_TAGS_OF_A_PART and not _SHEET_PART.fullmatch(part.filename)):
            raise too_heavy


def _tags_of(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> int:
    tags = 0
    with archive.open(part) as file:
        block = file.read(_BLOCK)
        _refuse_other_encodings(block, name)
        while block:
            tags += block.count(b"<")
            block = file.read(_BLOCK)
    return tags


def _refuse_other_encodings(start: bytes, name: str) -> None:
    """Another encoding would hide its tags from the scales."""
    plain = start.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED.match(plain)
    if not plain.startswith(b"<") or b"\0" in plain[:64] or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")):
        raise damaged(name)


def refuse_long_sheet(title: str, *, lines: int, width: int) -> None:
    """Counted as it is read: `width` of one line, `lines` so far."""
    if width > WIDEST_LINE or lines > MOST_LINES:
        raise BadWorkbook(f"La feuille « {title} » compte trop de lignes ou de colonnes : supprimez celles qui sont vides.")
