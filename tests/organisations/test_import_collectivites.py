"""Collectivités from the genuine files, in any order, and what the file as a whole must hold."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.imports.collectivite_rows import COMMUNES
from plannumerique.organisations.imports.collectivites import LINKS
from plannumerique.organisations.imports.epci_composition import EPCI, OLDER
from plannumerique.organisations.imports.links import CannotLink, Links
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.schools import import_schools
from plannumerique.organisations.imports.tables import FileRefused
from plannumerique.organisations.models import Academie, Collectivite, CommuneChange, Departement, School
from tests.factories import CollectiviteFactory, SchoolFactory
from tests.organisations.collectivite_files import (
    DEPARTEMENTS,
    EPCI_2016,
    EPCI_2017,
    HEADERS,
    MOVE_HEADERS,
    MOVES,
    NEW_YEAR_2016,
    NEW_YEAR_2017,
    NEW_YEAR_S_EVE,
    VAL_SONNETTE,
    VINCELLES,
    run,
    writes,
)
from tests.organisations.conftest import DATA, IN_MARCH, IN_OCTOBER, WriteTable, load

pytestmark = pytest.mark.django_db


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
