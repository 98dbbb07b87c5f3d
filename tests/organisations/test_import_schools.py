"""Schools and collèges from the genuine files, of any vintage, encoding and kind."""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plannumerique.organisations.enums import ReferenceSource, SchoolKind, SchoolStatus, Sector
from plannumerique.organisations.imports.names import tidy_name
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.schools import NOT_A_SCHOOL, OTHER_SITE
from plannumerique.organisations.models import Academie, Circonscription, Collectivite, Departement, School
from tests.factories import DepartementFactory, uai
from tests.organisations.conftest import ANNUAIRE_35, COLLEGES, IPS, WriteTable, import_file
from tests.organisations.school_files import FULL, FULL_HEADERS, LIST_HEADERS

pytestmark = pytest.mark.django_db


# --- The genuine files ---


@pytest.mark.usefixtures("collectivites_2016")
def test_ecoles_and_colleges_of_the_academie_de_besancon() -> None:
    ecoles, colleges = import_file(IPS), import_file(COLLEGES)

    assert ecoles.counts == {("écoles", Outcome.CREATED): 718, ("écoles", Outcome.WARNED): 1}
    assert colleges.counts == {("collèges", Outcome.CREATED): 147}
    assert School.objects.ecoles().filter(sector=Sector.PUBLIC).count() == 664
    assert School.objects.colleges().filter(sector=Sector.PUBLIC).count() == 107
    assert School.objects.filter(sector=Sector.INDEPENDENT).count() == 4
    assert School.objects.ecoles().filter(insee_code="25056").count() == 36
    per_departement = School.objects.colleges().order_by("departement__code").values_list("departement__code", flat=True)
    assert [list(per_departement).count(code) for code in ("025", "039", "070", "090")] == [63, 38, 29, 17]


@pytest.mark.usefixtures("collectivites_2016")
def test_public_schools_are_linked_and_private_ones_are_not() -> None:
    import_file(IPS)
    import_file(COLLEGES)
    # Les Premiers Sapins, born on 1 January 2016, are missing from the composition of 2016.
    assert list(School.objects.filter(sector=Sector.PUBLIC, collectivite=None).values_list("insee_code", flat=True)) == ["25424"]
    assert not School.objects.exclude(sector=Sector.PUBLIC).exclude(collectivite=None).exists()
    ecole = School.objects.ecoles().filter(insee_code="25056").first()
    college = School.objects.colleges().filter(departement__code="090", sector=Sector.PUBLIC).first()
    assert (ecole.collectivite.name, ecole.collectivite.siren) == ("Besançon", "212500565")
    assert college.collectivite.siren == "229000013"


@pytest.mark.usefixtures("collectivites_2016")
@pytest.mark.parametrize("path", [IPS, COLLEGES])
def test_a_second_import_writes_nothing(path: Path) -> None:
    import_file(path)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        report = import_file(path)
    assert report.writes == 0
    assert report.count(Outcome.UNCHANGED) == School.objects.count()
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_whole_annuaire_of_a_departement(rennes: Academie) -> None:
    report = import_file(ANNUAIRE_35)

    assert report.count(Outcome.CREATED, "écoles") == School.objects.ecoles().count() == 685
    assert report.count(Outcome.CREATED, "collèges") == School.objects.colleges().count() == 116
    assert report.count(Outcome.REFUSED) == 0
    assert report.skipped == {NOT_A_SCHOOL: 194, OTHER_SITE: 1}
    assert Circonscription.objects.exclude(uai=None).exclude(email="").count() == 23
    assert School.objects.filter(status=SchoolStatus.CLOSING).get().uai == "0351383N"
    assert School.objects.exclude(rpi="").count() == 65
    assert School.objects.filter(rpi_concentre=True).count() == 10
    assert School.objects.filter(sector=Sector.INDEPENDENT).count() == 17
    assert School.objects.get(uai="0350122T").source == ReferenceSource.ANNUAIRE

    again = import_file(ANNUAIRE_35)
    assert again.writes == 0
    assert again.count(Outcome.UNCHANGED) == 801


def test_a_college_on_two_sites_is_the_one_that_is_no_annexe(rennes: Academie) -> None:
    import_file(ANNUAIRE_35)
    college = School.objects.get(uai="0350852L")
    assert (college.name, college.commune_name) == ("Collège Saint-Joseph", "Bruz")


def test_the_cost_of_a_file_does_not_follow_its_length(besancon: Academie, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        import_file(IPS)


# --- Vintages, encodings, what spreadsheets do ---


def test_an_annuaire_of_another_vintage_in_another_encoding(tmp_path: Path, rennes: Academie) -> None:
    """2026: renamed columns, another order, a column less and one more; saved again by a French spreadsheet."""
    with ANNUAIRE_35.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    renamed = {
        "Code postal": "code_postal",
        "etablissement_multi_lignes": "multi_uai",
        "epsg": "epsg_origine",
        "Nom_commune": "NOM COMMUNE",
    }
    headers = [*reversed([header for header in rows[0] if header != "Nombre_d_eleves"]), "code_circonscription"]
    path = tmp_path / "annuaire.csv"
    with path.open("w", encoding="cp1252", newline="", errors="replace") as stream:
        writer = csv.writer(stream, delimiter="\t")
        writer.writerow(renamed.get(header, header) for header in headers)
        writer.writerows([row.get(header, "") for header in headers] for row in rows)

    import_file(ANNUAIRE_35)
    report = import_file(path)
    assert report.count(Outcome.CREATED) == 0
    assert report.count(Outcome.REFUSED) == 0
    assert School.objects.get(uai="0350122T").address == "6 rue PHILIPPE"


def test_a_workbook_whose_codes_became_numbers(write_workbook: WriteTable, besancon: Academie) -> None:
    ain = Departement.objects.create(code="001", name="Ain", academie=besancon)
    row = {**FULL, "Identifiant_de_l_etablissement": uai(12, departement="001"), "Code_departement": 1.0, "Code_commune": 1004.0}
    row |= {"Code_postal": 1500.0, "latitude": 45.95, "longitude": 5.35, "SIREN_SIRET": ""}
    path = write_workbook(Notice=[["Annuaire"]], Annuaire=[list(FULL_HEADERS), [row.get(header, "") for header in FULL_HEADERS]])
    import_file(path)
    school = School.objects.get()
    assert (school.departement, school.insee_code, school.postal_code) == (ain, "01004", "01500")
    assert (school.latitude, school.longitude) == (Decimal("45.95"), Decimal("5.35"))


@pytest.mark.parametrize("code", ["025", "25", "D25", " 025 "])
def test_a_departement_code_of_any_length(full_line: Callable[..., Report], code: str) -> None:
    full_line({"Code_departement": code})
    assert School.objects.get().departement.code == "025"


def test_corse_by_its_uai_or_by_its_code(write_table: WriteTable) -> None:
    corse = DepartementFactory(code="02A", name="Corse-du-Sud")
    ajaccio = uai(1, departement="02A")
    import_file(write_table(LIST_HEADERS, (ajaccio, "École d’exemple", "public", "2A004", "Ajaccio")))
    assert School.objects.get(uai=ajaccio).departement == corse
    assert ajaccio.startswith("620")


def test_a_uai_that_lost_its_zero_is_given_it_back(list_line: Callable[..., Report]) -> None:
    list_line((uai(18)[1:].lower(), "École d’Écot", "public", "25056", "Besançon"))
    assert School.objects.get().uai == "0250018J"


@pytest.mark.parametrize(
    ("header", "kind"),
    [("Ecole", SchoolKind.ECOLE), ("École", SchoolKind.ECOLE), ("Collège", SchoolKind.COLLEGE), ("COLLEGE", SchoolKind.COLLEGE)],
)
def test_the_kind_is_told_by_its_type(full_line: Callable[..., Report], header: str, kind: SchoolKind) -> None:
    full_line({"Type_etablissement": header})
    assert School.objects.get().kind == kind


@pytest.mark.parametrize(("nature", "kind"), [("101", SchoolKind.ECOLE), ("162", SchoolKind.ECOLE), ("340", SchoolKind.COLLEGE)])
def test_without_a_type_the_nature_tells(full_line: Callable[..., Report], nature: str, kind: SchoolKind) -> None:
    full_line({"Type_etablissement": "", "code_nature": nature})
    assert School.objects.get().kind == kind


@pytest.mark.parametrize("different", [{"Type_etablissement": "Lycée"}, {"Type_etablissement": "", "code_nature": "302"}])
def test_what_is_no_school_is_left_aside(full_line: Callable[..., Report], different: dict[str, str]) -> None:
    report = full_line(different)
    assert report.skipped == {NOT_A_SCHOOL: 1}
    assert not School.objects.exists()


def test_a_list_is_told_what_it_lists_or_lets_the_names_say_it(list_line: Callable[..., Report]) -> None:
    rows = [
        (uai(1), "COLLEGE D EXEMPLE", "public", "25056", "BESANCON"),
        (uai(2), "INSTITUTION NOTRE DAME", "privé", "25056", "BESANCON"),
    ]
    list_line(*rows)
    assert [school.kind for school in School.objects.order_by("uai")] == [SchoolKind.COLLEGE, SchoolKind.ECOLE]
    list_line(*rows, kind=SchoolKind.COLLEGE)
    assert {school.kind for school in School.objects.all()} == {SchoolKind.COLLEGE}


# --- Names ---


@pytest.mark.parametrize(
    ("shouted", "printed"),
    [
        ("ECOLE PRIMAIRE", "École primaire"),
        ("ECOLE ELEMENTAIRE JEANNE D ARC", "École élémentaire Jeanne d’Arc"),
        ("POLE EDUCATIF DU VAL DE L OGNON", "Pôle éducatif du Val de l’Ognon"),
        ("ECOLE PRIMAIRE PRIVEE NOTRE-DAME", "École primaire privée Notre-Dame"),
        ("ECOLE ELEMENTAIRE FOURIER II", "École élémentaire Fourier II"),
        ("ECOLE PRIMAIRE DU RPI DES 3 VILLAGES", "École primaire du RPI des 3 Villages"),
        ("ECOLE DU SACRE COEUR", "École du Sacre Cœur"),
        ("Ecole d'Écot", "Ecole d'Écot"),
        ("", ""),
    ],
)
def test_a_name_in_capitals_is_printed_as_in_a_letter(shouted: str, printed: str) -> None:
    assert tidy_name(shouted) == printed


def test_the_commune_is_named_as_the_official_list_writes_it(
    list_line: Callable[..., Report], besancon_city: Collectivite
) -> None:
    list_line((uai(1), "ECOLE", "public", "25056", "BESANCON"), (uai(2), "ECOLE", "public", "25999", "SAINT VIT"))
    assert list(School.objects.order_by("uai").values_list("commune_name", flat=True)) == ["Besançon", "Saint Vit"]
