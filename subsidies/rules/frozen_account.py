"""How long a changed bank account keeps money from leaving."""

from datetime import UTC, datetime, timedelta


def frozen_until(changed_at: datetime, *, hours: int) -> datetime:
    """The instant, in UTC, from which a payment may use an IBAN changed at that one; hours are real ones, whatever the season.

    ValueError for an instant without time zone.
    """
    if changed_at.tzinfo is None:
        raise ValueError("Un instant porte son fuseau horaire.")
    return changed_at.astimezone(UTC) + timedelta(hours=hours)


def is_frozen(now: datetime, *, changed_at: datetime, hours: int) -> bool:
    """Whether a changed IBAN still stops payments: one that a stranger had changed must be noticed before money leaves."""
    return now < frozen_until(changed_at, hours=hours)
