"""What is typed in a long form is kept as it is typed, and comes back with the page until it is sent."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plannumerique.journal.models import ThreadRow, UnsentForm
from plannumerique.organisations.actor import Actor

# Longer than any form of the portal: what exceeds it is not typed by hand.
LONGEST = 100_000
LASTS = dt.timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Unsent:
    """What the page brings back: the words by field, when they were kept, whether the row has changed since."""

    typed: Mapping[str, str] = field(default_factory=dict)
    saved_at: dt.datetime | None = None
    outrun: bool = False

    def __bool__(self) -> bool:
        return self.saved_at is not None

    def initial(self, names: Iterable[str], *, otherwise: Mapping[str, Any]) -> dict[str, Any]:
        """The initial values of a form: what was typed, or what the row holds when nothing was."""
        return {name: self.typed.get(name, "") if self else otherwise[name] for name in names}

    def lines(self, prefix: str, names: Iterable[str], *, otherwise: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The same for the lines of a formset, those struck out and those left empty set aside."""
        if not self:
            return otherwise
        ranks = range(min(_number(self.typed.get(f"{prefix}-TOTAL_FORMS", "")), LONGEST // 100))
        lines = [
            {name: self.typed.get(f"{prefix}-{rank}-{name}", "") for name in names}
            for rank in ranks
            if not self.typed.get(f"{prefix}-{rank}-DELETE")
        ]
        return [line for line in lines if any(line.values())]


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 5 else 0


def keep(row: ThreadRow, form: str, actor: Actor, *, typed: Mapping[str, str], seen: str) -> bool:
    """Keep what was typed; False, and nothing kept, when the page was built on another version of the row or is too long.

    A request that leaves just before the form is sent can arrive after it: its version is the former one, and what was sent
    does not come back as a draft.
    """
    if actor.user is None or seen != str(row.version):
        return False
    words = {name: value for name, value in typed.items() if name not in ("csrfmiddlewaretoken", "seen")}
    if sum(len(name) + len(value) for name, value in words.items()) > LONGEST:
        return False
    UnsentForm.objects.update_or_create(
        **_key(row, form, actor),
        defaults={
            "typed": {name.replace("\0", ""): value.replace("\0", "") for name, value in words.items()},
            "version": row.version,
            "saved_at": actor.at,
        },
    )
    return True


def unsent(row: ThreadRow, form: str, actor: Actor) -> Unsent:
    """What this person typed and has not sent; empty when there is nothing. One query."""
    kept = UnsentForm.objects.filter(**_key(row, form, actor)).first()
    return Unsent(kept.typed, kept.saved_at, kept.version != row.version) if kept else Unsent()


def forget(row: ThreadRow, form: str, actor: Actor) -> None:
    """The form was sent, or the person starts again from what is recorded."""
    UnsentForm.objects.filter(**_key(row, form, actor)).delete()


def forget_old(at: dt.datetime) -> int:
    """What nobody came back to for ninety days."""
    deleted, _ = UnsentForm.objects.filter(saved_at__lt=at - LASTS).delete()
    return deleted


def _key(row: ThreadRow, form: str, actor: Actor) -> dict[str, Any]:
    return {"user": actor.user, "subject_kind": row._meta.label_lower, "subject_id": row.pk, "form": form}
