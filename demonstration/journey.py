"""A visitor moves from one stop to the next: what she asked for, how far it is, what halted it. Its instants are real ones."""

import datetime as dt
import logging
from dataclasses import dataclass

from django.utils import timezone

from demonstration import player
from portal.models import DemoProgress, DemoStop

logger = logging.getLogger(__name__)

# A worker begins within a second; one that has not begun by then is not there.
PATIENCE = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Journey:
    """The stop that the play is on its way to."""

    to: dt.date
    done: int
    remaining: int
    trouble: str
    silent: bool

    @property
    def total(self) -> int:
        return self.done + self.remaining


def ask_for(stop: dt.date) -> None:
    """Note that a visitor wants to be there; asked twice, it is noted once."""
    row, new = DemoStop.objects.get_or_create(on=stop, defaults={"asked_at": timezone.now()})
    if not new and row.reached_at is None:
        row.asked_at, row.trouble = timezone.now(), ""
        row.save(update_fields=["asked_at", "trouble"])


def under_way() -> Journey | None:
    asked = DemoStop.objects.filter(reached_at__isnull=True).order_by("on").first()
    if asked is None:
        return None
    done = sum(DemoProgress.objects.values_list("played", flat=True))
    late = timezone.now() - asked.asked_at > PATIENCE
    return Journey(
        to=asked.on,
        done=done,
        remaining=len(player.due(player.everything(), until=asked.on)),
        trouble=asked.trouble,
        silent=late and not asked.trouble and not player.is_playing(),
    )


def left_dossiers() -> list[str]:
    """The dossiers that visitors took elsewhere, and whose story therefore stopped."""
    return list(DemoProgress.objects.exclude(left="").order_by("story").values_list("left", flat=True))


def play_asked_stops() -> None:
    """One after the other; whoever finds another play under way leaves it to look for what was asked meanwhile."""
    while asked := DemoStop.objects.filter(reached_at__isnull=True, trouble="").order_by("on").first():
        try:
            player.play(asked.on, say=logger.info)
        except player.AlreadyPlaying:
            return
        except Exception as error:
            DemoStop.objects.filter(pk=asked.pk).update(trouble=f"{type(error).__name__} : {error}"[:2000])
            raise
        DemoStop.objects.filter(pk=asked.pk).update(reached_at=timezone.now())
