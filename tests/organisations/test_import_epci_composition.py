"""Compositions of EPCI that go wrong: zeros lost, extracts, an EPCI left out by mistake."""

import datetime as dt
from collections.abc import Iterable

import pytest

from plannumerique.organisations.imports.collectivite_rows import ELSEWHERE
from plannumerique.organisations.imports.report import Outcome
from plannumerique.organisations.imports.tables import FileRefused
from plannumerique.organisations.models import Academie, Collectivite
from tests.factories import CollectiviteFactory, DepartementFactory, siren
from tests.organisations.collectivite_files import EPCI_2016, HEADERS, NEW_YEAR_2016, NEW_YEAR_2017, NEW_YEAR_S_EVE, member, run
from tests.organisations.conftest import WriteTable, load

pytestmark = pytest.mark.django_db


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
