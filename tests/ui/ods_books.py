"""A small sheet of invoices, as LibreOffice and as a spreadsheet of XLSX would save it, and what is read of it."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from plannumerique.ui.spreadsheets import BadWorkbook, Column, Layout, open_book
from tests.ods import a_cell, a_row, a_sheet, content, packed, paragraphs

LAYOUT = Layout(
    sheet="À remplir",
    columns=(Column("number", "Numéro"), Column("on", "Date", day=True), Column("amount", "Montant")),
    head_row=2,
    most_rows=5,
)
PARTS = ("content.xml", "styles.xml", "meta.xml", "settings.xml", "META-INF/manifest.xml")


def text_cell(text):
    return a_cell(paragraphs(text), value_type="string", calcext_value_type="string")


HEADS = a_row(text_cell("Une ligne par facture")) + a_row(*(text_cell(column.head) for column in LAYOUT.columns))


def a_book(*rows, more="", after="", **parts):
    return packed(content(a_sheet("À remplir", HEADS + "".join(rows), more=more) + after), **parts)


def with_amount(cell):
    """A workbook whose amount, in C3, is this piece of XML."""
    return a_book(a_row(text_cell("F-1"), a_cell(), cell))


def an_xlsx(*lines, change=None):
    book = Workbook()
    sheet = book.active
    sheet.title = "À remplir"
    sheet.append(["Une ligne par facture"])
    sheet.append([column.head for column in LAYOUT.columns])
    for line in lines:
        sheet.append(list(line))
    if change:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(data, part, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for one in before.infolist():
            bytes_of = before.read(one)
            after.writestr(one.filename, change(bytes_of) if one.filename == part else bytes_of)
    return out.getvalue()


def read(data, layout=LAYOUT):
    return open_book(data, name="etat.ods").rows(layout)


def texts(data):
    rows, faults = read(data)
    assert faults == []
    return [(row.number, *row.cells.values()) for row in rows]


def refused(data, layout=LAYOUT):
    with pytest.raises(BadWorkbook) as caught:
        read(data, layout)
    return " ".join(str(caught.value).split())
