"""The two commands: what they print, what they return, the report that they leave."""

import csv
import datetime as dt
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from plannumerique.organisations.models import Academie, Collectivite, School
from tests.factories import CollectiviteFactory, siren, uai
from tests.organisations.conftest import DATA, WriteTable

pytestmark = pytest.mark.django_db

HEADERS = ("UAI", "Nom", "Secteur", "Code INSEE", "Commune")


def call(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue().replace("\u00a0", " ").replace("\u202f", " ")


def report_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream, delimiter=";"))


def test_schools_with_a_report_of_every_line_that_says_something(
    write_table: WriteTable, tmp_path: Path, besancon: Academie
) -> None:
    CollectiviteFactory(insee_code="25056")
    path = write_table(
        HEADERS, (uai(1), "École", "public", "25056", "Besançon"), ("0250018K", '=HYPERLINK("x")', "public", "25056", "Besançon")
    )
    report = tmp_path / "compte-rendu.csv"
    printed = call("import_schools", str(path), report=report)
    assert "écoles : 1 création\n" in printed
    assert "lignes : 1 refus\n" in printed
    assert "refus, ligne 3, 0250018K : La clé du numéro UAI « 0250018K » est fausse" in printed
    assert f"Compte rendu : {report}" in printed
    lines = report_of(report)
    assert lines[0] == ["ligne", "identifiant", "nature", "résultat", "motif"]
    assert {tuple(line[:4]) for line in lines[1:]} == {
        (
            "2",
            uai(1),
            "écoles",
            "création",
        ),
        ("3", "0250018K", "lignes", "refus"),
    }


def test_a_formula_in_a_file_does_not_reach_the_report(write_table: WriteTable, tmp_path: Path, besancon: Academie) -> None:
    report = tmp_path / "compte-rendu.csv"
    call("import_schools", str(write_table(HEADERS, ("=1+1", "École", "public", "25056", "Besançon"))), report=report)
    assert report_of(report)[1][1] == "'=1+1"


def test_a_refused_file_returns_2_and_says_why_in_its_report(write_table: WriteTable, tmp_path: Path, besancon: Academie) -> None:
    report = tmp_path / "compte-rendu.csv"
    with pytest.raises(CommandError, match="il manque") as refusal:
        call("import_schools", str(write_table(("UAI",), ("x",))), report=report)
    assert refusal.value.returncode == 2
    assert report_of(report)[1][:4] == ["", "fichier.csv", "fichier", "refus"]


def test_an_unknown_academie_returns_2(write_table: WriteTable, besancon: Academie) -> None:
    with pytest.raises(CommandError, match="L’académie « 99 » n’existe pas") as refusal:
        call("import_schools", str(write_table(HEADERS)), academie="99")
    assert refusal.value.returncode == 2


def test_only_one_academie_by_its_code(write_table: WriteTable, besancon: Academie, rennes: Academie) -> None:
    rows = [(uai(1), "École", "public", "25056", "Besançon"), (uai(1, departement="035"), "École", "public", "35238", "Rennes")]
    printed = call("import_schools", str(write_table(HEADERS, *rows)), academie="3")
    assert "hors académie : 1 ligne laissée de côté" in printed
    assert School.objects.get().uai == uai(1)


def test_a_dry_run_says_that_nothing_was_written(besancon: Academie) -> None:
    printed = call("import_collectivites", str(DATA / "departements_academie_besancon.csv"), dry_run=True)
    assert "collectivités : 4 créations" in printed
    assert "rien n’a été écrit" in printed
    assert not Collectivite.objects.exists()


def test_more_refusals_than_the_screen_shows(write_table: WriteTable, besancon: Academie) -> None:
    rows = [(f"025{number:04}I", "École", "public", "25056", "Besançon") for number in range(25)]
    printed = call("import_schools", str(write_table(HEADERS, *rows)))
    assert printed.count("refus, ligne") == 20
    assert "… et 5 autres refus : voir le compte rendu." in printed


def test_an_empty_table_says_so(write_table: WriteTable, besancon: Academie) -> None:
    assert call("import_schools", str(write_table(HEADERS))) == "Aucune ligne.\n"


@pytest.mark.parametrize(("option", "linked"), [({}, "neuve"), ({"on": dt.date(2016, 10, 10)}, "ancienne")])
def test_schools_are_linked_on_the_day_asked_or_on_the_portal_s(
    write_table: WriteTable, besancon: Academie, settings: Any, option: dict[str, Any], linked: str
) -> None:
    settings.PORTAL_DEMO, settings.PORTAL_TODAY = True, dt.date(2017, 3, 1)
    CollectiviteFactory(name="ancienne", insee_code="25056", dissolved=True)
    CollectiviteFactory(name="neuve", insee_code="25056", siren=siren(1, prefix="2000"))
    call("import_schools", str(write_table(HEADERS, (uai(1), "École", "public", "25056", "Besançon"))), **option)
    assert School.objects.get().collectivite.name == linked


def test_a_composition_with_its_date_from_the_command_line(besancon: Academie) -> None:
    out = call(
        "import_collectivites", str(DATA / "epci_communes_2016_dep25-39-70-90.csv"), "--on", "2016-01-01", "--academie", "03"
    )
    assert "EPCI : 79 créations\ncommunes : 1 757 créations" in out
    assert Collectivite.objects.exclude(known_on=dt.date(2016, 1, 1)).count() == 0
