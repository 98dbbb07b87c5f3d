"""The portal's clock: the only place that reads the time.

Views, middleware and nightly runs read it and pass the instant down; rules, moves and services receive it.
The demonstration may shift the date (hours run on); sessions and tokens always use real time.
"""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone


def now() -> dt.datetime:
    """The portal's instant, aware, in the portal's time zone (Europe/Paris)."""
    real = timezone.localtime()
    shifted = shifted_date()
    if shifted is None:
        return real
    return timezone.make_aware(dt.datetime.combine(shifted, real.time().replace(tzinfo=None)))


def today() -> dt.date:
    return now().date()


def shifted_date() -> dt.date | None:
    """The date that the demonstration shows instead of the real one; None when the clock tells the real date."""
    if not settings.PORTAL_DEMO:
        if settings.PORTAL_TODAY:
            raise ImproperlyConfigured("PORTAL_TODAY décale la date du portail : réservé au mode démonstration (PORTAL_DEMO=1).")
        return None
    return _date_in_file() or settings.PORTAL_TODAY


def shift_to(day: dt.date) -> None:
    """Move the demonstration's date for every process; the file is replaced whole, so that no reader sees half a date."""
    if not settings.PORTAL_DEMO or not settings.PORTAL_CLOCK_FILE:
        raise ImproperlyConfigured("Seule une démonstration change la date du portail (PORTAL_DEMO=1 et PORTAL_CLOCK_FILE).")
    target = Path(settings.PORTAL_CLOCK_FILE)
    draft = target.with_suffix(".new")
    draft.write_text(day.isoformat(), encoding="ascii")
    draft.replace(target)


def _date_in_file() -> dt.date | None:
    if not settings.PORTAL_CLOCK_FILE:
        return None
    try:
        text = Path(settings.PORTAL_CLOCK_FILE).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    return dt.date.fromisoformat(text) if text else None
