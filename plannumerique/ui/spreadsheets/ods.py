"""The sheets of an ODS, line by line, from its content.xml: read as a stream, nothing of it kept but the line in hand."""

import datetime as dt
import io
import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from defusedxml.ElementTree import DefusedXMLParser
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_WINDOWS_1900

from plannumerique.ui.spreadsheets.cells import FORMULA, IN_ERROR, Cell, Line
from plannumerique.ui.spreadsheets.weighing import MOST_PARTS, WIDEST_LINE, Blocks, acts, no_workbook, refuse_long_sheet

# LibreOffice ends each sheet with one empty line, repeated down to the last that a sheet may have.
LAST_LINE = 1 << 24

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_DRAW, _FORM, _OFFICE, _SCRIPT, _TABLE, _TEXT = (_OASIS % one for one in ("drawing", "form", "office", "script", "table", "text"))
_SHEET, _ROW = f"{_TABLE}table", f"{_TABLE}table-row"
# What a merged cell covers may still hold something, which is read as any other.
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_BREAKS = tuple(f"{_TEXT}{one}" for one in ("p", "h", "s", "tab", "line-break"))
_NOT_SAID = tuple(f"{_TEXT}{one}" for one in ("note", "ruby-text"))
_TYPE, _VALUE, _STRING = (f"{_OFFICE}{one}" for one in ("value-type", "value", "string-value"))
_CALC_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_HREF = "{http://www.w3.org/1999/xlink}href"

_COUNT = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:T([0-2]\d):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?Z?)?", re.ASCII)
_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?", re.ASCII)
# What LibreOffice makes of the booleans and the errors of an XLSX: nothing that is computed.
_CONSTANT = re.compile(r"of:=(TRUE\(\)|FALSE\(\)|#[A-Z0-9/!?]+)")
_FORMULA_PREFIX = re.compile(r"\A[a-z]+:(?==)")
_REFERENCE = re.compile(r"\[\.?([^\]]*)\]")

_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|/|\.\./", re.IGNORECASE)
_LINKS = (f"{_TEXT}a", f"{_DRAW}a")
_CALLS = ("vnd.sun.star.script:", "macro:", "script:")
_ACTIVE = {
    **dict.fromkeys((f"{_OFFICE}script", f"{_SCRIPT}event-listener", f"{_TABLE}error-macro"), "des macros"),
    **dict.fromkeys((f"{_FORM}form", f"{_DRAW}control"), "des contrôles actifs"),
    **dict.fromkeys(
        (f"{_DRAW}{one}" for one in ("object", "object-ole", "plugin", "applet", "floating-frame")), "des objets incorporés"
    ),
    **dict.fromkeys((f"{_TABLE}table-source", f"{_TABLE}cell-range-source"), "des liens vers d’autres classeurs"),
    **dict.fromkeys(
        (
            *(f"{_OFFICE}dde-source", f"{_TABLE}dde-link", f"{_TABLE}source-service"),
            *(f"{_TABLE}database-source-{one}" for one in ("sql", "table", "query")),
        ),
        "une connexion à des données extérieures",
    ),
}


def sheets_of(data: bytes, *, name: str) -> "list[OdsSheet]":
    """BadWorkbook when content.xml is that of another document, or carries something that acts."""
    survey = _Survey()
    for _ in _fed(data, survey):
        pass
    if not survey.spreadsheet:
        raise no_workbook(name)
    if survey.found:
        raise acts(name, survey.found)
    return [OdsSheet(data, title, rank, survey.epoch) for rank, title in enumerate(survey.titles, start=1)]


def _fed(data: bytes, target: object) -> Iterator[None]:
    """The target is told of each tag; a pause after each block, to take what it made of it."""
    parser = DefusedXMLParser(target=target)
    at = -1
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("content.xml") as content:
        blocks = Blocks(content)
        while block := blocks.read():
            parser.feed(block)
            if parser.parser.CurrentByteIndex > at:
                at = parser.parser.CurrentByteIndex
                blocks.progressed()
            yield
    parser.close()
    yield


class _Survey:
    """The whole of content.xml by the start of its tags: its sheets, its day zero, whatever acts."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.found: set[str] = set()
        self.epoch = CALENDAR_WINDOWS_1900
        self.spreadsheet = False
        self._depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == _SHEET:
            if self._depth == 0:
                self.titles.append(attributes.get(f"{_TABLE}name", ""))
            self._depth += 1
        elif tag == f"{_OFFICE}spreadsheet":
            self.spreadsheet = True
        elif tag == f"{_TABLE}null-date":
            self.epoch = dt.datetime.fromisoformat(attributes.get(f"{_TABLE}date-value", "1899-12-30"))
        if tag in _ACTIVE:
            self.found.add(_ACTIVE[tag])
        if _HREF in attributes:
            self._refuse_link(tag, attributes[_HREF].strip().lower())

    def data(self, text: str) -> None:
        """Not read; told of nothing, the parser would call back for each line feed."""

    def end(self, tag: str) -> None:
        if tag == _SHEET:
            self._depth -= 1

    def _refuse_link(self, tag: str, target: str) -> None:
        """A person follows a link of a text; the document follows the others by itself."""
        if target.startswith(_CALLS):
            self.found.add("des macros")
        elif tag not in _LINKS and _OUTSIDE.match(target):
            self.found.add("des liens vers d’autres fichiers")


class OdsSheet:
    def __init__(self, data: bytes, title: str, rank: int, epoch: dt.datetime) -> None:
        self._data, self.title, self._rank, self._epoch = data, title, rank, epoch
        self.merged: list[str] = []

    def lines(self, width: int) -> Iterator[Line]:
        """The lines that hold something in their first columns: empty ones are passed over, a million of them at no cost."""
        reader = _Reader(self.title, self._rank, width, self._epoch)
        self.merged = reader.merged
        for _ in _fed(self._data, reader):
            while reader.ready:
                number, times, cells = reader.ready.popleft()
                for repeated in range(times):
                    yield number + repeated, cells
            if reader.done:
                return


class _Reader:
    """The lines of one sheet, each `ready` as (its number, how many times it is repeated, its cells) once its tag is closed."""

    def __init__(self, title: str, rank: int, width: int, epoch: dt.datetime) -> None:
        self.ready: deque[tuple[int, int, dict[int, Cell]]] = deque()
        self.merged: list[str] = []
        self.done = False
        self._title, self._rank, self._width, self._epoch = title, rank, width, epoch
        self._sheets = self._depth = self._lines = 0
        self._number, self._times, self._column = 1, 1, 0
        self._cells: dict[int, Cell] = {}
        self._cell: Mapping[str, str] | None = None
        self._text: list[str] = []
        self._unsaid = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == _SHEET:
            self._depth += 1
            self._sheets += self._depth == 1
        elif self._depth != 1 or self._sheets != self._rank:
            return  # another sheet, or a table inside of a cell
        elif self._cell is not None:
            self._start_text(tag)
        elif tag in _CELLS:
            self._cell, self._text, self._unsaid = attributes, [], 0
        elif tag == _ROW:
            self._times = _count(attributes, "number-rows-repeated")
            self._cells, self._column = {}, 0

    def _start_text(self, tag: str) -> None:
        """Comments, notes, drawings are not the text of the cell."""
        if self._unsaid or tag in _NOT_SAID or not tag.startswith(_TEXT):
            self._unsaid += 1
        elif tag in _BREAKS:
            self._text.append(" ")

    def data(self, text: str) -> None:
        if self._cell is not None and self._depth == 1 and not self._unsaid:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if tag == _SHEET:
            self._depth -= 1
            self.done = self._depth == 0 and self._sheets == self._rank
        elif self._depth != 1 or self._sheets != self._rank:
            return
        elif self._unsaid:
            self._unsaid -= 1
        elif self._cell is not None and tag in _CELLS:
            self._end_cell(self._cell)
            self._cell = None
        elif self._cell is None and tag == _ROW:
            self._end_row()

    def _end_cell(self, attributes: Mapping[str, str]) -> None:
        first = self._column + 1
        self._column += _count(attributes, "number-columns-repeated")
        refuse_long_sheet(self._title, lines=self._lines, width=self._column)
        self._note_merged(attributes, first)
        if first > self._width:
            return
        cell = _cell("".join(self._text), attributes, self._epoch)
        if cell is not None:
            self._cells.update(dict.fromkeys(range(first, min(self._column, self._width) + 1), cell))

    def _note_merged(self, attributes: Mapping[str, str], column: int) -> None:
        wide, high = _count(attributes, "number-columns-spanned"), _count(attributes, "number-rows-spanned")
        if wide * high > 1 and len(self.merged) < MOST_PARTS:
            last = get_column_letter(min(column + wide - 1, WIDEST_LINE))
            self.merged.append(f"{get_column_letter(column)}{self._number}:{last}{self._number + high - 1}")

    def _end_row(self) -> None:
        self._lines += self._times if self._cells else 1
        refuse_long_sheet(self._title, lines=self._lines, width=self._column)
        if self._cells:
            self.ready.append((self._number, self._times, self._cells))
        self._number += self._times


def _count(attributes: Mapping[str, str], what: str) -> int:
    """How many times, once when nothing is said. ValueError for what no sheet can hold."""
    said = attributes.get(f"{_TABLE}{what}", "1")
    if not _COUNT.fullmatch(said) or int(said) > LAST_LINE:
        raise ValueError(f"{what}: {said[:20]}")
    return int(said)


def _cell(text: str, attributes: Mapping[str, str], epoch: dt.datetime) -> Cell | None:
    """As an XLSX holds the same: a number whatever its unit, a moment, a text. None for an empty cell."""
    formula = attributes.get(f"{_TABLE}formula")
    if formula is not None:
        return _of_formula(formula, epoch)
    kind = attributes.get(_TYPE, "string")
    try:
        if attributes.get(_CALC_TYPE) == "error":
            raise ValueError(kind)
        value = _VALUES[kind](attributes, text)
    except (KeyError, ValueError, OverflowError):
        said = attributes.get(_STRING) or next((attributes[name] for name in _SAID if name in attributes), "")
        return Cell(" ".join(text.split()) or said, epoch, IN_ERROR)
    return None if value is None or value == "" else Cell(value, epoch)


def _of_formula(formula: str, epoch: dt.datetime) -> Cell:
    constant = _CONSTANT.fullmatch(formula)
    if constant is None:
        return Cell(_as_typed(formula), epoch, FORMULA)
    if constant[1].startswith("#"):
        return Cell(constant[1], epoch, IN_ERROR)
    return Cell(constant[1] == "TRUE()", epoch)


def _as_typed(formula: str) -> str:
    """« of:=SUM([.A1:.A9]) » is what LibreOffice keeps of =SUM(A1:A9)."""
    return _REFERENCE.sub(lambda found: found[1].replace(":.", ":"), _FORMULA_PREFIX.sub("", formula))


def _string(attributes: Mapping[str, str], text: str) -> str:
    return attributes.get(_STRING, text).strip()


def _number(attributes: Mapping[str, str], _: str) -> int | float:
    said = attributes[_VALUE]
    if not _NUMBER.fullmatch(said):
        raise ValueError(said[:20])
    return int(said) if said.lstrip("+-").isdigit() else float(said)


def _boolean(attributes: Mapping[str, str], _: str) -> bool:
    return {"true": True, "false": False}[attributes[f"{_OFFICE}boolean-value"]]


def _moment(attributes: Mapping[str, str], _: str) -> dt.datetime:
    found = _MOMENT.fullmatch(attributes[f"{_OFFICE}date-value"])
    if found is None:
        raise ValueError("no date")
    return dt.datetime.fromisoformat(found[1]) + _elapsed(*found.groups()[1:])


def _duration(attributes: Mapping[str, str], _: str) -> dt.time | dt.timedelta:
    """An hour of the day, or a length of time beyond it."""
    found = _DURATION.fullmatch(attributes[f"{_OFFICE}time-value"])
    if found is None:
        raise ValueError("no time")
    elapsed = _elapsed(*found.groups())
    return (dt.datetime.min + elapsed).time() if elapsed < dt.timedelta(days=1) else elapsed


def _elapsed(hours: str | None, minutes: str | None, seconds: str | None) -> dt.timedelta:
    """To the millisecond: the rest is the noise of a fraction of a day."""
    whole = dt.timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return whole + dt.timedelta(milliseconds=round(float((seconds or "0").replace(",", ".")) * 1000))


_SAID = (_VALUE, *(f"{_OFFICE}{one}-value" for one in ("date", "time", "boolean")))
_VALUES: dict[str, Callable[[Mapping[str, str], str], object]] = {
    **dict.fromkeys(("float", "percentage", "currency"), _number),
    "boolean": _boolean,
    "date": _moment,
    "time": _duration,
    "string": _string,
    "void": lambda *_: None,
}
