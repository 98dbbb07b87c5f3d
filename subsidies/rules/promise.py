"""When the solde is paid, by which rule, and whose delay it is when it goes over to a later year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from plannumerique.lib.dates import long_date, plain_date
from plannumerique.lib.text import french_list, typeset
from projects.rules import Deadline


class Party(StrEnum):
    """Who is awaited, or whose delay it was; both parties' own when the convention itself came too late."""

    COLLECTIVITE = "collectivite"
    BOTH = "both"
    DANE = "dane"
    DAF = "daf"

    @property
    def label(self) -> str:
        return {
            Party.COLLECTIVITE: "la collectivité",
            Party.BOTH: "les deux parties à la convention",
            Party.DANE: "la DANE",
            Party.DAF: "la DAF",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCalendar:
    """The dates of a campaign that decide the year of a solde; `internal_limit`, asked of collectivités, does not decide it."""

    justification: Deadline
    solde: Deadline
    solde_next_year: date
    internal_limit: date | None = None


def file_complete_on(deposits: Iterable[date | None]) -> date | None:
    """The day of the last required piece; None as long as one of them, or all, is missing.

    A piece that was sent back counts from the day it came back right: asked on the 14th and completed on the 20th is the 20th.
    """
    days = list(deposits)
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPromise:
    """When a solde is paid, by which rule, whom it waits for: a date that nobody types, since it follows from two others.

    In the year only if the file was complete *and* the service fait constaté in time (AAP 2016: both « avant le 15 octobre » →
    « avant le 7 décembre 2016 »; « à défaut, à partir de mars 2017 »). The DAF's later validation moves nothing, but a solde
    that it has not paid by its own limit goes over too. A date that is not known yet can't be earlier than today.
    `convention_on` is the day from which the collectivité could order, that of the notification of its convention.
    """

    today: date
    convention_on: date | None
    complete_on: date | None
    constated_on: date | None
    calendar: PaymentCalendar
    paid_on: date | None = None

    @property
    def delay_of(self) -> Party | None:
        """Whose delay moves the payment to a later year; a file complete in time and constaté late is DANE's own delay.

        A collectivité is not late alone when its convention was notified after the day on which it was asked for its pieces.
        """
        limit = self.calendar.justification
        if not limit.is_met(self.complete_on or self.today):
            return Party.COLLECTIVITE if self._had_time() else Party.BOTH
        if not limit.is_met(self.constated_on or self.today):
            return Party.DANE
        return None if self.calendar.solde.is_met(self.paid_on or self.today) else Party.DAF

    def _had_time(self) -> bool:
        asked_by = self.calendar.internal_limit or self.calendar.justification.last_day
        return (self.convention_on or self.today) <= asked_by

    @property
    def in_time(self) -> bool:
        return self.delay_of is None

    @property
    def delay_in_words(self) -> str:
        """A French sentence that says whose delay it is; empty when there is none."""
        match self.delay_of:
            case None:
                return ""
            case Party.BOTH:
                notified = f"notifiée le {plain_date(self.convention_on)}" if self.convention_on else "non notifiée"
                return typeset(f"La convention, {notified}, ne laissait pas le temps de justifier.")
            case party:
                return typeset(f"Retard imputable à {party.label}.")

    @property
    def exercise(self) -> int:
        """The budget year that bears the solde."""
        if self.in_time:
            return self.calendar.solde.last_day.year
        return (self.paid_on or self.pay_from or self.today).year

    @property
    def pay_by(self) -> date | None:
        """The last day of a payment in the year; None when it has gone over to a later one."""
        return self.calendar.solde.last_day if self.in_time else None

    @property
    def pay_from(self) -> date | None:
        """The first day on which the solde can be paid; None as long as what is missing leaves it open."""
        known = [day for day in (self.complete_on, self.constated_on) if day is not None]
        if self.in_time:
            return max(known) if self.is_complete else None
        if not self.is_complete and self.today > self.calendar.solde_next_year:
            return None
        return max([self.calendar.solde_next_year, *known])

    @property
    def is_complete(self) -> bool:
        return self.complete_on is not None and self.constated_on is not None

    @property
    def waiting_for(self) -> Party | None:
        if self.complete_on is None:
            return Party.COLLECTIVITE
        if self.constated_on is None:
            return Party.DANE
        return Party.DAF if self.paid_on is None else None

    @property
    def missing(self) -> tuple[str, ...]:
        """What is still to be done before the payment, by whom and, while that is possible, by when."""
        wanted = []
        if self.complete_on is None:
            wanted.append(f"Pièces justificatives à compléter par la collectivité{self._asked_of_the_collectivite()}.")
        if self.constated_on is None:
            wanted.append(f"Service fait à constater par le DAN{self._asked()}.")
        return tuple(typeset(what) for what in wanted)

    @property
    def sentence(self) -> str:
        """The rule that decided, in French, for pages, certificates and letters."""
        return typeset(f"{self._reason()} : {self._outcome()}.")

    def _reason(self) -> str:
        limit = self.calendar.justification
        last_day = long_date(limit.last_day)
        match self.delay_of:
            case Party.COLLECTIVITE | Party.BOTH if self.complete_on is None:
                return f"Pièces encore incomplètes après le {last_day}"
            case Party.COLLECTIVITE | Party.BOTH:
                return f"{self._facts()[0]}, après le {last_day}"
            case Party.DANE if self.constated_on is None:
                return f"{self._facts()[0]}, dans le délai, mais service fait non constaté au {last_day}"
            case Party.DANE:
                return f"{', dans le délai, mais '.join(self._facts())}, après le {last_day}"
            case Party.DAF:
                unpaid = f"mais solde non versé {self.calendar.solde.before_or_on}"
                return f"{' et '.join(self._facts())}, dans le délai ({last_day}), {unpaid}"
        if self.is_complete:
            return f"{' et '.join(self._facts())}, dans le délai ({last_day})"
        awaited = self._awaited(complete="les pièces sont complètes", constated="le service fait est constaté")
        start = "Si" if self.complete_on is None else f"{self._facts()[0]} ; si"
        return f"{start} {awaited} {limit.label}"

    def _outcome(self) -> str:
        if self.paid_on is not None:
            return f"versement effectué le {plain_date(self.paid_on)}"
        if self.in_time:
            return f"versement prévu {self.calendar.solde.before_or_on}, sous réserve de la disponibilité des crédits"
        if self.pay_from is not None:
            return f"paiement à partir du {plain_date(self.pay_from)}"
        awaited = self._awaited(complete="les pièces seront complètes", constated="le service fait sera constaté")
        return f"paiement dès que {awaited}"

    def _facts(self) -> list[str]:
        facts = [("Pièces complètes", self.complete_on), ("service fait constaté", self.constated_on)]
        return [f"{what} le {plain_date(day)}" for what, day in facts if day is not None]

    def _awaited(self, *, complete: str, constated: str) -> str:
        awaited = [(self.complete_on, complete), (self.constated_on, constated)]
        return french_list([what for day, what in awaited if day is None])

    def _asked(self) -> str:
        return f", {self.calendar.justification.label}" if self.in_time else ""

    def _asked_of_the_collectivite(self) -> str:
        internal = self.calendar.internal_limit
        if internal is None or self.today > internal:
            return self._asked()
        return f", si possible dès le {long_date(internal)}{self._asked()}"
