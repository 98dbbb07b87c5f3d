"""Every night, the reminders that fall due.

Safe to run twice; a night that was missed is caught up by the next one.
"""

import datetime as dt
from collections.abc import Iterator

from celery import shared_task

from plannumerique import clock
from plannumerique.journal.unsent import forget_old
from plannumerique.notices.due import DueReminder
from subsidies import deadlines as of_subsidies

# What has deadlines, explicitly: each names what is due on a day.
SOURCES = (of_subsidies.due,)


def due(*, today: dt.date) -> Iterator[DueReminder]:
    for source in SOURCES:
        yield from source(today=today)


def run(*, at: dt.datetime) -> int:
    """Write the mails of that night; how many were new."""
    return sum(reminder.send(at=at) for reminder in due(today=at.date()))


@shared_task(ignore_result=True)
def forget_unsent_forms() -> int:
    return forget_old(clock.now())


@shared_task(ignore_result=True)
def send_reminders() -> int:
    return run(at=clock.now())
