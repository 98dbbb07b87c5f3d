"""A workbook saved by LibreOffice: the XLSX of a test, written again as Calc writes its ODS."""

import datetime as dt
import io
import re
import zipfile
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

MIME = "application/vnd.oasis.opendocument.spreadsheet"
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
NAMESPACES = " ".join(
    [
        *(
            f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
            for prefix, name in (
                *(("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("draw", "drawing")),
                *(("form", "form"), ("script", "script"), ("number", "datastyle"), ("config", "config")),
            )
        ),
        'xmlns:xlink="http://www.w3.org/1999/xlink"',
        'xmlns:dc="http://purl.org/dc/elements/1.1/"',
        'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"',
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"',
    ]
)
MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    '<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{mime}"/>{entries}'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def as_ods(data: bytes) -> bytes:
    """What LibreOffice makes of an XLSX that it opens and saves."""
    book = load_workbook(io.BytesIO(data))
    null_date = (
        f"<table:null-date table:date-value={quoteattr(book.epoch.date().isoformat())}/>" if book.epoch.year > 1900 else ""
    )
    sheets = "".join(a_sheet(sheet.title, _rows(sheet), columns=sheet.max_column) for sheet in book.worksheets)
    return packed(content(f"<table:calculation-settings>{null_date}</table:calculation-settings>{sheets}"))


def content(body: str, *, scripts: str = "<office:scripts/>", kind: str = "spreadsheet") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {NAMESPACES} office:version="1.3">{scripts}'
        '<office:font-face-decls/><office:automatic-styles><style:style style:name="ta1" style:family="table"/>'
        f"</office:automatic-styles><office:body><office:{kind}>{body}<table:named-expressions/></office:{kind}></office:body>"
        "</office:document-content>"
    )


def packed(content: str | bytes, *, mime: str = MIME, entries: str = "", **parts: bytes) -> bytes:
    """The parts of an archive of LibreOffice; `Pictures__1__png` is Pictures/1.png."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mime, zipfile.ZIP_STORED)
        for folder in ("images/Bitmaps", "toolpanel", "toolbar", "statusbar", "accelerator", "popupmenu"):
            archive.writestr(f"Configurations2/{folder}/", b"")
        archive.writestr("Configurations2/accelerator/current.xml", b"")
        archive.writestr("content.xml", content)
        for part in ("styles", "meta", "settings"):
            archive.writestr(f"{part}.xml", f"<office:document-{part} {NAMESPACES}/>")
        archive.writestr("Thumbnails/thumbnail.png", b"\x89PNG\r\n\x1a\n")
        archive.writestr("META-INF/manifest.xml", MANIFEST.format(mime=mime, entries=entries))
        for name, part in parts.items():
            archive.writestr(name.replace("__xml", ".xml").replace("__png", ".png").replace("__", "/"), part)
    return out.getvalue()


def a_sheet(title: str, rows: str, *, columns: int = 3, more: str = "") -> str:
    return (
        f'<table:table table:name={quoteattr(title)} table:style-name="ta1">{more}'
        '<office:forms form:automatic-focus="false" form:apply-design-mode="false"/>'
        f'<table:table-column table:number-columns-repeated="{columns}" table:default-cell-style-name="Default"/>{rows}</table:table>'
    )


def a_row(*cells: str, times: int = 1) -> str:
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f'<table:table-row table:style-name="ro1"{repeated}>{"".join(cells)}</table:table-row>'


def a_cell(inside: str = "", /, tag: str = "table-cell", **attributes: object) -> str:
    """`value_type="float"` is office:value-type; `table_formula` is table:formula."""
    words = "".join(f" {_name_of(name)}={quoteattr(str(value))}" for name, value in attributes.items() if value not in (None, ""))
    return f"<table:{tag}{words}>{inside}</table:{tag}>" if inside else f"<table:{tag}{words}/>"


def _name_of(name: str) -> str:
    prefix, _, rest = name.partition("_")
    known = prefix in ("table", "calcext")
    return f"{prefix}:{rest}".replace("_", "-") if known else f"office:{name}".replace("_", "-")


def paragraphs(text: str) -> str:
    return "".join(f"<text:p>{_spaced(line)}</text:p>" for line in text.split("\n"))


def _spaced(line: str) -> str:
    """XML would lose a run of spaces: LibreOffice counts them."""
    counted = re.sub(r"^ +| {2,}", lambda run: f'<text:s text:c="{len(run[0])}"/>', escape(line))
    return counted.replace("\t", "<text:tab/>")


def empty_rows(times: int) -> str:
    return a_row(a_cell(table_number_columns_repeated=LAST_COLUMN), times=times)


def _rows(sheet: Any) -> str:
    spans, covered = _merges(sheet)
    said = []
    for cells in sheet.iter_rows():
        drawn = [_cell(cell, spans.get(cell.coordinate, {}), cell.coordinate in covered) for cell in cells]
        runs = [(xml, len(list(run))) for xml, run in groupby(drawn)]
        said.append("".join(_repeated(xml, times) for xml, times in runs) if any(one != a_cell() for one in drawn) else "")
    groups = [(row, len(list(run))) for row, run in groupby(said)]
    filled = "".join(a_row(row, times=times) if row else empty_rows(times) for row, times in groups)
    return filled + (empty_rows(LAST_ROW - sheet.max_row) if sheet.max_row < LAST_ROW else "")


def _repeated(xml: str, times: int) -> str:
    if times == 1:
        return xml
    return re.sub(r"\A<(table:[a-z-]+)", rf'<\1 table:number-columns-repeated="{times}"', xml)


def _merges(sheet: Any) -> tuple[dict[str, dict[str, int]], set[str]]:
    spans, covered = {}, set()
    for merged in sheet.merged_cells.ranges:
        first_column, first_row, last_column, last_row = range_boundaries(merged.coord)
        first = sheet.cell(first_row, first_column).coordinate
        spans[first] = {
            "table_number_columns_spanned": last_column - first_column + 1,
            "table_number_rows_spanned": last_row - first_row + 1,
        }
        covered |= {cell.coordinate for row in sheet[merged.coord] for cell in row} - {first}
    return spans, covered


def _cell(cell: Any, spans: dict[str, int], covered: bool) -> str:
    note = (
        f"<office:annotation><dc:date>2016-10-05</dc:date>{paragraphs(cell.comment.text)}</office:annotation>"
        if cell.comment
        else ""
    )
    kind, shown = _said(cell)
    tag = "covered-table-cell" if covered else "table-cell"
    return a_cell(note + (paragraphs(shown) if shown else ""), tag, **spans, **kind)


def _said(cell: Any) -> tuple[dict[str, Any], str]:
    value = getattr(cell, "value", None)
    if value is None:
        return {}, ""
    if cell.data_type == "f":
        text = getattr(value, "text", value)
        return {
            "table_formula": f"of:{re.sub(r'([A-Z]+[0-9]+)(:[A-Z]+[0-9]+)?', _bracketed, text)}",
            **_typed("float", value=0),
        }, "0"
    if cell.data_type == "e":
        return {"table_formula": f"of:={value}", "value_type": "string", "calcext_value_type": "error"}, str(value)
    if isinstance(value, bool):
        return {"table_formula": f"of:={str(value).upper()}()", **_typed("boolean", boolean_value=str(value).lower())}, "VRAI"
    if isinstance(value, dt.datetime):
        day = value.isoformat() if value.time() != dt.time() else value.date().isoformat()
        return _typed("date", date_value=day), f"{value:%d/%m/%y}"
    if isinstance(value, dt.timedelta | dt.time):
        hour = value if isinstance(value, dt.time) else (dt.datetime.min + value).time()
        hours = hour.hour + (24 * value.days if isinstance(value, dt.timedelta) else 0)
        return _typed("time", time_value=f"PT{hours:02}H{hour.minute:02}M{hour.second:02}S"), f"{hour:%H:%M}"
    if isinstance(value, int | float):
        form = cell.number_format
        kind = "percentage" if "%" in form else "currency" if "€" in form else "float"
        return _typed(kind, value=value, currency="EUR" if kind == "currency" else None), str(value).replace(".", ",")
    return _typed("string"), str(value)


def _bracketed(found: re.Match[str]) -> str:
    return f"[.{found[1]}{(found[2] or '').replace(':', ':.')}]"


def _typed(kind: str, **more: Any) -> dict[str, Any]:
    return {"value_type": kind, **more, "calcext_value_type": kind}
