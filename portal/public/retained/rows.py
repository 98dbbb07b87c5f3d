"""The retained schools as anybody may read them: no person, no amount, nothing before the decision is told."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.models import Collectivite
from projects.models import Application


def retained_applications(on: dt.date) -> Any:
    """One row for a school and a phase; in the list's own order, that of the communes."""
    return Application.objects.announced(on=on).select_related(
        "campaign", "phase", "school__departement", "dossier__collectivite"
    )


def with_position(rows: Any) -> Any:
    """The school's own position, or that of its commune."""
    commune = Collectivite.objects.filter(
        kind=CollectiviteKind.COMMUNE, insee_code=OuterRef("school__insee_code"), latitude__isnull=False
    ).order_by("pk")
    return rows.annotate(
        latitude=Coalesce("school__latitude", Subquery(commune.values("latitude")[:1])),
        longitude=Coalesce("school__longitude", Subquery(commune.values("longitude")[:1])),
    )


@dataclass(frozen=True, slots=True)
class CommuneCount:
    """The retained schools of one commune; without `position` (longitude, latitude) nobody knows where it is."""

    name: str
    departement_id: int
    schools: int
    classes: int
    position: tuple[float, float] | None


def by_commune(rows: Any) -> list[CommuneCount]:
    """Two queries, and as many rows as there are communes with a retained school."""
    located = Q(school__latitude__isnull=False, school__longitude__isnull=False)
    counts = list(
        rows.order_by()
        .values("school__insee_code", "school__departement_id")
        .annotate(
            name=Min("school__commune_name"),
            schools=Count("school", distinct=True),
            classes=Sum("retained_classes"),
            latitude=Avg("school__latitude", filter=located),
            longitude=Avg("school__longitude", filter=located),
        )
        .order_by("name")
    )
    places = _positions([one["school__insee_code"] for one in counts if one["latitude"] is None])
    return [
        CommuneCount(
            name=one["name"],
            departement_id=one["school__departement_id"],
            schools=one["schools"],
            classes=one["classes"],
            position=_own(one) or places.get(one["school__insee_code"]),
        )
        for one in counts
    ]


def _own(count: dict[str, Any]) -> tuple[float, float] | None:
    return None if count["latitude"] is None else (float(count["longitude"]), float(count["latitude"]))


def _positions(insee_codes: Sequence[str]) -> dict[str, tuple[float, float]]:
    communes = Collectivite.objects.filter(kind=CollectiviteKind.COMMUNE, insee_code__in=insee_codes)
    return {
        code: (float(longitude), float(latitude))
        for code, longitude, latitude in communes.values_list("insee_code", "longitude", "latitude")
        if longitude is not None and latitude is not None
    }
