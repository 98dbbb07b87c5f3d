"""The papers of the demonstration, made here: small genuine PDFs that say on every page that they are fictitious.

Only digits and the signs of amounts are ever set to the right: their widths in Helvetica are all that is known here.
"""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from PIL import Image, ImageDraw, ImageFont

from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import euros

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 56
_LINE = 16
_SIGNS = {" ": 278, "\u00a0": 278, ",": 278, "-": 333, "\u2212": 584}
_DIGIT = 556


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the paper: words on the left, an amount on the right, in bold when it closes something."""

    words: str
    amount: Decimal | None = None
    bold: bool = False


def paper(heading: str, *, issuer: str, on: dt.date, rows: Sequence[Row | str]) -> bytes:
    """A PDF of as many pages as its rows ask for; the heading says « FACTURE FICTIVE »."""
    lines = [row if isinstance(row, Row) else Row(row) for row in rows]
    per_page = (_HEIGHT - 2 * _MARGIN - 130) // _LINE
    pages = [lines[start : start + per_page] for start in range(0, len(lines), per_page)] or [[]]
    head = [f"{heading} – DÉMONSTRATION", issuer, f"Le {plain_date(on)}"]
    return _document([_page(head, rows, number=number, of=len(pages)) for number, rows in enumerate(pages, start=1)])


def photograph(words: Sequence[str]) -> bytes:
    """A JPEG, as a telephone takes one of a signed page."""
    image = Image.new("RGB", (620, 877), (236, 233, 226))
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 580, 837), fill=(252, 251, 248), outline=(200, 197, 190))
    for rank, line in enumerate(["PHOTOGRAPHIE FICTIVE - DEMONSTRATION", "", *words]):
        draw.text((70, 80 + 32 * rank), line, fill=(40, 40, 60), font=ImageFont.load_default(18))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=70)
    return written.getvalue()


# --- From rows to the bytes of a PDF ---


def _page(head: Sequence[str], rows: Sequence[Row], *, number: int, of: int) -> bytes:
    top = _HEIGHT - _MARGIN
    marks = [_text(_MARGIN, top, head[0], size=14, bold=True, grey=True)]
    marks += [_text(_MARGIN, top - 28 - _LINE * rank, words, bold=rank == 0) for rank, words in enumerate(head[1:])]
    marks += [f"0.6 w {_MARGIN} {top - 66} m {_WIDTH - _MARGIN} {top - 66} l S".encode()]
    for rank, row in enumerate(rows):
        marks += _row(row, top - 96 - _LINE * rank)
    foot = "Document inventé : ni le fournisseur, ni la commande, ni la signature n’existent."
    marks += [_text(_MARGIN, _MARGIN - 16, f"{foot} Page {number}/{of}", size=8, grey=True)]
    return b"\n".join(marks)


def _row(row: Row, height: int) -> Iterator[bytes]:
    yield _text(_MARGIN, height, row.words, bold=row.bold)
    if row.amount is not None:
        shown = euros(row.amount)
        yield _text(_WIDTH - _MARGIN - _width(shown), height, shown, bold=row.bold)


def _width(shown: str) -> float:
    return sum(_SIGNS.get(sign, _DIGIT) for sign in _plain(shown)) * 10 / 1000


def _text(left: float, height: int, words: str, *, size: int = 10, bold: bool = False, grey: bool = False) -> bytes:
    encoded = _plain(words).encode("cp1252", "replace")
    for sign in (b"\\", b"(", b")"):
        encoded = encoded.replace(sign, b"\\" + sign)
    font, shade = ("F2" if bold else "F1"), ("0.45" if grey else "0")
    return b"BT /%s %d Tf %s g %.2f %d Td (%s) Tj ET" % (font.encode(), size, shade.encode(), left, height, encoded)


def _plain(words: str) -> str:
    """Only what the standard fonts of every reader hold."""
    return words.replace("\u202f", "\u00a0").replace("\u2212", "-")


def _document(pages: Sequence[bytes]) -> bytes:
    """Objects in order: catalogue, pages, the two fonts, then each page and its marks; the table of their places last."""
    kids = b" ".join(b"%d 0 R" % (5 + 2 * rank) for rank in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (fr-FR) >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        *(_font(name) for name in (b"Helvetica", b"Helvetica-Bold")),
    ]
    for rank, marks in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>" % (_WIDTH, _HEIGHT, 6 + 2 * rank)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(marks), marks))
    return _laid_end_to_end(objects)


def _font(name: bytes) -> bytes:
    return b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name


def _laid_end_to_end(objects: Sequence[bytes]) -> bytes:
    written = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(written)
