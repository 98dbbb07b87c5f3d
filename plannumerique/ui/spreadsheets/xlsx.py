"""The sheets of an XLSX, line by line; openpyxl's own read-only sheets tell neither merged nor unreadable cells."""

import datetime as dt
import io
import warnings
from collections.abc import Iterator
from typing import Any

from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook
from openpyxl.worksheet._reader import CELL_TAG, ROW_TAG, WorkSheetParser

from plannumerique.ui.spreadsheets.cells import FORMULA, IN_ERROR, Cell, Line
from plannumerique.ui.spreadsheets.weighing import MOST_PARTS, Blocks, refuse_long_sheet

_MERGE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}mergeCell"


def sheets_of(data: bytes) -> "list[XlsxSheet]":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells what it does not keep: nothing of it is read here
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    return [XlsxSheet(book, sheet) for sheet in book.worksheets]


class XlsxSheet:
    def __init__(self, book: Any, source: Any) -> None:
        self._book, self._source = book, source
        self.title: str = source.title
        self.merged: list[str] = []

    def lines(self, width: int) -> Iterator[Line]:
        """Each line as it comes, none kept."""
        self.merged = []
        parser = _Parser(
            io.BytesIO(),  # it is given its lines one by one
            self._source._shared_strings,
            epoch=self._book.epoch,
            date_formats=self._book._date_formats,
            timedelta_formats=self._book._timedelta_formats,
        )
        lines = wide = 0
        with self._source._get_source() as file:
            blocks = Blocks(file)
            for _, element in iterparse(blocks):
                blocks.progressed()
                if element.tag == CELL_TAG:
                    wide += 1
                elif element.tag == _MERGE and len(self.merged) < MOST_PARTS:
                    self.merged.append(element.get("ref", ""))
                elif element.tag == ROW_TAG:
                    lines += 1
                    number, cells = parser.parse_row(element)
                    kept = (cell for cell in cells if cell["column"] <= width)
                    yield number, {cell["column"]: _cell(cell, self._book.epoch) for cell in kept}
                    element.clear()
                    wide = 0
                refuse_long_sheet(self.title, lines=lines, width=wide)


class _Parser(WorkSheetParser):
    """A cell that does not hold what it announces is an error of its own, not the end of the sheet."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        try:
            return super().parse_cell(element)
        except (ValueError, IndexError, OverflowError, ArithmeticError, TypeError):
            shown = "".join(element.itertext())
            return {"row": self.row_counter, "column": self.col_counter, "value": shown, "data_type": "e", "style_id": 0}


def _cell(found: dict[str, Any], epoch: dt.datetime) -> Cell:
    value = found["value"]
    if value is not None and found["data_type"] == "f":
        return Cell(getattr(value, "text", None) or str(value), epoch, FORMULA)
    return Cell(value, epoch, IN_ERROR if value is not None and found["data_type"] == "e" else "")
