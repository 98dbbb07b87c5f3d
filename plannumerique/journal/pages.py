"""The journal as a page shows it."""

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst

from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import TAKEN_OVER
from plannumerique.lib.dates import short_date
from plannumerique.lib.money import euros
from plannumerique.lib.text import NBSP
from plannumerique.lib.verbs import done
from plannumerique.ui.pieces import Change, Event

# Of a long life, a page shows the latest, and says so.
LATEST = 50
# What the machine does by itself a moment after an act tells nobody anything.
UNTOLD_ACTS = ("render",)


class Timeline(list[Event]):
    """The latest lines, the most recent first; `cut` when older ones are not among them."""

    cut = False


def events_about(row: models.Model) -> Timeline:
    """The latest lines about one row; one query."""
    return timeline_of(JournalLine.objects.filter(subject_kind=row._meta.label_lower, subject_id=row.pk))


def timeline_of(lines: models.QuerySet[JournalLine], *, latest: int = LATEST) -> Timeline:
    """The latest of these lines; one query."""
    found = list(lines.exclude(act__in=UNTOLD_ACTS)[: latest + 1])
    timeline = Timeline(_event(line) for line in found[:latest])
    timeline.cut = len(found) > latest
    return timeline


def _event(line: JournalLine) -> Event:
    """What a reader already knows is left out: the portal's own role, a subject that the act names, a comment that is a field too."""
    changes = tuple(_change(line, name) for name in line.after if _is_told(line, name))
    return Event(
        label=_told(line.label),
        at=line.occurred_at,
        actor=line.actor_name if line.actor_id else "Le portail",
        role=line.actor_role if line.actor_id else "",
        subject="" if line.subject_label in line.label else line.subject_label,
        comment="" if line.comment in {one.after for one in changes} else line.comment,
        changes=changes,
    )


def _told(label: str) -> str:
    """What was done, after who did it; the label of a former version may not be an act, and is told as it is."""
    act = label.removeprefix(TAKEN_OVER)
    if act != label and not act.startswith("reprendre "):
        return f"a repris un acte d’avant le portail{NBSP}: {act}"
    try:
        return done(act)
    except ValueError:
        return f"a enregistré{NBSP}: {act}"


def _is_told(line: JournalLine, name: str) -> bool:
    """A value that appears from nothing at a creation is no news; neither is a key that a person can't read."""
    field = _field(line, name)
    return line.act != "open" and field is not None and not field.is_relation


def _change(line: JournalLine, name: str) -> Change:
    field = _field(line, name)
    label = capfirst(str(field.verbose_name)).removesuffix(" (€)") if field is not None else name
    return Change(label=label, before=_in_words(field, line.before.get(name)), after=_in_words(field, line.after[name]))


def _field(line: JournalLine, name: str) -> Any:
    try:
        return apps.get_model(line.subject_kind)._meta.get_field(name)
    except (LookupError, FieldDoesNotExist):
        return None


def state_in_words(line: JournalLine, state: str) -> str:
    """What the machine of the line's subject calls that state; the state itself when there is no such machine any more."""
    return _in_words(_field(line, "state"), state)


def _in_words(field: Any, value: Any) -> str:
    if value in (None, ""):
        return ""
    if isinstance(field, models.BooleanField):
        return "oui" if value else "non"
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DecimalField):
        return euros(field.to_python(value))
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return short_date(field.to_python(value))
    if isinstance(field, models.CharField) and field.name.endswith("iban"):
        return f"…{str(value)[-4:]}"
    return str(value)
