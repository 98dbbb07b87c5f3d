"""The retained schools: the list, its map, and the data for whoever reuses them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Max, Sum
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.views.decorators.http import condition, require_safe

from plannumerique.organisations.http import Request
from plannumerique.organisations.models import Departement
from plannumerique.ui.columns import Column, Shown, table_of
from plannumerique.ui.lists import count_states, paginate
from plannumerique.ui.pieces import Badge
from portal.public.retained.forms import RetainedFilters
from portal.public.retained.map import draw
from portal.public.retained.open_data import as_csv, as_geojson, described
from portal.public.retained.rows import CommuneCount, by_commune, retained_applications, with_position
from projects.enums import ApplicationState
from projects.pages.applications import TONES


def _badge(row: Any) -> Badge:
    state = ApplicationState(row.state)
    return Badge(capfirst(str(state.label)), TONES[state])


def _school(row: Any) -> Shown:
    return Shown(row.school, hint=f"{row.school.uai}, {row.school.departement}")


COLUMNS = (
    Column("ecole", "École", shows=_school, order_by=("school__search", "phase__number")),
    Column(
        "collectivite",
        "Collectivité",
        shows="dossier.collectivite",
        order_by=("dossier__collectivite__search", "school__search"),
    ),
    Column(
        "phase",
        "Phase",
        shows=lambda row: f"{row.campaign.label}, {row.phase.label}",
        order_by=("campaign__year", "phase__number", "school__search"),
    ),
    Column("decision", "Décision du", shows="selection_on", order_by=("selection_on", "school__search")),
    Column(
        "classes", "Classes retenues", shows="retained_classes", order_by=("retained_classes", "school__search"), numeric=True
    ),
    Column("etat", "État", shows=_badge),
)


@dataclass(frozen=True, slots=True)
class DepartementCount:
    departement: Departement
    schools: int
    classes: int


@login_not_required
@require_safe
def retained(request: Request) -> HttpResponse:
    """200, 422 a filter is wrong, 404 there is no such page or order. The map is that of one académie."""
    filters = RetainedFilters(request.GET)
    rows = retained_applications(on=request.actor.today)
    narrowed = filters.narrow(rows)
    listing = paginate(request, narrowed, columns=COLUMNS)
    communes = by_commune(narrowed) if filters.within else []
    page = {
        "listing": listing,
        "filters": filters,
        "states": count_states(request, rows, filters=filters),
        "table": table_of(COLUMNS, listing.rows, listing.rows),
        "map": draw(communes, filters.departements) if communes else None,
        "departements": list(_counted(communes, filters.departements)),
    }
    return render(request, "portal/retained/list.html", page, status=filters.http_status)


def _counted(communes: Sequence[CommuneCount], departements: Sequence[Departement]) -> Iterator[DepartementCount]:
    for departement in departements:
        inside = [one for one in communes if one.departement_id == departement.pk]
        if inside:
            yield DepartementCount(departement, sum(one.schools for one in inside), sum(one.classes for one in inside))


@login_not_required
@require_safe
def data(request: Request) -> HttpResponse:
    return render(request, "portal/retained/data.html", {"columns": described()})


def _data_version(request: Request) -> str:
    """Another value with each act on a retained application, and each day: what the directory corrects shows the day after."""
    rows = retained_applications(on=request.actor.today)
    told = rows.order_by().aggregate(count=Count("pk"), last=Max("pk"), acts=Sum("version"))
    return f'"{request.actor.today.isoformat()}-{told["count"]}-{told["last"] or 0}-{told["acts"] or 0}"'


def _published(request: Request) -> Any:
    rows = retained_applications(on=request.actor.today).select_related("campaign__academie", "phase", "school__departement")
    return with_position(rows.select_related("dossier__collectivite")).order_by("campaign__year", "pk")


@login_not_required
@require_safe
@condition(etag_func=_data_version)
def data_csv(request: Request) -> StreamingHttpResponse:
    return _streamed(as_csv(_published(request)), "text/csv; charset=utf-8", "ecoles-retenues.csv")


@login_not_required
@require_safe
@condition(etag_func=_data_version)
def data_geojson(request: Request) -> StreamingHttpResponse:
    return _streamed(as_geojson(_published(request)), "application/geo+json", "ecoles-retenues.geojson")


def _streamed(parts: Iterator[str], content_type: str, name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(parts, content_type=content_type, headers=headers)
