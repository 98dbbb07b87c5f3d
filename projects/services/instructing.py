"""What the DANE does with a deposited application, until the commission; the opinions it is given."""

import datetime as dt

from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import opening, passage
from plannumerique.organisations.actor import Actor
from projects import notices
from projects.enums import OpinionKind, OpinionSense
from projects.models import (
    Application,
    Opinion,
)
from projects.permissions import (
    can_give_opinion,
    can_instruct,
)


def request_completion(*, application_id: int, actor: Actor, seen: int, comment: str, due_on: dt.date) -> Application:
    if due_on < actor.today:
        raise Refused("La date de réponse demandée est déjà passée.")
    with passage(Application, application_id, actor=actor, may=can_instruct, seen=seen, comment=comment) as application:
        application.request_completion(due_on=due_on)
        notices.tell_completion_requested(application, actor=actor, motive=comment)
    return application


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
