"""Hostile workbooks of LibreOffice: weighed before they are opened, and refused by the name of what is wrong."""

import io
import re
import time
import zipfile

import pytest

from plannumerique.ui.spreadsheets import Layout, weighing
from tests.ods import a_cell, a_row, a_sheet, content, packed
from tests.ui.ods_books import HEADS, LAYOUT, PARTS, a_book, changed, refused, text_cell, texts, with_amount


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
