"""Dates: French writing, working days, delays. Nothing here reads the clock."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from plannumerique.lib.text import NBSP, plural

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_FRIDAY = 4
_DAY = timedelta(days=1)


def plain_date(on: date) -> str:
    """« 14 octobre 2016 », « 1er mars 2017 »; the number never stands alone at the end of a line."""
    return f"{'1er' if on.day == 1 else on.day}{NBSP}{_MONTHS[on.month - 1]} {on.year}"


def long_date(on: date) -> str:
    """« vendredi 14 octobre 2016 », « mercredi 1er mars 2017 »: a limit is always written with its day."""
    return f"{_DAYS[on.weekday()]} {plain_date(on)}"


def short_date(on: date) -> str:
    """« 14/10/2016 »."""
    return f"{on:%d/%m/%Y}"


def clock_time(at: time | datetime) -> str:
    """« 14 h 05 », as it stands: the caller has already put it in local time."""
    return f"{at.hour}{NBSP}h{NBSP}{at.minute:02}"


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of metropolitan France (Code du travail, L. 3133-1), those that follow Easter included."""
    return frozenset(holidays.country_holidays("FR", years=year))


def is_weekend(on: date) -> bool:
    return on.weekday() > _FRIDAY


def is_public_holiday(on: date) -> bool:
    return on in public_holidays(on.year)


def is_working_day(on: date) -> bool:
    """Monday to Friday, public holidays excepted."""
    return not is_weekend(on) and not is_public_holiday(on)


def next_working_day(on: date) -> date:
    """The day itself when it is a working one, otherwise the first that follows: a delay that ends on a Sunday ends on Monday."""
    while not is_working_day(on):
        on += _DAY
    return on


def previous_working_day(on: date) -> date:
    """The day itself when it is a working one, otherwise the last before it: the day on which an office can still be reached."""
    while not is_working_day(on):
        on -= _DAY
    return on


def friday_before_if_weekend(on: date) -> date:
    """Saturday and Sunday become the Friday before; other days stay, public holidays included (a mail can leave on these)."""
    return on - max(on.weekday() - _FRIDAY, 0) * _DAY


def add_months(on: date, *, months: int) -> date:
    """Date to date: 31 January and one month give 28 or 29 February (the last day of the month that has no such day)."""
    years, month = divmod(on.month - 1 + months, 12)
    year, month = on.year + years, month + 1
    return date(year, month, min(on.day, monthrange(year, month)[1]))


def days_left(limit: date, *, today: date) -> str:
    """« dans 3 jours », « demain », « aujourd’hui », « dépassé d’un jour », « dépassé de 2 jours », for the last day in time."""
    days = (limit - today).days
    if days < -1:
        return f"dépassé de {plural(-days, one='jour')}"
    if days > 1:
        return f"dans {plural(days, one='jour')}"
    return {-1: "dépassé d’un jour", 0: "aujourd’hui", 1: "demain"}[days]
