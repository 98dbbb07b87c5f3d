"""Reading a table that an administration sends: CSV of any separator and encoding, or a spreadsheet, found by its headers.

Positions are never trusted: two vintages of one file change the order, the case, the accents and the words of its headers.
"""

import codecs
import csv
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import python_calamine

from plannumerique.lib.text import french_list, plural, search_key, typeset

Aliases = Mapping[str, Sequence[str]]

SEPARATORS = (";", ",", "\t", "|")
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_EMPTY_VALUES = frozenset({"#N/A", "#N/D", "N/A", "NULL", "NONE", "#REF!"})
_FORMULA_OF_TEXT = re.compile(r'="(.*)"')
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u00a0\u202f\ufeff]+")
_SPACES = re.compile(r"  +")
_YEAR = re.compile(r"(19|20)[0-9]{2}$")
_CHUNK = 1 << 20
_HEADERS_SHOWN = 20


class FileRefused(ValueError):
    """Nothing of the file can be taken; the text is the French sentence to show."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))


class LineRefused(ValueError):
    """This line cannot be taken, the others can; the text is the French sentence to show."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))


@dataclass(frozen=True, slots=True)
class Line:
    """One record: what stands under each column that the importer knows, cleaned; an unknown column reads as empty."""

    number: int
    cells: Sequence[str]
    columns: Mapping[str, int]

    def __getitem__(self, column: str) -> str:
        position = self.columns.get(column)
        return "" if position is None else clean(self.cells[position])


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    headers: Sequence[str]
    columns: Mapping[str, int]
    lines: Iterator[Line | tuple[int, LineRefused]]

    def has(self, *columns: str) -> bool:
        return all(column in self.columns for column in columns)

    def demand(self, aliases: Aliases, *columns: str) -> None:
        """Refuse the whole file when a column without which no line means anything is not there."""
        missing = [aliases[column][0] for column in columns if column not in self.columns]
        if missing:
            wanted = french_list([f"« {name} »" for name in missing])
            found = ", ".join(self.headers[:_HEADERS_SHOWN]) or "aucune"
            more = ", …" if len(self.headers) > _HEADERS_SHOWN else ""
            raise FileRefused(
                f"Le fichier « {self.name} » ne peut être lu : il manque {wanted}. Colonnes trouvées : {found}{more}."
            )


def fold_header(header: str) -> str:
    """What stays of a header from one vintage to the next: « Code postal », « code_postal » and « CODE POSTAL 2019 » are one."""
    words = search_key(header).replace(" ", "")
    return _YEAR.sub("", words) or words


def clean(value: str) -> str:
    """The value as a person reads it: one kind of space, nothing invisible, and no spreadsheet's way to say « nothing »."""
    wrapped = _FORMULA_OF_TEXT.fullmatch(value)
    text = _SPACES.sub(" ", _CONTROL.sub(" ", wrapped[1] if wrapped else value)).strip()
    return "" if text.upper() in _EMPTY_VALUES else text


def open_table(path: Path, aliases: Aliases) -> Table:
    """The table of a file, its columns named as in `aliases`; lines come one by one, whatever the size. Raises FileRefused."""
    try:
        with path.open("rb") as stream:
            first_bytes = stream.read(4)
    except FileNotFoundError as error:
        raise FileRefused(f"Le fichier « {path} » n’existe pas.") from error
    except OSError as error:
        raise FileRefused(
            f"« {path} » ne peut être ouvert : est-ce bien un fichier, et avez-vous le droit de le lire ?"
        ) from error
    if not first_bytes:
        raise FileRefused(f"Le fichier « {path.name} » est vide.")

    rows = _spreadsheet(path, aliases) if first_bytes in _SPREADSHEETS else _csv(path, aliases)
    _, headers = next(rows, (0, []))
    columns = find_columns(headers, aliases)
    return Table(path.name, [clean(header) for header in headers], columns, _lines(rows, columns, width=len(headers)))


def find_columns(headers: Sequence[str], aliases: Aliases) -> dict[str, int]:
    """Where each known column stands. A header met twice is called, the second time, by its name and 2 (« pmun2 »)."""
    positions: dict[str, int] = {}
    for position, header in enumerate(headers):
        folded = fold_header(header)
        positions.setdefault(f"{folded}2" if folded in positions else folded, position)
    found = {}
    for column, names in aliases.items():
        at = next((positions[folded] for folded in map(fold_header, names) if folded in positions), None)
        if at is not None:
            found[column] = at
    return found


def _lines(
    rows: Iterable[tuple[int, Sequence[str]]], columns: Mapping[str, int], *, width: int
) -> Iterator[Line | tuple[int, LineRefused]]:
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < width:
            yield number, LineRefused(f"Ligne incomplète : {plural(len(cells), one='colonne')} au lieu de {width}.")
        elif any(cell.strip() for cell in cells[width:]):
            yield (
                number,
                LineRefused(
                    f"Ligne trop longue : {plural(len(cells), one='colonne')} au lieu de {width}. "
                    "Une valeur contient sans doute le séparateur, sans guillemets."
                ),
            )
        else:
            yield Line(number, cells, columns)


# --- Text files ---


def _csv(path: Path, aliases: Aliases) -> Iterator[tuple[int, Sequence[str]]]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as stream:
        header = next((line for line in stream if line.strip("\ufeff \t\r\n;,|")), "")
        separator = max(SEPARATORS, key=lambda one: _columns_if_split(header, one, aliases))
        stream.seek(0)
        reader = csv.reader(stream, delimiter=separator)
        start = 1
        try:
            for cells in reader:
                if any(cells):
                    yield start, cells
                start = reader.line_num + 1
        except csv.Error as error:
            raise FileRefused(
                f"Le fichier « {path.name} » est illisible à partir de la ligne {start} : "
                "un guillemet n'est pas refermé, ou le fichier est abîmé."
            ) from error


def _columns_if_split(header: str, separator: str, aliases: Aliases) -> tuple[int, int]:
    headers = next(csv.reader([header], delimiter=separator), [])
    return len(find_columns(headers, aliases)), len(headers)


def _encoding(path: Path) -> str:
    """UTF-8 when the whole file is; else what French spreadsheets write. A UTF-8 file that breaks off is refused, not guessed."""
    with path.open("rb") as stream:
        head = stream.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        stream.seek(0)
        sure = head.startswith(codecs.BOM_UTF8)
        decoder = codecs.getincrementaldecoder("utf-8")()
        offset = 0
        for chunk in chain(iter(lambda: stream.read(_CHUNK), b""), [b""]):
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                if sure or not error.object[: error.start].isascii():
                    raise FileRefused(
                        f"Le fichier « {path.name} » est abîmé : "
                        f"son texte UTF-8 devient illisible vers l’octet {offset + error.start}."
                    ) from error
                return _single_byte_encoding(path)
            sure = sure or not text.isascii()
            offset += len(chunk)
    return "utf-8-sig"


def _single_byte_encoding(path: Path) -> str:
    with path.open("rb") as stream:
        for chunk in iter(lambda: stream.read(_CHUNK), b""):
            if b"\x00" in chunk:
                raise FileRefused(f"Le fichier « {path.name} » n'est ni un fichier CSV ni un classeur.")
            if any(undefined in chunk for undefined in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")):
                return "latin-1"
    return "cp1252"


# --- Spreadsheets ---


def _spreadsheet(path: Path, aliases: Aliases) -> Iterator[tuple[int, Sequence[str]]]:
    """The sheet that holds the most known columns: the first one is often a notice."""
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
    except python_calamine.CalamineError as error:
        raise FileRefused(
            f"Le classeur « {path.name} » ne peut être lu : il est abîmé ou protégé par un mot de passe."
        ) from error
    return max((_rows_of(sheet) for sheet in sheets), key=lambda rows: _known(rows, aliases), default=_Rows(iter(()))).rest()


class _Rows:
    """The non-empty rows of a sheet, of which the first can be looked at before the others are read."""

    def __init__(self, rows: Iterator[tuple[int, Sequence[str]]]) -> None:
        self.first = next(rows, None)
        self._others = rows

    def rest(self) -> Iterator[tuple[int, Sequence[str]]]:
        return iter(()) if self.first is None else chain([self.first], self._others)


def _known(rows: _Rows, aliases: Aliases) -> int:
    return 0 if rows.first is None else len(find_columns(rows.first[1], aliases))


def _rows_of(sheet: Any) -> _Rows:
    first = (sheet.start or (0, 0))[0] + 1
    texts = ((number, [_text(cell) for cell in row]) for number, row in enumerate(sheet.iter_rows(), start=first))
    return _Rows((number, cells) for number, cells in texts if any(cells))


def _text(cell: object) -> str:
    """A spreadsheet reads codes as numbers: 25056.0 is « 25056 », and its lost zeros are the importer's affair."""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return unicodedata.normalize("NFC", str(cell))
