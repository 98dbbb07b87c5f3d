"""From degrees to the pixels of a small map, and from many places to the few points that it can show."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

# A place alone on its map still stands in a landscape.
_LEAST_SPAN = 0.2


@dataclass(frozen=True, slots=True)
class Frame:
    """The window of a map, in pixels. Equirectangular on its middle parallel: over an académie, true to about one per cent."""

    west: float
    north: float
    scale: float  # pixels for a degree of latitude
    squeeze: float  # a degree of longitude, in degrees of latitude
    width: int
    height: int
    margin: int

    @classmethod
    def around(cls, points: Iterable[tuple[float, float]], *, side: int, margin: int) -> Self:
        """The frame that holds every (longitude, latitude), its longest side `side` pixels. ValueError without a point."""
        longitudes, latitudes = zip(*points, strict=True)
        west, east = _spread(min(longitudes), max(longitudes))
        south, north = _spread(min(latitudes), max(latitudes))
        squeeze = max(math.cos(math.radians((south + north) / 2)), 0.01)
        across, down = (east - west) * squeeze, north - south
        scale = (side - 2 * margin) / max(across, down)
        width, height = (round(span * scale) + 2 * margin for span in (across, down))
        return cls(west, north, scale, squeeze, width, height, margin)

    def place(self, longitude: float, latitude: float) -> tuple[int, int]:
        x = (longitude - self.west) * self.squeeze * self.scale
        y = (self.north - latitude) * self.scale
        return round(x) + self.margin, round(y) + self.margin


def _spread(low: float, high: float) -> tuple[float, float]:
    missing = max(_LEAST_SPAN - (high - low), 0) / 2
    return low - missing, high + missing


@dataclass(frozen=True, slots=True)
class Place:
    """A commune on the map, and how many schools it counts."""

    x: int
    y: int
    name: str
    schools: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """What one point of the map stands for."""

    x: int
    y: int
    places: tuple[Place, ...]

    @property
    def schools(self) -> int:
        return sum(place.schools for place in self.places)


def clustered(places: Sequence[Place], *, most: int) -> list[Cluster]:
    """One point a place while they are few; otherwise the places of a same square together, the smallest squares that will do."""
    side = 1
    clusters = _by_square(places, side)
    while len(clusters) > most:
        side *= 2
        clusters = _by_square(places, side)
    return clusters


def _by_square(places: Sequence[Place], side: int) -> list[Cluster]:
    squares: dict[tuple[int, int], list[Place]] = defaultdict(list)
    for place in places:
        squares[place.x // side, place.y // side].append(place)
    return [_gathered(together) for together in squares.values()]


def _gathered(places: list[Place]) -> Cluster:
    """Where its schools are, on average; the largest place first."""
    total = sum(place.schools for place in places)
    x = round(sum(place.x * place.schools for place in places) / total)
    y = round(sum(place.y * place.schools for place in places) / total)
    return Cluster(x, y, tuple(sorted(places, key=lambda place: (-place.schools, place.name))))
