"""The dates of a campaign: until when one is in time, and when whoever is late to come is reminded."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from plannumerique.lib.dates import (
    friday_before_if_weekend,
    is_weekend,
    is_working_day,
    long_date,
    next_working_day,
    plain_date,
    previous_working_day,
)
from plannumerique.lib.text import typeset


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date of a campaign. `inclusive`: the day itself is still in time. `roll`: a delay that ends on a day off is prolonged.

    « avant le 15 octobre » is exclusive: its last day is the 14th. The prolongation, when the campaign wants one, applies to that
    last day, as article 642 of the Code de procédure civile does for appeals.
    """

    code: str
    on: date
    inclusive: bool
    roll: bool

    @property
    def last_day(self) -> date:
        """The last calendar day that is in time."""
        last = self.on if self.inclusive else self.on - timedelta(days=1)
        return next_working_day(last) if self.roll else last

    @property
    def last_working_day(self) -> date:
        """The last day in time on which an office can be reached."""
        return previous_working_day(self.last_day)

    @property
    def before_or_on(self) -> str:
        """« avant le 7 décembre 2016 » or, when the day itself counts, « au plus tard le 7 décembre 2016 »: for promises."""
        return f"avant le {plain_date(self.on)}" if self.last_day < self.on else f"au plus tard le {plain_date(self.last_day)}"

    @property
    def label(self) -> str:
        """« au plus tard le vendredi 14 octobre 2016 », with the last working day when that is a day off: for what is asked."""
        label = f"au plus tard le {long_date(self.last_day)}"
        if is_working_day(self.last_day):
            return label
        return typeset(f"{label} (dernier jour ouvré : {long_date(self.last_working_day)})")

    def is_met(self, on: date) -> bool:
        return on <= self.last_day


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder and the day it leaves; the offset is in days from the deadline's date, negative before it."""

    offset: int
    on: date


def reminders(deadline: Deadline, *, offsets: Iterable[int]) -> tuple[Reminder, ...]:
    """The reminders of a deadline in their order; those that fall on a weekend leave on the Friday before."""
    return tuple(
        Reminder(offset, friday_before_if_weekend(deadline.on + timedelta(days=offset))) for offset in sorted(set(offsets))
    )


@dataclass(frozen=True, slots=True)
class DueReminders:
    """The only offset to send, if any, and those that will never leave because that one, or the date, has overtaken them."""

    send: int | None
    superseded: tuple[int, ...]


def due_reminders(
    today: date, *, deadline: Deadline, offsets: Iterable[int], settled: Collection[int], since: date | None = None
) -> DueReminders:
    """What to send today, so that a night that was missed is caught up with one mail, not five.

    `settled`: offsets already sent or superseded. `since`: the day the deadline began to concern this object; what was planned
    before it is not sent late. Nothing leaves on a weekend; no reminder of what is still to come leaves after the last day.
    """
    if is_weekend(today):
        return DueReminders(send=None, superseded=())
    pending = [one for one in reminders(deadline, offsets=offsets) if one.on <= today and one.offset not in settled]
    overtaken = max(settled, default=None)
    sendable = [one.offset for one in pending if _is_timely(one, today=today, deadline=deadline, since=since)]
    send = max(sendable, default=None)
    if send is not None and overtaken is not None and send < overtaken:
        send = None
    return DueReminders(send=send, superseded=tuple(one.offset for one in pending if one.offset != send))


def _is_timely(reminder: Reminder, *, today: date, deadline: Deadline, since: date | None) -> bool:
    if since is not None and reminder.on < since:
        return False
    return reminder.offset > 0 or deadline.is_met(today)
