"""The rows that the pages of conventions are about, as their reader sees them, and what their acts share."""

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404

from conventions import pages
from conventions.models import Convention, CoveredClass, CoveredSchool
from plannumerique.files.models import Piece
from plannumerique.journal.http import Acts, row_or_404, sent
from plannumerique.organisations.http import Request


def _around(row: Convention, request: Request) -> dict[str, Any]:
    return {"facts": pages.facts_of(row, today=request.actor.today)}


def day(form: type[Any], label: str) -> Callable[[Request, Convention], Any]:
    return lambda request, row: form(request.POST or None, row_version=row.version, today=request.actor.today, label=label)


def filed_day(form: type[Any], label: str) -> Callable[[Request, Convention], Any]:
    return lambda request, row: form(
        *sent(request), actor=request.actor, row_version=row.version, today=request.actor.today, label=label
    )


def convention_of(request: Request, pk: int) -> Convention:
    schools = CoveredSchool.objects.select_related("school", "referent_college").order_by("school__search", "pk")
    classes = Prefetch("classes", CoveredClass.objects.order_by("number"))
    rows = Convention.objects.prefetch_related(
        "campaign__deadlines", "cbr_exchanges", Prefetch("covered_schools", schools.prefetch_related(classes))
    )
    return row_or_404(request, rows, pk)


def covered_of(request: Request, pk: int, school_pk: int) -> tuple[Convention, CoveredSchool]:
    row = convention_of(request, pk)
    return row, get_object_or_404(row.covered_schools.select_related("school"), pk=school_pk)


def piece_of(request: Request, pk: int, piece_pk: int) -> tuple[Convention, Piece]:
    row = convention_of(request, pk)
    pieces = Piece.objects.visible_to(request.actor).about(row).select_related("thread", "file", "school", "deposited_by")
    return row, get_object_or_404(pieces, pk=piece_pk)


ACTS = Acts(convention_of, by="convention_id", around=_around, template="conventions/act.html")
