"""The one door: a row of a thread is created or changed here, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from plannumerique.journal.machine import Place, Refused, WrongState
from plannumerique.journal.models import JournalLine, Thread, ThreadRow
from plannumerique.lib.text import starts_lower, typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.permissions import Permission

R = TypeVar("R", bound=ThreadRow)

# Before the label of an act of paper, that somebody entered and did not do.
TAKEN_OVER = typeset("Reprise : ")


class Stale(Refused):
    """The page was built on a version of the row that somebody has changed since."""


@contextmanager
def passage(
    model: type[R],
    pk: int,
    *,
    actor: Actor,
    may: Permission,
    seen: int | None = None,
    comment: str = "",
    act: str = "",
    label: str = "",
    taken_over: bool = False,
) -> Iterator[R]:
    """Change one row: lock its thread, then the row; ask `may` of it; yield it; save it; write the journal.

    `seen` is the version that the person's page was built on; None for processes and for acts that nobody could have
    outrun. `act` and `label` name what matters without moving a state. `taken_over`: the act was made before the portal, on
    paper; the journal says so, and the row holds its own date. Raises Refused (Stale among them) with French
    reasons, PermissionDenied when it is not this person's job; nothing is written then. Passages nest in one
    transaction, and what a service schedules with `transaction.on_commit` runs after the outermost one.
    """
    # Who holds none of these roles anywhere is told so without any query: the dossier waits for nobody who may not touch it.
    may.demand_role(actor)
    with transaction.atomic():
        row = _locked(model, pk)
        may.demand(actor, row)
        if seen is not None and seen != row.version:
            raise Stale(_who_was_first(row))
        before = _journaled(row)
        try:
            yield row
        except WrongState as error:
            raise WrongStateSince(row, error) from error
        _demand_comment(row, comment)
        if not row.passed_moves and not act:
            raise TypeError(f"A passage on {model.__name__} made no move and names no act.")
        row.version += 1
        save_or_refuse(row)
        _write_lines(row, actor=actor, may=may, comment=comment, act=act, label=label, before=before, taken_over=taken_over)


@contextmanager
def opening(
    row: R,
    *,
    actor: Actor,
    may: Permission,
    label: str,
    comment: str = "",
    told: bool = True,
    taken_over: bool = False,
) -> Iterator[R]:
    """Create one row of a thread: lock the thread, ask `may` of the unsaved row, yield it to be filled, save, journal it.

    Without `told`, no line: the row tells of itself, to fewer people than those who read the journal (a message).
    """
    with transaction.atomic():
        row.thread = Thread.objects.select_for_update().get(pk=row.thread_id)
        may.demand(actor, row)
        yield row
        row.version = 1
        save_or_refuse(row)
        if told:
            _write_lines(row, actor=actor, may=may, comment=comment, act="open", label=label, before={}, taken_over=taken_over)


class WrongStateSince(WrongState):
    """A move that came second: says who was first, and when. Of what is still to come, nobody was first."""

    def __init__(self, row: ThreadRow, error: WrongState) -> None:
        self.place = error.place
        Refused.__init__(self, *error.reasons, *([_who_was_first(row)] if self.place is Place.BEHIND else []))


def _locked(model: type[R], pk: int) -> R:
    # The thread first, always: the same first lock for every use case of a dossier, so that two of them cannot embrace.
    thread = Thread.objects.select_for_update().get(pk__in=model._default_manager.values("thread_id").filter(pk=pk))
    row = model._default_manager.select_for_update(of=("self",)).select_related(*model.passage_related).get(pk=pk)
    row.thread = thread
    return row


def _demand_comment(row: ThreadRow, comment: str) -> None:
    for passed in row.passed_moves:
        if passed.needs_comment and not comment.strip():
            raise Refused(f"Indiquez le motif : « {passed.label} » ne s’enregistre pas sans lui.")


def save_or_refuse(row: models.Model) -> None:
    """Save; a constraint that the database finds broken is Refused with its own French sentence."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(_broken_rule(row, error)) from error


def _broken_rule(row: models.Model, error: IntegrityError) -> str:
    """The sentence of the constraint that PostgreSQL names: two people at the same instant get it too, and no query is added."""
    diagnostics = getattr(error.__cause__, "diag", None)
    name = diagnostics.constraint_name if diagnostics else None
    broken = next((one for one in row._meta.constraints if one.name == name), None)
    if broken is None:
        return "Cet enregistrement existe déjà ou contredit une règle de la base : rechargez la page."
    return str(broken.get_violation_error_message())


def _write_lines(
    row: ThreadRow,
    *,
    actor: Actor,
    may: Permission,
    comment: str,
    act: str,
    label: str,
    before: dict[str, Any],
    taken_over: bool,
) -> None:
    after = _journaled(row)
    changed = [name for name in after if before.get(name) != after[name]]
    grant = may.grant(actor, row)
    common = {
        "thread": row.thread,
        "subject_kind": row._meta.label_lower,
        "subject_id": row.pk,
        "subject_label": str(row)[:250],
        "actor": actor.user,
        "actor_name": actor.name,
        "actor_role": grant.label if grant else "portail",
        "comment": comment.strip(),
        "version": row.version,
        "occurred_at": actor.at,
    }
    moves = [(one.name, one.label, one.source, one.target) for one in row.passed_moves] or [(act, label or act, "", _state(row))]
    for position, (name, move_label, source, target) in enumerate(moves):
        last = position == len(moves) - 1
        JournalLine.objects.create(
            act=name,
            label=(_as_taken_over(move_label) if taken_over else move_label)[:150],
            from_state=source,
            to_state=target,
            before={name: before[name] for name in changed if name in before} if last else {},
            after={name: after[name] for name in changed} if last else {},
            **common,
        )
    row.passed_moves = []


def _as_taken_over(label: str) -> str:
    return f"{TAKEN_OVER}{starts_lower(label)}"


def _journaled(row: ThreadRow) -> dict[str, Any]:
    fields = {field.name: field for field in row._meta.concrete_fields}
    return {name: fields[name].value_from_object(row) for name in row.journaled}


def _state(row: ThreadRow) -> str:
    return str(getattr(row, "state", ""))


def _who_was_first(row: ThreadRow) -> str:
    line = JournalLine.objects.filter(subject_kind=row._meta.label_lower, subject_id=row.pk).first()
    if line is None:
        return "Cette page n’est plus à jour : rechargez-la."
    at = timezone.localtime(line.occurred_at)
    return f"Déjà traité par {line.actor_name} à {at:%H:%M} le {at:%d/%m/%Y} (« {line.label} »). Rechargez la page."
