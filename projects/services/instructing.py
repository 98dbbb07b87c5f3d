"""What the DANE does with a deposited application, until the commission; the opinions it is given."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plannumerique.files import services as files
from plannumerique.files.models import Piece
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import opening, passage
from plannumerique.organisations.actor import Actor
from projects import notices
from projects.enums import PIECE_ANCHORS, Anchor, OpinionKind, OpinionSense
from projects.models import (
    Application,
    CompletionPoint,
    Opinion,
)
from projects.permissions import (
    can_drop_point,
    can_give_opinion,
    can_instruct,
    can_request_opinions,
    can_respond,
)


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to complete, and where it is answered."""

    anchor: Anchor
    request: str

    def __str__(self) -> str:
        return f"{self.anchor.label} : {self.request}"


def request_completion(*, application_id: int, actor: Actor, seen: int, points: Sequence[Point], due_on: dt.date) -> Application:
    """Give the application back with one point or more, each on a field or a piece; together they are the motive."""
    if due_on < actor.today:
        raise Refused("La date de réponse demandée est déjà passée.")
    comment = "\n".join(str(point) for point in points)
    with passage(Application, application_id, actor=actor, may=can_instruct, seen=seen, comment=comment) as application:
        application.request_completion(due_on=due_on)
        for point in points:
            _ask(application, point, actor)
        notices.tell_completion_requested(application, actor=actor, points=[str(point) for point in points])
    return application


def _ask(application: Application, asked: Point, actor: Actor) -> None:
    point = CompletionPoint(
        thread=application.thread,
        application=application,
        anchor=asked.anchor,
        request=asked.request,
        asked_by=actor.user,
        asked_on=actor.today,
    )
    with opening(point, actor=actor, may=can_instruct, label="Demander un complément"):
        pass
    if asked.anchor in PIECE_ANCHORS:
        _put_back_to_check(application, asked, actor)


def _put_back_to_check(application: Application, asked: Point, actor: Actor) -> None:
    """An accepted piece cannot be replaced: what is asked about it reopens its check."""
    accepted = Piece.objects.in_force().accepted().about(application.dossier).filter(kind=asked.anchor.value)
    for pk in accepted.order_by("pk").values_list("pk", flat=True):
        files.reopen_piece(piece_id=pk, actor=actor, comment=asked.request)


def respond(*, point_id: int, actor: Actor, text: str, seen: int | None = None) -> CompletionPoint:
    """Answer one point, where it is asked; an answer may be written again until the whole is sent back."""
    if not text.strip():
        raise Refused("Écrivez votre réponse.")
    with passage(CompletionPoint, point_id, actor=actor, may=can_respond, seen=seen) as point:
        point.respond(text=text.strip())
        point.answered_by, point.answered_on = actor.user, actor.today
    return point


def respond_to_all(answers: Mapping[int, str], *, actor: Actor) -> None:
    """The answers written beside the fields of a form, in the passage that records the form; those that say nothing new are left."""
    known = dict(CompletionPoint.objects.filter(pk__in=answers).values_list("pk", "answer"))
    for pk in sorted(known):
        if answers[pk].strip() and answers[pk].strip() != known[pk]:
            respond(point_id=pk, actor=actor, text=answers[pk])


def drop_point(*, point_id: int, actor: Actor, comment: str, seen: int | None = None) -> CompletionPoint:
    with passage(CompletionPoint, point_id, actor=actor, may=can_drop_point, seen=seen, comment=comment) as point:
        point.drop()
    return point


def admit(*, application_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Application:
    with passage(Application, application_id, actor=actor, may=can_instruct, seen=seen, comment=comment) as application:
        application.admit()
    return application


def declare_inadmissible(*, application_id: int, actor: Actor, seen: int | None = None, comment: str) -> Application:
    with passage(Application, application_id, actor=actor, may=can_instruct, seen=seen, comment=comment) as application:
        application.declare_inadmissible()
    return application


def reopen(*, application_id: int, actor: Actor, seen: int | None = None, comment: str) -> Application:
    with passage(Application, application_id, actor=actor, may=can_instruct, seen=seen, comment=comment) as application:
        application.reopen()
    return application


def request_opinions(
    *, application_id: int, actor: Actor, due_on: dt.date, seen: int | None = None, comment: str = ""
) -> Application:
    """Ask the IEN and the DSI for their opinions by a day; those already given are not asked again. A late one still counts."""
    if due_on < actor.today:
        raise Refused("La date demandée pour les avis est déjà passée.")
    with passage(
        Application,
        application_id,
        actor=actor,
        may=can_request_opinions,
        seen=seen,
        comment=comment,
        act="request_opinions",
        label="Demander les avis",
    ) as application:
        awaited = application.opinions_awaited()
        if not awaited:
            raise Refused("Les deux avis sont déjà rendus.")
        application.opinions_due_on = due_on
        notices.tell_opinions_requested(application, awaited, actor=actor)
    return application


def give_opinion(*, application: Application, actor: Actor, kind: OpinionKind, sense: OpinionSense, text: str) -> Opinion:
    opinion = Opinion(
        thread=application.thread,
        application=application,
        kind=kind,
        sense=sense,
        text=text.strip(),
        given_by=actor.user,
        given_on=actor.today,
    )
    with opening(opinion, actor=actor, may=can_give_opinion, label=f"Rendre l’{kind.label}"):
        pass
    return opinion
