import io
import zlib

import pytest
from PIL import Image, ImageFile

from plannumerique.files.content import JPEG, MAX_PIXELS, PDF, PNG, BadFile, Scan, check, safe_name, size_in_words
from plannumerique.files.enums import Verdict
from plannumerique.ui.forms import UPLOAD_MAX_BYTES
from tests.files.sample import image_bytes, pdf_bytes, zip_bytes

# A Windows programme as it begins; its name says nothing.
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + b"\x00" * 400
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 400


@pytest.mark.parametrize(
    ("data", "expected"), [(pdf_bytes(), PDF), (image_bytes("JPEG"), JPEG), (image_bytes("PNG"), PNG)], ids=["pdf", "jpeg", "png"]
)
def test_the_three_kinds_are_received_whatever_their_name(data: bytes, expected: str) -> None:
    assert check(data, name="sans extension").content_type == expected


def test_without_an_antivirus_the_file_says_that_nobody_looked() -> None:
    assert check(pdf_bytes(), name="devis.pdf").verdict is Verdict.NOT_SCANNED


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Le fichier « devis.pdf » est vide."),
        (EXE, "« devis.pdf » est un programme Windows"),
        (HEIC, "« devis.pdf » est une photo au format HEIC"),
        (zip_bytes(), "« devis.pdf » est une archive ZIP"),
        (b"bonjour", "« devis.pdf » n’est pas, quel que soit son nom, un fichier que le portail reçoit"),
        (b"<html><script>alert(1)</script></html>", "« devis.pdf » est une page web"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "« devis.pdf »"),
        (pdf_bytes()[:-40], "Le PDF « devis.pdf » est incomplet ou abîmé"),
        (pdf_bytes() + b"MZ" + b"\x00" * 100, "Le PDF « devis.pdf » est incomplet ou abîmé"),
        (b"\n" + pdf_bytes(), "« devis.pdf » n’est pas, quel que soit son nom, un fichier"),
        (image_bytes("JPEG")[:-900], "L’image « devis.pdf » est incomplète ou abîmée"),
        (image_bytes("PNG")[:-20], "L’image « devis.pdf » est incomplète ou abîmée"),
        (b"\xff\xd8\xff" + b"\x00" * 50, "L’image « devis.pdf » est incomplète ou abîmée"),
        (image_bytes("JPEG") + zip_bytes(), "contient aussi une archive"),
        (image_bytes("PNG") + zip_bytes(), "contient aussi une archive"),
    ],
    ids=[
        *("empty", "renamed exe", "heic", "zip", "text", "html", "svg", "cut pdf", "pdf then exe", "late header"),
        *("cut jpeg", "cut png", "false jpeg", "jpeg and zip", "png and zip"),
    ],
)
def test_what_is_not_a_whole_pdf_or_image_is_refused_in_french(data: bytes, sentence: str) -> None:
    with pytest.raises(BadFile) as refusal:
        check(data, name="devis.pdf")
    assert sentence in str(refusal.value).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_cut_photograph_is_refused_where_pillow_was_told_to_be_lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeasyPrint sets this for the whole process, and the web process draws drafts."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(BadFile, match="incomplète ou abîmée"):
        check(image_bytes("JPEG")[:-900], name="photo.jpg")
    with pytest.raises(BadFile, match="incomplète ou abîmée"):
        check(image_bytes("PNG")[:-20], name="photo.png")


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"restart_marker_rows": 1}, {"exif": b"Exif\x00\x00" + b"\xff\xd9" * 20}]
)
def test_every_way_of_writing_a_jpeg_is_received(options: dict[str, object]) -> None:
    out = io.BytesIO()
    Image.effect_noise((320, 200), 60).convert("RGB").save(out, "JPEG", **options)
    assert check(out.getvalue(), name="photo.jpg").content_type == JPEG
    with pytest.raises(BadFile):
        check(out.getvalue()[:-2], name="photo.jpg")


def test_a_zip_whose_comment_is_the_end_of_a_pdf_is_refused() -> None:
    """The two readers of a polyglot: the PDF one starts at the front, the archive one at the back."""
    archive = zip_bytes()
    end = archive.rfind(b"PK\x05\x06")
    comment = b"xref\nstartxref\n%d\n%%%%EOF\n"
    front = b"%PDF-1.4\n1 0 obj<<>>endobj\n"
    tail = comment % (len(front) + end + 22)
    forged = front + archive[: end + 20] + len(tail).to_bytes(2, "little") + tail
    with pytest.raises(BadFile, match="contient aussi une archive"):
        check(forged, name="devis.pdf")


def test_the_largest_file_passes_and_one_byte_more_does_not() -> None:
    short = pdf_bytes("x" * (UPLOAD_MAX_BYTES - 1000))
    largest = pdf_bytes("x" * (2 * UPLOAD_MAX_BYTES - 1000 - len(short)))
    assert len(largest) == UPLOAD_MAX_BYTES
    assert check(largest, name="gros.pdf").content_type == PDF
    with pytest.raises(BadFile) as refusal:
        check(largest + b"\n", name="gros.pdf")
    assert str(refusal.value) == "Le fichier «\u00a0gros.pdf\u00a0» dépasse la limite de 20\u00a0Mo."


def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    side = int(MAX_PIXELS**0.5) + 1
    header = b"IHDR" + side.to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    rows = zlib.compress(b"\x00" * 1000)
    chunks = [header, b"IDAT" + rows, b"IEND"]
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big") for chunk in chunks
    )
    with pytest.raises(BadFile, match="trop grande"):
        check(bomb, name="bombe.png")


def test_a_photograph_with_what_telephones_append_is_received() -> None:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(out, "JPEG")
    assert check(out.getvalue() + b"SEFH\x00\x00trailer of the maker", name="photo.jpg").content_type == JPEG


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\camille\\devis.pdf", "devis.pdf"),
        ("../../etc/passwd", "passwd"),
        ("délibération n° 12.pdf", "délibération n° 12.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "ab Set-Cookie x.pdf"),
        ("facture\u202egpj.exe", "facture gpj.exe"),
        ("...", "fichier"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_keeps_what_reads_and_loses_what_harms(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_sizes_are_written_in_words() -> None:
    assert [size_in_words(size) for size in (1, 120 * 1024, 3_565_158, 20 * 1024 * 1024)] == [
        *("1\u00a0Ko", "120\u00a0Ko", "3,4\u00a0Mo", "20\u00a0Mo"),
    ]


# --- The antivirus of an installation ---


def finds_nothing(data: bytes) -> Scan:
    return Scan()


def finds_a_threat(data: bytes) -> Scan:
    return Scan(threat="Exemple.Test")


def does_not_answer(data: bytes) -> Scan:
    raise ConnectionRefusedError("clamd")


def test_the_verdict_of_the_antivirus_is_kept(settings: object) -> None:
    settings.FILES_ANTIVIRUS = "tests.files.test_content.finds_nothing"  # type: ignore[attr-defined]
    assert check(pdf_bytes(), name="devis.pdf").verdict is Verdict.CLEAN


@pytest.mark.parametrize(
    ("hook", "sentence"), [("finds_a_threat", "reconnu une menace"), ("does_not_answer", "L’antivirus ne répond pas")]
)
def test_a_threat_or_a_silence_refuses_the_file(settings: object, hook: str, sentence: str) -> None:
    settings.FILES_ANTIVIRUS = f"tests.files.test_content.{hook}"  # type: ignore[attr-defined]
    with pytest.raises(BadFile, match=sentence):
        check(pdf_bytes(), name="devis.pdf")
