"""What the map of the retained schools stands on: positions of communes, outlines of départements."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from plannumerique.organisations.imports.places import import_places
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.models import Academie, Collectivite, Departement
from tests.factories import CollectiviteFactory
from tests.organisations.conftest import DATA, WriteTable

pytestmark = pytest.mark.django_db

POSITIONS, OUTLINES = "positions_communes_dep25-39-70-90.csv", "contours_departements_academie_besancon.geojson"
HEADERS = ("code_insee", "latitude", "longitude")
TRIANGLE = [[6.0, 47.0], [6.5, 47.0], [6.0, 47.5], [6.0, 47.0]]


def load(path: Path, **options: Any) -> Report:
    with Report() as report:
        import_places(path, report=report, **options)
    return report


def outlines(tmp_path: Path, *features: Any) -> Path:
    path = tmp_path / "contours.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def outline(code: str, rings: Any, kind: str = "Polygon") -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": {"type": kind, "coordinates": rings}}


def test_the_shipped_positions_reach_every_row_of_a_commune_and_a_second_reading_changes_nothing(besancon: Academie) -> None:
    before = CollectiviteFactory(insee_code="25056", dissolved=True)
    after = CollectiviteFactory(insee_code="25056")

    report = load(DATA / POSITIONS)

    assert report.count(Outcome.UPDATED) == 2
    assert report.count(Outcome.REFUSED) == 0
    for row in (before, after):
        row.refresh_from_db()
        assert (round(row.latitude, 1), round(row.longitude, 1)) == (Decimal("47.2"), Decimal("6.0"))
    assert load(DATA / POSITIONS).writes == 0


def test_what_is_no_commune_has_no_position(besancon: Academie) -> None:
    epci = CollectiviteFactory(epci=True, insee_code="25056")

    load(DATA / POSITIONS)

    epci.refresh_from_db()
    assert epci.latitude is None


def test_lines_that_say_nothing_usable_are_refused_and_the_others_taken(write_table: WriteTable, besancon: Academie) -> None:
    CollectiviteFactory(insee_code="25056")
    path = write_table(
        HEADERS,
        ("25056", "47,24", "6,02"),
        ("2505", "47", "6"),
        ("25057", "quarante", "6"),
        ("25058", "470", "6"),
        ("25059", "NaN", "6"),
        ("35001", "48", "-1"),
    )

    report = load(path)

    assert report.count(Outcome.UPDATED) == 1
    assert report.count(Outcome.REFUSED) == 4
    assert report.skipped["hors académie"] == 1
    assert Collectivite.objects.get(insee_code="25056").latitude == Decimal("47.240000")


def test_a_rehearsal_writes_nothing(besancon: Academie) -> None:
    CollectiviteFactory(insee_code="25056")

    assert load(DATA / POSITIONS, dry_run=True).count(Outcome.UPDATED) == 1

    assert Collectivite.objects.get(insee_code="25056").latitude is None


def test_the_shipped_outlines_are_those_of_the_four_departements(besancon: Academie) -> None:
    report = load(DATA / OUTLINES)

    assert report.count(Outcome.UPDATED) == 4
    assert all(len(departement.outline[0]) > 40 for departement in Departement.objects.all())
    assert load(DATA / OUTLINES).writes == 0


def test_an_archipelago_has_several_rings(tmp_path: Path, besancon: Academie) -> None:
    load(outlines(tmp_path, outline("025", [[TRIANGLE], [TRIANGLE]], kind="MultiPolygon")))

    assert Departement.objects.get(code="025").outline == [TRIANGLE, TRIANGLE]


@pytest.mark.parametrize(
    "wrong",
    [
        outline("025", [[[600, 47], [6, 47]]]),
        outline("025", "abc"),
        outline("025", [TRIANGLE], kind="Point"),
        outline("025", [[[6.0, 47.0]] * 1001]),
        outline("999", [TRIANGLE]),
        {"type": "Feature"},
        None,
    ],
)
def test_an_outline_that_cannot_be_drawn_is_refused(tmp_path: Path, besancon: Academie, wrong: Any) -> None:
    report = load(outlines(tmp_path, wrong, outline("039", [TRIANGLE])))

    assert (report.count(Outcome.REFUSED), report.count(Outcome.UPDATED)) == (1, 1)
    assert Departement.objects.get(code="025").outline is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"features": 3}'])
def test_a_file_that_is_no_collection_is_refused_with_a_sentence(tmp_path: Path, besancon: Academie, text: str) -> None:
    path = tmp_path / "contours.geojson"
    path.write_text(text)

    with pytest.raises(CommandError, match="n’est pas un GeoJSON") as caught:
        call_command("import_places", str(path))

    assert caught.value.returncode == 2


def test_the_command_prints_what_it_did(besancon: Academie) -> None:
    out = StringIO()
    call_command("import_places", str(DATA / OUTLINES), stdout=out)

    assert "4 modifications" in out.getvalue().replace("\u00a0", " ").replace("\u202f", " ")
