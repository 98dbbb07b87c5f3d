"""A column of a list, said once: its head, its cell on the page, its value in the spreadsheet.

COLUMNS = (
    Column("ecole", "École", shows=lambda row: Shown(row.school, url=row.get_absolute_url()), takes="school.name"),
    Column("montant", "Montant", shows="amount", takes="amount", taken_as="Montant (€)", order_by=("amount",), numeric=True),
    Column("siren", "SIREN", takes="siren"),
)
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from plannumerique.ui.pieces import Badge
from plannumerique.ui.templatetags.portal import NOTHING, euros, short_date

# What a spreadsheet holds.
Value = str | int | Decimal | dt.date | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The cell of a page: a text, an amount, a day, a number or a badge, a smaller hint behind it, where it leads.

    `spoken` ends the words of a link for who doesn't see the rest of its row.
    """

    content: Any
    hint: str = ""
    url: str = ""
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """`shows` gives the cell from the line that the page makes of a row, `takes` the value of the spreadsheet from the row itself:
    a function, or the path of an attribute (« school.name »).

    A column without `shows` is for the spreadsheet alone, one without `takes` for the page alone. With `order_by` (fields, « - » for
    descending) its head is a link that sorts; `taken_as` is its head in the spreadsheet, when it says more than the page.
    """

    key: str
    label: str
    shows: Callable[[Any], Any] | str = ""
    takes: Callable[[Any], Value] | str = ""
    order_by: tuple[str, ...] = ()
    numeric: bool = False
    taken_as: str = ""

    def cell(self, line: Any) -> Any:
        return _read(self.shows, line)

    def value(self, row: Any) -> Value:
        value: Value = _read(self.takes, row)
        return value


def _read(how: Callable[[Any], Any] | str, row: Any) -> Any:
    return attrgetter(how)(row) if isinstance(how, str) else how(row)


def on_page(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.shows]


def in_spreadsheet(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.takes]


# --- The table of a page ---


@dataclass(frozen=True, slots=True)
class TableCell:
    label: str
    numeric: bool
    text: str
    badge: Badge | None
    shown: Shown


@dataclass(frozen=True, slots=True)
class TableRow:
    """The first cell names the row; `label` is what tells it from the others, for whoever ticks it without seeing the table."""

    row: Any
    label: str
    cells: list[TableCell]


def table_of(columns: Sequence[Column], rows: Sequence[Any], lines: Sequence[Any]) -> list[TableRow]:
    """What the page shows, row by row; `lines` are what the columns read, one for each row."""
    shown = on_page(columns)
    return [_table_row(shown, row, line) for row, line in zip(rows, lines, strict=True)]


def _table_row(columns: Sequence[Column], row: Any, line: Any) -> TableRow:
    cells = [_cell(column, column.cell(line)) for column in columns]
    return TableRow(row, f"{cells[0].text} {cells[0].shown.hint}".strip(), cells)


def _cell(column: Column, shown: Any) -> TableCell:
    cell = shown if isinstance(shown, Shown) else Shown(shown)
    badge = cell.content if isinstance(cell.content, Badge) else None
    return TableCell(column.label, column.numeric, "" if badge else _text(cell.content), badge, cell)


def _text(content: Any) -> str:
    if content is None or content == "":
        return NOTHING
    if isinstance(content, Decimal):
        return euros(content)
    return short_date(content) if isinstance(content, dt.date) else str(content)
