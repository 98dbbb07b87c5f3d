"""A file of schools after another: what a poorer one does not know, it does not erase."""

from collections.abc import Callable

import pytest

from plannumerique.organisations.enums import ReferenceSource, SchoolStatus
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.models import School
from tests.factories import DepartementFactory, SchoolFactory, uai
from tests.organisations.conftest import WriteTable, import_file
from tests.organisations.school_files import LIST_HEADERS

pytestmark = pytest.mark.django_db


def test_a_list_after_the_annuaire_leaves_what_it_does_not_know(
    full_line: Callable[..., Report], list_line: Callable[..., Report]
) -> None:
    full_line({"rpi_disperse": "025009", "etat": "A FERMER"})
    before = School.objects.values().get()
    report = list_line((uai(18), "ECOLE PRIMAIRE", "public", "25056", "BESANCON"))
    assert School.objects.values().get() == before
    assert report.count(Outcome.UNCHANGED) == 1


def test_a_list_may_move_a_school_to_another_commune(full_line: Callable[..., Report], list_line: Callable[..., Report]) -> None:
    full_line()
    list_line((uai(18), "ECOLE PRIMAIRE", "public", "25147", "CHEMAUDIN ET VAUX"))
    school = School.objects.get()
    assert (school.insee_code, school.name, school.address) == ("25147", "École d’Écot", "1 rue de l’École, BP 12")


def test_the_annuaire_after_a_list_completes_and_renames(
    full_line: Callable[..., Report], list_line: Callable[..., Report]
) -> None:
    list_line((uai(18), "ECOLE PRIMAIRE", "public", "25056", "BESANCON"))
    assert School.objects.get().name == "École primaire"
    full_line()
    school = School.objects.get()
    assert (school.name, school.email, school.source) == ("École d’Écot", "ecole@exemple.invalid", ReferenceSource.ANNUAIRE)
    assert school.search == "besancon ecole d ecot 0250018j"


def test_an_empty_cell_of_the_annuaire_erases_nothing(full_line: Callable[..., Report]) -> None:
    full_line()
    before = School.objects.values().get()
    full_line(dict.fromkeys(("Adresse_1", "Adresse_2", "Mail", "SIREN_SIRET", "latitude", "etat", "nom_circonscription"), ""))
    assert School.objects.values().get() == before


def test_a_school_leaves_its_rpi_when_the_annuaire_says_so(full_line: Callable[..., Report]) -> None:
    full_line({"rpi_disperse": "25009", "rpi_concentre": "1"})
    assert School.objects.values_list("rpi", "rpi_concentre").get() == ("025009", True)
    full_line({"rpi_concentre": ""})
    assert School.objects.values_list("rpi", "rpi_concentre").get() == ("025009", True)
    full_line({"rpi_concentre": "0"})
    assert School.objects.values_list("rpi", "rpi_concentre").get() == ("", False)


def test_a_file_with_the_flag_alone_says_nothing_of_the_rpi_dispersed(
    full_line: Callable[..., Report], write_table: WriteTable
) -> None:
    full_line({"rpi_disperse": "025009"})
    import_file(write_table((*LIST_HEADERS, "rpi_concentre"), (uai(18), "École d’Écot", "public", "25056", "Besançon", "0")))
    assert School.objects.values_list("rpi", "rpi_concentre").get() == ("025009", False)


def test_a_closed_school_is_told_by_its_state(full_line: Callable[..., Report]) -> None:
    full_line()
    report = full_line({"etat": "FERMÉ"})
    assert School.objects.get().status == SchoolStatus.CLOSED
    assert report.count(Outcome.UPDATED, "écoles") == 1


def test_schools_that_the_annuaire_no_longer_names_are_listed_and_left_open(full_line: Callable[..., Report]) -> None:
    gone = SchoolFactory(collectivite__insee_code="25056", uai=uai(77))
    jura = SchoolFactory(departement=DepartementFactory(jura=True))
    report = full_line()
    absent = [line for line in report.shown[Outcome.WARNED] if "ne figure plus" in line]
    assert len(absent) == 1
    assert gone.uai in absent[0]
    gone.refresh_from_db()
    jura.refresh_from_db()
    assert {gone.status, jura.status} == {SchoolStatus.OPEN}


def test_an_extract_says_nothing_of_the_schools_that_it_lacks(full_line: Callable[..., Report]) -> None:
    SchoolFactory.create_batch(3)
    assert not [line for line in full_line().shown[Outcome.WARNED] if "ne figure plus" in line]
