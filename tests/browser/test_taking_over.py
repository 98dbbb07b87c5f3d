"""The DANE takes over the dossiers of phase 1 from one workbook, the DAF what was paid: seen at a desk and on a phone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from plannumerique import clock
from plannumerique.organisations.enums import Role
from subsidies.models import EquipmentSubsidy, Payment
from tests.browser.conftest import LogIn
from tests.browser.people import Person
from tests.browser.reading import violations_of
from tests.browser.situations import somebody
from tests.browser.windows import DESKTOP, PHONE, too_wide
from tests.taken_over import ACOMPTE, CLOSED, NOW, address, line_of, past_campaign, workbook

WIDTHS = pytest.mark.parametrize("width", [DESKTOP, PHONE])
FIELD, COMPARE, CONFIRM = "Classeur de reprise (XLSX ou ODS)", "Comparer le classeur", "Confirmer la reprise"


@pytest.fixture
def campaign() -> Any:
    clock.shift_to(NOW.date())
    return past_campaign()


def looks_right(person: Person) -> None:
    """The width of a desk is that of the menu, which a demonstration makes longer: the phone alone says what the page does."""
    on_a_phone = (person.page.viewport_size or {}).get("width") == PHONE
    assert not on_a_phone or too_wide(person.page) <= 0
    assert violations_of(person.page) == []


def bring(person: Person, folder: Path, campaign: Any, line: Mapping[str, Any]) -> None:
    path = folder / "reprise.xlsx"
    path.write_bytes(workbook(campaign, line).read())
    person.bring(FIELD, path)


@WIDTHS
def test_a_workbook_is_refused_mended_reviewed_confirmed_then_the_payment_is_confirmed(
    campaign: Any, log_in: LogIn, tmp_path: Path, width: int
) -> None:
    line = line_of(ACOMPTE)
    dane = log_in(somebody(Role.AGENT_DANE), width=width)
    dane.open(address(campaign))
    looks_right(dane)

    bring(dane, tmp_path, campaign, line | {"uai": "0259999A"})
    dane.press_in_vain(COMPARE, because="Rien n’est enregistré : 1 erreur à corriger")
    expect(dane.page.get_by_role("alert").first).to_be_focused()
    looks_right(dane)
    bring(dane, tmp_path, campaign, line | {"recteur_signed_on": "20/03/2016"})
    dane.press_in_vain(COMPARE, because="1 dossier refusé sur 1")
    looks_right(dane)
    bring(dane, tmp_path, campaign, line)
    dane.button(COMPARE).click()
    dane.sees("Dossiers à reprendre")
    looks_right(dane)
    assert not EquipmentSubsidy.objects.exists()
    dane.press(CONFIRM, then="1 ligne traitée")

    daf = log_in(somebody(Role.GESTIONNAIRE_DAF), width=width)
    daf.open(address(campaign))
    bring(daf, tmp_path, campaign, line)
    daf.button(COMPARE).click()
    daf.sees("à confirmer par un valideur de la DAF")
    daf.press(CONFIRM, then="1 ligne traitée")

    valideur = log_in(somebody(Role.VALIDEUR_DAF), width=width)
    valideur.open(Payment.objects.get().get_absolute_url())
    looks_right(valideur)
    valideur.link("Confirmer le paiement repris").click()
    looks_right(valideur)
    valideur.press("Confirmer le paiement repris", then="Le paiement repris est confirmé")
    valideur.open(EquipmentSubsidy.objects.get().convention.dossier.get_absolute_url())
    valideur.sees("Actes repris, faits avant le portail")
    looks_right(valideur)


def enters(person: Person, folder: Path, campaign: Any, line: Mapping[str, Any], *, sees: str) -> None:
    person.open(address(campaign))
    bring(person, folder, campaign, line)
    person.button(COMPARE).click()
    person.sees(sees)
    looks_right(person)
    person.press(CONFIRM, then="1 ligne traitée")


def confirms_what_was_paid(valideur: Person) -> None:
    for payment in Payment.objects.under_way():
        valideur.open(payment.get_absolute_url())
        valideur.link("Confirmer le paiement repris").click()
        valideur.press("Confirmer le paiement repris", then="Le paiement repris est confirmé")


@WIDTHS
def test_a_dossier_closed_before_the_portal_is_brought_to_its_closing(
    campaign: Any, log_in: LogIn, tmp_path: Path, width: int
) -> None:
    line = line_of(CLOSED)
    dane = log_in(somebody(Role.AGENT_DANE), width=width)
    daf = log_in(somebody(Role.GESTIONNAIRE_DAF), width=width)
    valideur = log_in(somebody(Role.VALIDEUR_DAF), width=width)
    dane.open(address(campaign))
    bring(dane, tmp_path, campaign, line | {"solde_amount": "5 950,26"})
    dane.press_in_vain(COMPARE, because="Rien n’est enregistré : 1 erreur à corriger")
    dane.sees("dépasse ce qui restait dû")
    looks_right(dane)

    enters(dane, tmp_path, campaign, line, sees="un gestionnaire de la DAF dépose ce même classeur")
    enters(daf, tmp_path, campaign, line, sees="Le service fait attend que l’acompte soit confirmé")
    confirms_what_was_paid(valideur)
    enters(dane, tmp_path, campaign, line, sees="Service fait constaté le 5 septembre 2016")
    enters(daf, tmp_path, campaign, line, sees="Solde de 5 950,25 €, à confirmer")
    confirms_what_was_paid(valideur)
    enters(daf, tmp_path, campaign, line, sees="Subvention close le 20 septembre 2016")

    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, subsidy.paid_total) == ("closed", subsidy.definitive_amount)
    for page in (subsidy.convention.dossier.get_absolute_url(), subsidy.get_absolute_url(), f"{subsidy.get_absolute_url()}etat/"):
        dane.open(page)
        dane.sees("SF-PAPIER-1")
        looks_right(dane)
    dane.open(address(campaign))
    bring(dane, tmp_path, campaign, line)
    dane.press_in_vain(COMPARE, because="Rien n’est à saisir par vous")
    looks_right(dane)
