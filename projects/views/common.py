"""The rows that the pages of applications are about, as their reader sees them, and the right that each page asks first."""

from collections.abc import Iterable

from django.shortcuts import get_object_or_404

from plannumerique.files.models import Piece
from plannumerique.journal.http import row_or_404
from plannumerique.organisations.http import Request
from projects.enums import Anchor, ApplicationState, PointState
from projects.models import Application, CompletionPoint, Dossier
from projects.permissions import can_respond


def dossier_of(request: Request, pk: int) -> Dossier:
    return row_or_404(request, Dossier, pk)


def piece_of(request: Request, pk: int, piece_pk: int) -> tuple[Dossier, Piece]:
    dossier = dossier_of(request, pk)
    pieces = Piece.objects.visible_to(request.actor).about(dossier).select_related("thread", "file", "school", "deposited_by")
    return dossier, get_object_or_404(pieces, pk=piece_pk)


def application_of(request: Request, pk: int) -> Application:
    return row_or_404(request, Application, pk)


def points_to_answer(request: Request, row: Application, anchors: Iterable[Anchor]) -> list[CompletionPoint]:
    """The points on these fields that this person may answer, those already answered too; none but while the line is to be completed."""
    if row.state != ApplicationState.TO_COMPLETE:
        return []
    points = list(row.points.exclude(state=PointState.DROPPED).filter(anchor__in=list(anchors)).order_by("pk"))
    for point in points:
        point.application = row
    return [point for point in points if can_respond(request.actor, point)]
