"""Copies dropped several at once, then typed one after the other with the copy beside."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.files.enums import Readers
from plannumerique.files.models import Piece, StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.organisations.enums import Role
from subsidies.models import Invoice
from subsidies.services import invoices
from tests.factories import CollectiviteFactory, actor_for
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


def url(name, *rows):
    return reverse(f"subsidies:{name}", args=[row.pk for row in rows])


def text(answer):
    return " ".join(answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def a_pdf(words, name=None):
    return SimpleUploadedFile(name or f"{words}.pdf", pdf_bytes(words), content_type="application/pdf")


def drop(client, subsidy, *files):
    return client.post(url("drop_invoices", subsidy), {"copies": list(files)})


def dropped(subsidy, *names, actor=None):
    actor = actor or actor_of(subsidy, Role.EDITEUR, on=OCTOBER)
    return invoices.drop_copies(subsidy=subsidy, actor=actor, files_sent=[draft_of(actor, name=name) for name in names])


def typed(subsidy, **changes):
    return {
        "supplier_name": "Numérique Exemple SARL",
        "supplier_siret": SUPPLIER,
        "number": "FA-2016-77",
        "invoiced_on": "2016-10-05",
        "amount_ht": "6 583,75",
        "amount_vat": "1316.75",
        "amount_ttc": "7 900,50",
        "lignes-TOTAL_FORMS": "1",
        "lignes-INITIAL_FORMS": "0",
        "lignes-0-mobile_class": str(classes_of(subsidy)[0].pk),
        "lignes-0-category": "terminals",
        "lignes-0-amount_ht": "6583,75",
        "lignes-0-vat_rate": "0.2",
        **changes,
    }


# --- Drop ---


def test_several_copies_are_deposited_at_once_and_wait_to_be_typed(client, subsidy):
    log_in(client, subsidy)
    photo = SimpleUploadedFile("facture-3.jpg", image_bytes(), content_type="image/jpeg")

    answer = client.post(url("drop_invoices", subsidy), {"copies": [a_pdf("facture-1"), a_pdf("facture-2"), photo]}, follow=True)

    page = text(answer)
    assert "3 copies sont déposées" in page
    assert "3 copies attendent d’être saisies" in page
    for name in ("facture-1.pdf", "facture-2.pdf", "facture-3.jpg"):
        assert f"Saisir {name}" in page
    pieces = invoices.copies_to_type(subsidy)
    assert [piece.readers for piece in pieces] == [Readers.COLLECTIVITE] * 3
    assert not Invoice.objects.exists()


def test_a_wrong_file_among_others_is_named_and_the_others_are_taken(client, subsidy):
    log_in(client, subsidy)
    wrong = SimpleUploadedFile("notes.pdf", zip_bytes())

    answer = drop(client, subsidy, a_pdf("facture-1"), wrong, a_pdf("facture-2"))

    assert answer.status_code == 422
    page = text(answer)
    assert "« notes.pdf » est une archive ZIP" in page
    assert "2 copies sont déposées" in page
    assert invoices.copies_to_type(subsidy).count() == 2


def test_a_file_that_the_dossier_holds_already_is_named_and_not_deposited_again(client, subsidy):
    log_in(client, subsidy)
    drop(client, subsidy, a_pdf("facture-1"))

    answer = drop(client, subsidy, a_pdf("facture-1", "copie.pdf"), a_pdf("facture-2"), a_pdf("facture-2", "encore.pdf"))

    assert answer.status_code == 422
    page = text(answer)
    assert "« copie.pdf » est déjà dans ce dossier, sous le nom « Facture à saisir : facture-1.pdf »" in page
    assert "« encore.pdf » est déjà dans ce dossier" in page
    assert invoices.copies_to_type(subsidy).count() == 2


def test_the_same_file_in_another_dossier_is_not_named(client, subsidy):
    elsewhere = EquipmentSubsidyFactory(acompte_paid=True)
    dropped(elsewhere, "facture.pdf")
    log_in(client, subsidy)

    found = dropped(subsidy, "facture.pdf")

    assert (len(found.pieces), found.already) == (1, [])


def test_nothing_too_many_and_no_file_at_all_are_said(client, subsidy):
    log_in(client, subsidy)

    assert client.post(url("drop_invoices", subsidy), {"copies": ""}).status_code == 422
    many = drop(client, subsidy, *(a_pdf(f"f{number}") for number in range(21)))

    assert many.status_code == 422
    assert "20 fichiers au plus" in text(many)
    assert not StoredFile.objects.filter(original_name="f1.pdf").exists()


def test_the_list_of_copies_costs_the_same_at_two_and_at_sixty(client, subsidy):
    log_in(client, subsidy)
    counts = []
    for wanted in (2, 58):
        dropped(subsidy, *(f"{wanted}-{number}.pdf" for number in range(wanted)))
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url("drop_invoices", subsidy))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12
    assert "60 copies" in text(answer)
    assert "Et 10 autres copies" in text(answer)


# --- Type ---


def test_a_copy_is_typed_beside_its_file_and_leads_to_the_next_one(client, subsidy):
    log_in(client, subsidy)
    first, second = dropped(subsidy, "facture-1.pdf", "facture-2.pdf").pieces
    page = text(client.get(url("type_invoice", subsidy, first)))
    assert f'<iframe class="portal-beside__frame" src="{first.get_absolute_url()}"' in page
    assert 'title="Copie de la facture' in page
    assert url("type_invoice", subsidy, second) in page
    assert 'type="file"' not in page

    answer = client.post(url("type_invoice", subsidy, first), typed(subsidy))

    assert answer.headers["Location"] == url("type_invoice", subsidy, second)
    assert Invoice.objects.get().piece == first
    assert list(invoices.copies_to_type(subsidy)) == [second]

    last = client.post(url("type_invoice", subsidy, second), typed(subsidy, number="FA-78"))
    assert last.headers["Location"] == url("statement", subsidy)


def test_a_photographed_copy_is_shown_as_an_image_of_the_page(client, subsidy):
    log_in(client, subsidy)
    (photograph,) = dropped(subsidy, "facture-1.png").pieces

    page = text(client.get(url("type_invoice", subsidy, photograph)))

    assert f'<img src="{photograph.get_absolute_url()}" alt="Copie de la facture&nbsp;: facture-1.png">' in page
    assert "<iframe" not in page


def test_from_the_last_copy_the_next_is_the_first_that_was_passed_over(client, subsidy):
    log_in(client, subsidy)
    first, second = dropped(subsidy, "facture-1.pdf", "facture-2.pdf").pieces

    answer = client.post(url("type_invoice", subsidy, second), typed(subsidy))

    assert answer.headers["Location"] == url("type_invoice", subsidy, first)


def test_what_is_typed_wrong_stays_beside_the_copy(client, subsidy):
    log_in(client, subsidy)
    (piece,) = dropped(subsidy, "facture-1.pdf").pieces

    answer = client.post(url("type_invoice", subsidy, piece), typed(subsidy, amount_ttc="abc"))

    assert answer.status_code == 422
    assert 'value="FA-2016-77"' in text(answer)
    assert "<iframe" in text(answer)
    assert list(invoices.copies_to_type(subsidy)) == [piece]


def test_a_copy_that_a_colleague_has_typed_meanwhile_is_not_typed_twice(client, subsidy):
    actor = log_in(client, subsidy)
    (piece,) = dropped(subsidy, "facture-1.pdf").pieces
    line = a_line(classes_of(subsidy)[0])
    invoices.enter_invoice(subsidy=subsidy, actor=actor, content=an_invoice(), lines=[line], piece=piece)

    with pytest.raises(Refused, match="n’attend plus"):
        invoices.enter_invoice(subsidy=subsidy, actor=actor, content=an_invoice(number="B"), lines=[line], piece=piece)

    gone = client.get(url("type_invoice", subsidy, piece))
    assert gone.status_code == 404
    assert url("drop_invoices", subsidy) in text(gone)
    assert Invoice.objects.count() == 1


def test_the_copy_of_another_dossier_is_not_typed_here(client, subsidy):
    log_in(client, subsidy)
    elsewhere = EquipmentSubsidyFactory(acompte_paid=True)
    (foreign,) = dropped(elsewhere, "facture-1.pdf").pieces

    assert client.post(url("type_invoice", subsidy, foreign), typed(subsidy)).status_code == 404
    assert not Invoice.objects.exists()


def test_an_invoice_is_corrected_beside_its_copy(client, subsidy):
    log_in(client, subsidy)
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True)

    assert f'src="{invoice.piece.get_absolute_url()}"' in text(client.get(url("correct_invoice", invoice)))


def test_the_dane_accepts_an_invoice_and_the_copy_that_was_dropped(client, subsidy):
    actor = log_in(client, subsidy)
    (piece,) = dropped(subsidy, "facture-1.pdf", actor=actor).pieces
    line = a_line(classes_of(subsidy)[0])
    invoice = invoices.enter_invoice(subsidy=subsidy, actor=actor, content=an_invoice(), lines=[line], piece=piece)

    invoices.accept_invoice(invoice_id=invoice.pk, actor=actor_of(subsidy, Role.AGENT_DANE, on=OCTOBER))

    assert Piece.objects.get(pk=piece.pk).state == "accepted"


# --- Join to an invoice that is typed already ---


def test_a_copy_is_joined_to_an_invoice_that_a_workbook_has_entered(client, subsidy):
    log_in(client, subsidy)
    invoice = InvoiceFactory(subsidy=subsidy, without_copy=True)
    with_copy = InvoiceFactory(subsidy=subsidy, waiting=True)
    (piece,) = dropped(subsidy, "facture-1.pdf").pieces
    assert url("attach_copy", subsidy, piece) in text(client.get(url("drop_invoices", subsidy)))
    page = text(client.get(url("attach_copy", subsidy, piece)))
    assert str(invoice) in page
    assert str(with_copy) not in page

    assert client.post(url("attach_copy", subsidy, piece), {"invoice_id": str(with_copy.pk)}).status_code == 422
    answer = client.post(url("attach_copy", subsidy, piece), {"invoice_id": str(invoice.pk)})

    assert answer.status_code == 302
    invoice = Invoice.objects.get(pk=invoice.pk)
    assert (invoice.piece, invoice.version) == (piece, 2)
    assert client.get(url("attach_copy", subsidy, piece)).status_code == 404


def test_a_copy_does_not_take_the_place_of_another_nor_leave_its_dossier(subsidy):
    actor = actor_of(subsidy, Role.EDITEUR, on=OCTOBER)
    with_copy, foreign = InvoiceFactory(subsidy=subsidy, waiting=True), InvoiceFactory(without_copy=True)
    (piece,) = dropped(subsidy, "facture-1.pdf").pieces

    with pytest.raises(Refused, match="a déjà sa copie"):
        invoices.attach_copy(invoice_id=with_copy.pk, piece=piece, actor=actor)
    with pytest.raises(PermissionDenied):
        invoices.attach_copy(invoice_id=foreign.pk, piece=piece, actor=actor)
    stranger = actor_of(foreign.subsidy, Role.EDITEUR, on=OCTOBER)
    with pytest.raises(Refused, match="n’attend plus"):
        invoices.attach_copy(invoice_id=foreign.pk, piece=piece, actor=stranger)

    assert list(invoices.copies_to_type(subsidy)) == [piece]


# --- Who ---


def test_the_copy_is_shown_to_the_same_origin_alone_and_does_nothing_there(client, subsidy):
    log_in(client, subsidy)
    (piece,) = dropped(subsidy, "facture-1.pdf").pieces

    page, copy = client.get(url("type_invoice", subsidy, piece)), client.get(piece.get_absolute_url())

    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert copy.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in copy.headers["Content-Security-Policy"]
    copy.close()


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.GESTIONNAIRE_DAF])
def test_another_role_is_refused_and_nothing_moves(client, subsidy, role):
    (piece,) = dropped(subsidy, "facture-1.pdf").pieces
    actor = log_in(client, subsidy, role)

    assert drop(client, subsidy, a_pdf("facture-2")).status_code == 403
    assert client.post(url("type_invoice", subsidy, piece), typed(subsidy)).status_code == 403
    assert client.post(url("attach_copy", subsidy, piece), {"invoice_id": "1"}).status_code == 403
    with pytest.raises(PermissionDenied):
        dropped(subsidy, "facture-3.pdf", actor=actor)

    assert Piece.objects.filter(kind="invoice").count() == 1
    assert not Invoice.objects.exists()


def test_a_foreign_collectivite_and_the_schools_find_nothing(client, subsidy):
    (piece,) = dropped(subsidy, "facture-1.pdf").pieces
    for stranger in (actor_for(Role.EDITEUR, CollectiviteFactory()), actor_of(subsidy, Role.DIRECTOR, on=OCTOBER)):
        client.force_login(stranger.user)
        assert drop(client, subsidy, a_pdf("facture-2")).status_code == 404
        assert client.get(url("type_invoice", subsidy, piece)).status_code == 404
        assert client.get(url("attach_copy", subsidy, piece)).status_code == 404
        assert client.get(piece.get_absolute_url()).status_code == 404


def test_a_deposited_statement_takes_no_copy(client):
    subsidy = EquipmentSubsidyFactory(justified=True)
    log_in(client, subsidy)

    assert drop(client, subsidy, a_pdf("facture-1")).status_code == 403


# --- The page of the subsidy ---


def test_the_page_of_the_subsidy_says_what_is_left_of_the_three_actions(client, subsidy):
    log_in(client, subsidy)
    page = text(client.get(subsidy.get_absolute_url()))
    for words in ("Déposer les factures", "Remplir l’état récapitulatif", "Certifier et envoyer", "toutes les factures"):
        assert words in page, words
    for one in classes_of(subsidy):
        assert f"{one} : aucune facture" in page

    dropped(subsidy, "facture-1.pdf")
    InvoiceFactory(subsidy=subsidy, without_copy=True, expenses={classes_of(subsidy)[0]: "8000"})

    page = text(client.get(subsidy.get_absolute_url()))
    for words in ("1 copie à saisir", "la copie de 1 facture saisie", "la certification par le représentant"):
        assert words in page, words
    assert f"{classes_of(subsidy)[0]} : aucune facture" not in page


def test_the_three_actions_are_for_whoever_fills_the_statement(client, subsidy):
    for role in (Role.AGENT_DANE, Role.GESTIONNAIRE_DAF, Role.DIRECTOR):
        log_in(client, subsidy, role)
        assert "Pour recevoir le solde" not in text(client.get(subsidy.get_absolute_url()))
    deposited = EquipmentSubsidyFactory(justified=True)
    log_in(client, deposited)
    assert "Pour recevoir le solde" not in text(client.get(deposited.get_absolute_url()))
