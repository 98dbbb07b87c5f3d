"""Workbooks saved by LibreOffice: the same texts and the same faults as their XLSX would give, and refused as soon when hostile."""

import datetime as dt
import io
import re
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from plannumerique.ui.spreadsheets import ODS, XLSX, BadWorkbook, Column, Layout, open_book, weighing
from tests.ods import a_cell, a_row, a_sheet, as_ods, content, empty_rows, packed, paragraphs

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


# --- The same rows, saved in both formats ---


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


# --- Hostile files ---


@pytest.mark.parametrize("said", ["0", "-3", "1.5", "", " 2", "²", "deux", "99999999", "9" * 5000])
@pytest.mark.parametrize("what", ["rows-repeated", "columns-repeated", "columns-spanned", "rows-spanned"])
def test_a_count_that_no_sheet_can_hold_is_refused(what, said):
    row = a_row(a_cell("<text:p>F-1</text:p>"))
    tag = "table:table-row" if what == "rows-repeated" else "table:table-cell"
    data = a_book(row.replace(f"<{tag}", f'<{tag} table:number-{what}="{said}"'))

    assert "incomplet ou abîmé" in refused(data)


def test_a_filled_line_or_cell_repeated_a_million_times_costs_nothing():
    started = time.monotonic()

    assert "trop de lignes ou de colonnes" in refused(a_book(a_row(text_cell("F-1"), times=1_000_000)))
    assert "trop de lignes ou de colonnes" in refused(
        a_book(a_row(a_cell("<text:p>x</text:p>", table_number_columns_repeated=16_385)))
    )
    wide = a_row(a_cell("<text:p>x</text:p>", table_number_columns_repeated=16_384))
    assert "plus de 5 lignes remplies" in refused(a_book(*[wide] * 6))
    assert "trop de lignes ou de colonnes" in refused(a_book("<table:table-row/>" * 20_010))
    assert time.monotonic() - started < 5


def test_a_long_text_repeated_in_every_cell_is_refused_before_it_is_read_a_thousand_times():
    layout = Layout(sheet=LAYOUT.sheet, columns=LAYOUT.columns, head_row=2, most_rows=3000)
    long = a_cell(f"<text:p>{'é' * 1_000_000}</text:p>", table_number_columns_repeated=3)
    started = time.monotonic()

    assert "trop volumineux" in refused(a_book(a_row(long, times=3000)), layout)
    assert time.monotonic() - started < 10


def test_a_hundred_thousand_lines_are_refused_at_once():
    data = a_book(*(a_row(text_cell(f"F-{number}"), a_cell(), a_cell()) for number in range(100_000)))
    started = time.monotonic()

    sentence = refused(data)

    assert time.monotonic() - started < 10
    assert "plus de 5 lignes remplies" in sentence or "trop volumineux" in sentence


def test_a_zip_bomb_and_a_million_tags_are_refused_before_they_are_parsed():
    bomb = a_book(Pictures__1__png=b"\0" * (65 * 1024 * 1024))
    assert len(bomb) < 100_000
    tags = a_book(a_row("<table:table-cell/>" * 1_100_000))
    styles = changed(a_book(), "styles.xml", lambda xml: b"<a>" + b"<b/>" * 70_000 + b"</a>")
    started = time.monotonic()

    for data in (bomb, tags, styles):
        assert "trop volumineux une fois ouvert" in refused(data)
    assert "trop de parties" in refused(a_book(**{f"Pictures__{number}__png": b"" for number in range(250)}))
    assert time.monotonic() - started < 3


def test_tags_inside_of_tags_without_end_are_read_or_refused_not_raised():
    deep = 300_000

    assert texts(with_amount(a_cell(f"<text:p>{'<text:span>' * deep}12{'</text:span>' * deep}</text:p>"))) == [
        (3, "F-1", "", "12")
    ]


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k")))
    + b"]>"
)


@pytest.mark.parametrize("doctype", [ENTITIES, b'<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/hostname">]>'])
def test_an_entity_bomb_and_an_outside_entity_are_refused(doctype):
    def armed(xml):
        return doctype + re.sub(rb"\A<\?xml.*?\?>\s*", b"", xml).replace(b"<text:p>", b"<text:p>&j;", 1)

    started = time.monotonic()

    assert "incomplet ou abîmé" in refused(changed(a_book(), "content.xml", armed))
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("encoding", ["utf-16", "cp037", "iso-8859-1"])
@pytest.mark.parametrize("part", PARTS)
def test_a_part_in_another_encoding_hides_nothing_from_the_scales(part, encoding):
    def recoded(xml):
        text = f'<?xml version="1.0" encoding="{encoding}"?>' + re.sub(r"\A<\?xml.*?\?>", "", xml.decode())
        return text.encode(encoding, "xmlcharrefreplace")

    assert "incomplet ou abîmé" in refused(changed(a_book(), part, recoded))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("Basic__Standard__Module1__xml", "des macros"),
        ("Basic__script-lc__xml", "des macros"),
        ("Scripts__python__macro.py", "des macros"),
        ("Dialogs__Standard__dialog-lb__xml", "des macros"),
        ("META-INF__macrosignatures__xml", "des macros"),
        ("Object 1__content__xml", "des objets incorporés"),
        ("Object 1", "des objets incorporés"),
        ("ObjectReplacements__Object 1", "des objets incorporés"),
    ],
)
def test_a_part_that_acts_is_refused_by_its_name(part, words):
    assert words in refused(a_book(**{part: b"<x/>"}))


@pytest.mark.parametrize(
    ("piece", "words"),
    [
        ('<table:shapes><draw:frame><draw:object xlink:href="./Autre"/></draw:frame></table:shapes>', "des objets incorporés"),
        ('<table:shapes><draw:frame><draw:object-ole xlink:href="./O"/></draw:frame></table:shapes>', "des objets incorporés"),
        ('<table:shapes><draw:control draw:control="c1"/></table:shapes>', "des contrôles actifs"),
        ('<office:forms><form:form form:name="f"/></office:forms>', "des contrôles actifs"),
        (
            '<table:table-source xlink:href="file:///C:/prix.ods" table:table-name="Feuille1"/>',
            "des liens vers d’autres classeurs",
        ),
        ('<office:dde-source office:dde-application="soffice"/>', "une connexion à des données extérieures"),
        (
            '<table:shapes><draw:image xlink:href="http://exemple.fr/suivi.png"/></table:shapes>',
            "des liens vers d’autres fichiers",
        ),
        ('<table:shapes><draw:image xlink:href="../photo.png"/></table:shapes>', "des liens vers d’autres fichiers"),
        ('<office:event-listeners><script:event-listener script:event-name="dom:load"/></office:event-listeners>', "des macros"),
        ('<table:shapes><draw:a xlink:href="vnd.sun.star.script:Standard.M.main?language=Basic"/></table:shapes>', "des macros"),
    ],
)
def test_what_acts_in_the_sheet_itself_is_refused_by_its_name(piece, words):
    assert words in refused(a_book(more=piece))


@pytest.mark.parametrize(
    ("piece", "words"),
    [
        ("<table:dde-links><table:dde-link/></table:dde-links>", "une connexion à des données extérieures"),
        (
            '<table:database-ranges><table:database-range><table:database-source-sql table:database-name="b"/>'
            "</table:database-range></table:database-ranges>",
            "une connexion à des données extérieures",
        ),
    ],
)
def test_what_acts_beside_the_sheets_is_refused_by_its_name(piece, words):
    assert words in refused(a_book(after=piece))


def test_scripts_of_the_document_are_refused_and_their_empty_place_is_let_be():
    sheet = a_sheet("À remplir", HEADS + a_row(text_cell("F-1")))
    script = '<office:scripts><office:script script:language="ooo:Basic"/></office:scripts>'

    assert "des macros" in refused(packed(content(sheet, scripts=script)))
    assert texts(packed(content(sheet))) == [(3, "F-1", "", "")]


def test_a_picture_of_the_archive_and_a_link_that_a_person_follows_are_let_be():
    picture = '<table:shapes><draw:frame><draw:image xlink:href="Pictures/logo.png"/></draw:frame></table:shapes>'
    link = a_cell('<text:p><text:a xlink:href="https://exemple.fr/">F-1</text:a></text:p>', value_type="string")

    assert texts(a_book(a_row(link), more=picture, Pictures__logo__png=b"\x89PNG")) == [(3, "F-1", "", "")]


def test_a_workbook_with_a_password_is_said_to_have_one():
    entry = '<manifest:file-entry manifest:full-path="{}"><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'
    before = packed(b"\x9c\x01\xff\x80\x00\x7f", entries=entry.format("content.xml"))
    since_24_8 = packed("<x/>", entries=entry.format("encrypted-package"), **{"encrypted-package": b"\x9c\x01"})

    assert "mot de passe" in refused(before)
    assert "mot de passe" in refused(since_24_8)


def test_another_document_of_libreoffice_is_said_whatever_its_name():
    mime = "application/vnd.oasis.opendocument."
    text = content("<text:p>Délibération</text:p>", kind="text")
    flat = f'<?xml version="1.0"?>\n<office:document office:mimetype="{mime}spreadsheet">'.encode()

    assert "pas un classeur" in refused(packed(text, mime=f"{mime}text"))
    assert "n’est ni un classeur XLSX ni un classeur ODS" in refused(packed(text))
    assert "n’est ni un classeur XLSX ni un classeur ODS" in refused(packed(text, mime="application/vnd.sun.xml.calc"))
    assert "est un modèle de LibreOffice (OTS)" in refused(packed(text, mime=f"{mime}spreadsheet-template"))
    assert "XML à plat de LibreOffice (FODS) : enregistrez-le au format ODS" in refused(flat)


@pytest.mark.parametrize("kept", [10, 400, 1200])
def test_a_file_cut_short_is_refused(kept):
    assert "incomplet ou abîmé" in refused(a_book(a_row(text_cell("F-1")))[:kept])


@pytest.mark.parametrize("body", [b"<x", b"<x/>", b"", b"\xff\xfe<", b"<office:spreadsheet/>"])
def test_a_content_that_lies_about_its_nature_is_refused_not_raised(body):
    assert refused(changed(a_book(), "content.xml", lambda _: body))


def test_a_content_that_is_missing_or_there_twice_is_refused():
    out = io.BytesIO(a_book())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("Content.xml", b"<x/>")

    assert "incomplet ou abîmé" in refused(out.getvalue())
    assert "incomplet ou abîmé" in refused(a_book().replace(b"content.xml", b"contenu.xml"))


@pytest.mark.parametrize("endless", ['<table:table-cell table:style-name="{}"/>', "<!--{}-->", "<!--<{}<-->", "<?pi {}?>"])
def test_a_tag_or_a_comment_that_does_not_end_is_not_begun_again_at_each_block(monkeypatch, endless):
    monkeypatch.setattr(weighing, "_BLOCK", 256)
    data = a_book(a_row(text_cell("F-1"), endless.format("x" * 3_000_000)))
    started = time.monotonic()

    assert texts(data) == [(3, "F-1", "", "")]
    assert time.monotonic() - started < 3


def test_a_million_attributes_are_refused_before_they_are_parsed():
    many = " ".join(f'a{rank}="1"' for rank in range(1_000_001))
    started = time.monotonic()

    assert "trop volumineux" in refused(a_book(a_row(f"<table:table-cell {many}/>")))
    assert time.monotonic() - started < 2
