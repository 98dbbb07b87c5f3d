"""Communes and EPCI of 2016, then of 2017: who appears, who disappears, and where the schools go."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.imports.collectivite_list import LISTED
from plannumerique.organisations.imports.collectivite_rows import COMMUNES, ELSEWHERE
from plannumerique.organisations.imports.collectivites import LINKS, import_collectivites
from plannumerique.organisations.imports.commune_changes import CHANGES, NO_EFFECT
from plannumerique.organisations.imports.epci_composition import EPCI, OLDER
from plannumerique.organisations.imports.links import CannotLink, Links
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.schools import import_schools
from plannumerique.organisations.imports.tables import FileRefused
from plannumerique.organisations.models import Academie, Collectivite, CommuneChange, Departement, School
from tests.factories import CollectiviteFactory, DepartementFactory, SchoolFactory, siren
from tests.organisations.conftest import DATA, IN_MARCH, IN_OCTOBER, WriteTable, load

pytestmark = pytest.mark.django_db

EPCI_2016, EPCI_2017 = "epci_communes_2016_dep25-39-70-90.csv", "epci_communes_2017_dep25-39-70-90.csv"
DEPARTEMENTS, MOVES = "departements_academie_besancon.csv", "mouvements_communes_2016-2017_dep25-39-70-90.csv"
NEW_YEAR_2016, NEW_YEAR_2017, NEW_YEAR_S_EVE = dt.date(2016, 1, 1), dt.date(2017, 1, 1), dt.date(2016, 12, 31)
HEADERS = ("siren", "nom", "nature", "insee", "siren_com", "nom_com", "pmun_com")
LIST_HEADERS = ("siren", "nom", "nature", "departement", "insee", "population", "email", "adresse", "competence_scolaire")
MOVE_HEADERS = ("MOD", "DATE_EFF", "TYPECOM_AV", "COM_AV", "TYPECOM_AP", "COM_AP", "LIBELLE_AP")
VINCELLES, VAL_SONNETTE = "213905763", "200063212"


def run(path: Path, *, on: dt.date | None = None, today: dt.date = IN_OCTOBER, **options: Any) -> Report:
    with Report() as report:
        import_collectivites(path, report=report, today=today, on=on, **options)
    return report


def member(insee: str, *, of: str = "", commune: str = "", name: str = "Écot", nature: str = "CC") -> tuple[str, ...]:
    digits = int(insee) if insee.isdecimal() else 0
    return (of or siren(1, prefix="2000"), "CC d’exemple", nature, insee, commune or siren(digits), name, "500")


def writes(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


# --- The genuine files ---


def test_communes_and_epci_of_2016(besancon: Academie) -> None:
    report = load(EPCI_2016, on=NEW_YEAR_2016)
    assert report.counts == {(EPCI, Outcome.CREATED): 79, (COMMUNES, Outcome.CREATED): 1757}
    city = Collectivite.objects.get(siren="212500565")
    assert (city.name, city.kind, city.insee_code, city.departement.code) == (
        "Besançon",
        CollectiviteKind.COMMUNE,
        "25056",
        "025",
    )
    assert (city.population, city.epci.kind, city.known_on) == (116_952, CollectiviteKind.EPCI, NEW_YEAR_2016)
    assert city.search == "besancon 212500565 25056"
    assert city.epci.population == sum(city.epci.communes.values_list("population", flat=True))


def test_each_file_imported_twice_writes_nothing(besancon: Academie) -> None:
    files = [(EPCI_2016, NEW_YEAR_2016), (DEPARTEMENTS, None), (MOVES, None), (EPCI_2017, NEW_YEAR_2017)]
    for name, on in files:
        load(name, on=on)
        with CaptureQueriesContext(connection) as queries:
            report = load(name, on=on)
        assert (report.writes, writes(queries)) == (0, [])


def test_the_mergers_of_1_january_2017(besancon: Academie) -> None:
    load(EPCI_2016, on=NEW_YEAR_2016)
    load(MOVES)
    report = load(EPCI_2017, on=NEW_YEAR_2017)

    assert report.counts[EPCI, Outcome.ENDED] == 37
    assert report.counts[EPCI, Outcome.CREATED] == 12
    epci, communes = (Collectivite.objects.filter(kind=kind) for kind in (CollectiviteKind.EPCI, CollectiviteKind.COMMUNE))
    assert epci.alive(NEW_YEAR_2017).count() == 54
    assert epci.filter(dissolved_on=NEW_YEAR_S_EVE).count() == 37
    assert communes.alive(NEW_YEAR_2017).count() == 1731
    ends = communes.exclude(dissolved_on=None).order_by("dissolved_on").values_list("dissolved_on", flat=True)
    assert {day: list(ends).count(day) for day in ends} == {dt.date(2016, 3, 31): 3, dt.date(2016, 5, 31): 1, NEW_YEAR_S_EVE: 41}
    val_saint_vitois = epci.get(name__icontains="Val Saint-Vitois")
    assert val_saint_vitois.dissolved_on == NEW_YEAR_S_EVE
    assert report.count(Outcome.WARNED) == 0


def test_the_order_of_the_movements_and_of_the_composition_does_not_matter(besancon: Academie) -> None:
    load(EPCI_2016, on=NEW_YEAR_2016)
    asked = load(EPCI_2017, on=NEW_YEAR_2017)
    assert asked.counts[COMMUNES, Outcome.WARNED] == 27
    assert any("Importez les changements de communes" in line for line in asked.shown[Outcome.WARNED])
    report = load(MOVES)
    assert report.counts[COMMUNES, Outcome.ENDED] == 27
    assert Collectivite.objects.filter(kind=CollectiviteKind.COMMUNE).alive(IN_MARCH).count() == 1731


def test_an_older_file_changes_nothing_that_a_newer_one_said(besancon: Academie) -> None:
    load(EPCI_2016, on=NEW_YEAR_2016)
    load(MOVES)
    load(EPCI_2017, on=NEW_YEAR_2017)
    before = list(Collectivite.objects.order_by("pk").values())
    for on in (NEW_YEAR_2016, None):
        report = load(EPCI_2016, on=on)
        assert report.skipped[OLDER] == 79 + 1757
        assert list(Collectivite.objects.order_by("pk").values()) == before


def test_without_a_date_nothing_disappears(besancon: Academie) -> None:
    load(EPCI_2016)
    report = load(EPCI_2017)
    assert report.count(Outcome.ENDED) == 0
    assert Collectivite.objects.filter(kind=CollectiviteKind.EPCI).count() == 79 + 12


def test_a_dated_file_after_an_undated_one(besancon: Academie) -> None:
    load(EPCI_2016)
    assert load(EPCI_2017, on=NEW_YEAR_2017).counts[EPCI, Outcome.ENDED] == 37


@pytest.mark.usefixtures("collectivites_2016")
def test_schools_follow_their_commune_into_the_commune_nouvelle() -> None:
    load(MOVES)
    with Report() as report:
        import_schools(DATA / "ips_ecoles_academie_besancon_2021-2022.csv", report=report, on=IN_OCTOBER)
    school = School.objects.get(insee_code="39576")
    assert school.collectivite.siren == VINCELLES

    report = load(EPCI_2017, on=NEW_YEAR_2017, today=IN_MARCH)
    school.refresh_from_db()
    assert school.collectivite.siren == VAL_SONNETTE
    assert report.counts[LINKS, Outcome.UPDATED] == 14
    assert not School.objects.filter(collectivite__dissolved_on__lt=IN_MARCH).exists()
    assert not School.objects.filter(sector="public", collectivite=None).exists()


def test_schools_that_nobody_can_link_stay_where_they_are(besancon: Academie) -> None:
    unknown = SchoolFactory(insee_code="25999")
    by_hand = SchoolFactory(collectivite=CollectiviteFactory(syndicat=True), insee_code="25056", collectivite_fixed=True)
    load(EPCI_2016)
    for school in (unknown, by_hand):
        before = school.collectivite
        school.refresh_from_db()
        assert school.collectivite == before


# --- Historical codes ---


@pytest.mark.parametrize(
    ("on", "commune"),
    [(dt.date(2016, 12, 31), "Charbonnières-les-Sapins"), (dt.date(2017, 1, 1), "Etalans"), (dt.date(2020, 1, 1), "Etalans")],
)
def test_a_historical_code_leads_to_the_commune_of_that_day(besancon: Academie, on: dt.date, commune: str) -> None:
    load(EPCI_2016, on=NEW_YEAR_2016)
    load(MOVES)
    load(EPCI_2017, on=NEW_YEAR_2017)
    school = SchoolFactory.build(collectivite=None, departement=Departement.objects.get(code="025"), insee_code="25123")
    found = Links(on).competent(
        kind=school.kind, sector=school.sector, insee_code=school.insee_code, departement_id=school.departement_id
    )
    assert Collectivite.objects.get(pk=found).name == commune


def test_two_changes_in_a_row_and_a_circle(besancon: Academie) -> None:
    last = CollectiviteFactory(insee_code="25003")
    for before, after, year in (
        ("25001", "25002", 2015),
        ("25002", "25003", 2016),
        ("25008", "25009", 2015),
        ("25009", "25008", 2016),
    ):
        CommuneChange.objects.create(before=before, after=after, on=dt.date(year, 1, 1), name="Écot")
    links = Links(IN_OCTOBER)
    assert links.competent(kind="ecole", sector="public", insee_code="25001", departement_id=last.departement_id) == last.pk
    with pytest.raises(CannotLink, match="25008"):
        links.competent(kind="ecole", sector="public", insee_code="25008", departement_id=last.departement_id)


# --- Compositions that go wrong ---


def test_a_lost_leading_zero_is_restored_by_the_siren(write_table: WriteTable, besancon: Academie) -> None:
    """« 7075 » is 07075 in Ardèche, not a commune of Haute-Saône."""
    ardeche = DepartementFactory(code="007", name="Ardèche")
    commune = siren(75, prefix="21070")
    report = run(write_table(HEADERS, member("7075", commune=commune), member("70075", commune=siren(75, prefix="21700"))))
    assert report.count(Outcome.REFUSED) == 0
    assert Collectivite.objects.get(siren=commune).departement == ardeche
    assert set(Collectivite.objects.exclude(insee_code="").values_list("insee_code", flat=True)) == {"07075", "70075"}


def test_a_lost_zero_of_a_commune_nouvelle_has_no_siren_to_tell_it(write_table: WriteTable, besancon: Academie) -> None:
    ain = DepartementFactory(code="001", name="Ain")
    run(write_table(HEADERS, member("1015", commune=siren(15, prefix="2000"))))
    assert Collectivite.objects.get(insee_code="01015").departement == ain


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (member("25056", commune="212500566"), "sa clé de contrôle est fausse"),
        (member("25056", of="24250036"), "Un numéro SIREN compte 9 chiffres"),
        (member("2505X"), "Un code commune compte 5 signes"),
        (member("25056", name=""), "Il manque le nom"),
        (member("25056", name="É" * 201), "nom de 201 signes, 200 au plus"),
    ],
)
def test_a_line_is_refused_and_nothing_disappears(
    write_table: WriteTable, besancon: Academie, row: Iterable[str], sentence: str
) -> None:
    epci = CollectiviteFactory(epci=True)
    report = run(write_table(HEADERS, row, member("25147")), on=NEW_YEAR_2017)
    assert sentence in report.shown[Outcome.REFUSED][0].replace("\u00a0", " ")
    assert any("aucune disparition" in line for line in report.shown[Outcome.WARNED])
    assert Collectivite.objects.filter(insee_code="25147").exists()
    epci.refresh_from_db()
    assert epci.dissolved_on is None


def test_the_same_commune_twice(write_table: WriteTable, besancon: Academie) -> None:
    report = run(write_table(HEADERS, member("25056"), member("25056")))
    assert "est déjà à la ligne 2" in report.shown[Outcome.REFUSED][0]


def test_communes_of_other_academies_are_left_aside(write_table: WriteTable, besancon: Academie, rennes: Academie) -> None:
    path = write_table(HEADERS, member("35238"), member("69123"), member("25056"))
    assert run(path, academie=besancon).skipped == {ELSEWHERE: 2}
    assert run(path).skipped == {ELSEWHERE: 1}


def test_an_extract_with_a_date_would_erase_the_others(write_table: WriteTable, besancon: Academie) -> None:
    load(EPCI_2016, on=NEW_YEAR_2016)
    path = write_table(HEADERS, member("25056", commune="212500565"))
    with pytest.raises(FileRefused, match="c’est un extrait"):
        run(path, on=NEW_YEAR_2017)
    assert not Collectivite.objects.exclude(dissolved_on=None).exists()
    assert not Collectivite.objects.filter(name="Écot").exists()


def test_an_epci_left_out_by_mistake_comes_back(write_table: WriteTable, besancon: Academie) -> None:
    one = CollectiviteFactory(epci=True, dissolved_on=NEW_YEAR_S_EVE)
    run(write_table(HEADERS, member("25056", of=one.siren)), on=dt.date(2018, 1, 1))
    one.refresh_from_db()
    assert one.dissolved_on is None


def test_an_epci_across_two_departements_stands_where_its_people_live(write_table: WriteTable, besancon: Academie) -> None:
    of = siren(7, prefix="2000")
    rows = [(*member("25056", of=of)[:-1], "100"), (*member("39100", of=of, commune=siren(100, prefix="2139"))[:-1], "4000")]
    run(write_table(HEADERS, *rows))
    assert Collectivite.objects.get(siren=of).departement.code == "039"


def test_the_file_of_the_dgcl_repeats_the_population_header(write_table: WriteTable, besancon: Academie) -> None:
    headers = (
        "dept",
        "siren",
        "raison_sociale",
        "nature_juridique",
        "pmun_2024",
        "insee",
        "siren_membre",
        "nom_membre",
        "pmun_2024",
    )
    run(
        write_table(
            headers, ("25", siren(1, prefix="2000"), "CU d’exemple", "CU", "190 000", "25056", "212500565", "Besançon", "118 258")
        )
    )
    assert Collectivite.objects.get(siren="212500565").population == 118_258


# --- Lists ---


def row(number: int, **values: str) -> tuple[str, ...]:
    defaults = {"siren": siren(number, prefix="2525"), "nom": "SIVOS d’exemple", "nature": "SIVOS", "departement": "25"}
    return tuple({**defaults, **values}.get(header, "") for header in LIST_HEADERS)


def test_the_four_departements_are_ready_to_link_colleges(besancon: Academie) -> None:
    report = load(DEPARTEMENTS)
    assert report.counts == {(LISTED, Outcome.CREATED): 4}
    assert set(Collectivite.objects.values_list("siren", "departement__code", "kind")) == {
        ("222500019", "025", "departement"),
        ("223900010", "039", "departement"),
        ("227000015", "070", "departement"),
        ("229000013", "090", "departement"),
    }


def test_a_syndicat_receives_the_competence_and_the_ecoles(write_table: WriteTable, besancon: Academie) -> None:
    school = SchoolFactory()
    commune = school.collectivite
    line = row(
        0, siren=commune.siren, nom=commune.name, nature="commune", insee=commune.insee_code, competence_scolaire=row(1)[0]
    )
    path = write_table(LIST_HEADERS, line, row(1, email="sivos@exemple.invalid", adresse="2 rue de l’École", population="1 200"))
    report = run(path)
    school.refresh_from_db()
    assert (school.collectivite.name, school.collectivite.kind) == ("SIVOS d’exemple", CollectiviteKind.SYNDICAT)
    assert (school.collectivite.email, school.collectivite.population) == ("sivos@exemple.invalid", 1200)
    assert report.counts["compétences scolaires", Outcome.UPDATED] == 1
    assert run(path).writes == 0

    back = row(
        0, siren=commune.siren, nom=commune.name, nature="commune", insee=commune.insee_code, competence_scolaire=commune.siren
    )
    run(write_table(LIST_HEADERS, back))
    school.refresh_from_db()
    assert school.collectivite == commune


def test_a_list_completes_what_a_dated_composition_described(write_table: WriteTable, besancon: Academie) -> None:
    city = CollectiviteFactory(insee_code="25056", known_on=NEW_YEAR_2017)
    run(
        write_table(
            LIST_HEADERS, row(0, siren=city.siren, nom=city.name, nature="commune", insee="25056", email="ville@exemple.invalid")
        )
    )
    city.refresh_from_db()
    assert (city.email, city.known_on, city.population) == ("ville@exemple.invalid", NEW_YEAR_2017, 1_500)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"siren": "252500001"}, "sa clé de contrôle est fausse"),
        ({"nature": "association"}, "Nature inconnue : « association »"),
        ({"departement": ""}, "Il manque le département"),
        ({"departement": "96"}, "Département inconnu : « 96 »"),
        ({"nature": "commune"}, "Un code commune compte 5 signes"),
        ({"competence_scolaire": "212500565"}, "qui n’est pas dans la base"),
        ({"email": "e" * 255}, "courriel de 255 signes, 254 au plus"),
    ],
)
def test_a_listed_line_is_refused_with_its_reason(
    write_table: WriteTable, besancon: Academie, values: dict[str, str], sentence: str
) -> None:
    report = run(write_table(LIST_HEADERS, row(1, **values)))
    assert report.count(Outcome.REFUSED) == 1
    assert sentence in report.shown[Outcome.REFUSED][0].replace("\u00a0", " ")


def test_a_list_names_each_once_and_leaves_neighbours_aside(write_table: WriteTable, besancon: Academie) -> None:
    report = run(write_table(LIST_HEADERS, row(1), row(1), row(2, departement="069")))
    assert (report.count(Outcome.CREATED), report.count(Outcome.REFUSED), report.skipped[ELSEWHERE]) == (1, 1, 1)


# --- Movements ---


def test_the_movements_that_move_something(besancon: Academie) -> None:
    report = load(MOVES)
    assert report.counts == {(CHANGES, Outcome.CREATED): 53, (CHANGES, Outcome.UNCHANGED): 2}
    assert report.skipped == {NO_EFFECT: 90}
    assert str(CommuneChange.objects.get(before="25123")) == "25123 → 25222 (Étalans) au 01/01/2017"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (("32", "demain", "COM", "25123", "COM", "25222", "Étalans"), "Date illisible : « demain »"),
        (("32", "2017-01-01", "COM", "25X23", "COM", "25222", "Étalans"), "Un code commune compte 5 signes"),
    ],
)
def test_a_movement_is_refused_with_its_reason(
    write_table: WriteTable, besancon: Academie, values: Iterable[str], sentence: str
) -> None:
    report = run(write_table(MOVE_HEADERS, values))
    assert sentence in report.shown[Outcome.REFUSED][0].replace("\u00a0", " ")


def test_a_code_that_goes_two_ways_the_same_day_is_for_a_person(write_table: WriteTable, besancon: Academie) -> None:
    first, second = (
        ("32", "01/01/2017", "COM", "25123", "COM", "25222", "A"),
        ("32", "2017-01-01", "COM", "25123", "COM", "25147", "B"),
    )
    report = run(write_table(MOVE_HEADERS, first, second, ("32", "2017-01-01", "COM", "69001", "COM", "69002", "Lyon")))
    assert "Ce code va déjà à 25222" in report.shown[Outcome.REFUSED][0]
    assert report.skipped == {ELSEWHERE: 1}
    assert CommuneChange.objects.get().after == "25222"


def test_a_commune_known_after_the_change_is_another_one(write_table: WriteTable, besancon: Academie) -> None:
    alive = CollectiviteFactory(insee_code="25123", known_on=NEW_YEAR_2017)
    run(write_table(MOVE_HEADERS, ("32", "2017-01-01", "COM", "25123", "COM", "25222", "A")))
    alive.refresh_from_db()
    assert alive.dissolved_on is None


# --- The file as a whole ---


def test_a_file_of_no_known_kind_names_what_a_list_needs(write_table: WriteTable, besancon: Academie) -> None:
    with pytest.raises(FileRefused, match="«\u00a0siren\u00a0», «\u00a0nom\u00a0» et «\u00a0nature\u00a0»"):
        run(write_table(("a", "b"), ("1", "2")))


@pytest.mark.parametrize(
    ("headers", "missing"),
    [([one for one in HEADERS if one != "nom_com"], "nom_com"), (MOVE_HEADERS[1:], "MOD"), (("siren", "nom"), "nature")],
)
def test_a_file_of_a_known_kind_names_what_that_kind_lacks(
    write_table: WriteTable, besancon: Academie, headers: list[str], missing: str
) -> None:
    with pytest.raises(FileRefused, match=f"il manque «\u00a0{missing}\u00a0»\\."):
        run(write_table(headers, ["x"] * len(headers)))


def test_a_line_cut_short_is_refused(write_table: WriteTable, besancon: Academie) -> None:
    assert run(write_table(HEADERS, ("x",))).count(Outcome.REFUSED) == 1


def test_a_dry_run_writes_nothing(besancon: Academie) -> None:
    assert run(DATA / EPCI_2016, on=NEW_YEAR_2016, dry_run=True).count(Outcome.CREATED) == 1836
    assert not Collectivite.objects.exists()
