"""The secretary with eight hours a week: a workbook filled off line, copies dropped together then typed beside each other."""

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from plannumerique import clock
from plannumerique.organisations.enums import Role
from subsidies.models import EquipmentSubsidy, Invoice
from tests.browser.conftest import LogIn
from tests.browser.people import Person
from tests.browser.reading import violations_of
from tests.browser.situations import somebody
from tests.browser.windows import DESKTOP, PHONE, too_wide
from tests.factories_statement import SUPPLIER, classes_of
from tests.factories_subsidies import EquipmentSubsidyFactory
from tests.files.sample import pdf_bytes
from tests.workbooks import a_row, fill

WIDTHS = pytest.mark.parametrize("width", [DESKTOP, PHONE])


@pytest.fixture
def subsidy() -> EquipmentSubsidy:
    clock.shift_to(dt.date(2016, 10, 10))
    return EquipmentSubsidyFactory(acompte_paid=True)


def looks_right(person: Person) -> None:
    assert too_wide(person.page) <= 0
    assert violations_of(person.page) == []


def download(person: Person, folder: Path) -> Path:
    with person.page.expect_download() as given:
        person.link("Télécharger le classeur prérempli").click()
    path = folder / "etat.xlsx"
    given.value.save_as(path)
    return path


def rewrite(path: Path, *rows: dict[str, object]) -> None:
    book = load_workbook(path)
    fill(book, *rows)
    book.save(path)


@WIDTHS
def test_a_workbook_is_downloaded_filled_refused_mended_reviewed_and_confirmed(
    subsidy: EquipmentSubsidy, log_in: LogIn, tmp_path: Path, width: int
) -> None:
    editeur = log_in(somebody(Role.EDITEUR), width=width)
    editeur.open(subsidy.get_absolute_url())
    editeur.sees("Pour recevoir le solde")
    looks_right(editeur)
    editeur.opens("Remplir l’état", "Remplir l’état dans un classeur")
    looks_right(editeur)
    path = download(editeur, tmp_path)

    rewrite(path, a_row(subsidy), a_row(subsidy, 1, number="FA-2016-78", line_ht="douze"))
    editeur.bring("Le classeur rempli", path)
    editeur.press_in_vain("Vérifier le classeur", because="Rien n’est enregistré : 1 erreur à corriger")
    editeur.sees("Ligne 5, N5")
    expect(editeur.page.get_by_role("alert").first).to_be_focused()
    looks_right(editeur)

    rewrite(path, a_row(subsidy), a_row(subsidy, 1, number="FA-2016-78"))
    editeur.bring("Le classeur rempli", path)
    editeur.button("Vérifier le classeur").click()
    editeur.sees_heading("Ce qui va être enregistré")
    editeur.sees("15 801,00 €")
    looks_right(editeur)
    assert not Invoice.objects.exists()

    editeur.press("Confirmer et enregistrer", then="Le classeur est enregistré : 2 factures.")
    editeur.sees("Classe par classe")
    looks_right(editeur)
    assert sorted(Invoice.objects.values_list("number", flat=True)) == ["FA-2016-77", "FA-2016-78"]


@WIDTHS
def test_copies_are_dropped_together_then_typed_one_after_the_other(
    subsidy: EquipmentSubsidy, log_in: LogIn, tmp_path: Path, width: int
) -> None:
    copies = [tmp_path / f"facture-{number}.pdf" for number in (1, 2)]
    for copy in copies:
        copy.write_bytes(pdf_bytes(copy.stem))
    editeur = log_in(somebody(Role.EDITEUR), width=width)
    editeur.open(subsidy.get_absolute_url())
    editeur.opens("Déposer les factures")
    editeur.field("Copies des factures").set_input_files(copies)
    editeur.press("Déposer", then="2 copies sont déposées")
    looks_right(editeur)

    editeur.opens("Saisir facture-1.pdf")
    looks_right(editeur)
    frame, link = editeur.page.locator("iframe"), editeur.link("Ouvrir facture-1.pdf")
    expect(link).to_be_visible()
    expect(frame).to_be_visible(visible=width == DESKTOP)
    type_invoice(editeur, subsidy, "FA-1")
    editeur.sees_heading("Saisir la facture")
    expect(editeur.link("Ouvrir facture-2.pdf")).to_be_visible()
    type_invoice(editeur, subsidy, "FA-2")
    editeur.sees_heading("État récapitulatif des dépenses")

    assert [one.piece.file.original_name for one in Invoice.objects.order_by("number")] == ["facture-1.pdf", "facture-2.pdf"]


def type_invoice(editeur: Person, subsidy: EquipmentSubsidy, number: str) -> None:
    editeur.fill(
        {
            "Fournisseur": "Fournitures d’exemple",
            "SIRET du fournisseur": SUPPLIER,
            "Numéro de la facture": number,
            "Date de la facture": "2016-10-05",
            "Total HT": "6 583,75",
            "Total de la TVA": "1 316,75",
            "Total TTC": "7 900,50",
        }
    )
    line = editeur.line("Ligne 1")
    editeur.select("Classe mobile", str(classes_of(subsidy)[0]), within=line)
    editeur.select("Nature", "terminaux", within=line)
    editeur.fill({"HT": "6 583,75"}, within=line)
    editeur.press("Enregistrer la facture", then="est enregistrée.")
