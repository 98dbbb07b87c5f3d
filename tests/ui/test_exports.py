"""A list taken away: every filtered row, the chosen columns, in three formats that no formula enters."""

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import RequestFactory
from python_calamine import CalamineWorkbook

from plannumerique.accounts.models import User
from plannumerique.ui import exports
from plannumerique.ui.columns import Column as ListColumn
from plannumerique.ui.errors import NotFound
from plannumerique.ui.exports import Format, ListExport
from plannumerique.ui.spreadsheets import Column, Layout, open_book
from tests.factories import UserFactory

DAY = dt.date(2016, 10, 14)
COLUMNS = (
    ListColumn("nom", "Nom", takes=lambda user: user.last_name),
    ListColumn("montant", "Montant (€)", takes=lambda user: Decimal("1234.50")),
    ListColumn("le", "Le", takes=lambda user: DAY),
    ListColumn("vu", "Vu le", takes=lambda user: exports.local_day(user.last_login)),
    ListColumn("rang", "Rang", takes=lambda user: 3),
)


def asked(query: str, rows: QuerySet[Any] | None = None) -> Any:
    export = ListExport(RequestFactory().get(f"/gens/?{query}"), columns=COLUMNS, name="gens", day=DAY)
    return export.answer(User.objects.order_by("pk") if rows is None else rows)


def body(answer: Any) -> bytes:
    """As a server reads an answer: to its end, then closed."""
    data = b"".join(answer.streaming_content)
    answer.close()
    return data


def read(answer: Any, form: str) -> list[list[Any]]:
    return rows_of(body(answer), form)


def rows_of(data: bytes, form: str) -> list[list[Any]]:
    if form == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


@pytest.mark.django_db
def test_a_csv_opens_as_a_french_spreadsheet_expects() -> None:
    UserFactory(last_name="Éléonore")

    answer = asked("export=csv")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="gens-2016-10-14.csv"'
    text = body(answer).decode()
    assert text.startswith("\ufeffNom;Montant (€);Le;Vu le;Rang\r\n")
    assert "Éléonore;1234,50;14/10/2016;;3\r\n" in text


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_workbook_holds_numbers_and_days_not_their_writing(form: str) -> None:
    UserFactory(last_name="Éléonore")

    heads, line = read(asked(f"export={form}"), form)

    assert heads == ["Nom", "Montant (€)", "Le", "Vu le", "Rang"]
    assert line == ["Éléonore", 1234.5, DAY, "", 3]


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_workbook_that_the_portal_gave_is_one_that_it_reads(form: str) -> None:
    UserFactory(last_name="=1+1  «É»\n<b>")
    layout = Layout(sheet="Liste", columns=tuple(Column(one.key, one.label) for one in COLUMNS))

    ((row,), faults) = open_book(body(asked(f"export={form}")), name=f"gens.{form}").rows(layout)

    assert ([*row.cells.values()], faults) == (["=1+1 «É» <b>", "1234.5", "14/10/2016", "", "3"], [])


@pytest.mark.django_db
@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("name", ["=1+1", "+33", "-2", "@SUM(A1)", '=HYPERLINK("x")', "\t=1"])
def test_a_text_never_becomes_a_formula(form: str, name: str) -> None:
    UserFactory(last_name=name)

    data = body(asked(f"export={form}&colonne=nom"))

    assert rows_of(data, form)[1][0] == (f"'{name}" if form == "csv" else name)
    if form == "xlsx":
        sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_control_characters_do_not_break_a_workbook(form: str) -> None:
    UserFactory(last_name="a\x0bb\x1fc")

    assert read(asked(f"export={form}&colonne=nom"), form)[1] == ["abc"]


@pytest.mark.django_db
def test_the_columns_are_those_chosen_in_the_order_of_the_list() -> None:
    UserFactory()
    assert read(asked("export=csv&colonne=rang&colonne=montant"), "csv") == [["Montant (€)", "Rang"], ["1234,50", "3"]]


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "sentence"), [("export=pdf", "« pdf »"), ("export=csv&colonne=iban", "« iban »")])
def test_what_the_list_does_not_have_is_said(query: str, sentence: str) -> None:
    with pytest.raises(NotFound, match=sentence.replace(" ", ".")):
        asked(query)


@pytest.mark.django_db
def test_a_list_too_long_for_its_format_leads_to_the_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        UserFactory()
    monkeypatch.setattr(Format, "largest", property(lambda form: None if form is Format.CSV else 2))

    with pytest.raises(NotFound, match="prenez le CSV"):
        asked("export=ods")
    assert len(read(asked("export=csv"), "csv")) == 4


@pytest.mark.django_db
def test_the_filters_and_the_order_travel_with_the_export_and_the_page_does_not() -> None:
    request = RequestFactory().get("/gens/?q=a&tri=-nom&page=3&export=csv&colonne=nom")
    assert ListExport(request, columns=COLUMNS, name="gens", day=DAY).kept == [("q", "a"), ("tri", "-nom")]
