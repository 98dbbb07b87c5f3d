"""Workbooks saved by LibreOffice: the same texts and the same faults as their XLSX would give."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from plannumerique.ui.spreadsheets import ODS, XLSX, BadWorkbook, open_book
from tests.ods import a_cell, a_row, a_sheet, as_ods, content, empty_rows, packed
from tests.ui.ods_books import HEADS, LAYOUT, a_book, an_xlsx, read, refused, text_cell, texts, with_amount


def of_every_kind(book, sheet):
    sheet["C3"].number_format = '#,##0.00 "€"'
    sheet["C4"].number_format = "0.00%"
    sheet["C5"].number_format = "[h]:mm:ss"
    sheet["A6"].comment = Comment("Une remarque,\nsur deux lignes", "DANE")
    sheet.row_dimensions[5].hidden = True
    other = book.create_sheet("Référence")
    other["B2"] = "jeton"
    other.sheet_state = "hidden"


def wrong_everywhere(book, sheet):
    sheet["C3"] = "=SUM(A1:A9)"
    sheet["A4"] = "#N/A"
    sheet["A4"].data_type = "e"
    sheet["B4"] = 99_999_999
    sheet["C4"] = "12\ue000"
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A5:B6")
    sheet["A5"] = "F-9"


def since_1904(book, sheet):
    book.epoch = CALENDAR_MAC_1904


@pytest.mark.parametrize(
    ("lines", "change"),
    [
        (
            [
                ("F-1", dt.date(2016, 10, 5), 1234.56),
                ("F-2", dt.datetime(2016, 10, 5, 10, 30), 0.2),
                ("F  3\t\n  bis", "05/10/2016", dt.timedelta(hours=34)),
                ("  F-4\n\nsuite ", 42648, 1316.7500000000002),
                (True, dt.time(9, 5), False),
            ],
            of_every_kind,
        ),
        ([("F-1", None, 1), ("F-2", None, 2), (None, None, None), ("F-3", None, 3)], wrong_everywhere),
        ([(1, 42648, 90000000000015), (None, None, None), (None, None, None), ("1 234,56 €", 1, -0.005)], since_1904),
        ([("F-1", 42648, 12), ("F-1", 42648, 12), ("F-1", 42648, 12)], None),
        ([], None),
        ([(f"F-{number}", None, number) for number in range(6)], None),
    ],
)
def test_the_same_rows_saved_in_both_formats_give_the_same_texts_and_the_same_faults(lines, change):
    data = an_xlsx(*lines, change=change)

    def outcome(workbook):
        try:
            return read(workbook)
        except BadWorkbook as error:
            return str(error)

    found = outcome(as_ods(data))

    assert found == outcome(data)
    assert found != ([], []) or not lines


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).filter(
                lambda text: not text.startswith(("=", "#"))
            ),
            st.one_of(st.none(), st.dates(dt.date(1901, 1, 1), dt.date(2200, 1, 1)), st.integers(1, 80_000)),
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(-(10**12), 10**12),
                st.floats(-1e9, 1e9),
                st.datetimes(dt.datetime(1901, 1, 1)),
            ),
        ),
        max_size=5,
    )
)
def test_whatever_the_rows_both_formats_say_the_same(lines):
    data = an_xlsx(*lines)

    assert read(as_ods(data)) == read(data)


def test_what_the_file_is_decides_not_its_name():
    data = an_xlsx(("F-1", None, 1))

    assert open_book(data, name="etat.ods").mime == XLSX
    assert open_book(as_ods(data), name="etat.xlsx").mime == ODS


# --- What is read ---


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        (a_cell("<text:p>1 234,50 €</text:p>", value_type="currency", currency="EUR", value="1234.5"), "1234.5"),
        (a_cell("<text:p>20 %</text:p>", value_type="percentage", value="0.2"), "0.2"),
        (a_cell("<text:p>1316,75</text:p>", value_type="float", value="1316.7500000000002"), "1316.75"),
        (a_cell(value_type="float", value="9.0000000000015E+13"), "90000000000015"),
        (a_cell(value_type="float", value="1E+20"), "100000000000000000000"),
        (a_cell("<text:p>vrai</text:p>", value_type="boolean", boolean_value="true"), "VRAI"),
        (a_cell("<text:p>VRAI</text:p>", table_formula="of:=TRUE()", value_type="boolean", boolean_value="true"), "VRAI"),
        (a_cell(value_type="date", date_value="2016-10-05"), "05/10/2016"),
        (a_cell(value_type="date", date_value="2016-10-05T23:59:59.9999999"), "06/10/2016"),
        (a_cell(value_type="date", date_value="2016-10-05T10:30:00"), "05/10/2016 10:30"),
        (a_cell(value_type="time", time_value="PT10H30M00S"), "10:30:00"),
        (a_cell("<text:p>a</text:p><text:p>b</text:p>", value_type="string"), "a b"),
        (
            a_cell('<text:p>a<text:s text:c="999999999"/>b<text:tab/>c<text:line-break/>d</text:p>', value_type="string"),
            "a b c d",
        ),
        (
            a_cell('<text:p>un<text:span>ique</text:span> <text:a xlink:href="mailto:a@b.fr">lien</text:a></text:p>'),
            "unique lien",
        ),
        (a_cell("<office:annotation><dc:date>2016</dc:date><text:p>non</text:p></office:annotation><text:p>12</text:p>"), "12"),
        (a_cell("<text:p>12<office:annotation><text:p>non</text:p></office:annotation> €</text:p>"), "12 €"),
        (a_cell("<text:p>1<text:note><text:note-body><text:p>non</text:p></text:note-body></text:note>2</text:p>"), "12"),
        (a_cell("<draw:frame><draw:text-box><text:p>non</text:p></draw:text-box></draw:frame><text:p>12</text:p>"), "12"),
        (a_cell("<text:p>montré</text:p>", value_type="string", string_value="gardé"), "gardé"),
        (a_cell("<text:p>=1+1</text:p>", value_type="string"), "=1+1"),
        (a_cell("<text:p> </text:p>", value_type="string"), ""),
        (a_cell(value_type="void"), ""),
        (a_cell(value_type="float", value="12", tag="covered-table-cell"), "12"),
    ],
)
def test_each_cell_is_what_a_person_would_type(cell, typed):
    assert texts(with_amount(cell)) == [(3, "F-1", "", typed)]


def test_lines_are_found_in_their_groups_and_nowhere_else():
    """Groups, repeated titles, a table inside of a cell, a drawing, what was erased while changes were tracked."""
    inner = a_sheet("À remplir", a_row(text_cell("non"), text_cell("non"), text_cell("non")))
    rows = (
        f"<table:table-row-group><table:table-rows>{a_row(text_cell('F-1'))}</table:table-rows></table:table-row-group>",
        f"<table:table-header-rows>{a_row(text_cell('F-2'), a_cell(), a_cell(inner + '<text:p>12</text:p>'))}</table:table-header-rows>",
        a_row(text_cell("F-3")),
    )
    shapes = f"<table:shapes><draw:frame><draw:text-box>{inner}</draw:text-box></draw:frame></table:shapes>"
    erased = (
        '<table:tracked-changes><table:deletion><table:cell-content-deletion><table:change-track-table-cell value-type="string">'
    )
    erased += "<text:p>non</text:p></table:change-track-table-cell></table:cell-content-deletion></table:deletion></table:tracked-changes>"
    before = a_sheet("Autre", a_row(text_cell("non")))
    data = packed(content(erased + before + a_sheet("À remplir", HEADS + "".join(rows), more=shapes) + before))

    assert texts(data) == [(3, "F-1", "", ""), (4, "F-2", "", "12"), (5, "F-3", "", "")]


def test_repeated_lines_and_cells_count_for_as_many_as_they_are():
    twice = a_cell("<text:p>12</text:p>", table_number_columns_repeated=2, value_type="float", value="42648")

    data = a_book(
        empty_rows(7), a_row(text_cell("F-1"), twice, times=2), empty_rows(1000), a_row(text_cell("F-2")), empty_rows(1_047_564)
    )

    assert texts(data) == [(10, "F-1", "05/10/2016", "42648"), (11, "F-1", "05/10/2016", "42648"), (1012, "F-2", "", "")]


def test_the_lists_and_checks_of_the_model_are_no_filled_lines():
    """Calc keeps the last column of the model, its formulas, down to the last line."""
    check = a_cell("<text:p/>", table_formula='of:=IF([.A3]="";"";"ok")', value_type="string", string_value="")
    rows = [a_row(a_cell(table_number_columns_repeated=3), check) for _ in range(500)]
    validations = '<table:content-validations><table:content-validation table:name="val1"><table:error-message><text:p>x</text:p>'
    validations += "</table:error-message></table:content-validation></table:content-validations>"
    sheet = a_sheet("À remplir", HEADS + a_row(text_cell("F-1"), a_cell(), a_cell(), check) + "".join(rows))

    assert texts(packed(content(validations + sheet))) == [(3, "F-1", "", "")]


def test_a_single_cell_of_another_sheet_is_read():
    def change(book, _):
        book.create_sheet("Référence")["B2"] = "jeton"

    book = open_book(as_ods(an_xlsx(("F-1", None, 1), change=change)), name="etat.ods")

    assert book.text_at("Référence", "B2") == "jeton"
    assert book.text_at("Référence", "A1") == ""
    assert book.text_at("Référence", "B9") == ""


# --- A cell is wrong: its line is named ---


@pytest.mark.parametrize(
    ("cell", "shown", "words"),
    [
        (
            a_cell("<text:p>12</text:p>", table_formula="of:=SUM([.A1:.A9])", value_type="float", value=12),
            "=SUM(A1:A9)",
            "une formule",
        ),
        (a_cell(table_formula="of:=[$Référence.$A$5]*2", value_type="float", value=12), "=$Référence.$A$5*2", "une formule"),
        (
            a_cell(table_formula="msoxl:=A1*2", table_number_matrix_rows_spanned=2, value_type="float", value=12),
            "=A1*2",
            "une formule",
        ),
        (a_cell("<text:p>#N/A</text:p>", value_type="string", calcext_value_type="error"), "#N/A", "en erreur"),
        (
            a_cell("<text:p>#N/D</text:p>", table_formula="of:=#N/A", value_type="string", calcext_value_type="error"),
            "#N/A",
            "en erreur",
        ),
        (a_cell(value_type="float", value="NaN"), "NaN", "en erreur"),
        (a_cell(value_type="float", value="INF"), "INF", "en erreur"),
        (a_cell(value_type="float", value="1_000"), "1_000", "en erreur"),
        (a_cell(value_type="float", value="9" * 5000), "9999", "en erreur"),
        (a_cell(value_type="float", value="1E999"), "inf", "n’en est pas un"),
        (a_cell("<text:p>douze</text:p>", value_type="float"), "douze", "en erreur"),
        (a_cell("<text:p>12</text:p>", value_type="money"), "12", "en erreur"),
        (a_cell("<text:p>peut-être</text:p>", value_type="boolean", boolean_value="maybe"), "peut-être", "en erreur"),
        (a_cell(value_type="date", date_value="2016-13-45"), "2016-13-45", "en erreur"),
        (a_cell(value_type="date", date_value="9999-12-31T23:59:59.9999"), "9999-12-31", "en erreur"),
        (a_cell(value_type="date", date_value="32767-12-31"), "32767-12-31", "en erreur"),
        (a_cell(value_type="time", time_value="-PT1H"), "-PT1H", "en erreur"),
        (a_cell(value_type="time", time_value=f"PT{'9' * 30}H"), "PT9999", "en erreur"),
        (a_cell("<text:p>12\u200e\u0085\ue000</text:p>", value_type="string"), "12", "caractères invisibles"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_with_what_it_shows(cell, shown, words):
    rows, (fault,) = read(with_amount(cell))

    assert words in fault.sentence
    assert (fault.sheet, fault.cell, fault.head) == ("À remplir", "C3", "Montant")
    assert fault.typed.startswith(shown)
    assert len(fault.typed) <= 60
    assert rows[0].cells["amount"] == ""


def test_merged_cells_are_named_by_their_line_and_those_of_the_heads_are_let_be():
    spanned = {"value_type": "string", "table_number_columns_spanned": 1, "table_number_rows_spanned": 2}
    title = a_row(a_cell("<text:p>Titre</text:p>", table_number_columns_spanned=3, table_number_rows_spanned=1))
    heads = a_row(*(text_cell(column.head) for column in LAYOUT.columns))
    first = a_row(a_cell("<text:p>F-1</text:p>", **spanned), a_cell(), a_cell())
    second = a_row(a_cell(tag="covered-table-cell"), a_cell(), a_cell("<text:p>2</text:p>", value_type="float", value=2))

    rows, faults = read(packed(content(a_sheet("À remplir", title + heads + first + second))))

    assert [(fault.cell, "A3:A4" in fault.sentence) for fault in faults] == [("A3", True)]
    assert [row.number for row in rows] == [3, 4]


# --- The sheet is not the one that was given ---


def test_a_renamed_sheet_a_moved_and_a_lost_head_are_refused_by_name():
    moved = a_row(a_cell()) + a_row(text_cell("Numéro"), text_cell("Montant"), text_cell("Date"))

    assert "n’a pas de feuille « À remplir » (il contient « Feuille1 »)" in refused(packed(content(a_sheet("Feuille1", HEADS))))
    assert "La colonne B de la feuille « À remplir » s’appelle « Montant », et non « Date »" in refused(
        packed(content(a_sheet("À remplir", moved)))
    )
    assert "n’a plus ses titres" in refused(packed(content(a_sheet("À remplir", empty_rows(1_048_576)))))


def test_more_filled_lines_than_allowed_are_refused_one_by_one_or_repeated():
    assert "plus de 5 lignes remplies" in refused(a_book(*(a_row(text_cell(f"F-{number}")) for number in range(6))))
    assert "plus de 5 lignes remplies" in refused(a_book(a_row(text_cell("F-1"), times=6)))
    assert len(texts(a_book(a_row(text_cell("F-1"), times=5)))) == 5
