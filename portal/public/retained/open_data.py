"""The same rows for whoever reuses them: one address a format, streamed, each column described beside its value."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from plannumerique.lib.text import typeset
from plannumerique.ui.columns import Value
from plannumerique.ui.exports import data_lines

_BY = 1000


@dataclass(frozen=True, slots=True)
class DataColumn:
    name: str
    kind: str
    about: str
    value: Callable[[Any], Value]


def position_of(row: Any) -> str:
    if row.school.latitude is not None and row.school.longitude is not None:
        return "ecole"
    return "commune" if row.latitude is not None else ""


COLUMNS = (
    DataColumn("academie", "texte", "Académie de la campagne.", lambda row: row.campaign.academie.name),
    DataColumn("campagne", "texte", "Code de la campagne.", lambda row: row.campaign.code),
    DataColumn("annee", "entier", "Année de la campagne.", lambda row: row.campaign.year),
    DataColumn("phase", "texte", "Phase de dépôt.", lambda row: row.phase.label),
    DataColumn("uai", "texte", "UAI de l’école ; avec la campagne et la phase, il désigne la ligne.", lambda row: row.school.uai),
    DataColumn("ecole", "texte", "Nom de l’école dans l’annuaire.", lambda row: row.school.name),
    DataColumn(
        "secteur",
        "texte",
        "Celui de l’école : public, privé sous contrat, privé hors contrat.",
        lambda row: str(row.school.get_sector_display()),
    ),
    DataColumn("code_insee", "texte", "Code INSEE de la commune de l’école.", lambda row: row.school.insee_code),
    DataColumn("commune", "texte", "Commune de l’école.", lambda row: row.school.commune_name),
    DataColumn(
        "departement",
        "texte",
        "Code INSEE du département, sur deux ou trois caractères.",
        lambda row: row.school.departement.insee_code,
    ),
    DataColumn("siren_collectivite", "texte", "SIREN de la collectivité du dossier.", lambda row: row.dossier.collectivite.siren),
    DataColumn("collectivite", "texte", "Nom de la collectivité du dossier.", lambda row: row.dossier.collectivite.name),
    DataColumn("classes_retenues", "entier", "Classes mobiles retenues.", lambda row: row.retained_classes),
    DataColumn("etat", "texte", "« retenue » ou « conventionnée ».", lambda row: str(row.get_state_display())),
    DataColumn("date_decision", "date (AAAA-MM-JJ)", "Date de la décision de sélection.", lambda row: row.selection_on),
    DataColumn("latitude", "nombre", "Latitude WGS 84, en degrés ; vide si elle est inconnue.", lambda row: row.latitude),
    DataColumn("longitude", "nombre", "Longitude WGS 84, en degrés.", lambda row: row.longitude),
    DataColumn(
        "position",
        "texte",
        "« ecole » si la position est celle de l’école, « commune » si c’est celle de sa commune.",
        position_of,
    ),
)
_COORDINATES = ("latitude", "longitude")


def described() -> list[tuple[str, str, str]]:
    return [(column.name, column.kind, typeset(column.about)) for column in COLUMNS]


def as_csv(rows: Any) -> Iterator[str]:
    lines = ([column.value(row) for column in COLUMNS] for row in rows.iterator(chunk_size=_BY))
    return data_lines([column.name for column in COLUMNS], lines)


def as_geojson(rows: Any) -> Iterator[str]:
    """RFC 7946: longitude first; a feature whose place is unknown has no geometry."""
    yield '{"type":"FeatureCollection","features":['
    for number, row in enumerate(rows.iterator(chunk_size=_BY)):
        yield (",\n" if number else "\n") + json.dumps(_feature(row), ensure_ascii=False, separators=(",", ":"))
    yield "\n]}\n"


def _feature(row: Any) -> dict[str, Any]:
    place = None
    if row.latitude is not None and row.longitude is not None:
        place = {"type": "Point", "coordinates": [float(row.longitude), float(row.latitude)]}
    properties = {column.name: _plain(column.value(row)) for column in COLUMNS if column.name not in _COORDINATES}
    return {"type": "Feature", "geometry": place, "properties": properties}


def _plain(value: Value) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
