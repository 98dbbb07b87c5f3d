"""A day of somebody without an account: a councillor who reads the programme, simulates, looks at her neighbours, checks a letter."""

import csv
import datetime as dt

import pytest
from playwright.sync_api import expect

from plannumerique.files.models import IssuedDocument
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import Academie, Departement, School
from projects import services
from projects.models import Application
from tests.browser.conftest import NewWindow
from tests.browser.days import WIDTHS, dossier_of, lay_the_letters_out, on
from tests.browser.people import Person
from tests.factories import SchoolFactory, actor_for
from tests.factories_projects import ApplicationFactory
from tests.papers import at

TODAY = dt.date(2016, 9, 5)
SQUARE = [[[5.5, 46.5], [7.0, 46.5], [7.0, 47.7], [5.5, 47.7], [5.5, 46.5]]]


@pytest.fixture
def retained() -> IssuedDocument:
    """Two schools that the map places; the letter of the first, laid out."""
    on(TODAY)
    maiche = _admissible("Maîche", "École Pasteur", x="6.806", y="47.252")
    _admissible("Ornans", "École Courbet", x="6.144", y="47.107")
    Departement.objects.update(outline=SQUARE)
    agent = actor_for(Role.AGENT_DANE, maiche.campaign.academie, at=at(TODAY))
    for row in Application.objects.all():
        services.retain(application_id=row.pk, actor=agent, on=TODAY, selection_list="Liste du 5 septembre 2016", classes=2)
    lay_the_letters_out()
    letter: IssuedDocument = IssuedDocument.objects.get(kind="selection", thread=maiche.thread)
    return letter


def _admissible(commune: str, school: str, *, x: str, y: str) -> Application:
    dossier = dossier_of(commune)
    row: Application = ApplicationFactory(
        dossier=dossier,
        school=SchoolFactory(collectivite=dossier.collectivite, name=school, longitude=x, latitude=y),
        admissible=True,
    )
    return row


@WIDTHS
def test_a_day_of_a_visitor(retained: IssuedDocument, new_window: NewWindow, width: int) -> None:
    visitor = Person(new_window(width))
    visitor.open("/")

    reads_the_programme(visitor)
    simulates(visitor)
    looks_at_the_retained_schools(visitor)
    takes_the_data_away(visitor)
    verifies(visitor, retained)


def reads_the_programme(visitor: Person) -> None:
    visitor.sees_heading("Le programme et son calendrier")
    visitor.sees("8 000,00 € TTC au plus")
    dane = Academie.objects.get().dane_email
    subject = "plan%20num%C3%A9rique%20national%20premier%20degr%C3%A9"
    expect(visitor.link(dane)).to_have_attribute("href", f"mailto:{dane}?subject={subject}")


def simulates(visitor: Person) -> None:
    visitor.follows_menu("Simuler une subvention")
    prices = {"Prix de la classe mobile n° 1": "7 900,50", "Prix de la classe mobile n° 2": "neuf mille"}
    visitor.fill(prices)
    visitor.press_in_vain("Calculer", because="neuf mille")
    visitor.finds_typed(prices)
    visitor.fill({"Prix de la classe mobile n° 2": "9 100"})
    visitor.button("Calculer").click()
    visitor.has_before_her_eyes("Résultat")
    visitor.sees_amounts(
        {
            "Subvention de l’État": "7 950,25 €",
            "Acompte": "3 975,12 €",
            "Solde": "3 975,13 €",
            "À la charge de la collectivité": "9 050,25 €",
        }
    )
    visitor.sees_the_whole_width()


def looks_at_the_retained_schools(visitor: Person) -> None:
    visitor.follows_menu("Écoles retenues")
    visitor.sees("2 candidatures retenues")
    expect(visitor.page.get_by_role("img", name="Carte des écoles retenues")).to_be_visible()
    expect(visitor.main.locator("svg circle")).to_have_count(2)
    visitor.filters({"École, commune, UAI ou collectivité": "maiche"})
    assert visitor.address() == {"q": "maiche"}
    visitor.sees("1 candidature retenue")
    visitor.sees("École Pasteur (Maîche)")
    visitor.sees_nothing_of("École Courbet")


def takes_the_data_away(visitor: Person) -> None:
    visitor.opens("Télécharger ces données")
    with visitor.page.expect_download() as given:
        visitor.link("ecoles-retenues.csv").click()
    rows = list(csv.DictReader(given.value.path().read_text("utf-8-sig").splitlines()))
    assert sorted((row["uai"], row["classes_retenues"]) for row in rows) == sorted(
        (uai, "2") for uai in School.objects.ecoles().values_list("uai", flat=True)
    )


def verifies(visitor: Person, letter: IssuedDocument) -> None:
    visitor.follows_menu("Vérifier un document")
    visitor.fill({"Code de vérification": "K7QF-2M9D"})
    visitor.press_in_vain("Vérifier", because="Ce code n’a pas la bonne forme")
    visitor.finds_typed({"Code de vérification": "K7QF-2M9D"})
    code = letter.verification_code
    visitor.fill({"Code de vérification": f"{code[:4]}-{code[4:8]}-{code[8:]}".lower()})
    visitor.button("Vérifier").click()
    visitor.has_before_her_eyes("Ce document est connu du portail")
    visitor.sees("Authentique, en vigueur")
    visitor.sees(letter.reference)
    visitor.sees(letter.sha256)
    visitor.sees_the_whole_width()
