"""Lists taken away as spreadsheets: the chosen columns of every filtered row, not of the page alone.

exports = ListExport(request, columns=COLUMNS, name="candidatures", day=request.actor.today)
if exports.asked:
    return exports.answer(in_order(request, rows, columns=COLUMNS))
"""

import csv
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from tempfile import TemporaryFile
from typing import Any

import odswriter
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from plannumerique.lib.dates import short_date
from plannumerique.lib.text import plural, typeset
from plannumerique.ui.columns import Column, Value, in_spreadsheet
from plannumerique.ui.errors import NotFound

FORMAT_PARAMETER = "export"
COLUMN_PARAMETER = "colonne"
# A spreadsheet takes a cell that begins so for a formula: a school's name must never become one.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BY = 1000


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"

    @property
    def label(self) -> str:
        return {Format.CSV: "CSV", Format.XLSX: "Excel (XLSX)", Format.ODS: "LibreOffice (ODS)"}[self]

    @property
    def content_type(self) -> str:
        return {
            Format.CSV: "text/csv; charset=utf-8",
            Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format.ODS: "application/vnd.oasis.opendocument.spreadsheet",
        }[self]

    @property
    def largest(self) -> int | None:
        """How many rows one request makes: a CSV is streamed; an ODS is built in memory, 13 Ko a row."""
        return {Format.CSV: None, Format.XLSX: 50_000, Format.ODS: 10_000}[self]


class ListExport:
    """What the address of a list asks to take away; NotFound for a format or a column that the list does not have."""

    def __init__(self, request: HttpRequest, *, columns: Sequence[Column], name: str, day: dt.date) -> None:
        self.request, self.columns, self.name, self.day = request, in_spreadsheet(columns), name, day
        self.asked = request.GET.get(FORMAT_PARAMETER, "")

    @property
    def formats(self) -> tuple[Format, ...]:
        return tuple(Format)

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        """Each column, and whether the address takes it; all of them while it names none."""
        wanted = self.request.GET.getlist(COLUMN_PARAMETER)
        return [(column, not wanted or column.key in wanted) for column in self.columns]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The filters and the order, which the form of the export carries along."""
        own = (FORMAT_PARAMETER, COLUMN_PARAMETER, "page")
        return [(name, value) for name, values in self.request.GET.lists() if name not in own for value in values]

    def answer(self, rows: QuerySet[Any]) -> HttpResponseBase:
        form, columns = self._format(), self._columns()
        if form.largest is not None and rows.order_by().count() > form.largest:
            raise self._not_found(
                f"Cette liste compte plus de {plural(form.largest, one='ligne')} : prenez le CSV, ou filtrez-la d’abord."
            )
        found = rows.iterator(chunk_size=_BY)
        lines = ([column.value(row) for column in columns] for row in found)
        heads = [column.taken_as or column.label for column in columns]
        answer = _WRITERS[form](heads, lines)
        answer.headers["Content-Type"] = form.content_type
        answer.headers["Content-Disposition"] = f'attachment; filename="{self.name}-{self.day.isoformat()}.{form}"'
        return answer

    def _format(self) -> Format:
        if self.asked not in set(Format):
            raise self._not_found(f"Cette liste ne s’exporte pas en « {self.asked[:20]} ».")
        return Format(self.asked)

    def _columns(self) -> Sequence[Column]:
        wanted = self.request.GET.getlist(COLUMN_PARAMETER)
        by_key = {column.key: column for column in self.columns}
        unknown = next((key for key in wanted if key not in by_key), None)
        if unknown is not None:
            raise self._not_found(f"Cette liste n’a pas de colonne « {unknown[:20]} ».")
        return [column for column in self.columns if column.key in wanted] or self.columns

    def _not_found(self, sentence: str) -> NotFound:
        return NotFound(typeset(sentence), url=self.request.path, link="Voir la liste")


def local_day(at: dt.datetime | None) -> dt.date | None:
    return timezone.localdate(at) if at else None


def harmless(text: str) -> str:
    """A text that a spreadsheet shows as it is, instead of computing it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


# --- The three formats ---


def _csv(heads: Sequence[str], lines: Iterable[Sequence[Value]]) -> HttpResponseBase:
    return StreamingHttpResponse(csv_lines(heads, lines))


def csv_lines(heads: Sequence[str], lines: Iterable[Sequence[Value]]) -> Iterator[str]:
    """As a French spreadsheet opens it: byte order mark, semicolons, decimal commas, days as 14/10/2016."""
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff" + writer.writerow(heads)
    for line in lines:
        yield writer.writerow([_as_text(cell) for cell in line])


def data_lines(heads: Sequence[str], lines: Iterable[Sequence[Value]]) -> Iterator[str]:
    """As programs read it (RFC 4180): commas, decimal points, days as 2016-10-14, and still no formula in a text."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield writer.writerow(heads)
    for line in lines:
        yield writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in line])


class _Echo:
    """A file that gives back what is written to it: the csv module writes, the answer streams."""

    def write(self, text: str) -> str:
        return text


def _as_text(cell: Value) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.date):
        return short_date(cell)
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",")
    return harmless(cell) if isinstance(cell, str) else str(cell)


def _xlsx(heads: Sequence[str], lines: Iterable[Sequence[Value]]) -> HttpResponseBase:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Liste")
    sheet.append(heads)
    for line in lines:
        sheet.append([_literal(sheet, cell) if isinstance(cell, str) else cell for cell in line])
    return _saved(book)


def workbook_answer(book: Workbook, *, filename: str) -> HttpResponseBase:
    """A workbook of ours that people fill and send back."""
    answer = _saved(book)
    answer.headers["Content-Type"] = Format.XLSX.content_type
    answer.headers["Content-Disposition"] = f'attachment; filename="{filename}.xlsx"'
    return answer


def _saved(book: Workbook) -> HttpResponseBase:
    file = TemporaryFile()  # noqa: SIM115  # the answer closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file)


def _literal(sheet: Any, text: str) -> Any:
    """openpyxl takes « =… » for a formula; here it is a text."""
    return as_text(WriteOnlyCell(sheet), text)


def as_text(cell: Any, text: str) -> Any:
    """A cell of openpyxl that holds these words, whatever they begin with."""
    cell.value = writable(text)
    cell.data_type = "s"
    return cell


def writable(text: str) -> str:
    """Without the control characters that XML cannot hold, which people paste unawares."""
    return _CONTROLS.sub("", text)


def _ods(heads: Sequence[str], lines: Iterable[Sequence[Value]]) -> HttpResponseBase:
    file = TemporaryFile()  # noqa: SIM115  # the answer closes it
    with odswriter.writer(file) as book:
        sheet = book.new_sheet("Liste", cols=len(heads))
        sheet.writerow(heads)
        for line in lines:
            sheet.writerow([writable(cell) if isinstance(cell, str) else cell for cell in line])
    file.seek(0)
    return FileResponse(file)


_WRITERS: dict[Format, Callable[[Sequence[str], Iterable[Sequence[Value]]], HttpResponseBase]] = {
    Format.CSV: _csv,
    Format.XLSX: _xlsx,
    Format.ODS: _ods,
}
