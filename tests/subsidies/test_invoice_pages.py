"""The pages of the invoices, through the client: what is typed stays, uploads too; a foreign dossier does not exist."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from plannumerique.files.models import StoredFile
from plannumerique.organisations.enums import Role
from subsidies.models import Invoice
from subsidies.services import invoices
from tests.factories import CollectiviteFactory, actor_for
from tests.factories_projects import CampaignFactory
from tests.factories_statement import SUPPLIER, InvoiceFactory, a_line, an_invoice, classes_of, draft_of
from tests.factories_subsidies import EquipmentSubsidyFactory, actor_of
from tests.files.sample import image_bytes, pdf_bytes, zip_bytes
from tests.papers import at

pytestmark = pytest.mark.django_db
OCTOBER = dt.date(2016, 10, 10)


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: at(OCTOBER))


@pytest.fixture
def subsidy():
    return EquipmentSubsidyFactory(acompte_paid=True)


def log_in(client, subsidy, role=Role.EDITEUR):
    actor = actor_of(subsidy, role, on=OCTOBER)
    client.force_login(actor.user)
    return actor


def text(answer):
    return answer.content.decode()


def typed(subsidy, **changes):
    return {
        "supplier_name": "Numérique Exemple SARL",
        "supplier_siret": SUPPLIER,
        "number": "FA-2016-77",
        "invoiced_on": "2016-10-05",
        "amount_ht": "6 583,75",
        "amount_vat": "1316.75",
        "amount_ttc": "7 900,50 €",
        "mandat_number": "",
        "mandat_on": "",
        "lignes-TOTAL_FORMS": "1",
        "lignes-INITIAL_FORMS": "0",
        "lignes-0-mobile_class": str(classes_of(subsidy)[0].pk),
        "lignes-0-category": "terminals",
        "lignes-0-label": "Quinze tablettes",
        "lignes-0-amount_ht": "6583,75",
        "lignes-0-vat_rate": "0.2",
        "lignes-0-amount_ttc": "",
        **changes,
    }


def a_pdf(name="facture.pdf", data=None):
    return SimpleUploadedFile(name, data or pdf_bytes("Facture d'exemple"), content_type="application/pdf")


def url(name, row):
    return reverse(f"subsidies:{name}", args=[row.pk])


# --- Enter ---


def test_the_form_says_what_is_not_subsidised_and_offers_no_such_category(client, subsidy):
    log_in(client, subsidy)

    page = text(client.get(url("enter_invoice", subsidy)))

    assert "Le Wi-Fi, le câblage et les travaux de réseau ne se déclarent pas ici" in page
    assert 'value="terminals"' in page
    assert "wifi" not in page
    assert "dans la limite de 8 000,00 € par classe mobile" in " ".join(page.split())


def test_an_invoice_is_entered_with_its_copy_and_its_class(client, subsidy):
    log_in(client, subsidy)

    answer = client.post(url("enter_invoice", subsidy), {**typed(subsidy), "copy": a_pdf()}, follow=True)

    assert answer.status_code == 200
    invoice = Invoice.objects.get()
    assert (invoice.amount_ttc, invoice.piece.file.original_name) == (Decimal("7900.50"), "facture.pdf")
    assert invoice.lines.get().amount_ttc == Decimal("7900.50")
    page = text(answer)
    assert "est enregistrée" in page
    assert "3 950,25 €" in " ".join(page.split())


def test_a_credit_note_is_masculine_on_every_page(client, subsidy):
    log_in(client, subsidy)
    amounts = {"amount_ht": "-100", "amount_vat": "-20", "amount_ttc": "-120", "lignes-0-amount_ht": "-100"}

    answer = client.post(
        url("enter_invoice", subsidy), {**typed(subsidy, number="AV-1", **amounts), "copy": a_pdf()}, follow=True
    )
    assert "est enregistré." in text(answer)
    note = Invoice.objects.get()
    assert "Retirer l’avoir" in text(client.get(note.get_absolute_url()))

    log_in(client, subsidy, Role.AGENT_DANE)
    page = text(client.get(note.get_absolute_url()))
    assert "Accepter l’avoir" in page
    assert "la facture" not in page
    assert "<h1>Rejeter l’avoir</h1>" in text(client.get(url("reject_invoice", note)))
    answer = client.post(url("reject_invoice", note), {"seen": note.version, "comment": "Autre marché."}, follow=True)
    assert "L’avoir est rejeté" in text(answer)
    assert "rejetée" not in text(answer)


def test_a_supplier_with_a_very_long_name_is_entered_with_its_copy(client, subsidy):
    log_in(client, subsidy)
    sent = {**typed(subsidy, supplier_name="Numérique " * 20, number="F" * 60), "copy": a_pdf()}

    answer = client.post(url("enter_invoice", subsidy), sent)

    assert answer.status_code == 302
    assert Invoice.objects.get().piece is not None


@pytest.mark.parametrize(
    ("wrong", "sentence", "status"),
    [
        ({"supplier_siret": "12345678901234"}, "SIRET", 422),
        ({"amount_ttc": "1e9"}, "n’est pas un montant", 422),
        ({"amount_ttc": "100000000000"}, "ne peut pas dépasser", 422),
        ({"invoiced_on": "31/02/2016"}, "n’existe pas", 422),
        ({"invoiced_on": "2016-10-11"}, "date à venir", 409),
        ({"lignes-0-mobile_class": "999999"}, "Sélectionnez un choix valide", 422),
        ({"lignes-0-category": "wifi"}, "Sélectionnez un choix valide", 422),
        ({"lignes-0-vat_rate": "0.5"}, "Sélectionnez un choix valide", 422),
        ({"lignes-0-vat_rate": "vingt"}, "Sélectionnez un choix valide", 422),
        ({"lignes-0-vat_rate": "sNaN"}, "Sélectionnez un choix valide", 422),
        ({"lignes-0-amount_ht": ""}, "Indiquez un montant", 422),
        ({"lignes-0-amount_ttc": "7 900,49"}, "il reste 0,01", 409),
        ({"lignes-0-amount_ttc": "8 000,00"}, "et non 8", 409),
        ({"amount_vat": "1316,77"}, "et non 7", 409),
        ({"lignes-TOTAL_FORMS": "0"}, "il faut au moins une ligne", 409),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_stays_the_file_included(client, subsidy, wrong, sentence, status):
    log_in(client, subsidy)

    answer = client.post(url("enter_invoice", subsidy), {**typed(subsidy, **wrong), "copy": a_pdf()})

    assert answer.status_code == status
    page = text(answer)
    assert sentence in " ".join(page.split())
    assert "FA-2016-77" in page
    assert "Fichier conservé" in page
    assert not Invoice.objects.exists()


def test_the_kept_file_serves_at_the_next_try(client, subsidy):
    log_in(client, subsidy)
    first = client.post(url("enter_invoice", subsidy), {**typed(subsidy, amount_ttc="abc"), "copy": a_pdf()})
    token = first.context["form"].fields["copy"].widget.kept_key

    answer = client.post(url("enter_invoice", subsidy), {**typed(subsidy), "copy_kept": token})

    assert answer.status_code == 302
    assert Invoice.objects.get().piece.file.original_name == "facture.pdf"
    assert StoredFile.objects.filter(original_name="facture.pdf").count() == 1


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("facture.pdf", zip_bytes(), "est une archive ZIP"),
        ("facture.pdf", b"%PDF-1.4 tronque", "est incomplet ou abîmé"),
        ("facture.docx", b"rien du tout", "« facture.docx » n’est pas, quel que soit son nom"),
        ("facture.pdf", b"", "vide"),
    ],
)
def test_an_upload_of_the_wrong_kind_is_explained_and_the_rest_stays(client, subsidy, name, data, sentence):
    log_in(client, subsidy)

    answer = client.post(url("enter_invoice", subsidy), {**typed(subsidy), "copy": SimpleUploadedFile(name, data)})

    assert answer.status_code == 422
    assert sentence in " ".join(text(answer).split())
    assert "FA-2016-77" in text(answer)
    assert not Invoice.objects.exists()


def test_a_photograph_is_a_copy(client, subsidy):
    log_in(client, subsidy)
    photo = SimpleUploadedFile("facture.jpg", image_bytes(), content_type="image/jpeg")

    assert client.post(url("enter_invoice", subsidy), {**typed(subsidy), "copy": photo}).status_code == 302
    assert Invoice.objects.get().piece.file.content_type == "image/jpeg"


def test_a_duplicate_is_refused_without_a_word_of_the_other_dossier(client, subsidy):
    elsewhere = EquipmentSubsidyFactory(notified=True)
    InvoiceFactory(subsidy=elsewhere, number="FA-2016-77")
    log_in(client, subsidy)

    answer = client.post(url("enter_invoice", subsidy), typed(subsidy))

    assert answer.status_code == 409
    assert "est déjà déposée dans le portail" in text(answer)
    assert elsewhere.thread.collectivite.name not in text(answer).replace(subsidy.thread.collectivite.name, "")


def test_the_same_file_under_another_number_is_pointed_out(client, subsidy):
    actor = log_in(client, subsidy)
    same = pdf_bytes("Facture d'exemple")
    line = a_line(classes_of(subsidy)[0])
    first = draft_of(actor, data=same)
    invoices.enter_invoice(subsidy=subsidy, actor=actor, content=an_invoice(number="FA-1"), lines=[line], copy=first)

    answer = client.post(url("enter_invoice", subsidy), {**typed(subsidy), "copy": a_pdf(data=same)}, follow=True)

    assert "Le même fichier est déjà déposé" in text(answer)
    assert "le même fournisseur, la même date et le même montant" in text(answer)


def test_a_campaign_that_wants_mandats_asks_for_them_in_the_form(client):
    campaign = CampaignFactory(code="AAP-2016-MANDAT", mandat_required=True)
    subsidy = EquipmentSubsidyFactory(acompte_paid=True, convention__dossier__campaign=campaign)
    log_in(client, subsidy)

    assert client.post(url("enter_invoice", subsidy), typed(subsidy)).status_code == 422
    assert client.post(url("enter_invoice", subsidy), typed(subsidy, mandat_number="1245")).status_code == 302


# --- Correct ---


def test_a_correction_starts_from_what_was_entered(client, subsidy):
    actor = log_in(client, subsidy)
    line = a_line(classes_of(subsidy)[0])
    invoice = invoices.enter_invoice(subsidy=subsidy, actor=actor, content=an_invoice(), lines=[line])

    page = text(client.get(url("correct_invoice", invoice)))
    assert 'value="FA-2016-001"' in page
    assert "6 583,75" in " ".join(page.split())

    changed = typed(subsidy, **{"seen": "1", "lignes-INITIAL_FORMS": "1", "lignes-0-amount_ttc": "7900,50"})
    answer = client.post(url("correct_invoice", invoice), changed)

    assert answer.status_code == 302
    row = Invoice.objects.get()
    assert (row.number, row.version, row.lines.count()) == ("FA-2016-77", 2, 1)


def test_a_line_is_struck_out_and_another_added(client, subsidy):
    actor = log_in(client, subsidy)
    first, second, _ = classes_of(subsidy)
    invoice = invoices.enter_invoice(subsidy=subsidy, actor=actor, content=an_invoice(), lines=[a_line(first)])
    moved = {
        "seen": "1",
        "lignes-INITIAL_FORMS": "1",
        "lignes-TOTAL_FORMS": "2",
        "lignes-0-DELETE": "on",
        "lignes-1-mobile_class": str(second.pk),
        "lignes-1-category": "container",
        "lignes-1-label": "",
        "lignes-1-amount_ht": "6583,75",
        "lignes-1-vat_rate": "0.2",
        "lignes-1-amount_ttc": "",
    }

    assert client.post(url("correct_invoice", invoice), typed(subsidy, **moved)).status_code == 302
    line = Invoice.objects.get().lines.get()
    assert (line.mobile_class, line.category) == (second, "container")


def test_a_line_left_as_it_was_is_kept_by_a_correction_of_the_head(client, subsidy):
    """A line that the person does not touch is not an empty one."""
    actor = log_in(client, subsidy)
    line = a_line(classes_of(subsidy)[0], ttc="7900.50", label="Quinze tablettes")
    invoice = invoices.enter_invoice(subsidy=subsidy, actor=actor, content=an_invoice(), lines=[line])
    same = typed(subsidy, **{"seen": "1", "lignes-INITIAL_FORMS": "1", "lignes-0-amount_ttc": "7900,50"})

    assert client.post(url("correct_invoice", invoice), same).status_code == 302
    assert Invoice.objects.get().lines.count() == 1


def test_a_stale_correction_reads_who_was_first_and_keeps_what_was_typed(client, subsidy):
    actor = log_in(client, subsidy)
    line = a_line(classes_of(subsidy)[0])
    invoice = invoices.enter_invoice(subsidy=subsidy, actor=actor, content=an_invoice(), lines=[line])
    invoices.correct_invoice(invoice_id=invoice.pk, actor=actor, content=an_invoice(), lines=[line], seen=1)

    answer = client.post(url("correct_invoice", invoice), typed(subsidy, seen="1"))

    assert answer.status_code == 409
    assert f"Déjà traité par {actor.name}" in text(answer)
    assert "FA-2016-77" in text(answer)
    assert Invoice.objects.get().number == "FA-2016-001"


def test_a_rejected_invoice_is_taken_up_again_from_its_content(client, subsidy):
    log_in(client, subsidy)
    invoice = InvoiceFactory(subsidy=subsidy, rejected=True, number="FA-99")
    again = f"{url('enter_invoice', subsidy)}?reprendre={invoice.pk}"

    assert again in text(client.get(invoice.get_absolute_url()))
    assert 'value="FA-99"' in text(client.get(again))
    for nonsense in ("abc", "999999", "0", "１２"):
        assert client.get(url("enter_invoice", subsidy), {"reprendre": nonsense}).status_code == 200


# --- Check ---


def test_the_dane_reads_checks_and_rejects_on_the_pages(client, subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True)
    log_in(client, subsidy, Role.AGENT_DANE)
    page = text(client.get(invoice.get_absolute_url()))
    assert url("accept_invoice", invoice) in page
    assert url("withdraw_invoice", invoice) not in page

    assert client.post(url("reject_invoice", invoice), {"seen": "1", "comment": ""}).status_code == 422
    assert client.post(url("accept_invoice", invoice), {"seen": "1", "comment": ""}).status_code == 302
    assert client.post(url("reject_invoice", invoice), {"seen": "1", "comment": "Non."}).status_code == 409
    assert client.post(url("reject_invoice", invoice), {"seen": "2", "comment": "Travaux."}).status_code == 302

    assert "Travaux." in text(client.get(invoice.get_absolute_url()))
    assert Invoice.objects.get().state == "rejected"


def test_a_collectivite_does_not_check_its_own_invoices(client, subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True)
    log_in(client, subsidy)

    refused = client.post(url("accept_invoice", invoice), {"seen": "1", "comment": ""})

    assert refused.status_code == 403
    assert "Cette action revient à" in text(refused)
    assert Invoice.objects.get().state == "deposited"


def test_a_foreign_collectivite_and_the_schools_find_nothing(client, subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True)
    for stranger in (actor_for(Role.EDITEUR, CollectiviteFactory()), actor_of(subsidy, Role.DIRECTOR, on=OCTOBER)):
        client.force_login(stranger.user)
        for name in ("invoice", "correct_invoice", "accept_invoice", "reject_invoice", "withdraw_invoice", "reopen_invoice"):
            assert client.get(url(name, invoice)).status_code == 404, name
        assert client.get(url("enter_invoice", subsidy)).status_code == 404


def test_the_copy_of_an_invoice_is_for_the_parties_and_not_for_the_schools(client, subsidy):
    """A supplier prints its bank account on its invoices."""
    actor = log_in(client, subsidy)
    line = a_line(classes_of(subsidy)[0])
    copy = draft_of(actor, data=pdf_bytes("Facture"))
    invoice = invoices.enter_invoice(subsidy=subsidy, actor=actor, content=an_invoice(), lines=[line], copy=copy)
    address = invoice.piece.get_absolute_url()

    for role, status in ((Role.EDITEUR, 200), (Role.AGENT_DANE, 200), (Role.DIRECTOR, 404)):
        log_in(client, subsidy, role)
        answer = client.get(address)
        assert answer.status_code == status, role
        assert answer.getvalue()  # read to its end: the test client closes the file then
