"""The lists that mix several apps: dossiers with their stage, pieces to check, schools."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from deployments.enums import MobileClassState
from deployments.models import MobileClass
from plannumerique.files.models import Piece
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DANE
from plannumerique.organisations.http import Request
from plannumerique.organisations.models import School
from plannumerique.portal import exports as exported
from plannumerique.portal.dossiers import sees_beyond_one_school
from plannumerique.portal.expected import Expected, expected_of
from plannumerique.portal.forms import DossierFilters, PieceFilters, SchoolFilters, campaign_dates
from plannumerique.portal.pieces import CHECKED_KINDS, PieceLine, piece_lines
from plannumerique.portal.stages import Stage, with_due, with_stage, with_what_is_expected
from plannumerique.portal.taking_over.stages import TAKES_OVER
from plannumerique.ui.listing import list_page
from plannumerique.ui.lists import Column
from plannumerique.ui.pieces import Badge, Tone
from projects.enums import ApplicationState
from projects.models import Application, Dossier
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
    money = sees_beyond_one_school(actor)
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


def followed(actor: Actor, deadlines: Sequence[Any]) -> "QuerySet[Dossier]":
    """The dossiers of this person, with all that the list shows, filters and sorts by."""
    rows = with_stage(Dossier.objects.visible_to(actor).for_list().select_related("collectivite__departement"))
    return with_what_is_expected(with_due(rows, deadlines, actor), actor)


def dossier_lines(rows: list[Any]) -> list[tuple[Any, Badge, Expected]]:
    return [(row, stage_badge(row), expected) for row, expected in zip(rows, expected_of(rows), strict=True)]


def stage_badge(row: Any) -> Badge:
    if row.held_since is not None:
        return Badge(f"{str(Stage(row.stage).label).capitalize()}, suspendu", Tone.WARNING)
    return Badge(str(Stage(row.stage).label).capitalize(), STAGE_TONES[row.stage])


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


def to_check(actor: Actor) -> "QuerySet[Piece]":
    """The pieces of this person's dossiers that wait for their check, the oldest first."""
    rows = Piece.objects.visible_to(actor).awaiting_check().filter(kind__in=CHECKED_KINDS)
    return rows.select_related("file", "deposited_by", "school", "thread__collectivite").order_by("deposited_at")


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


def followed_schools(actor: Actor) -> "QuerySet[School]":
    """The open écoles of this person, each with its last application and its mobile classes, if she may see them."""
    last = Application.objects.visible_to(actor).filter(school=OuterRef("pk")).order_by("-phase__number", "-pk")
    classes = MobileClass.objects.visible_to(actor).filter(school=OuterRef("pk")).order_by().values("school")
    planned = classes.exclude(state=MobileClassState.RENOUNCED).values(count=Count("pk"))
    received = classes.filter(state=MobileClassState.RECEIVED).values(count=Count("pk"))
    rows = School.objects.ecoles().open().visible_to(actor).select_related("collectivite", "departement")
    return rows.annotate(
        situation=Coalesce(Subquery(last.values("state")[:1]), Value(SchoolFilters.NO_APPLICATION)),
        application_id=Subquery(last.values("pk")[:1]),
        planned=Coalesce(Subquery(planned), 0),
        received=Coalesce(Subquery(received), 0),
    )


def school_line(row: Any) -> tuple[Any, Badge]:
    if row.application_id is None:
        return row, Badge("Aucune")
    state = ApplicationState(row.situation)
    return row, Badge(str(state.label).capitalize(), TONES[state])
