"""What several use cases refuse in the same words."""

import datetime as dt

from conventions.models import Convention
from plannumerique.journal.machine import Condition, Refused, obstacles
from plannumerique.lib.dates import plain_date
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor


def demand(convention: Convention, *conditions: Condition) -> None:
    """For an act that moves no state: the same conditions as those that its page shows."""
    reasons = obstacles(convention, conditions)
    if reasons:
        raise Refused(*reasons)


def demand_motive(comment: str) -> None:
    if not comment.strip():
        raise Refused("Indiquez le motif.")


def refuse_future(on: dt.date | None, actor: Actor, *, what: str) -> None:
    if on is not None and on > actor.today:
        raise Refused(typeset(f"{what} porte une date à venir ({plain_date(on)})."))


def refuse_before(on: dt.date, earliest: dt.date | None, *, what: str, since: str) -> None:
    if earliest is not None and on < earliest:
        raise Refused(typeset(f"{what} ({plain_date(on)}) ne peut pas précéder {since} ({plain_date(earliest)})."))
