"""The map of the retained schools, drawn here as SVG: nothing is asked of another origin, and no script is needed."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from plannumerique.lib.text import french_list, plural, typeset
from plannumerique.organisations.models import Departement
from portal.public.retained.projection import Cluster, Frame, Place, clustered
from portal.public.retained.rows import CommuneCount

SIDE, MARGIN = 640, 24
# The page stays under 100 Ko however many schools there are: some 200 bytes a point.
MOST_POINTS = 150
_NAMED = 3
_LARGEST_RADIUS = 24


@dataclass(frozen=True, slots=True)
class Outline:
    code: str  # as people know it: a name would hide the points of a small département
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int
    radius: int
    count: int
    label: str


@dataclass(frozen=True, slots=True)
class SchoolMap:
    width: int
    height: int
    outlines: tuple[Outline, ...]
    points: tuple[Point, ...]
    legend: str
    unplaced: str  # which communes it cannot show; empty when it shows them all


def draw(communes: Sequence[CommuneCount], departements: Sequence[Departement]) -> SchoolMap | None:
    """None when nothing is known of where things are."""
    corners = [(x, y) for departement in departements for ring in departement.outline or () for x, y in ring]
    corners += [one.position for one in communes if one.position]
    if not corners:
        return None
    frame = Frame.around(corners, side=SIDE, margin=MARGIN)
    places = [Place(*frame.place(*one.position), one.name, one.schools) for one in communes if one.position]
    clusters = clustered(places, most=MOST_POINTS)
    return SchoolMap(
        width=frame.width,
        height=frame.height,
        outlines=tuple(_outline(departement, frame) for departement in departements if departement.outline),
        points=tuple(sorted(map(_point, clusters), key=lambda point: -point.radius)),
        legend=_legend(clusters, places),
        unplaced=_unplaced([one for one in communes if one.position is None]),
    )


def _outline(departement: Departement, frame: Frame) -> Outline:
    rings = [[frame.place(*corner) for corner in ring] for ring in departement.outline or ()]
    largest = max(rings, key=len)
    return Outline(
        departement.insee_code,
        "".join(map(_path, rings)),
        x=round(sum(x for x, _ in largest) / len(largest)),
        y=round(sum(y for _, y in largest) / len(largest)),
    )


def _path(ring: Iterable[tuple[int, int]]) -> str:
    """Corners that fall on the same pixel as the one before are one."""
    return "M" + "L".join(f"{x} {y}" for (x, y), _ in groupby(ring)) + "Z"


def _point(cluster: Cluster) -> Point:
    """Its area grows with the number of schools."""
    radius = min(round(5 + 4 * math.sqrt(cluster.schools)), _LARGEST_RADIUS)
    return Point(cluster.x, cluster.y, radius, cluster.schools, label=_label(cluster))


def _label(cluster: Cluster) -> str:
    return typeset(f"{_names([place.name for place in cluster.places])} : {plural(cluster.schools, one='école')}")


def _names(names: Sequence[str]) -> str:
    if len(names) <= _NAMED:
        return french_list(names)
    return f"{', '.join(names[:_NAMED])} et {plural(len(names) - _NAMED, one='autre commune', many='autres communes')}"


def _legend(clusters: Sequence[Cluster], places: Sequence[Place]) -> str:
    if len(clusters) == len(places):
        return "Un point par commune, d’autant plus grand qu’elle compte d’écoles retenues."
    return "Un point par groupe de communes voisines, d’autant plus grand qu’il compte d’écoles retenues."


def _unplaced(communes: Sequence[CommuneCount]) -> str:
    if not communes:
        return ""
    names = _names([one.name for one in communes])
    return typeset(f"Sans position connue, donc absentes de la carte : {names}.")
