"""The lists that mix several apps: dossiers with their stage, pieces to check, schools."""

from typing import Any

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from plannumerique.files.models import Piece
from plannumerique.organisations.enums import COLLECTIVITE, DANE
from plannumerique.organisations.http import Request
from plannumerique.ui.listing import list_page
from portal.lists import columns
from portal.lists.columns import DossierLine, stage_badge
from portal.lists.forms import DossierFilters, PieceFilters, SchoolFilters
from portal.lists.readings import campaign_dates, followed, followed_schools, to_check
from portal.permissions import TAKES_OVER, follows_money
from portal.standing.expected import expected_of
from portal.standing.pieces import PieceLine, piece_lines


@require_safe
def dossiers(request: Request) -> HttpResponseBase:
    actor = request.actor
    dates = campaign_dates(actor)

    def lines(rows: list[Any]) -> list[DossierLine]:
        expected = expected_of(rows)
        return [DossierLine(row, stage_badge(row), step, actor.today) for row, step in zip(rows, expected, strict=True)]

    return list_page(
        request,
        followed(actor, dates.deadlines),
        title="Dossiers",
        words="dossier",
        caption="Dossiers que vous suivez",
        template="portal/dossiers.html",
        filters=DossierFilters(request.GET, actor=actor, campaigns=dates.campaigns),
        columns=(*columns.DOSSIERS, *(columns.MONEY if follows_money(actor) else ())),
        name="dossiers",
        day=actor.today,
        lines=lines,
        can_open=actor.holds(*COLLECTIVITE, *DANE),
        can_take_over=actor.holds(*TAKES_OVER),
    )


@require_safe
def pieces(request: Request) -> HttpResponseBase:
    actor = request.actor

    def lines(rows: list[Piece]) -> list[PieceLine]:
        return piece_lines(rows, actor)

    return list_page(
        request,
        to_check(actor),
        title="Pièces à vérifier",
        words="pièce",
        caption="Pièces des dossiers qui attendent leur vérification",
        template="portal/pieces.html",
        filters=PieceFilters(request.GET),
        columns=columns.PIECES,
        name="pieces-a-verifier",
        day=actor.today,
        lines=lines,
    )


@require_safe
def schools(request: Request) -> HttpResponseBase:
    return list_page(
        request,
        followed_schools(request.actor),
        title="Écoles",
        words="école",
        caption="Écoles de votre ressort",
        template="portal/schools.html",
        filters=SchoolFilters(request.GET, actor=request.actor),
        columns=columns.SCHOOLS,
        name="ecoles",
        day=request.actor.today,
    )
