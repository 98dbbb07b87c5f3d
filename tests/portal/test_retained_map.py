"""From degrees to pixels, and from many communes to a few points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plannumerique.organisations.models import Departement
from portal.public.retained.map import MOST_POINTS, draw
from portal.public.retained.projection import Frame, Place, clustered
from portal.public.retained.rows import CommuneCount

BESANCON, BELFORT, DOLE = (6.02, 47.24), (6.86, 47.64), (5.49, 47.09)
LONGITUDES, LATITUDES = st.floats(-180, 180), st.floats(-89, 89)
POINTS = st.lists(st.tuples(LONGITUDES, LATITUDES), min_size=1, max_size=30)


def commune(name: str, position: tuple[float, float] | None, schools: int = 1) -> CommuneCount:
    return CommuneCount(name=name, departement_id=1, schools=schools, classes=schools, position=position)


# --- The frame ---


@given(POINTS)
def test_every_point_is_inside_the_frame_and_the_frame_inside_its_side(points: list[tuple[float, float]]) -> None:
    frame = Frame.around(points, side=640, margin=24)

    assert max(frame.width, frame.height) in (639, 640, 641)
    for point in points:
        x, y = frame.place(*point)
        assert 24 <= x <= frame.width - 24 + 1
        assert 24 <= y <= frame.height - 24 + 1


def test_north_is_up_and_east_is_right() -> None:
    frame = Frame.around([BESANCON, BELFORT, DOLE], side=640, margin=0)

    besancon, belfort, dole = (frame.place(*town) for town in (BESANCON, BELFORT, DOLE))

    assert dole[0] < besancon[0] < belfort[0]
    assert belfort[1] < besancon[1] < dole[1]


def test_a_kilometre_is_as_long_in_both_directions() -> None:
    """Besançon–Belfort is 77.5 km as the crow flies, Besançon–Dole 43.5."""
    frame = Frame.around([BESANCON, BELFORT, DOLE], side=640, margin=0)

    def length(one: tuple[float, float], other: tuple[float, float]) -> float:
        (x, y), (u, v) = frame.place(*one), frame.place(*other)
        return float(((x - u) ** 2 + (y - v) ** 2) ** 0.5)

    assert length(BESANCON, BELFORT) / length(BESANCON, DOLE) == pytest.approx(77.5 / 43.5, rel=0.02)


def test_a_place_alone_stands_in_the_middle() -> None:
    frame = Frame.around([BESANCON], side=640, margin=20)

    x, y = frame.place(*BESANCON)
    assert (abs(x - frame.width / 2) <= 1, abs(y - frame.height / 2) <= 1) == (True, True)


def test_nowhere_has_no_frame() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        Frame.around([], side=640, margin=24)


# --- The clusters ---


@given(
    st.lists(st.builds(Place, st.integers(0, 640), st.integers(0, 640), st.just("Écot"), st.integers(1, 40)), max_size=60),
    st.integers(1, 20),
)
def test_no_more_points_than_allowed_and_no_school_lost(places: list[Place], most: int) -> None:
    clusters = clustered(places, most=most)

    assert len(clusters) <= most
    assert sum(cluster.schools for cluster in clusters) == sum(place.schools for place in places)


def test_far_communes_stay_apart_and_a_cluster_leans_to_its_schools() -> None:
    town, village, far = Place(10, 10, "Ville", 9), Place(20, 10, "Bourg", 1), Place(600, 600, "Loin", 1)

    assert [one.schools for one in clustered([town, village, far], most=10)] == [9, 1, 1]
    near, alone = clustered([town, village, far], most=2)
    assert ((near.x, near.y), near.places[0].name, alone.places) == ((11, 10), "Ville", (far,))


# --- The map ---


def test_a_map_without_outlines_is_drawn_around_its_points() -> None:
    drawn = draw([commune("Besançon", BESANCON, 12), commune("Dole", DOLE)], [Departement(name="Doubs")])

    assert drawn is not None
    assert drawn.outlines == ()
    assert [(point.label, point.count) for point in drawn.points] == [
        ("Besançon\u00a0: 12\u00a0écoles", 12),
        ("Dole\u00a0: 1\u00a0école", 1),
    ]


def test_what_is_nowhere_is_named_and_not_drawn() -> None:
    drawn = draw([commune("Dole", DOLE), commune("Écot", None), commune("Ivry", None)], [])

    assert drawn is not None
    assert len(drawn.points) == 1
    assert "absentes de la carte\u00a0: Écot et Ivry." in drawn.unplaced


def test_nothing_known_gives_no_map() -> None:
    assert draw([commune("Écot", None)], [Departement(name="Doubs")]) is None


def test_an_outline_is_a_closed_path_around_its_name() -> None:
    square = [[6.0, 47.0], [6.5, 47.0], [6.5, 47.5], [6.0, 47.5], [6.0, 47.0]]
    drawn = draw([commune("Besançon", BESANCON)], [Departement(code="025", name="Doubs", outline=[square])])

    assert drawn is not None
    (outline,) = drawn.outlines
    assert outline.code == "25"
    assert outline.path.startswith("M")
    assert outline.path.endswith("Z")
    assert 0 < outline.x < drawn.width


def test_thousands_of_communes_give_a_bounded_map() -> None:
    many = [commune(f"Commune {number}", (5 + number % 60 / 30, 46 + number // 60 / 30)) for number in range(3000)]
    drawn = draw(many, [])

    assert drawn is not None
    assert len(drawn.points) <= MOST_POINTS
    assert sum(point.count for point in drawn.points) == 3000
    assert "groupe de communes voisines" in drawn.legend
    assert "autres communes\u00a0:" in drawn.points[0].label
