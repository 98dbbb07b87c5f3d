"""A cell, whatever the format that it was saved in: the text that a person would type for it, or why there is none."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from unicodedata import category

from openpyxl.utils.datetime import from_excel

from plannumerique.lib.dates import short_date
from plannumerique.ui.spreadsheets.layout import LONGEST_SHOWN

FORMULA = "Cette cellule contient une formule : mettez-y la valeur elle-même."
IN_ERROR = "Cette cellule est en erreur, ou ne contient pas ce qu’elle annonce."

_UNSEEN = ("Cc", "Cs", "Co", "Cn")


class Unreadable(Exception):
    """One cell cannot be taken; what it shows, and why."""

    def __init__(self, shown: str, sentence: str) -> None:
        super().__init__(sentence)
        self.shown = shown


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as its format gives it; with `wrong`, what the cell shows instead, and why it is not taken."""

    value: object
    epoch: dt.datetime
    wrong: str = ""

    def text(self, *, day: bool = False) -> str:
        """What a person would type for it: 1234.5, 05/10/2016, VRAI. Unreadable for what no person types."""
        value = self.value
        if self.wrong:
            raise Unreadable(str(value), self.wrong)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "VRAI" if value else "FAUX"
        if isinstance(value, int | float):
            return _day(value, self.epoch) if day else _number(value)
        if isinstance(value, dt.datetime):
            return short_date(value.date()) if value.time() == dt.time() else f"{short_date(value.date())} {value:%H:%M}"
        return _plain(str(value))

    @property
    def signs(self) -> int:
        return len(self.value) if isinstance(self.value, str) else 0


# A line of a sheet: its number, and its cells by the rank of their columns.
Line = tuple[int, Mapping[int, Cell]]


class Sheet(Protocol):
    """What each format gives: lines of so many columns. `merged` (« A3:B4 ») is whole once they have all been read."""

    title: str
    merged: list[str]

    def lines(self, width: int) -> Iterator[Line]: ...


def text_or_nothing(cell: Cell | None) -> str:
    try:
        return cell.text() if cell else ""
    except Unreadable:
        return ""


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
