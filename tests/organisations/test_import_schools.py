"""Every way in which the ministry's files have been met, and what becomes of the schools that they describe."""

import csv
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plannumerique.organisations.enums import ReferenceSource, SchoolKind, SchoolStatus, Sector
from plannumerique.organisations.imports.circonscriptions import CIRCONSCRIPTIONS
from plannumerique.organisations.imports.names import tidy_name
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.schools import ELSEWHERE, NOT_A_SCHOOL, OTHER_SITE, import_schools
from plannumerique.organisations.imports.tables import FileRefused
from plannumerique.organisations.models import Academie, Circonscription, Collectivite, Departement, School
from tests.factories import CirconscriptionFactory, CollectiviteFactory, DepartementFactory, SchoolFactory, siren, siret, uai
from tests.organisations.conftest import DATA, IN_OCTOBER, WriteTable

pytestmark = pytest.mark.django_db

IPS = DATA / "ips_ecoles_academie_besancon_2021-2022.csv"
COLLEGES = DATA / "colleges_academie_besancon_geolocalisation.csv"
ANNUAIRE_35 = DATA / "annuaire_education_dep35_2023.csv"

LIST_HEADERS = ("UAI", "Nom de l'établissement", "Secteur", "Code INSEE de la commune", "Nom de la commune")
FULL_HEADERS = (
    *(
        "Identifiant_de_l_etablissement",
        "Nom_etablissement",
        "Type_etablissement",
        "Statut_public_prive",
        "Adresse_1",
        "Adresse_2",
    ),
    *("Code_postal", "Code_commune", "Nom_commune", "Code_departement", "Mail", "SIREN_SIRET", "Type_contrat_prive"),
    *(
        "nom_circonscription",
        "code_circonscription",
        "latitude",
        "longitude",
        "etat",
        "multi_uai",
        "rpi_concentre",
        "rpi_disperse",
    ),
    *("code_nature",),
)
FULL = {
    "Identifiant_de_l_etablissement": uai(18),
    "Nom_etablissement": "École d’Écot",
    "Type_etablissement": "Ecole",
    "Statut_public_prive": "Public",
    "Adresse_1": "1 rue de l’École",
    "Adresse_2": "BP 12",
    "Code_postal": "25000",
    "Code_commune": "25056",
    "Nom_commune": "Besançon",
    "Code_departement": "025",
    "Mail": "ecole@exemple.invalid",
    "SIREN_SIRET": siret(siren(56)),
    "Type_contrat_prive": "SANS OBJET",
    "nom_circonscription": "Circonscription d’exemple",
    "latitude": "47.2400001",
    "longitude": "6.02",
    "etat": "OUVERT",
    "multi_uai": "0",
    "rpi_concentre": "0",
    "code_nature": "151",
}


def run(path: Path, *, on: dt.date = IN_OCTOBER, **options: Any) -> Report:
    with Report() as report:
        import_schools(path, report=report, on=on, **options)
    return report


@pytest.fixture
def full_line(write_table: WriteTable, besancon: Academie) -> Callable[..., Report]:
    """Import lines of the annuaire: the usual one, with the values given."""

    def lines(*differences: dict[str, str], **options: Any) -> Report:
        rows = [{**FULL, **different} for different in differences or ({},)]
        return run(write_table(FULL_HEADERS, *([row.get(header, "") for header in FULL_HEADERS] for row in rows)), **options)

    return lines


@pytest.fixture
def list_line(write_table: WriteTable, besancon: Academie) -> Callable[..., Report]:
    def lines(*rows: tuple[str, ...], **options: Any) -> Report:
        return run(write_table(LIST_HEADERS, *rows), **options)

    return lines


def reasons(report: Report, outcome: Outcome) -> list[str]:
    return [line.split(" : ", 1)[-1] for line in report.shown[outcome]]


# --- The genuine files ---


@pytest.mark.usefixtures("collectivites_2016")
def test_ecoles_and_colleges_of_the_academie_de_besancon() -> None:
    ecoles, colleges = run(IPS), run(COLLEGES)

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
    run(IPS)
    run(COLLEGES)
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
    run(path)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        report = run(path)
    assert report.writes == 0
    assert report.count(Outcome.UNCHANGED) == School.objects.count()
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_whole_annuaire_of_a_departement(rennes: Academie) -> None:
    report = run(ANNUAIRE_35)

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

    again = run(ANNUAIRE_35)
    assert again.writes == 0
    assert again.count(Outcome.UNCHANGED) == 801


def test_a_college_on_two_sites_is_the_one_that_is_no_annexe(rennes: Academie) -> None:
    run(ANNUAIRE_35)
    college = School.objects.get(uai="0350852L")
    assert (college.name, college.commune_name) == ("Collège Saint-Joseph", "Bruz")


def test_the_cost_of_a_file_does_not_follow_its_length(besancon: Academie, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        run(IPS)


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

    run(ANNUAIRE_35)
    report = run(path)
    assert report.count(Outcome.CREATED) == 0
    assert report.count(Outcome.REFUSED) == 0
    assert School.objects.get(uai="0350122T").address == "6 rue PHILIPPE"


def test_a_workbook_whose_codes_became_numbers(write_workbook: WriteTable, besancon: Academie) -> None:
    ain = Departement.objects.create(code="001", name="Ain", academie=besancon)
    row = {**FULL, "Identifiant_de_l_etablissement": uai(12, departement="001"), "Code_departement": 1.0, "Code_commune": 1004.0}
    row |= {"Code_postal": 1500.0, "latitude": 45.95, "longitude": 5.35, "SIREN_SIRET": ""}
    path = write_workbook(Notice=[["Annuaire"]], Annuaire=[list(FULL_HEADERS), [row.get(header, "") for header in FULL_HEADERS]])
    run(path)
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
    run(write_table(LIST_HEADERS, (ajaccio, "École d’exemple", "public", "2A004", "Ajaccio")))
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


# --- Lines refused, left aside, warned about ---


@pytest.mark.parametrize(
    ("different", "sentence"),
    [
        ({"Identifiant_de_l_etablissement": "0250018K"}, "appelle la lettre J"),
        ({"Identifiant_de_l_etablissement": ""}, "Un numéro UAI compte 7 chiffres et une lettre"),
        ({"Code_departement": "096"}, "Département inconnu : « 096 »"),
        ({"Code_commune": "7075"}, "n’a que 4 chiffres"),
        ({"Code_commune": "Besançon"}, "Un code commune compte 5 signes"),
        ({"Nom_etablissement": ""}, "Il manque le nom"),
        ({"Nom_commune": ""}, "Il manque la commune"),
        ({"Statut_public_prive": "mixte"}, "Secteur inconnu : « mixte »"),
        ({"Nom_etablissement": "É" * 201}, "nom de 201 signes, 200 au plus"),
        ({"nom_circonscription": "C" * 151}, "nom de 151 signes, 150 au plus"),
    ],
)
def test_a_line_is_refused_with_its_reason_and_the_others_are_taken(
    full_line: Callable[..., Report], different: dict[str, str], sentence: str
) -> None:
    report = full_line(different, {"Identifiant_de_l_etablissement": uai(40)})
    assert report.count(Outcome.REFUSED) == 1
    (line,) = report.shown[Outcome.REFUSED]
    assert line.startswith("refus, ligne 2, ")
    assert sentence in line.replace("\u00a0", " ").replace("\u202f", " ")
    assert School.objects.get().uai == uai(40)


def test_a_line_cut_short_is_refused(list_line: Callable[..., Report]) -> None:
    report = list_line((uai(1), "École"))
    assert reasons(report, Outcome.REFUSED)[0].startswith("Ligne incomplète")


def test_a_neighbour_is_left_aside_and_counted_apart(
    full_line: Callable[..., Report], rennes: Academie, besancon: Academie
) -> None:
    ille = {"Identifiant_de_l_etablissement": uai(1, departement="035"), "Code_departement": "035", "Code_commune": "35016"}
    lyon = {"Identifiant_de_l_etablissement": "faux", "Code_departement": "069"}
    assert full_line(ille, lyon, {}, academie=besancon).skipped == {ELSEWHERE: 2}
    assert School.objects.get().uai == uai(18)
    assert full_line(ille, lyon, {}).skipped == {ELSEWHERE: 1}
    assert School.objects.count() == 2


def test_a_uai_met_twice_without_the_flag_of_several_sites(full_line: Callable[..., Report]) -> None:
    report = full_line({}, {"Nom_etablissement": "Une autre"})
    assert reasons(report, Outcome.REFUSED) == ["Ce numéro UAI est déjà à la ligne 2 du fichier."]
    assert School.objects.get().name == "École d’Écot"


def test_several_sites_whose_uai_also_stands_without_the_flag(full_line: Callable[..., Report]) -> None:
    report = full_line({"multi_uai": "1", "Nom_etablissement": "Annexe"}, {})
    assert School.objects.get().name == "École d’Écot"
    assert report.count(Outcome.REFUSED) == 1


@pytest.mark.parametrize(
    ("different", "sentence", "kept"),
    [
        ({"SIREN_SIRET": "21250056500017"}, "SIRET laissé de côté", {"siret": ""}),
        ({"SIREN_SIRET": "2,12501E+13"}, "SIRET laissé de côté", {"siret": ""}),
        ({"SIREN_SIRET": "212500560"}, "SIRET laissé de côté", {"siret": ""}),
        ({"Mail": "ecole chez exemple"}, "Courriel illisible", {"email": ""}),
        ({"latitude": "nord"}, "Position illisible", {"latitude": None, "longitude": None}),
        ({"latitude": "147.2"}, "Position illisible", {"latitude": None}),
        ({"latitude": "nan"}, "Position illisible", {"latitude": None}),
        ({"etat": "EN TRAVAUX"}, "État inconnu", {"status": SchoolStatus.OPEN}),
        ({"etat": "A FERMER"}, "« à fermer »", {"status": SchoolStatus.CLOSING}),
    ],
)
def test_an_unreadable_value_is_left_out_with_a_warning(
    full_line: Callable[..., Report], different: dict[str, str], sentence: str, kept: dict[str, Any]
) -> None:
    CollectiviteFactory(insee_code="25056")
    report = full_line(different)
    assert report.count(Outcome.CREATED, "écoles") == 1
    assert any(sentence in warning.replace("\u00a0", " ") for warning in report.shown[Outcome.WARNED])
    school = School.objects.get()
    assert {name: getattr(school, name) for name in kept} == kept


def test_missing_or_short_values_warn_nobody(full_line: Callable[..., Report]) -> None:
    CollectiviteFactory(insee_code="25056")
    empty = dict.fromkeys(("SIREN_SIRET", "Mail", "latitude", "longitude", "etat", "nom_circonscription", "Adresse_2"), "")
    report = full_line(empty, {"Identifiant_de_l_etablissement": uai(40), "SIREN_SIRET": siren(56)})
    assert report.count(Outcome.WARNED) == 0
    assert [school.siret for school in School.objects.all()] == ["", ""]


def test_decimal_commas_and_the_position_column(write_table: WriteTable, besancon: Academie) -> None:
    headers = (*LIST_HEADERS, "latitude", "longitude", "position")
    run(
        write_table(
            headers,
            (uai(1), "A", "public", "25056", "Besançon", "47,25", "6,02", ""),
            (uai(2), "B", "public", "25056", "Besançon", "", "", "47.25, 6.02"),
        )
    )
    assert {(school.latitude, school.longitude) for school in School.objects.all()} == {(Decimal("47.25"), Decimal("6.02"))}


@pytest.mark.parametrize("missing", ["UAI", "Secteur", "Code INSEE de la commune", "Nom de la commune", "Nom de l'établissement"])
def test_a_file_without_a_mandatory_column_is_refused_whole(write_table: WriteTable, besancon: Academie, missing: str) -> None:
    headers = [header for header in LIST_HEADERS if header != missing]
    with pytest.raises(FileRefused, match="il manque"):
        run(write_table(headers, ["x"] * len(headers)))
    assert not School.objects.exists()


def test_nothing_is_kept_of_a_file_that_breaks_in_its_middle(tmp_path: Path, besancon: Academie) -> None:
    rows = [f"{uai(number)};École n° {number};public;25056;Besançon" for number in range(5000)]
    path = tmp_path / "abime.csv"
    path.write_text("\n".join([";".join(LIST_HEADERS), *rows, '"' + "x" * 200_000]), encoding="utf-8")
    with pytest.raises(FileRefused, match="ligne 5002"):
        run(path)
    assert not School.objects.exists()


def test_a_dry_run_counts_and_writes_nothing(full_line: Callable[..., Report]) -> None:
    report = full_line(dry_run=True)
    assert report.count(Outcome.CREATED) == 2
    assert not School.objects.exists()
    assert not Circonscription.objects.exists()


# --- What a poorer file does not know, it does not erase ---


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
    run(write_table((*LIST_HEADERS, "rpi_concentre"), (uai(18), "École d’Écot", "public", "25056", "Besançon", "0")))
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


# --- Circonscriptions ---


def test_a_circonscription_is_made_once_and_completed_by_its_own_line(full_line: Callable[..., Report]) -> None:
    ien = {
        "Identifiant_de_l_etablissement": uai(900),
        "Nom_etablissement": "CIRCONSCRIPTION D'EXEMPLE",
        "Type_etablissement": "Service Administratif",
        "Statut_public_prive": "",
        "code_nature": "809",
        "Mail": "ien@exemple.invalid",
    }
    report = full_line({}, {"Identifiant_de_l_etablissement": uai(40)}, ien)
    one = Circonscription.objects.get()
    assert (one.uai, one.email, one.schools.count()) == (uai(900), "ien@exemple.invalid", 2)
    assert report.count(Outcome.CREATED, CIRCONSCRIPTIONS) == 1
    assert full_line({}, {"Identifiant_de_l_etablissement": uai(40)}, ien).writes == 0


def test_the_code_of_a_circonscription_wins_over_its_name(full_line: Callable[..., Report]) -> None:
    one = CirconscriptionFactory(uai=uai(900), name="Besançon 1")
    full_line({"nom_circonscription": "Besançon I", "code_circonscription": uai(900)})
    assert School.objects.get().circonscription == one
    assert Circonscription.objects.count() == 1


def test_a_circonscription_known_by_name_learns_its_code(full_line: Callable[..., Report]) -> None:
    one = CirconscriptionFactory(uai=None, name="Circonscription d’exemple")
    full_line({"code_circonscription": uai(900)}, {"Identifiant_de_l_etablissement": uai(40), "code_circonscription": "faux"})
    one.refresh_from_db()
    assert (one.uai, one.schools.count()) == (uai(900), 2)


def test_a_described_circonscription_does_not_take_the_name_of_another(full_line: Callable[..., Report]) -> None:
    first, second = CirconscriptionFactory(uai=uai(900)), CirconscriptionFactory(uai=uai(901), name="Besançon 2")
    ien = {"Type_etablissement": "Service Administratif", "code_nature": "809", "Nom_etablissement": "Besançon 2", "Mail": "non"}
    full_line({**ien, "Identifiant_de_l_etablissement": uai(900)})
    email = first.email
    first.refresh_from_db()
    assert (first.name != "Besançon 2", first.email, second.name) == (True, email, "Besançon 2")


def test_a_circonscription_is_described_before_any_school_names_it(full_line: Callable[..., Report]) -> None:
    full_line({"Type_etablissement": "Service Administratif", "code_nature": "809", "Identifiant_de_l_etablissement": uai(900)})
    assert Circonscription.objects.get().uai == uai(900)


# --- Who is competent ---


@pytest.fixture
def besancon_city(besancon: Academie) -> Collectivite:
    return CollectiviteFactory(name="Besançon", insee_code="25056", siren="212500565")


def test_a_private_school_has_no_collectivite(full_line: Callable[..., Report], besancon_city: Collectivite) -> None:
    full_line()
    assert School.objects.get().collectivite == besancon_city
    full_line({"Statut_public_prive": "Privé", "Type_contrat_prive": "CONTRAT D'ASSOCIATION"})
    assert School.objects.values_list("collectivite", "sector").get() == (None, Sector.PRIVATE)
    full_line({"Statut_public_prive": "Privé", "Type_contrat_prive": "HORS CONTRAT"})
    assert School.objects.get().sector == Sector.INDEPENDENT


def test_an_ecole_follows_the_school_competence(full_line: Callable[..., Report], besancon_city: Collectivite) -> None:
    besancon_city.school_competence = CollectiviteFactory(epci=True, name="CC des Écoles")
    besancon_city.save()
    full_line()
    assert School.objects.get().collectivite == besancon_city.school_competence


def test_a_competence_whose_holder_has_disappeared_asks_for_a_person(
    full_line: Callable[..., Report], besancon_city: Collectivite
) -> None:
    besancon_city.school_competence = CollectiviteFactory(epci=True, name="CC des Écoles", dissolved=True)
    besancon_city.save()
    full_line()
    assert School.objects.get().collectivite == besancon_city.school_competence
    report = full_line(on=dt.date(2017, 1, 1))
    assert School.objects.get().collectivite == besancon_city.school_competence
    assert any("CC des Écoles, qui a disparu le 31/12/2016" in warning for warning in reasons(report, Outcome.WARNED))


def test_a_college_goes_to_the_departement(full_line: Callable[..., Report]) -> None:
    report = full_line({"Type_etablissement": "Collège"})
    assert School.objects.get().collectivite is None
    assert any("import_collectivites" in warning for warning in reasons(report, Outcome.WARNED))
    doubs = CollectiviteFactory(department=True)
    full_line({"Type_etablissement": "Collège"})
    assert School.objects.get().collectivite == doubs


def test_the_siret_of_an_epci_asks_about_the_competence(full_line: Callable[..., Report], besancon_city: Collectivite) -> None:
    epci = CollectiviteFactory(epci=True, name="CC des Écoles")
    report = full_line({"SIREN_SIRET": siret(epci.siren)})
    assert School.objects.get().collectivite == besancon_city
    assert [warning for warning in reasons(report, Outcome.WARNED) if "Le SIRET est celui de CC des Écoles" in warning]
    besancon_city.school_competence = epci
    besancon_city.save()
    assert full_line({"SIREN_SIRET": siret(epci.siren)}).count(Outcome.WARNED) == 0


def test_a_link_decided_by_hand_stays(full_line: Callable[..., Report], besancon_city: Collectivite) -> None:
    full_line()
    sivos = CollectiviteFactory(syndicat=True)
    School.objects.update(collectivite=sivos, collectivite_fixed=True)
    assert full_line().writes == 0
    assert School.objects.get().collectivite == sivos


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
