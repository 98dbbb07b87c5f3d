"""What is checked before anything is opened: the format, what acts, the weight."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO

from plannumerique.lib.text import NBSP, french_list
from plannumerique.ui.spreadsheets.layout import BadWorkbook

LARGEST_WORKBOOK = 5 * 1024 * 1024
# A workbook of the portal is 60 Ko once opened; 100 000 lines, 40 Mo. Beyond these, nothing is parsed.
LARGEST_OPENED = 64 * 1024 * 1024
MOST_PARTS = 200
MOST_TAGS = 1_000_000  # and so many attributes, of which an ordinary sheet has fewer than tags
MOST_TAGS_OF_A_PART = 60_000  # styles, strings: kept in memory, a few microseconds a tag
MOST_LINES = 20_000
MOST_SIGNS = 10_000_000  # read in cells: written once in the file, a long text may stand in thousands of them
WIDEST_LINE = 16_384

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DECLARED = re.compile(rb"""\A<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")
_BLOCK = 1 << 16
_FLAT = b"application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = "META-INF/manifest.xml"
_LARGEST_MANIFEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Kind:
    """A format: the part without which it is none, those that hold its sheets, and the parts that act, by their names."""

    mime: str
    core: str
    sheets: re.Pattern[str]
    active: Mapping[str, str]


XLSX = Kind(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    core="xl/workbook.xml",
    sheets=re.compile(r"xl/worksheets/[^/]+\.xml"),
    active={
        "vbaproject|macrosheets": "des macros",
        "externallinks": "des liens vers d’autres classeurs",
        "connections.xml": "une connexion à des données extérieures",
        "activex": "des contrôles actifs",
        "embeddings": "des objets incorporés",
    },
)
ODS = Kind(
    "application/vnd.oasis.opendocument.spreadsheet",
    core="content.xml",
    sheets=re.compile(r"content\.xml"),
    active={
        "(^|/)(basic|scripts|dialogs)/|macrosignatures": "des macros",
        "(^|/)object": "des objets incorporés",
    },
)


def weigh(data: bytes, *, name: str) -> Kind:
    """BadWorkbook for what is neither a plain XLSX nor a plain ODS, is too heavy once opened, or carries something that acts."""
    _refuse_other_formats(data, name)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _refuse_many_parts(archive, name)
        kind = _kind_of(archive, name)
        _refuse_encrypted_parts(archive, kind, name)
        _refuse_active_parts(archive, kind, name)
        _weigh_parts(archive, kind, name)
    return kind


def damaged(name: str) -> BadWorkbook:
    return BadWorkbook(
        f"Le classeur « {name} » est incomplet ou abîmé : ouvrez-le, réenregistrez-le au format XLSX ou ODS et recommencez."
    )


def acts(name: str, found: Iterable[str]) -> BadWorkbook:
    return BadWorkbook(
        f"Le classeur « {name} » contient {french_list(sorted(found))} : enregistrez-le au format XLSX ou ODS, sans rien de tel."
    )


def too_heavy(name: str) -> BadWorkbook:
    return BadWorkbook(
        f"Le classeur « {name} » est trop volumineux une fois ouvert : repartez du modèle et ne remplissez que ses lignes."
    )


def no_workbook(name: str) -> BadWorkbook:
    return BadWorkbook(f"« {name} » n’est ni un classeur XLSX ni un classeur ODS, quel que soit son nom.")


def _locked(name: str) -> BadWorkbook:
    return BadWorkbook(f"Le classeur « {name} » est protégé par un mot de passe : enregistrez-le sans mot de passe.")


def _refuse_other_formats(data: bytes, name: str) -> None:
    if not data:
        raise BadWorkbook(f"Le fichier « {name} » est vide.")
    if len(data) > LARGEST_WORKBOOK:
        raise BadWorkbook(f"Le classeur « {name} » dépasse la limite de {LARGEST_WORKBOOK // 1024 // 1024}{NBSP}Mo.")
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise _locked(name)
        raise BadWorkbook(f"« {name} » est à l’ancien format d’Excel : enregistrez-le au format XLSX ou ODS.")
    if data.startswith(b"PK\x03\x04"):
        return
    if data.lstrip(b"\xef\xbb\xbf").startswith(b"<") and _FLAT in data[:_BLOCK]:
        raise BadWorkbook(f"« {name} » est au format XML à plat de LibreOffice (FODS) : enregistrez-le au format ODS.")
    raise no_workbook(name)


def _refuse_many_parts(archive: zipfile.ZipFile, name: str) -> None:
    names = [one.lower() for one in archive.namelist()]
    if len(names) > MOST_PARTS:
        raise BadWorkbook(f"Le classeur « {name} » compte trop de parties ({len(names)}) : repartez du modèle.")
    if len(set(names)) != len(names):
        raise damaged(name)


def _kind_of(archive: zipfile.ZipFile, name: str) -> Kind:
    """By what the archive says that it is, whatever its name; what it holds is judged next."""
    names = archive.namelist()
    if "mimetype" not in names:
        return ODS if ODS.core in names else XLSX
    with archive.open("mimetype") as part:
        said = part.read(100).decode("ascii", "replace").strip()
    if said == ODS.mime:
        return ODS
    if said == f"{ODS.mime}-template":
        raise BadWorkbook(f"« {name} » est un modèle de LibreOffice (OTS) : enregistrez-le au format ODS.")
    if said.startswith("application/vnd.oasis.opendocument."):
        raise BadWorkbook(f"« {name} » est un document de LibreOffice, mais pas un classeur : on attend un classeur XLSX ou ODS.")
    raise no_workbook(name)


def _refuse_encrypted_parts(archive: zipfile.ZipFile, kind: Kind, name: str) -> None:
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise BadWorkbook(f"Le classeur « {name} » est chiffré : enregistrez-le sans mot de passe.")
    if kind is ODS and _MANIFEST in archive.namelist():
        with archive.open(_MANIFEST) as manifest:
            if b"encryption-data" in manifest.read(_LARGEST_MANIFEST):
                raise _locked(name)


def _refuse_active_parts(archive: zipfile.ZipFile, kind: Kind, name: str) -> None:
    names = [one.lower() for one in archive.namelist()]
    if kind.core not in names:
        raise damaged(name)
    found = {words for mark, words in kind.active.items() if any(re.search(mark, one) for one in names)}
    if found:
        raise acts(name, found)


def _weigh_parts(archive: zipfile.ZipFile, kind: Kind, name: str) -> None:
    """By what the archive declares first (zipfile never gives more), then tag by tag, without parsing."""
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > LARGEST_OPENED:
        raise too_heavy(name)
    all_tags = all_attributes = 0
    for part in parts:
        if not part.filename.lower().endswith((".xml", ".rels")):
            continue
        tags, attributes = _tags_of(archive, part, name)
        all_tags, all_attributes = all_tags + tags, all_attributes + attributes
        if max(all_tags, all_attributes) > MOST_TAGS or (tags > MOST_TAGS_OF_A_PART and not kind.sheets.fullmatch(part.filename)):
            raise too_heavy(name)


def _tags_of(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> tuple[int, int]:
    tags = attributes = 0
    with archive.open(part) as file:
        block = file.read(_BLOCK)
        if block:  # LibreOffice keeps a few empty parts
            _refuse_other_encodings(block, name)
        while block:
            tags += block.count(b"<")
            attributes += block.count(b"=")
            block = file.read(_BLOCK)
    return tags, attributes


def _refuse_other_encodings(start: bytes, name: str) -> None:
    """Another encoding would hide its tags from the scales."""
    plain = start.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED.match(plain)
    if not plain.startswith(b"<") or b"\0" in plain[:64] or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")):
        raise damaged(name)


class Blocks:
    """A part in blocks. Expat begins a tag or a comment again at each block until it has its end: told of no progress,
    blocks double, so that 60 Mo without an end are not read a thousand times."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._size = file, _BLOCK

    def read(self, _: int = 0) -> bytes:
        block = self._file.read(self._size)
        self._size *= 2
        return block

    def progressed(self) -> None:
        self._size = _BLOCK


def refuse_long_sheet(title: str, *, lines: int, width: int) -> None:
    """Counted as it is read: `width` of one line, `lines` so far."""
    if width > WIDEST_LINE or lines > MOST_LINES:
        raise BadWorkbook(f"La feuille « {title} » compte trop de lignes ou de colonnes : supprimez celles qui sont vides.")
