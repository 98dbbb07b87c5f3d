"""The words of what is read: the sheet that was given, its lines, what is wrong with them."""

from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from plannumerique.lib.text import typeset

LONGEST_SHOWN = 60


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
            typed=short(typed),
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


def short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
