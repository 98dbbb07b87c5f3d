"""What is expected of a person, computed from the states of the rows and from her memberships; never stored.

Each task asks one bounded question of the database, and only of the people whose role it concerns.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Value
from django.urls import reverse

from conventions.enums import ConventionState
from conventions.models import Convention
from deployments.models import MobileClass
from plannumerique.files.models import Piece
from plannumerique.lib.text import french_list, plural
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level, Role
from portal.home.kinds import TASKS, Task
from projects.enums import ApplicationState, DeadlineCode
from projects.models import Application, Campaign, CampaignDeadline
from subsidies.enums import SubsidyState
from subsidies.models import Invoice, Payment, PurchaseOrder

A, C, D, P = ApplicationState, ConventionState, DeadlineCode, SubsidyState

# A home shows so many rows of each task, and leads to the list for the others.SHOWN = 5

SHOWN = 5


@dataclass(frozen=True, slots=True)
class TodoLine:
    """`due` is the last day in time, when the campaign or the row gives one."""

    label: str
    url: str
    due: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Todo:
    """One task with its first rows; `url` leads to all of them when there are more."""

    label: str
    lines: tuple[TodoLine, ...]
    more: bool
    url: str = ""

    @property
    def due(self) -> dt.date:
        """The nearest of its lines; what has no date comes last."""
        return min((line.due or dt.date.max for line in self.lines), default=dt.date.max)


def todo_of(actor: Actor, *, deadlines: Iterable[CampaignDeadline]) -> list[Todo]:
    """What waits for that person, the nearest deadline first; one query a kind of row, however many tasks share it."""
    last_days = {(row.campaign_id, row.code): row.as_rule().last_day for row in deadlines}
    return sorted([*_found(actor, last_days), *_of_the_administration(actor)], key=lambda todo: todo.due)


def _of_the_administration(actor: Actor) -> Iterator[Todo]:
    """Until she has filled them in, acts are refused to others; three queries, for administrators alone."""
    academies = actor.ids(Level.ACADEMIE, [Role.ADMINISTRATOR])
    rows = Campaign.objects.filter(academie_id__in=academies).prefetch_related("texts", "signatories") if academies else ()
    waiting = [(row, missing) for row in rows if (missing := row.to_fill())]
    if waiting:
        lines = tuple(
            TodoLine(f"{row} : {french_list(missing)}", reverse("admin:projects_campaign_change", args=[row.pk]))
            for row, missing in waiting[:SHOWN]
        )
        listing = reverse("admin:projects_campaign_changelist")
        yield Todo("Compléter la campagne : des actes l’attendent", lines, more=len(waiting) > SHOWN, url=listing)


LastDays = Mapping[tuple[int, str], dt.date]
# Once they are passed nothing is late any more: the solde has slipped to the year after.
_LAPSING = (DeadlineCode.JUSTIFICATION, DeadlineCode.SOLDE)


def _found(actor: Actor, last_days: LastDays) -> Iterator[Todo]:
    waiting = _waiting_rows(actor)
    for rank, task in enumerate(TASKS):
        if rows := waiting.get(rank):
            yield Todo(
                label=task.label,
                lines=tuple(_line(task, row, last_days, today=actor.today) for row in rows[:SHOWN]),
                more=len(rows) > SHOWN,
                url=_listing(task),
            )


def _waiting_rows(actor: Actor) -> dict[int, list[Any]]:
    """The first rows of each of the person's tasks, by the rank of the task."""
    by_model: dict[Any, list[QuerySet[Any]]] = defaultdict(list)
    for rank, task in enumerate(TASKS):
        if actor.holds(*task.roles):
            rows = task.scoped(actor).annotate(task=Value(rank))
            # The oldest first, unless the task says otherwise: by name, the base would read every dossier to find the few that wait.
            ordered = rows if task.of_person else rows.order_by("pk")
            by_model[rows.model].append(ordered[: SHOWN + 1])
    found: dict[int, list[Any]] = defaultdict(list)
    for first, *others in by_model.values():
        for row in first.union(*others, all=True) if others else first:
            found[row.task].append(row)
    return found


def _line(task: Task, row: Any, last_days: LastDays, *, today: dt.date) -> TodoLine:
    return TodoLine(_subject(row), _url(row), _own_due(task, row) or _campaign_due(task, row, last_days, today=today))


def _own_due(task: Task, row: Any) -> dt.date | None:
    """The date that the row itself carries."""
    if task.row_due:
        return getattr(row, task.row_due)
    if isinstance(row, Application):
        waits_for_the_closing = row.state == A.DRAFT and not row.late_derogation
        return row.completion_due_on or (row.phase.closes_on if waits_for_the_closing else None)
    if isinstance(row, MobileClass):
        return row.delivery_expected_on
    if isinstance(row, Payment) and row.pay_before:
        return row.pay_before - dt.timedelta(days=1)
    return None


def _campaign_due(task: Task, row: Any, last_days: LastDays, *, today: dt.date) -> dt.date | None:
    if task.due is None:
        return None
    holder = row.subsidy if isinstance(row, PurchaseOrder | Invoice) else row
    due = last_days.get((holder.campaign_id, task.due))
    return None if due is None or (due < today and task.due in _LAPSING) else due


def _subject(row: Any) -> str:
    if unread := getattr(row, "unread", 0):
        return f"{plural(unread, one='message non lu', many='messages non lus')} – {row}"
    if isinstance(row, Piece):
        return f"{row.label} – {row.thread.title}"
    if isinstance(row, PurchaseOrder | Invoice):
        return f"{row} – {row.subsidy.convention.dossier.collectivite}"
    if isinstance(row, OutboxMail):
        return f"{row} – {row.addressees or row.whom or 'sans destinataire'}"
    if isinstance(row, Payment) and row.resources:
        return f"{row} – {row.resources.school}"
    return str(row)


def _url(row: Any) -> str:
    if getattr(row, "unread", 0):
        return reverse("portal:messages", args=[row.pk])
    if not isinstance(row, Piece):
        return row.get_absolute_url()
    # A piece is checked on the page of what it is about.
    space = "conventions" if row.subject_kind == Convention._meta.label_lower else "projects"
    return reverse(f"{space}:check_piece", args=[row.subject_id, row.pk])


def _listing(task: Task) -> str:
    if not task.listing:
        return ""
    return reverse(task.listing) + (f"?{task.query}" if task.query else "")
