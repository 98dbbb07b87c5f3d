"""A workbook that somebody sends back, read as hostile: weighed before it is opened, then each cell as a person would type it.

book = open_book(data, name="etat.xlsx")
token = book.text_at("Référence", "B2")
rows, faults = book.rows(Layout(sheet="À remplir", columns=COLUMNS, head_row=4, most_rows=500))

Nothing is computed nor trusted: a formula, a merged cell, a macro are named, and the forms of the portal judge the texts.
"""

from plannumerique.ui.spreadsheets.book import Book, open_book
from plannumerique.ui.spreadsheets.cells import Unreadable
from plannumerique.ui.spreadsheets.layout import BadWorkbook, Column, Fault, Layout, Row
from plannumerique.ui.spreadsheets.media_types import ODS, XLSX
from plannumerique.ui.spreadsheets.weighing import LARGEST_WORKBOOK

__all__ = [
    "LARGEST_WORKBOOK",
    "ODS",
    "XLSX",
    "BadWorkbook",
    "Book",
    "Column",
    "Fault",
    "Layout",
    "Row",
    "Unreadable",
    "open_book",
]
