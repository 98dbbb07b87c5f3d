"""Workbooks that come back, honest and hostile: what is read, what is refused, and where the fault is."""

import datetime as dt
import io
import re
import time
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from plannumerique.ui import spreadsheets
from plannumerique.ui.spreadsheets import BadWorkbook, Column, Layout, open_book, weighing

LAYOUT = Layout(
    sheet="À remplir",
    columns=(Column("number", "Numéro"), Column("on", "Date", day=True), Column("amount", "Montant")),
    head_row=2,
    most_rows=5,
)
SHEET_PART = "xl/worksheets/sheet1.xml"


def a_book(*lines, heads=("Numéro", "Date", "Montant"), title="À remplir", change=None):
    book = Workbook()
    sheet = book.active
    sheet.title = title
    sheet.append(["Une ligne par facture"])
    sheet.append(list(heads))
    for line in lines:
        sheet.append(list(line))
    if change:
        change(book)
    return saved(book)


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rezipped(data, changes=None, **added):
    """The same archive, its parts rewritten by name (`changes`: part → function of its bytes), others added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            content = before.read(part)
            after.writestr(part.filename, (changes or {}).get(part.filename, lambda same: same)(content))
        for name, content in added.items():
            after.writestr(name.replace("__xml", ".xml").replace("__", "/"), content)
    return out.getvalue()


def with_shared_strings(data):
    """As Excel writes texts: once each, in a part of their own."""
    strings = []

    def shared(found):
        strings.append(found[2])
        return b'%st="s"><v>%d</v>' % (found[1], len(strings) - 1)

    def without_texts(sheet):
        return re.sub(rb'(<c [^>]*)t="inlineStr"><is><t[^>]*>(.*?)</t></is>', shared, sheet)

    def announced(types):
        kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        return types.replace(b"</Types>", b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s" /></Types>' % kind)

    with_ids = rezipped(data, {SHEET_PART: without_texts, "[Content_Types].xml": announced})
    table = b"".join(b"<si><t>%s</t></si>" % string for string in strings)
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return rezipped(with_ids, xl__sharedStrings__xml=b'<sst xmlns="%s">%s</sst>' % (main, table))


def with_cell(xml):
    """A workbook whose amount, in C3, is this piece of XML."""
    data = a_book(("F-1", dt.date(2016, 10, 5), 12))
    return rezipped(data, {SHEET_PART: lambda sheet: re.sub(rb'<c r="C3".*?</c>', xml.encode(), sheet)})


def read(data, layout=LAYOUT):
    return open_book(data, name="etat.xlsx").rows(layout)


def refused(data, layout=LAYOUT):
    with pytest.raises(BadWorkbook) as caught:
        read(data, layout)
    return " ".join(str(caught.value).split())


# --- What is read ---


def test_each_cell_is_what_a_person_would_type_and_empty_lines_are_skipped():
    rows, faults = read(
        a_book(
            ("F-1", dt.date(2016, 10, 5), 1234.56),
            (None, None, None),
            ("  F  2\n", dt.datetime(2016, 10, 6), "1 234,56 €"),
            (90000000000015, "07/10/2016", -12),
            (True, None, 4.1),
        )
    )

    assert faults == []
    assert [(row.number, *row.cells.values()) for row in rows] == [
        (3, "F-1", "05/10/2016", "1234.56"),
        (5, "F 2", "06/10/2016", "1 234,56 €"),
        (6, "90000000000015", "07/10/2016", "-12"),
        (7, "VRAI", "", "4.1"),
    ]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("1316.7500000000002", "1316.75"),
        ("4.0999999999999996", "4.1"),
        ("9.0000000000015E+13", "90000000000015"),
        ("1234.567", "1234.567"),
        ("-0.005", "-0.005"),
        ("1E+20", "100000000000000000000"),
    ],
)
def test_a_number_is_read_as_the_spreadsheet_shows_it(written, typed):
    rows, faults = read(with_cell(f'<c r="C3"><v>{written}</v></c>'))

    assert (rows[0].cells["amount"], faults) == (typed, [])


def test_texts_kept_in_a_part_of_their_own_are_read():
    data = with_shared_strings(a_book(("F-1", "05/10/2016", "1 234,56")))
    assert "xl/sharedStrings.xml" in zipfile.ZipFile(io.BytesIO(data)).namelist()

    rows, faults = read(data)

    assert ([*rows[0].cells.values()], faults) == (["F-1", "05/10/2016", "1 234,56"], [])


def test_a_serial_number_is_a_day_where_a_day_is_expected_and_a_number_elsewhere():
    rows, faults = read(a_book(("F-1", 42648, 42648)))

    assert (rows[0].cells["on"], rows[0].cells["amount"], faults) == ("05/10/2016", "42648", [])


def test_a_text_that_looks_like_a_formula_is_a_text():
    def change(book):
        book["À remplir"]["A3"].data_type = "s"

    rows, faults = read(a_book(("=1+1", None, 1), change=change))

    assert (rows[0].cells["number"], faults) == ("=1+1", [])


def test_a_single_cell_of_another_sheet_is_read():
    def change(book):
        book.create_sheet("Référence")["B2"] = "jeton"

    book = open_book(a_book(("F-1", None, 1), change=change), name="etat.xlsx")

    assert book.text_at("Référence", "B2") == "jeton"
    assert book.text_at("Référence", "B9") == ""


# --- A cell is wrong: its line is named ---


@pytest.mark.parametrize(
    ("xml", "shown", "words"),
    [
        ('<c r="C3"><f>SUM(A1:A9)</f><v>12</v></c>', "=SUM(A1:A9)", "contient une formule"),
        ('<c r="C3"><f t="array" ref="C3">A1*2</f><v>12</v></c>', "=A1*2", "contient une formule"),
        ('<c r="C3" t="str"><f>"1"&amp;"2"</f><v>12</v></c>', '="1"&"2"', "contient une formule"),
        ('<c r="C3" t="e"><v>#N/A</v></c>', "#N/A", "en erreur"),
        ('<c r="C3"><v>NaN</v></c>', "NaN", "en erreur"),
        ('<c r="C3"><v>INF</v></c>', "INF", "en erreur"),
        ('<c r="C3"><v>1E999</v></c>', "inf", "n’en est pas un"),
        ('<c r="C3" t="s"><v>99999</v></c>', "99999", "en erreur"),
        ('<c r="C3" t="inlineStr"><is><t>12\u200e\u0085\ue000</t></is></c>', "", "caractères invisibles"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_with_what_it_shows(xml, shown, words):
    rows, (fault,) = read(with_cell(xml))

    assert words in fault.sentence
    assert (fault.sheet, fault.cell, fault.head) == ("À remplir", "C3", "Montant")
    assert fault.typed.startswith(shown)
    assert rows[0].cells["amount"] == ""


def test_a_day_that_excel_cannot_hold_is_named():
    _, (fault,) = read(a_book(("F-1", 99999999, 1)))

    assert (fault.cell, fault.sentence) == ("B3", "Ce nombre n’est pas une date.")


def test_merged_cells_are_named_by_their_line_and_those_of_the_heads_are_let_be():
    def change(book):
        book["À remplir"].merge_cells("A1:C1")
        book["À remplir"].merge_cells("A3:A4")

    _, faults = read(a_book(("F-1", None, 1), ("F-2", None, 2), change=change))

    assert [(fault.cell, "A3:A4" in fault.sentence) for fault in faults] == [("A3", True)]


def test_what_is_shown_of_a_cell_is_short():
    _, (fault,) = read(with_cell(f'<c r="C3"><f>{"A1+" * 5000}1</f></c>'))

    assert len(fault.typed) <= 60


# --- The sheet is not the one that was given ---


def test_a_renamed_sheet_a_moved_and_a_lost_head_are_refused_by_name():
    assert "n’a pas de feuille « À remplir » (il contient « Feuille1 »)" in refused(a_book(title="Feuille1"))
    assert "La colonne B de la feuille « À remplir » s’appelle « Montant », et non « Date »" in refused(
        a_book(heads=("Numéro", "Montant", "Date"))
    )
    assert "n’a plus ses titres" in refused(saved_without_lines())


def saved_without_lines():
    book = Workbook()
    book.active.title = "À remplir"
    return saved(book)


def test_more_filled_lines_than_allowed_are_refused():
    lines = [(f"F-{number}", None, number) for number in range(6)]

    assert "plus de 5 lignes remplies" in refused(a_book(*lines))
    assert len(read(a_book(*lines[:5]))[0]) == 5


# --- Hostile files ---


def test_a_hundred_thousand_lines_are_refused_at_once():
    book = Workbook(write_only=True)
    sheet = book.create_sheet("À remplir")
    sheet.append(["x"])
    sheet.append(["Numéro", "Date", "Montant"])
    for number in range(100_000):
        sheet.append([number, number, number])
    data = saved(book)
    started = time.monotonic()

    sentence = refused(data)

    assert time.monotonic() - started < 3
    assert "plus de 5 lignes remplies" in sentence or "trop volumineux" in sentence


def test_a_zip_bomb_is_refused_before_it_is_opened():
    data = rezipped(a_book(("F-1", None, 1)), **{"xl__media__image1.png": b"\0" * (65 * 1024 * 1024)})
    assert len(data) < 100_000
    started = time.monotonic()

    assert "trop volumineux une fois ouvert" in refused(data)
    assert time.monotonic() - started < 1


def test_a_small_archive_of_a_million_tags_is_refused_before_it_is_parsed():
    many = b'<row r="3">' + b"<c/>" * 1_100_000 + b"</row></sheetData>"
    data = rezipped(a_book(("F-1", None, 1)), {SHEET_PART: lambda sheet: sheet.replace(b"</sheetData>", many)})
    started = time.monotonic()

    assert "trop volumineux" in refused(data)
    assert time.monotonic() - started < 2


def test_a_line_wider_than_a_sheet_and_a_sheet_of_empty_lines_are_refused():
    wide = b'<row r="9">' + b"<c/>" * 20_000 + b"</row></sheetData>"
    long = b"<row/>" * 20_010 + b"</sheetData>"
    for content in (wide, long):
        data = rezipped(a_book(("F-1", None, 1)), {SHEET_PART: lambda sheet, c=content: sheet.replace(b"</sheetData>", c)})

        assert "trop de lignes ou de colonnes" in refused(data)


def test_a_long_text_shared_by_every_cell_is_refused_before_it_is_read_a_thousand_times():
    layout = Layout(sheet=LAYOUT.sheet, columns=LAYOUT.columns, head_row=2, most_rows=3000)
    data = with_shared_strings(a_book(*[("é" * 30_000,) * 3] * 200))
    one = re.search(rb'(?s)<c r="A3".*?<v>(\d+)</v>', zipfile.ZipFile(io.BytesIO(data)).read(SHEET_PART))[1]
    started = time.monotonic()

    assert "trop volumineux" in refused(
        rezipped(data, {SHEET_PART: lambda sheet: re.sub(rb"<v>\d{2,}</v>", b"<v>%s</v>" % one, sheet)}), layout
    )
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("endless", [b'<row r="3" s="%s"/>', b"<!--<%s<-->"])
def test_a_tag_or_a_comment_that_does_not_end_is_not_begun_again_at_each_block(monkeypatch, endless):
    monkeypatch.setattr(weighing, "_BLOCK", 256)
    inside = endless % (b"x" * 3_000_000) + b"</sheetData>"
    data = rezipped(a_book(), {SHEET_PART: lambda sheet: sheet.replace(b"</sheetData>", inside)})
    started = time.monotonic()

    assert read(data) == ([], [])
    assert time.monotonic() - started < 3


def test_thousands_of_parts_or_of_styles_are_refused():
    data = a_book(("F-1", None, 1))

    assert "trop de parties" in refused(rezipped(data, **{f"xl__media__{number}.png": b"" for number in range(250)}))
    styles = {"xl/styles.xml": lambda xml: xml.replace(b"</cellXfs>", b"<xf/>" * 70_000 + b"</cellXfs>")}
    assert "trop volumineux" in refused(rezipped(data, styles))


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k")))
    + b"]>"
)


@pytest.mark.parametrize("part", [SHEET_PART, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("doctype", [ENTITIES, b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'])
def test_an_entity_bomb_and_an_outside_entity_are_refused_in_every_part(part, doctype):
    def armed(xml):
        body = re.sub(rb"\A<\?xml.*?\?>\s*", b"", xml)
        return doctype + body.replace(b"><", b">&j;<" if doctype is ENTITIES else b">&a;<", 1)

    data = with_shared_strings(a_book(("F-1", None, 1)))
    started = time.monotonic()

    assert "incomplet ou abîmé" in refused(rezipped(data, {part: armed}))
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("encoding", ["utf-16", "cp037", "iso-8859-1"])
def test_a_part_in_another_encoding_hides_nothing_from_the_scales(encoding):
    def recoded(xml):
        text = f'<?xml version="1.0" encoding="{encoding}"?>' + re.sub(r"\A<\?xml.*?\?>", "", xml.decode())
        return text.encode(encoding)

    assert "incomplet ou abîmé" in refused(rezipped(a_book(("F-1", None, 1)), {SHEET_PART: recoded}))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("xl__vbaProject.bin", "des macros"),
        ("xl__macrosheets__sheet1.xml", "des macros"),
        ("xl__externalLinks__externalLink1.xml", "des liens vers d’autres classeurs"),
        ("xl__connections.xml", "une connexion à des données extérieures"),
        ("xl__activeX__activeX1.bin", "des contrôles actifs"),
        ("xl__embeddings__oleObject1.bin", "des objets incorporés"),
    ],
)
def test_whatever_acts_is_refused_by_its_name(part, words):
    assert words in refused(rezipped(a_book(("F-1", None, 1)), **{part: b"<x/>"}))


def test_what_is_no_workbook_is_said_whatever_its_name():
    csv = "Numéro;Date;Montant\nF-1;05/10/2016;12\n".encode()
    old_excel = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000
    encrypted = old_excel + "EncryptedPackage".encode("utf-16-le")
    archive_of_nothing = rezipped(a_book(), {}).replace(b"xl/workbook.xml", b"xl/workbock.xml")

    assert "est vide" in refused(b"")
    assert "n’est ni un classeur XLSX ni un classeur ODS, quel que soit son nom" in refused(csv)
    assert "ancien format d’Excel" in refused(old_excel)
    assert "mot de passe" in refused(encrypted)
    assert "incomplet ou abîmé" in refused(archive_of_nothing)
    assert "dépasse la limite" in refused(b"PK\x03\x04" + b"0" * spreadsheets.LARGEST_WORKBOOK)


@pytest.mark.parametrize("kept", [10, 400, 2000, 4000])
def test_a_file_cut_short_is_refused(kept):
    assert "incomplet ou abîmé" in refused(a_book(("F-1", None, 1))[:kept])


def test_a_part_that_lies_about_its_nature_is_refused_not_raised():
    data = with_shared_strings(a_book(("F-1", None, 1)))
    for part in ("xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", SHEET_PART, "[Content_Types].xml"):
        for content in (b"<x", b"<x/>", b"", b"\xff\xfe<"):
            try:
                read(rezipped(data, {part: lambda _, c=content: c}))
            except BadWorkbook:
                continue


def test_what_the_portal_reads_excel_reads_too():
    """The helper of these tests makes real workbooks."""
    assert load_workbook(io.BytesIO(with_cell('<c r="C3"><v>12</v></c>')))["À remplir"]["C3"].value == 12
