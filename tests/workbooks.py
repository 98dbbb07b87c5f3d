"""The workbook of an expense statement, as a person fills it off line."""

import io
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from plannumerique.ui.spreadsheets import XLSX
from subsidies.workbooks import FILLED, LAYOUT, build, label_of
from tests.factories_statement import SUPPLIER, classes_of


def a_row(subsidy: Any, rank: int = 0, **changes: Any) -> dict[str, Any]:
    """One invoice for one class: 7 900,50 € TTC at 20 %."""
    return {
        "number": "FA-2016-77",
        "supplier_name": "Numérique Exemple SARL",
        "supplier_siret": SUPPLIER,
        "invoiced_on": "05/10/2016",
        "amount_ht": 6583.75,
        "amount_vat": "1 316,75",
        "amount_ttc": "7 900,50 €",
        "mobile_class": label_of(classes_of(subsidy)[rank]),
        "category": "terminaux",
        "line_ht": "6583,75",
        "line_rate": "20 %",
        **changes,
    }


def fill(book: Any, *rows: Mapping[str, Any], start: int = LAYOUT.head_row + 1) -> None:
    for number, row in enumerate(rows, start=start):
        for rank, column in enumerate(LAYOUT.columns, start=1):
            if column.key in row:
                book[FILLED].cell(number, rank).value = row[column.key]


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(subsidy: Any, *rows: Mapping[str, Any], start: int = LAYOUT.head_row + 1) -> bytes:
    """Built by the portal, written and read again as a spreadsheet does, then filled."""
    book = load_workbook(io.BytesIO(saved(build(subsidy))))
    fill(book, *rows, start=start)
    return saved(book)


def upload(data: bytes, name: str = "etat.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type=XLSX)
