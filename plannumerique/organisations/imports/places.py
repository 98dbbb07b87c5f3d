"""Where things stand on a map: the position of each commune (a table), the outline of each département (a GeoJSON)."""

import json
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from plannumerique.lib.identifiers import IdentifierError, check_insee_code
from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.tables import FileRefused, Line, LineRefused, open_table
from plannumerique.organisations.imports.territory import OutOfScope, Territory, departement_of_commune
from plannumerique.organisations.imports.writes import changes, write
from plannumerique.organisations.models import Collectivite, Departement

COMMUNES, DEPARTEMENTS = "communes", "départements"
ELSEWHERE = "hors académie"
NOT_HELD = "commune inconnue du portail"
# An outline is drawn a few hundred pixels wide: beyond that it is a survey, and every page that shows it would carry it.
MOST_POINTS = 1000

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "insee_code": ("code_insee", "insee", "code_commune"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng"),
}
_MICRODEGREE = Decimal("0.000001")

Ring = list[list[float]]


def import_places(path: Path, *, report: Report, dry_run: bool = False) -> None:
    """One transaction; every line ends in the report. Raises FileRefused."""
    reader = _import_outlines if path.suffix.lower() in (".geojson", ".json") else _import_positions
    with transaction.atomic():
        reader(path, report)
        if dry_run:
            transaction.set_rollback(True)


def degrees(text: str, *, most: int) -> Decimal:
    """Decimal degrees, to the millionth. Raises ValueError or InvalidOperation."""
    value = Decimal(text.strip().replace(",", ".")).quantize(_MICRODEGREE, ROUND_HALF_EVEN)
    if not abs(value) <= most:
        raise ValueError(text)
    return value


# --- Positions of communes ---


def _import_positions(path: Path, report: Report) -> None:
    table = open_table(path, _COLUMNS)
    table.demand(_COLUMNS, *_COLUMNS)
    territory = Territory()
    positions: dict[str, dict[str, Decimal]] = {}
    for line in table.lines:
        try:
            if not isinstance(line, Line):
                number, refused = line
                raise refused
            number = line.number
            code, position = _position(line)
            territory.departement(departement_of_commune(code))
            positions[code] = position
        except OutOfScope:
            report.skip(ELSEWHERE)
        except LineRefused as refusal:
            report.add(Outcome.REFUSED, category=COMMUNES, line=number, reason=str(refusal))
    _write_positions(positions, report)


def _position(line: Line) -> tuple[str, dict[str, Decimal]]:
    try:
        code = check_insee_code(line["insee_code"])
    except IdentifierError as error:
        raise LineRefused(str(error)) from error
    latitude, longitude = line["latitude"], line["longitude"]
    try:
        return code, {"latitude": degrees(latitude, most=90), "longitude": degrees(longitude, most=180)}
    except (InvalidOperation, ValueError) as error:
        raise LineRefused(f"Position illisible : « {latitude} ; {longitude} ».") from error


def _write_positions(positions: dict[str, dict[str, Decimal]], report: Report) -> None:
    """A commune nouvelle often keeps an old code: every commune that bore it stands at that place."""
    rows = list(Collectivite.objects.filter(kind=CollectiviteKind.COMMUNE, insee_code__in=positions))
    changed = []
    for row in rows:
        different = changes(row, positions[row.insee_code])
        report.add(Outcome.UPDATED if different else Outcome.UNCHANGED, category=COMMUNES, identifier=row.insee_code)
        if different:
            row.latitude, row.longitude = (positions[row.insee_code][name] for name in ("latitude", "longitude"))
            changed.append(row)
    for code in sorted(positions.keys() - {row.insee_code for row in rows}):
        report.skip(NOT_HELD, identifier=code)
    write(Collectivite, created=[], changed=changed, key="siren", fields=["latitude", "longitude"])


# --- Outlines of départements ---


def _import_outlines(path: Path, report: Report) -> None:
    territory = Territory()
    for number, feature in enumerate(_features(path), start=1):
        try:
            code, rings = _outline(feature)
            departement = territory.departement(code)
        except OutOfScope:
            report.skip(ELSEWHERE)
            continue
        except LineRefused as refusal:
            report.add(Outcome.REFUSED, category=DEPARTEMENTS, line=number, reason=str(refusal))
            continue
        same = departement.outline == rings
        report.add(Outcome.UNCHANGED if same else Outcome.UPDATED, category=DEPARTEMENTS, identifier=departement.code)
        Departement.objects.filter(pk=departement.pk).update(outline=rings)


def _features(path: Path) -> Sequence[Any]:
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
    except OSError as error:
        raise FileRefused(f"Le fichier « {path} » ne peut être lu.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise FileRefused(f"Le fichier « {path.name} » n’est pas un GeoJSON de contours (une « FeatureCollection »).") from error
    if not isinstance(features, list):
        raise FileRefused(f"Le fichier « {path.name} » n’est pas un GeoJSON de contours (une « FeatureCollection »).")
    return features


def _outline(feature: Any) -> tuple[str, list[Ring]]:
    try:
        code, geometry = str(feature["properties"]["code"]), feature["geometry"]
        polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}[geometry["type"]]
        rings = [list(_points(polygon[0])) for polygon in polygons]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise LineRefused("Contour illisible : il faut un « code » et un polygone en degrés.") from error
    if (points := sum(map(len, rings))) > MOST_POINTS:
        raise LineRefused(f"Contour de {points} points, {MOST_POINTS} au plus : simplifiez-le.")
    return code, rings


def _points(ring: Sequence[Any]) -> Iterator[list[float]]:
    for longitude, latitude, *_ in ring:
        if not (abs(float(longitude)) <= 180 and abs(float(latitude)) <= 90):
            raise ValueError(ring)
        yield [float(longitude), float(latitude)]
