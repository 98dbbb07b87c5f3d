import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from plannumerique.files import pdf
from plannumerique.files.drafts import draft_response
from plannumerique.files.letters import Letter, freeze, thaw
from plannumerique.files.pdf import Imprint
from tests.files import sample

ADDRESS = "https://portail.exemple.invalid/v/K7QF2M9DXH4T"
ISSUED = {"reference": "AAP-2016-DEC-0007", "code": "K7QF-2M9D-XH4T", "address": ADDRESS}


def lay_out(letter: Letter, **imprint: Any) -> bytes:
    html = render_to_string(letter.template, pdf.context_of(letter.snapshot(), Imprint(title=letter.title, **(ISSUED | imprint))))
    data: bytes = pdf.engine().to_pdf(html, pdf_variant=pdf.VARIANT, pdf_identifier=b"0123456789abcdef")
    return data


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_amounts_keep_their_unbreakable_spaces_in_the_text() -> None:
    text = text_of(lay_out(sample.decision()))
    assert "12\u202f000,00\u00a0€" in text
    assert "(douze mille euros)" in text
    assert "25\u202f250,00\u00a0€" in text


def test_a_decision_says_what_binds() -> None:
    text = text_of(lay_out(sample.decision()))
    for expected in (
        "RÉPUBLIQUE",
        "de Besançon",
        "Décision attributive de subvention",
        "n°\u00a0AAP-2016-DEC-0007",
        "Vu la convention n°\u00a0BES-2016-CONV-0003 signée le 25 août 2016,",
        "DÉCIDE",
        "Article 1er – Objet",
        "Article 4 – Exécution",
        "vendredi 14\u00a0octobre 2016",
        "Pour le recteur et par délégation,",
        "le secrétaire général de l’académie,",
        "Claude EXEMPLE",
        "Voies et délais de recours",
        "Code de vérification K7QF-2M9D-XH4T",
        "Annexe A – Écoles et classes",
        "07/11/2016",
    ):
        assert expected in text, expected


def test_signs_are_spaced_as_in_french_whoever_wrote_them() -> None:
    text = text_of(lay_out(sample.letter(school="« Jules-Ferry » (à 50 % en travaux ; ouverte ?)")))
    assert "«\u00a0Jules-Ferry\u00a0» (à 50\u00a0% en travaux\u202f; ouverte\u202f?)" in " ".join(text.split("\n"))
    assert "Objet\u00a0:" in text


def test_each_page_says_which_it_is_and_of_how_many() -> None:
    pages = PdfReader(io.BytesIO(lay_out(sample.decision()))).pages
    assert [f"Page {number} / {len(pages)}" in page.extract_text() for number, page in enumerate(pages, start=1)] == [True] * len(
        pages
    )


def test_each_page_bears_the_code_and_the_whole_address_where_it_is_verified() -> None:
    for page in PdfReader(io.BytesIO(lay_out(sample.decision()))).pages:
        assert f"Code de vérification K7QF-2M9D-XH4T\nÀ vérifier sur {ADDRESS}" in page.extract_text()


def test_the_drawing_for_telephones_is_that_of_the_address() -> None:
    drawn, other = (Imprint(title="Essai", code="K7QF-2M9D-XH4T", address=one).qr for one in (ADDRESS, ADDRESS[:-1]))
    modules = segno.make(ADDRESS, error="m", micro=False).symbol_size(border=0)[0]

    assert f'viewBox="0 0 {modules} {modules}"' in drawn
    assert modules <= 33  # at 14 mm wide, modules of 0.4 mm: what a telephone reads from a photocopy
    assert drawn != other
    assert ADDRESS not in drawn


def test_the_address_is_short_and_leads_to_the_page_that_verifies(settings: Any) -> None:
    settings.PORTAL_URL = "https://portail.exemple.invalid"

    assert pdf.verification_address("K7QF2M9DXH4T") == ADDRESS


@pytest.mark.parametrize("lines", range(22, 42, 3))
def test_a_signature_never_stands_alone_on_a_page(lines: int) -> None:
    pages = PdfReader(io.BytesIO(lay_out(sample.letter(school="Jules-Ferry, " * 8 * lines)))).pages
    signed = next(page.extract_text() for page in pages if "Claude EXEMPLE" in page.extract_text())
    assert "l’expression de ma considération distinguée." in " ".join(signed.split())


def test_a_letter_has_its_addressee_its_object_and_no_article() -> None:
    text = text_of(lay_out(sample.letter()))
    assert "Besançon, le 1er\u00a0juillet 2016" in text
    assert "Madame la Maire d’Ornans" in text
    assert "Affaire suivie par" in text
    assert "Objet\u00a0: plan numérique pour l’école" in text
    assert "Article" not in text


def test_the_same_data_give_the_same_bytes_in_two_processes() -> None:
    here = lay_out(sample.decision())
    assert lay_out(sample.decision()) == here
    code = (
        "import django, hashlib; django.setup()\n"
        "from django.conf import settings\n"
        f"settings.TEMPLATES[0]['DIRS'].append({str(Path(__file__).parent / 'templates')!r})\n"
        "from tests.files import sample, test_pdf\n"
        "print(hashlib.sha256(test_pdf.lay_out(sample.decision())).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=settings.BASE_DIR, check=True)
    assert there.stdout.strip() == __import__("hashlib").sha256(here).hexdigest()


def test_the_letter_is_an_archive_file_with_tags() -> None:
    reader = PdfReader(io.BytesIO(lay_out(sample.decision())))
    root = reader.trailer["/Root"]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert "/StructTreeRoot" in root
    xmp = root["/Metadata"].get_data().decode()
    assert 'pdfaid:part="3"' in xmp or "<pdfaid:part>3" in xmp
    assert 'pdfaid:conformance="A"' in xmp or "<pdfaid:conformance>A" in xmp
    assert reader.metadata is not None
    assert reader.metadata.title == "Décision attributive de subvention n°\u00a0AAP-2016-DEC-0007"


def test_every_font_is_the_one_that_we_ship_and_is_embedded() -> None:
    fonts = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in PdfReader(io.BytesIO(lay_out(sample.decision()))).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts == {"Letter", "Letter-Bold"}


@pytest.mark.parametrize(
    "address",
    ["https://example.org/logo.png", "file:///etc/passwd", "/etc/passwd", "../settings.py", "pdf/absent.png", "data:,x"],
)
def test_a_letter_that_asks_for_anything_else_than_our_static_files_is_not_made(address: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        pdf.engine().to_pdf(f'<img src="{address}" alt="">')


def test_what_people_typed_is_text_and_nothing_else() -> None:
    text = text_of(lay_out(sample.letter(school='<img src="x.png"> & Fils')))
    assert '<img src="x.png"> & Fils' in " ".join(text.split())


def test_the_version_of_a_template_follows_what_it_is_made_of(tmp_path: Path, settings: Any) -> None:
    def version(decision: str, included: str) -> str:
        (tmp_path / "a.html").write_text(decision)
        (tmp_path / "b.html").write_text(included)
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
        return pdf.version_of("a.html")

    first = version('{% include "b.html" %}', "un")
    assert version('{% include "b.html" %}', "un") == first
    assert version('{% include "b.html" %}', "deux") != first
    assert version('{% extends "pdf/letter.html" %}', "un") != first


# --- Drafts ---


def test_a_draft_is_marked_and_says_what_it_lacks() -> None:
    letter = sample.decision(maximum=None, deliberation_number="")
    response = draft_response(RequestFactory().get("/"), letter)
    response.render()  # type: ignore[attr-defined]

    text = text_of(response.content)
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store"
    assert "PROJET" in text
    assert "Il manque pour établir ce document" in text
    assert "le montant maximal de la subvention" in text
    assert "Code de vérification" not in text
    assert "À vérifier sur" not in text
    assert "n°\u00a0AAP" not in text


def test_an_issued_letter_bears_no_watermark() -> None:
    assert "PROJET" not in text_of(lay_out(sample.decision()))


# --- The data of a letter ---


def test_a_snapshot_gives_back_what_it_was_made_of() -> None:
    letter = sample.decision()
    again = thaw(letter.snapshot())
    assert again["maximum"] == letter.maximum
    assert again["limit"] == letter.limit
    assert again["financing"]["rows"][1]["cells"][0] == sample.Decimal("8150.00")
    assert freeze(again) == letter.snapshot()


@pytest.mark.parametrize("value", [1.5, object(), {1, 2}])
def test_what_json_would_blur_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        freeze({"amount": value})
