"""A workbook once it is opened: the sheet that was given, its rows, and what is wrong with them, whatever its format."""

from collections.abc import Iterator, Mapping, Sequence

from openpyxl.utils import coordinate_to_tuple, get_column_letter, range_boundaries

from plannumerique.lib.text import french_list, plural, search_key
from plannumerique.ui.spreadsheets import ods, xlsx
from plannumerique.ui.spreadsheets.cells import Cell, Line, Sheet, Unreadable, text_or_nothing
from plannumerique.ui.spreadsheets.layout import BadWorkbook, Fault, Layout, Row, short
from plannumerique.ui.spreadsheets.weighing import MOST_SIGNS, ODS, damaged, too_heavy, weigh


def open_book(data: bytes, *, name: str) -> "Book":
    """BadWorkbook for what is neither a plain XLSX nor a plain ODS, is too heavy once opened, or carries something that acts."""
    try:
        kind = weigh(data, name=name)
        sheets: Sequence[Sheet] = ods.sheets_of(data, name=name) if kind is ODS else xlsx.sheets_of(data)
        return Book(sheets, name=name, mime=kind.mime)
    except BadWorkbook:
        raise
    except Exception as error:  # a damaged part raises whatever its reader happened to be doing
        raise damaged(name) from error


class Book:
    """`mime`: of the format that the file is in, whatever its name says."""

    def __init__(self, sheets: Sequence[Sheet], *, name: str, mime: str) -> None:
        self._sheets, self.name, self.mime = sheets, name, mime

    def text_at(self, sheet: str, cell: str) -> str:
        """What stands in one cell, as text; empty when there is nothing to read."""
        row, column = coordinate_to_tuple(cell)
        for number, cells in self._lines(self._sheet(sheet), column):
            if number >= row:
                return text_or_nothing(cells.get(column)) if number == row else ""
        return ""

    def rows(self, layout: Layout) -> tuple[list[Row], list[Fault]]:
        """The filled lines and what is wrong with their cells. BadWorkbook when the sheet is not the one that was given."""
        rows: list[Row] = []
        faults: list[Fault] = []
        headed, signs = False, 0
        sheet = self._sheet(layout.sheet)
        for number, cells in self._lines(sheet, len(layout.columns)):
            signs += sum(cell.signs for cell in cells.values())
            if signs > MOST_SIGNS:
                raise too_heavy(self.name)
            if number == layout.head_row:
                _refuse_other_heads(layout, cells)
                headed = True
            if number <= layout.head_row:
                continue
            row, wrong = _row(layout, number, cells)
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
        return rows, [*faults, *_merged_faults(layout, sheet.merged)]

    def _lines(self, sheet: Sheet, width: int) -> Iterator[Line]:
        try:
            yield from sheet.lines(width)
        except (BadWorkbook, GeneratorExit):
            raise
        except Exception as error:  # see open_book
            raise damaged(self.name) from error

    def _sheet(self, title: str) -> Sheet:
        found = next((sheet for sheet in self._sheets if search_key(sheet.title) == search_key(title)), None)
        if found is None:
            others = french_list([f"« {short(sheet.title)} »" for sheet in self._sheets[:5]])
            raise BadWorkbook(f"Le classeur n’a pas de feuille « {title} » (il contient {others}) : repartez du modèle.")
        return found


def _refuse_other_heads(layout: Layout, cells: Mapping[int, Cell]) -> None:
    for rank, column in enumerate(layout.columns, start=1):
        shown = text_or_nothing(cells.get(rank))
        if search_key(shown) != search_key(column.head):
            raise BadWorkbook(
                f"La colonne {get_column_letter(rank)} de la feuille « {layout.sheet} » s’appelle « {short(shown)} », et non "
                f"« {column.head} » : les colonnes du modèle ne se déplacent ni ne se renomment."
            )


def _row(layout: Layout, number: int, cells: Mapping[int, Cell]) -> tuple[Row, list[Fault]]:
    texts: dict[str, str] = {}
    faults = []
    for rank, column in enumerate(layout.columns, start=1):
        cell = cells.get(rank)
        try:
            texts[column.key] = cell.text(day=column.day) if cell else ""
        except Unreadable as wrong:
            texts[column.key] = ""
            faults.append(layout.fault(str(wrong), row=number, key=column.key, typed=wrong.shown))
    return Row(number, texts), faults


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
