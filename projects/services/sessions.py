"""The session of selection: marks and proposals, which bind nobody; the decisions go through `selecting`, row by row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from plannumerique.journal.machine import Refused
from plannumerique.organisations.actor import Actor
from projects.enums import ProposalChoice
from projects.models import Application, Mark, Phase, Proposal, SelectionSession
from projects.permissions import can_run_session
from projects.rules.selection import HIGHEST_MARK, within_envelope


@dataclass(frozen=True, slots=True)
class Proposed:
    """What would be decided for one application; no choice is no proposal."""

    choice: ProposalChoice | None
    classes: int | None = None
    motive: str = ""


def open_session(*, phase: Phase, actor: Actor, **fields: Any) -> SelectionSession:
    """`fields` are those of forms.SessionForm."""
    session = SelectionSession(campaign=phase.campaign, phase=phase, **fields)
    can_run_session.demand(actor, session)
    assert actor.user is not None, "a session is opened by somebody"
    return SelectionSession.objects.create(campaign=phase.campaign, phase=phase, opened_by=actor.user, **fields)


def describe_session(*, session: SelectionSession, actor: Actor, **fields: Any) -> None:
    can_run_session.demand(actor, session)
    SelectionSession.objects.filter(pk=session.pk).update(**fields)


@transaction.atomic
def mark(*, session: SelectionSession, application: Application, marks: Mapping[int, int | None], actor: Actor) -> None:
    """The marks of one reader, by criterion; None takes one back."""
    can_run_session.demand(actor, session)
    _refuse_strangers(session, [application.pk])
    for criterion_id, value in sorted(marks.items()):
        mine: dict[str, Any] = {
            "session": session,
            "application": application,
            "criterion_id": criterion_id,
            "reader": actor.user,
        }
        if value is None:
            Mark.objects.filter(**mine).delete()
            continue
        if not 0 <= value <= HIGHEST_MARK:
            raise Refused(f"Une note va de 0 à {HIGHEST_MARK}.")
        Mark.objects.update_or_create(**mine, defaults={"value": value})


@transaction.atomic
def propose(*, session: SelectionSession, proposed: Mapping[int, Proposed], actor: Actor) -> None:
    """Try decisions, by application. Two colleagues at once: the last one is what the page shows, and nothing is decided."""
    can_run_session.demand(actor, session)
    _refuse_strangers(session, proposed)
    asked = {
        row.pk: row for row in Application.objects.filter(pk__in=proposed).select_related("school").prefetch_related("forecasts")
    }
    for pk, one in sorted(proposed.items()):
        if one.choice is None:
            Proposal.objects.filter(session=session, application_id=pk).delete()
            continue
        classes = _classes(asked[pk], one)
        Proposal.objects.update_or_create(
            session=session,
            application_id=pk,
            defaults={"choice": one.choice, "classes": classes, "motive": one.motive.strip()},
        )


def _classes(application: Application, one: Proposed) -> int | None:
    if one.choice is not ProposalChoice.RETAIN:
        return None
    most = application.classes_asked()
    classes = most if one.classes is None else one.classes
    if not 1 <= classes <= most:
        raise Refused(f"L’{application.school.in_words} : de 1 à {most} classes, le nombre demandé ; reçu : {classes}.")
    return classes


@transaction.atomic
def propose_by_rank(*, session: SelectionSession, actor: Actor) -> None:
    """Fill every proposal from the marks and the envelope; those already typed are replaced."""
    can_run_session.demand(actor, session)
    candidates = session.candidates()
    classes = within_envelope(candidates.values(), envelope=session.envelope_left())
    Proposal.objects.filter(session=session, application__in=candidates).delete()
    Proposal.objects.bulk_create(
        Proposal(
            session=session,
            application_id=pk,
            choice=ProposalChoice.RETAIN if count else ProposalChoice.WAIT,
            classes=count or None,
        )
        for pk, count in classes.items()
    )


def _refuse_strangers(session: SelectionSession, ids: Iterable[int]) -> None:
    """Only what is still to be decided in the phase of the session."""
    wanted = set(ids)
    there = set(Application.objects.to_decide().filter(phase=session.phase_id, pk__in=wanted).values_list("pk", flat=True))
    if wanted - there:
        raise Refused("Une candidature n’est plus à décider dans cette séance : rechargez la page.")
