"""A workbook that somebody sends back, read as hostile: weighed before it is opened, then each cell as a person would type it.

book = open_book(data, name="etat.xlsx")
token = book.text_at("Référence", "B2")
rows, faults = book.rows(Layout(sheet="À remplir", columns=COLUMNS, head_row=4, most_rows=500))

Nothing is computed nor trusted: a formula, a merged cell, a macro are named, and the forms of the portal judge the texts.
"""

import datetime as dt
import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unicodedata import category

from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook
from openpyxl.utils import coordinate_to_tuple, get_column_letter, range_boundaries
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet._reader import CELL_TAG, ROW_TAG, WorkSheetParser

from plannumerique.lib.dates import short_date
from plannumerique.lib.text import NBSP, french_list, plural, search_key, typeset

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_WORKBOOK = 5 * 1024 * 1024
# A workbook of the portal is 60 Ko once opened; 100 000 lines, 40 Mo. Beyond these, nothing is parsed.
LARGEST_OPENED = 64 * 1024 * 1024
MOST_PARTS = 200
MOST_TAGS = 1_000_000
MOST_TAGS_OF_A_PART = 60_000  # styles, strings: kept in memory, a few microseconds a tag
MOST_LINES = 20_000
WIDEST_LINE = 16_384
LONGEST_SHOWN = 60

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MERGE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}mergeCell"
_DECLARED = re.compile(rb"""\A<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
_BLOCK = 1 << 16
_UNSEEN = ("Cc", "Cs", "Co", "Cn")
_ACTIVE = {
    "vbaproject": "des macros",
    "macrosheets": "des macros",
    "externallinks": "des liens vers d’autres classeurs",
    "connections.xml": "une connexion à des données extérieures",
    "activex": "des contrôles actifs",
    "embeddings": "des objets incorporés",
}


class BadWorkbook(Exception):
    """The whole file is refused; its text is the French sentence to show."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))


@dataclass(frozen=True, slots=True)
class Column:
    """`day`: a bare number in it is the serial number of a day, which Excel shows when the cell lost its format."""

    key: str
    head: str
    day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The sheet to read: its heads stand on one line, in this order from column A; every line below is data."""

    sheet: str
    columns: tuple[Column, ...]
    head_row: int = 1
    most_rows: int = 500

    def letter(self, key: str) -> str:
        return get_column_letter(next(rank for rank, one in enumerate(self.columns, start=1) if one.key == key))

    def head(self, key: str) -> str:
        return next((one.head for one in self.columns if one.key == key), "")

    def fault(self, sentence: str, *, row: int, key: str = "", typed: str = "") -> "Fault":
        return Fault(
            sheet=self.sheet,
            row=row,
            column=self.letter(key) if key else "",
            head=self.head(key),
            typed=_short(typed),
            sentence=typeset(sentence),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong, and where: the sheet, the line, the column by its letter and its head, what was typed."""

    sheet: str
    row: int
    column: str
    head: str
    typed: str
    sentence: str

    @property
    def cell(self) -> str:
        return f"{self.column}{self.row}"


@dataclass(frozen=True, slots=True)
class Row:
    """A filled line: its number in the sheet, and the text of each column, as it would be typed in a form."""

    number: int
    cells: dict[str, str]


class Unreadable(Exception):
    """One cell cannot be taken; what it shows, and why."""

    def __init__(self, shown: str, sentence: str) -> None:
        super().__init__(sentence)
        self.shown = shown


# --- Before anything is opened ---


def open_book(data: bytes, *, name: str) -> "Book":
    """BadWorkbook for what is no plain XLSX, is too heavy once opened, or carries something that acts."""
    _refuse_other_formats(data, name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_active_parts(archive, name)
            _weigh(archive, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells what it does not keep: nothing of it is read here
            return Book(load_workbook(io.BytesIO(data), read_only=True, keep_links=False), name=name)
    except BadWorkbook:
        raise
    except Exception as error:  # a damaged part raises whatever openpyxl happened to be doing
        raise _damaged(name) from error


def _damaged(name: str) -> BadWorkbook:
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
        raise _damaged(name)
    if any(part.flag_bits & 1 for part in parts):
        raise BadWorkbook(f"Le classeur « {name} » est chiffré : enregistrez-le sans mot de passe.")
    found = {words for mark, words in _ACTIVE.items() if any(mark in one for one in names)}
    if found:
        raise BadWorkbook(
            f"Le classeur « {name} » contient {french_list(sorted(found))} : enregistrez-le au format XLSX, sans rien de tel."
        )


def _weigh(archive: zipfile.ZipFile, name: str) -> None:
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
        raise _damaged(name)


# --- Opened ---


class Book:
    def __init__(self, book: Any, *, name: str) -> None:
        self._book, self.name = book, name

    def text_at(self, sheet: str, cell: str) -> str:
        """What stands in one cell, as text; empty when there is nothing to read."""
        row, column = coordinate_to_tuple(cell)
        for number, cells in self._lines(sheet, []):
            if number >= row:
                found = cells.get(column) if number == row else None
                return _text_or_nothing(found, self._book.epoch)
        return ""

    def rows(self, layout: Layout) -> tuple[list[Row], list[Fault]]:
        """The filled lines and what is wrong with their cells. BadWorkbook when the sheet is not the one that was given."""
        rows: list[Row] = []
        faults: list[Fault] = []
        merged: list[str] = []
        headed = False
        for number, cells in self._lines(layout.sheet, merged):
            if number == layout.head_row:
                self._refuse_other_heads(layout, cells)
                headed = True
            if number <= layout.head_row:
                continue
            row, wrong = self._row(layout, number, cells)
            if not wrong and not any(row.cells.values()):
                continue
            if len(rows) == layout.most_rows:
                raise BadWorkbook(
                    f"La feuille « {layout.sheet} » compte plus de {plural(layout.most_rows, one='ligne remplie', many='lignes remplies')}"
                    " : rien n’est lu au-delà. Répartissez-les en plusieurs envois."
                )
            rows.append(row)
            faults += wrong
        if not headed:
            raise BadWorkbook(f"La feuille « {layout.sheet} » n’a plus ses titres de colonnes : repartez du modèle.")
        return rows, [*faults, *_merged_faults(layout, merged)]

    def _lines(self, sheet: str, merged: list[str]) -> Iterator[tuple[int, dict[int, dict[str, Any]]]]:
        """Each line as it comes, none kept; openpyxl's own read-only sheets tell neither merged nor unreadable cells."""
        source = self._sheet(sheet)
        parser = _Parser(
            io.BytesIO(),  # it is given its lines one by one
            source._shared_strings,
            epoch=self._book.epoch,
            date_formats=self._book._date_formats,
            timedelta_formats=self._book._timedelta_formats,
        )
        lines = width = 0
        try:
            with source._get_source() as file:
                for _, element in iterparse(file):
                    if element.tag == CELL_TAG:
                        width += 1
                    elif element.tag == _MERGE and len(merged) < MOST_PARTS:
                        merged.append(element.get("ref", ""))
                    elif element.tag == ROW_TAG:
                        lines += 1
                        number, cells = parser.parse_row(element)
                        yield number, {cell["column"]: cell for cell in cells}
                        element.clear()
                        width = 0
                    if width > WIDEST_LINE or lines > MOST_LINES:
                        raise BadWorkbook(
                            f"La feuille « {sheet} » compte trop de lignes ou de colonnes : supprimez celles qui sont vides."
                        )
        except (BadWorkbook, GeneratorExit):
            raise
        except Exception as error:  # see open_book
            raise _damaged(self.name) from error

    def _sheet(self, title: str) -> Any:
        found = next((sheet for sheet in self._book.worksheets if search_key(sheet.title) == search_key(title)), None)
        if found is None:
            others = french_list([f"« {_short(sheet.title)} »" for sheet in self._book.worksheets[:5]])
            raise BadWorkbook(f"Le classeur n’a pas de feuille « {title} » (il contient {others}) : repartez du modèle.")
        return found

    def _refuse_other_heads(self, layout: Layout, cells: dict[int, dict[str, Any]]) -> None:
        for rank, column in enumerate(layout.columns, start=1):
            shown = _text_or_nothing(cells.get(rank), self._book.epoch)
            if search_key(shown) != search_key(column.head):
                raise BadWorkbook(
                    f"La colonne {get_column_letter(rank)} de la feuille « {layout.sheet} » s’appelle « {_short(shown)} », et non "
                    f"« {column.head} » : les colonnes du modèle ne se déplacent ni ne se renomment."
                )

    def _row(self, layout: Layout, number: int, cells: dict[int, dict[str, Any]]) -> tuple[Row, list[Fault]]:
        texts: dict[str, str] = {}
        faults = []
        for rank, column in enumerate(layout.columns, start=1):
            try:
                texts[column.key] = _text(cells.get(rank), self._book.epoch, day=column.day)
            except Unreadable as wrong:
                texts[column.key] = ""
                faults.append(layout.fault(str(wrong), row=number, key=column.key, typed=wrong.shown))
        return Row(number, texts), faults


class _Parser(WorkSheetParser):
    """A cell that does not hold what it announces is an error of its own, not the end of the sheet."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        try:
            return super().parse_cell(element)
        except (ValueError, IndexError, OverflowError, ArithmeticError, TypeError):
            shown = "".join(element.itertext())
            return {"row": self.row_counter, "column": self.col_counter, "value": shown, "data_type": "e", "style_id": 0}


def _text_or_nothing(cell: dict[str, Any] | None, epoch: dt.datetime) -> str:
    try:
        return _text(cell, epoch)
    except Unreadable:
        return ""


def _text(cell: dict[str, Any] | None, epoch: dt.datetime, *, day: bool = False) -> str:
    """What a person would type for it: 1234.5, 05/10/2016, VRAI. Unreadable for what no person types."""
    if cell is None or cell["value"] is None:
        return ""
    value = cell["value"]
    if cell["data_type"] == "f":
        formula = getattr(value, "text", None) or str(value)
        raise Unreadable(formula, "Cette cellule contient une formule : mettez-y la valeur elle-même.")
    if cell["data_type"] == "e":
        raise Unreadable(str(value), "Cette cellule est en erreur, ou ne contient pas ce qu’elle annonce.")
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, int | float):
        return _day(value, epoch) if day else _number(value)
    if isinstance(value, dt.datetime):
        return short_date(value.date()) if value.time() == dt.time() else f"{short_date(value.date())} {value:%H:%M}"
    return _plain(str(value))


def _number(value: float) -> str:
    """Fifteen digits, those that a spreadsheet shows: the rest is the noise of its arithmetic."""
    if not math.isfinite(value):
        raise Unreadable(str(value), "Ce nombre n’en est pas un.")
    if isinstance(value, int):
        return str(value)[: LONGEST_SHOWN * 2]
    return f"{Decimal(f'{value:.15g}').normalize():f}"


def _day(value: float, epoch: dt.datetime) -> str:
    try:
        found = from_excel(value, epoch)
    except (OverflowError, ValueError) as error:
        raise Unreadable(str(value), "Ce nombre n’est pas une date.") from error
    if not isinstance(found, dt.datetime):
        raise Unreadable(str(value), "Ce nombre n’est pas une date.")
    return short_date(found.date())


def _plain(text: str) -> str:
    """One line: a cell may hold several. Unreadable with a sign that nobody sees."""
    line = " ".join(text.split())
    if any(category(sign) in _UNSEEN for sign in line):
        shown = "".join("\N{REPLACEMENT CHARACTER}" if category(sign) in _UNSEEN else sign for sign in line)
        raise Unreadable(shown, "Ce texte contient des caractères invisibles : retapez-le.")
    return line


def _merged_faults(layout: Layout, merged: list[str]) -> list[Fault]:
    faults = []
    for reference in merged:
        try:
            first_column, first_row, _, last_row = range_boundaries(reference)
        except (ValueError, TypeError):
            continue
        if last_row is None or first_row is None or first_column is None:
            continue
        if last_row > layout.head_row and first_column <= len(layout.columns):
            row = max(first_row, layout.head_row + 1)
            key = layout.columns[first_column - 1].key
            faults.append(
                layout.fault(
                    f"Les cellules {reference} sont fusionnées : défusionnez-les, une valeur par ligne.", row=row, key=key
                )
            )
    return faults


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
