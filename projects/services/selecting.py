"""What the commission or the ministry decided, and what a convention does to the application."""

import datetime as dt

from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import passage
from plannumerique.organisations.actor import Actor
from projects import documents, notices
from projects.enums import ActKind
from projects.models import (
    Application,
)
from projects.permissions import (
    can_contract,
    can_cover_by_convention,
    can_record_selection,
)


def retain(
    *,
    application_id: int,
    actor: Actor,
    classes: int,
    on: dt.date,
    selection_list: str,
    seen: int | None = None,
    comment: str = "",
) -> Application:
    """Record what the commission retained; the letter leaves in the académie's name."""
    refuse_future(on, actor)
    with passage(Application, application_id, actor=actor, may=can_record_selection, seen=seen, comment=comment) as application:
        application.retain(classes=classes, on=on, selection_list=selection_list)
        documents.issue_selection_letter(application, ActKind.SELECTION, actor=actor)
        notices.tell_selected(application, actor=actor)
    return application


def put_on_waiting_list(
    *, application_id: int, actor: Actor, on: dt.date, selection_list: str, seen: int | None = None, comment: str = ""
) -> Application:
    refuse_future(on, actor)
    with passage(Application, application_id, actor=actor, may=can_record_selection, seen=seen, comment=comment) as application:
        application.put_on_waiting_list(on=on, selection_list=selection_list)
    return application


def set_aside(
    *, application_id: int, actor: Actor, on: dt.date, selection_list: str, comment: str, seen: int | None = None
) -> Application:
    refuse_future(on, actor)
    with passage(Application, application_id, actor=actor, may=can_record_selection, seen=seen, comment=comment) as application:
        application.set_aside(on=on, selection_list=selection_list)
        documents.issue_selection_letter(application, ActKind.NON_SELECTION, actor=actor, motive=comment)
        notices.tell_not_selected(application, actor=actor)
    return application


def revise_selection(*, application_id: int, actor: Actor, comment: str, seen: int | None = None) -> Application:
    with passage(Application, application_id, actor=actor, may=can_record_selection, seen=seen, comment=comment) as application:
        application.revise_selection()
    return application


def cover_by_convention(*, application_id: int, actor: Actor, covered: bool, taken_over: bool = False) -> Application:
    """A convention takes the application in, or lets it go. Called by the services of conventions, in their passage."""
    label = "Porter la candidature au projet de convention" if covered else "Retirer la candidature du projet de convention"
    with passage(
        Application,
        application_id,
        actor=actor,
        may=can_cover_by_convention,
        act="cover",
        label=label,
        taken_over=taken_over,
    ) as application:
        application.under_convention = covered
    return application


def contract(*, application_id: int, actor: Actor, taken_over: bool = False) -> Application:
    """Both parties have signed: called by the services of conventions, in their passage."""
    with passage(Application, application_id, actor=actor, may=can_contract, taken_over=taken_over) as application:
        application.contract()
    return application


def release(*, application_id: int, actor: Actor, comment: str) -> Application:
    """The recteur's signature is cancelled: called by the services of conventions, in their passage."""
    with passage(Application, application_id, actor=actor, may=can_contract, comment=comment) as application:
        application.release()
    return application


def refuse_future(on: dt.date, actor: Actor) -> None:
    if on > actor.today:
        raise Refused("La décision de sélection porte une date à venir.")
