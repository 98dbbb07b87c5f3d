"""The dates between which a visitor moves; what happened in between is played by moving on."""

import datetime as dt

from plannumerique import clock
from plannumerique.lib.dates import plain_date

# The visitor arrives in the morning: the acts of that very day are left to her.
STOPS = (dt.date(2016, 10, 10), dt.date(2016, 12, 8), dt.date(2017, 3, 1))
# Where the scenario ends, for the check: the soldes that had to wait for March are paid.
END = dt.date(2017, 3, 31)

_WHAT = {
    STOPS[0]: "Quatre jours avant la date limite des justificatifs : des dossiers à tous les stades.",
    STOPS[1]: "Les soldes de 2016 sont versés ; les dossiers tardifs attendent 2017.",
    STOPS[2]: "Les versements de solde reprennent.",
}


def what_is_found(stop: dt.date) -> str:
    return _WHAT[stop]


def stop_named(text: str) -> dt.date | None:
    """The stop of an address (« 2016-12-08 »); None for any other date."""
    return next((stop for stop in STOPS if stop.isoformat() == text), None)


def reached(stop: dt.date) -> bool:
    """The portal's date is there, or beyond."""
    return clock.today() >= stop


def label(stop: dt.date) -> str:
    return plain_date(stop)
