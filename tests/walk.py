"""State × move × role, through the services: a move passes exactly when the table of the machine says so.

Each case builds a row in a state, acts as a role, calls the service of a move. Three outcomes, and nothing else:
not this role's job → PermissionDenied; not from this state → Refused; otherwise the row is in the move's target.
After a refusal the row and its journal are as they were.
"""

import datetime as dt
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model

from plannumerique.accounts.models import User
from plannumerique.journal.machine import Refused, moves_of
from plannumerique.journal.models import JournalLine, ThreadRow
from plannumerique.organisations.actor import Actor, Grant
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level, Role
from plannumerique.organisations.permissions import Permission
from tests.factories import AT, UserFactory

EVERY_ROLE = tuple(role for role in Role if role is not Role.SYSTEM)


@dataclass(frozen=True)
class Machine:
    """What the walk needs to know of a machine.

    `build(state)` makes a row in that state with nothing else in the way; `where(row, level)` is the organisation of the row
    in which a role of that level is held; `call[move](row, actor)` calls the service of the move.
    """

    model: type[ThreadRow]
    permissions: Mapping[str, Permission]
    build: Callable[[str], ThreadRow]
    where: Callable[[ThreadRow, Level], Model]
    call: Mapping[str, Callable[[ThreadRow, Actor], object]]
    at: dt.datetime = AT

    @property
    def states(self) -> list[str]:
        return [value for value, _ in self.model._meta.get_field("state").choices]

    def actor(self, row: ThreadRow, role: Role, user: User) -> Actor:
        """Somebody new to the dossier, who holds that role alone; the membership itself is not what is walked here."""
        organisation = self.where(row, LEVEL_OF_ROLE[role])
        return Actor(
            at=self.at, user=user, grants=(Grant(role=role, organisation_id=organisation.pk, organisation=str(organisation)),)
        )

    def targets(self, move: str) -> dict[str, str]:
        return {str(one.source): str(one.target) for one in moves_of(self.model) if one.name == move}


def walk(machine: Machine, state: str, *, but: Container[tuple[str, Role]] = ()) -> None:
    """Every move as every role from one state. The row is built once: what an attempt writes is rolled back after it.

    `but` names the (move, role) pairs that have tests of their own.
    """
    row, user = machine.build(state), UserFactory()
    actors = {role: machine.actor(row, role, user) for role in EVERY_ROLE}
    before = _facts(row)
    for move, call in machine.call.items():
        allowed = machine.permissions[move].roles
        for role in EVERY_ROLE:
            if role not in allowed and (move, role) not in but:
                _denied(call, row, actors[role], what=f"{role} should not be allowed to {move} from {state}")
        assert _facts(row) == before, f"{move} from {state}, denied, left something behind"
        for role in allowed:
            if role in actors and (move, role) not in but:
                with transaction.atomic():
                    _attempt(machine, move, call, row, actors[role], state=state, before=before)
                    transaction.set_rollback(True)


def _denied(call: Callable[[ThreadRow, Actor], object], row: ThreadRow, actor: Actor, *, what: str) -> None:
    try:
        call(row, actor)
    except PermissionDenied:
        return
    pytest.fail(what)


def _attempt(
    machine: Machine,
    move: str,
    call: Callable[[ThreadRow, Actor], object],
    row: ThreadRow,
    actor: Actor,
    *,
    state: str,
    before: tuple[Any, ...],
) -> None:
    targets, reasons = machine.targets(move), _refusal(call, row, actor)
    if reasons is None:
        assert _facts(row)[0] == targets[state]
        return
    assert state not in targets, f"{move} from {state} as {actor.grants[0].role} refused: {reasons}"
    assert _facts(row) == before


def _refusal(call: Callable[[ThreadRow, Actor], object], row: ThreadRow, actor: Actor) -> list[str] | None:
    try:
        with transaction.atomic():
            call(row, actor)
    except Refused as refused:
        return refused.reasons
    return None


def _facts(row: ThreadRow) -> tuple[Any, ...]:
    state, version = type(row)._default_manager.values_list("state", "version").get(pk=row.pk)
    lines = JournalLine.objects.filter(subject_kind=row._meta.label_lower, subject_id=row.pk).count()
    return str(state), version, lines
