"""The movements of communes: those that move something, those that are refused."""

from collections.abc import Iterable

import pytest

from plannumerique.organisations.imports.collectivite_rows import ELSEWHERE
from plannumerique.organisations.imports.commune_changes import CHANGES, NO_EFFECT
from plannumerique.organisations.imports.report import Outcome
from plannumerique.organisations.models import Academie, CommuneChange
from tests.factories import CollectiviteFactory
from tests.organisations.collectivite_files import MOVE_HEADERS, MOVES, NEW_YEAR_2017, run
from tests.organisations.conftest import WriteTable, load

pytestmark = pytest.mark.django_db


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
