"""The workbook through the client: downloaded, sent back wrong then right, reviewed, confirmed without sending it again."""

import datetime as dt
import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from plannumerique.files.content import WORKBOOKS
from plannumerique.files.models import StoredFile
from plannumerique.organisations.enums import Role
from plannumerique.ui.spreadsheets import ODS, XLSX
from subsidies.models import Invoice
from subsidies.workbooks import FILLED
from tests.factories import CollectiviteFactory, actor_for
from tests.factories_statement import InvoiceFactory, classes_of
from tests.factories_subsidies import EquipmentSubsidyFactory, actor_of
from tests.files.sample import pdf_bytes
from tests.ods import as_ods
from tests.papers import at
from tests.workbooks import a_row, fill, filled, saved, upload

pytestmark = pytest.mark.django_db
OCTOBER = dt.date(2016, 10, 10)


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: at(OCTOBER))


@pytest.fixture
def subsidy():
    return EquipmentSubsidyFactory(acompte_paid=True)


def log_in(client, subsidy, role=Role.EDITEUR):
    client.force_login(actor_of(subsidy, role, on=OCTOBER).user)


def url(name, row):
    return reverse(f"subsidies:{name}", args=[row.pk])


def text(answer):
    return " ".join(answer.content.decode().split())


def send(client, subsidy, data, **more):
    return client.post(url("upload_workbook", subsidy), {"file": upload(data), **more})


def test_the_workbook_is_downloaded_filled_reviewed_and_confirmed(client, subsidy):
    log_in(client, subsidy)
    assert "ni XLS, ni CSV" in text(client.get(url("upload_workbook", subsidy)))
    given = client.get(url("download_workbook", subsidy))
    assert given.headers["Content-Type"] == XLSX
    assert f"etat-recapitulatif-{subsidy.pk}-2016-10-10.xlsx" in given.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(b"".join(given.streaming_content)))
    fill(book, a_row(subsidy), a_row(subsidy, 1, number="FA-2016-78"))

    review = send(client, subsidy, saved(book))

    assert review.status_code == 200
    page = text(review)
    for words in (
        "Ce qui va être enregistré",
        "FA-2016-77",
        "FA-2016-78",
        "15 801,00 €",
        "13 167,50 €",
        "Rien n’est encore enregistré",
    ):
        assert words in page, words
    assert not Invoice.objects.exists()

    token = re.search(r'name="file_kept" value="([^"]+)"', page)[1]
    done = client.post(url("upload_workbook", subsidy), {"file_kept": token, "confirmer": "oui"}, follow=True)

    assert done.redirect_chain == [(url("statement", subsidy), 302)]
    assert "Le classeur est enregistré : 2 factures." in text(done).replace("\u00a0", " ")
    assert Invoice.objects.count() == 2

    again = client.post(url("upload_workbook", subsidy), {"file_kept": token, "confirmer": "oui"})
    assert again.status_code == 409
    assert "déjà déposée dans le portail" in text(again)
    assert Invoice.objects.count() == 2


def test_a_workbook_saved_by_libreoffice_is_reviewed_and_confirmed_as_its_xlsx_would_be(client, subsidy):
    log_in(client, subsidy)
    rows = (a_row(subsidy, invoiced_on=dt.date(2016, 10, 5), line_rate=0.2), a_row(subsidy, 1, number="FA-2016-78"))
    data = filled(subsidy, *rows)

    review = send(client, subsidy, as_ods(data))

    assert review.status_code == 200
    assert StoredFile.objects.latest("pk").content_type == WORKBOOKS[ODS]
    page = text(review)
    assert "15 801,00 €" in page
    token = re.search(r'name="file_kept" value="([^"]+)"', page)[1]
    assert shown(page) == shown(text(send(client, subsidy, data)))

    client.post(url("upload_workbook", subsidy), {"file_kept": token, "confirmer": "oui"})

    assert [(one.number, str(one.amount_ttc), one.invoiced_on) for one in Invoice.objects.order_by("number")] == [
        ("FA-2016-77", "7900.50", dt.date(2016, 10, 5)),
        ("FA-2016-78", "7900.50", dt.date(2016, 10, 5)),
    ]


def shown(page):
    """The page, without the token and the weight of its file."""
    return re.sub(r'name="(?:file_kept|csrfmiddlewaretoken)" value="[^"]+"|\d+\sKo', "", page)


def test_the_faults_of_a_workbook_saved_by_libreoffice_are_those_of_its_xlsx(client, subsidy):
    log_in(client, subsidy)
    data = filled(
        subsidy, a_row(subsidy), a_row(subsidy, 1, number="F-2", line_ht="=1+1", mobile_class="0259999X – École – classe 1")
    )

    answer = send(client, subsidy, as_ods(data))

    assert answer.status_code == 422
    for words in ("Ligne 5, N5", "=1+1", "contient une formule", "Ligne 5, K5"):
        assert words in text(answer), words
    assert shown(text(answer)) == shown(text(send(client, subsidy, data)))
    assert not Invoice.objects.exists()


def test_the_faults_are_said_line_by_line_and_nothing_is_taken(client, subsidy):
    log_in(client, subsidy)
    wrong = a_row(subsidy, 1, number="<b>F</b>", line_ht="<script>1</script>", mobile_class="0259999X – École – classe 1")

    answer = send(client, subsidy, filled(subsidy, a_row(subsidy), wrong))

    assert answer.status_code == 422
    page = text(answer)
    assert "Rien n’est enregistré : 2 erreurs à corriger" in page.replace("&nbsp;", " ").replace("\u00a0", " ")
    for words in (
        "Ligne 5, N5",
        "HT de la ligne",
        "&lt;script&gt;1&lt;/script&gt;",
        "Ligne 5, K5",
        "aucune école d’UAI 0259999X",
    ):
        assert words in page, words
    assert not Invoice.objects.exists()


def test_the_table_of_faults_is_bounded(client, subsidy):
    log_in(client, subsidy)
    rows = [a_row(subsidy, number=f"F-{rank}", line_ht="x") for rank in range(120)]

    answer = send(client, subsidy, filled(subsidy, *rows))

    page = text(answer).replace("\u00a0", " ")
    assert "120 erreurs" in page
    assert "Et 70 autres erreurs" in page
    assert len(answer.content) < 60 * 1024


def test_a_refusal_of_the_services_names_its_line_too(client, subsidy):
    log_in(client, subsidy)

    answer = send(client, subsidy, filled(subsidy, a_row(subsidy), a_row(subsidy, 1, number="F-2", amount_vat="1 316,77")))

    assert answer.status_code == 422
    assert "Ligne 5, B5" in text(answer)
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "vide"),
        (pdf_bytes("Facture"), "n’est ni un classeur XLSX ni un classeur ODS"),
        (b"Num\xe9ro;Date\r\n1;2", "n’est ni un classeur XLSX ni un classeur ODS"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "ancien format d’Excel"),
    ],
)
def test_what_is_no_workbook_is_refused_in_the_form_and_not_kept(client, subsidy, data, words):
    log_in(client, subsidy)

    answer = client.post(url("upload_workbook", subsidy), {"file": SimpleUploadedFile("etat.xlsx", data)})

    assert answer.status_code == 422
    assert words in text(answer)
    assert not StoredFile.objects.filter(content_type__in=WORKBOOKS.values()).exists()


def test_a_workbook_with_macros_and_a_bomb_are_refused_over_http(client, subsidy):
    log_in(client, subsidy)
    for name, content, words in (
        ("xl/vbaProject.bin", b"x", "des macros"),
        ("xl/media/image.png", b"\0" * (65 * 1024 * 1024), "trop volumineux"),
    ):
        out = io.BytesIO(filled(subsidy, a_row(subsidy)))
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)

        answer = send(client, subsidy, out.getvalue())

        assert answer.status_code == 422
        assert words in text(answer)


def test_the_workbook_of_another_dossier_is_said_beside_the_file(client, subsidy):
    log_in(client, subsidy)
    other = EquipmentSubsidyFactory(acompte_paid=True)

    answer = send(client, subsidy, filled(other, a_row(other)))

    assert answer.status_code == 422
    assert "celui d’un autre dossier" in text(answer)
    assert "file_kept" not in text(answer)


def test_what_is_already_recorded_has_nothing_to_confirm(client, subsidy):
    log_in(client, subsidy)
    InvoiceFactory(subsidy=subsidy, waiting=True)

    page = text(send(client, subsidy, filled(subsidy)))

    assert "Tout ce que contient ce classeur est déjà enregistré" in page
    assert "Confirmer" not in page


def test_the_review_is_bounded(client, subsidy):
    log_in(client, subsidy)
    rows = [a_row(subsidy, number=f"F-{rank:03}") for rank in range(110)]

    answer = send(client, subsidy, filled(subsidy, *rows))

    assert answer.status_code == 200
    assert "Et 10 autres factures" in text(answer).replace("\u00a0", " ")
    assert "F-099" in text(answer)
    assert "F-100" not in text(answer)


def test_the_kept_workbook_of_somebody_else_confirms_nothing(client, subsidy):
    log_in(client, subsidy)
    review = text(send(client, subsidy, filled(subsidy, a_row(subsidy))))
    token = re.search(r'name="file_kept" value="([^"]+)"', review)[1]
    log_in(client, subsidy)

    answer = client.post(url("upload_workbook", subsidy), {"file_kept": token, "confirmer": "oui"})

    assert answer.status_code == 422
    assert "choisissez-le de nouveau" in text(answer)
    assert not Invoice.objects.exists()


def test_the_wrong_role_and_a_foreign_collectivite_get_nothing(client, subsidy):
    data = filled(subsidy, a_row(subsidy))
    for stranger in (actor_for(Role.SIGNATAIRE, CollectiviteFactory()), actor_of(subsidy, Role.DIRECTOR, on=OCTOBER)):
        client.force_login(stranger.user)
        assert client.get(url("download_workbook", subsidy)).status_code == 404
        assert send(client, subsidy, data, confirmer="oui").status_code == 404
    for role in (Role.AGENT_DANE, Role.GESTIONNAIRE_DAF):
        log_in(client, subsidy, role)
        assert client.get(url("download_workbook", subsidy)).status_code == 403
        assert client.get(url("upload_workbook", subsidy)).status_code == 403
        assert send(client, subsidy, data, confirmer="oui").status_code == 403
    assert not Invoice.objects.exists()


def test_a_deposited_statement_takes_no_workbook(client):
    subsidy = EquipmentSubsidyFactory(justified=True)
    log_in(client, subsidy)

    assert client.get(url("upload_workbook", subsidy)).status_code == 403


def test_a_school_with_a_hostile_name_enters_no_formula(client, subsidy):
    school = classes_of(subsidy)[0].school
    type(school).objects.filter(pk=school.pk).update(name="=1+1")
    log_in(client, subsidy)

    book = load_workbook(io.BytesIO(b"".join(client.get(url("download_workbook", subsidy)).streaming_content)))

    formulas = [cell.value for row in book["Référence"] for cell in row if cell.data_type == "f"]
    assert formulas == []
    assert all(cell.data_type != "f" for row in book[FILLED].iter_rows(max_col=16) for cell in row)
