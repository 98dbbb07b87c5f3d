"""A day of the recteur: an opinion passed over in writing, a convention and a decision signed, each found on the home."""

import datetime as dt

import pytest

from conventions.models import Convention
from plannumerique.organisations.enums import Role
from subsidies.models import EquipmentSubsidy
from tests.browser.conftest import LogIn, Paper
from tests.browser.days import WIDTHS, around, dossier_of, lay_the_letters_out, on
from tests.browser.people import Person
from tests.factories_conventions import ConventionFactory
from tests.factories_subsidies import EquipmentSubsidyFactory

TODAY = dt.date(2016, 8, 30)
OVERRULE, SIGN = "Passer outre l’avis défavorable", "Enregistrer la signature du recteur"
DECIDE = "Enregistrer la signature de la décision"


@pytest.fixture
def refused() -> Convention:
    on(TODAY)
    found: Convention = ConventionFactory(dossier=dossier_of("Belfort"), cbr_given=True, cbr_sense="unfavourable")
    return found


@pytest.fixture
def to_sign() -> Convention:
    found: Convention = ConventionFactory(dossier=dossier_of("Ornans"), signed_collectivite=True)
    lay_the_letters_out()
    return found


@pytest.fixture
def prepared() -> EquipmentSubsidy:
    found: EquipmentSubsidy = EquipmentSubsidyFactory(convention__dossier=dossier_of("Gray"), prepared=True)
    return found


@WIDTHS
def test_a_day_of_the_recteur(
    refused: Convention, to_sign: Convention, prepared: EquipmentSubsidy, paper: Paper, log_in: LogIn, width: int
) -> None:
    recteur = log_in(around(refused.thread, Role.RECTEUR, first_name="Alix"), width=width)

    passes_over(recteur, refused, paper)
    signs_the_convention(recteur, to_sign)
    signs_the_decision(recteur, prepared)


def passes_over(recteur: Person, refused: Convention, paper: Paper) -> None:
    task = "Passer outre un avis défavorable, ou y renoncer"
    recteur.takes(task, "Belfort")
    recteur.sees("Avis du CBR défavorable")
    recteur.opens(OVERRULE)
    recteur.fill({"Motif": " "})
    recteur.bring("Décision signée du recteur", paper("passer outre.pdf"))
    recteur.press_in_vain(OVERRULE, because="Motif")
    assert Convention.objects.get(pk=refused.pk).cbr_overruled_on is None
    recteur.fill({"Motif": "L’équipement est attendu à la rentrée."})
    recteur.press(OVERRULE, then="La décision de passer outre est enregistrée.")
    recteur.has_done(task, "Belfort")

    row = Convention.objects.get(pk=refused.pk)
    assert (row.cbr_overruled_on, row.cbr_overruled_motive) == (TODAY, "L’équipement est attendu à la rentrée.")
    assert row.cbr_overruled_piece is not None
    assert row.cbr_overruled_piece.file.original_name == "passer outre.pdf"


def signs_the_convention(recteur: Person, to_sign: Convention) -> None:
    recteur.takes("Signer les conventions", "Ornans")
    recteur.opens(SIGN)
    recteur.fill({"Signée par le recteur le": "2016-01-04"})
    recteur.press_in_vain(SIGN, because="2016")
    recteur.finds_typed({"Signée par le recteur le": "2016-01-04"})
    recteur.fill({"Signée par le recteur le": "2016-08-30"})
    recteur.press(SIGN, then="La convention est signée des deux parties.")
    recteur.has_done("Signer les conventions", "Ornans")

    row = Convention.objects.get(pk=to_sign.pk)
    assert (row.state, row.recteur_signed_on) == ("signed_recteur", TODAY)


def signs_the_decision(recteur: Person, prepared: EquipmentSubsidy) -> None:
    recteur.takes("Signer les décisions attributives", "Gray")
    recteur.sees("12 000,00 €")
    recteur.does(DECIDE, {"Signée le": "2016-08-30"}, then="La décision est signée et numérotée")
    recteur.has_done("Signer les décisions attributives", "Gray")

    row = EquipmentSubsidy.objects.get(pk=prepared.pk)
    assert (row.state, row.decision_signed_on, row.decided_amount) == ("decision_signed", TODAY, prepared.decided_amount)
    assert row.decision_reference.startswith("AAP-2016-DEC-")
