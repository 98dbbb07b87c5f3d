"""The lists that mix several apps: dossiers with their stage, pieces to check, schools."""

from typing import Any

from django.http import HttpResponseBase
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from plannumerique.files.models import Piece
from plannumerique.organisations.enums import COLLECTIVITE, DANE
from plannumerique.organisations.http import Request
from plannumerique.ui.listing import list_page
from plannumerique.ui.lists import Column
from plannumerique.ui.pieces import Badge, Tone
from portal.lists import exports as exported
from portal.lists.forms import DossierFilters, PieceFilters, SchoolFilters
from portal.lists.readings import campaign_dates, followed, followed_schools, to_check
from portal.permissions import TAKES_OVER, follows_money
from portal.standing.expected import Expected, expected_of
from portal.standing.pieces import PieceLine, piece_lines
from portal.standing.stages import Stage
from projects.enums import ApplicationState
from projects.pages import TONES

DOSSIER_COLUMNS = (
    Column("collectivite", "Collectivité", order_by=("collectivite__search",)),
    Column("etape", "Étape", order_by=("rank", "collectivite__search")),
    Column("suite", "Prochaine étape"),
    Column("echeance", "Échéance", order_by=("due", "collectivite__search")),
)
MONEY_COLUMNS = (
    Column("maximum", "Subvention maximale", order_by=("maximum",), numeric=True),
    Column("verse", "Versé", order_by=("paid",), numeric=True),
)
PIECE_COLUMNS = (
    Column("piece", "Pièce", order_by=("label", "deposited_at")),
    Column("collectivite", "Collectivité", order_by=("thread__collectivite__search",)),
    Column("deposee", "Déposée le", order_by=("deposited_at",)),
    Column("par", "Déposée par"),
)
SCHOOL_COLUMNS = (
    Column("ecole", "École", order_by=("search",)),
    Column("collectivite", "Collectivité", order_by=("collectivite__search", "search")),
    Column("candidature", "Dernière candidature", order_by=("situation", "search")),
    Column("prevues", "Classes prévues", order_by=("planned", "search"), numeric=True),
    Column("recues", "Classes reçues", order_by=("received", "search"), numeric=True),
)
STAGE_TONES: dict[str, Tone] = {
    **dict.fromkeys(Stage, Tone.INFO),
    Stage.APPLICATION: Tone.NEUTRAL,
    Stage.CLOSED: Tone.SUCCESS,
    Stage.ENDED: Tone.NEUTRAL,
}


# --- Dossiers ---


@require_safe
def dossiers(request: Request) -> HttpResponseBase:
    actor = request.actor
    dates = campaign_dates(actor)
    money = follows_money(actor)
    return list_page(
        request,
        followed(actor, dates.deadlines),
        template="portal/dossiers.html",
        filters=DossierFilters(request.GET, actor=actor, campaigns=dates.campaigns),
        columns=(*DOSSIER_COLUMNS, *(MONEY_COLUMNS if money else ())),
        export=(*exported.DOSSIERS, *(exported.MONEY if money else ())),
        name="dossiers",
        day=actor.today,
        lines=dossier_lines,
        money=money,
        can_open=actor.holds(*COLLECTIVITE, *DANE),
        can_take_over=actor.holds(*TAKES_OVER),
    )


def dossier_lines(rows: list[Any]) -> list[tuple[Any, Badge, Expected]]:
    return [(row, stage_badge(row), expected) for row, expected in zip(rows, expected_of(rows), strict=True)]


def stage_badge(row: Any) -> Badge:
    if row.held_since is not None:
        return Badge(f"{capfirst(str(Stage(row.stage).label))}, suspendu", Tone.WARNING)
    return Badge(capfirst(str(Stage(row.stage).label)), STAGE_TONES[row.stage])


# --- Pieces to check ---


@require_safe
def pieces(request: Request) -> HttpResponseBase:
    actor = request.actor

    def lines(rows: list[Piece]) -> list[PieceLine]:
        return piece_lines(rows, actor)

    return list_page(
        request,
        to_check(actor),
        template="portal/pieces.html",
        filters=PieceFilters(request.GET),
        columns=PIECE_COLUMNS,
        export=exported.PIECES,
        name="pieces-a-verifier",
        day=actor.today,
        lines=lines,
    )


# --- Schools ---


@require_safe
def schools(request: Request) -> HttpResponseBase:
    return list_page(
        request,
        followed_schools(request.actor),
        template="portal/schools.html",
        filters=SchoolFilters(request.GET, actor=request.actor),
        columns=SCHOOL_COLUMNS,
        export=exported.SCHOOLS,
        name="ecoles",
        day=request.actor.today,
        line=school_line,
    )


def school_line(row: Any) -> tuple[Any, Badge]:
    if row.application_id is None:
        return row, Badge("Aucune")
    state = ApplicationState(row.situation)
    return row, Badge(capfirst(str(state.label)), TONES[state])
