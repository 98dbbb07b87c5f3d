"""What is due, on what, and when: euros and days, from data alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from plannumerique.lib.dates import long_date, plain_date
from plannumerique.lib.money import CENT, ZERO, euros, percentage, round_down_to_cent
from plannumerique.lib.text import NBSP, french_list, typeset
from projects.rules import ClassExpense, ClassKey, Deadline, Funding, FundingTerms, TaxBasis, justified_subsidy

# --- Invoices ---

# The rates of VAT that an invoice of the four départements, or of overseas, may bear; none for a supplier that is exempt.
VAT_RATES = [
    ("0.2", f"20{NBSP}%"),
    ("0.1", f"10{NBSP}%"),
    ("0.085", f"8,5{NBSP}%"),
    ("0.055", f"5,5{NBSP}%"),
    ("0.021", f"2,1{NBSP}%"),
    ("0", "sans TVA"),
]


@dataclass(frozen=True, slots=True)
class InvoicedAmount:
    """The part of an invoice or credit note (negative) that belongs to one class, in euros, with and without VAT."""

    uai: str
    number: int
    ht: Decimal
    ttc: Decimal

    def on(self, basis: TaxBasis) -> Decimal:
        return self.ttc if basis is TaxBasis.TTC else self.ht


def expenses_by_class(amounts: Iterable[InvoicedAmount], *, basis: TaxBasis) -> tuple[ClassExpense, ...]:
    """What each class has cost, in euros on the campaign's basis, credit notes deducted, in the order of schools and classes."""
    totals: dict[ClassKey, Decimal] = defaultdict(lambda: ZERO)
    for amount in amounts:
        totals[ClassKey(amount.uai, amount.number)] += amount.on(basis)
    return tuple(ClassExpense(key.uai, key.number, totals[key]) for key in sorted(totals))


def tax_mismatch(ht: Decimal, *, vat: Decimal, ttc: Decimal, lines: int = 1) -> str | None:
    """What to say when HT and VAT do not make TTC, in euros: a supplier rounds line by line, hence one centime a line."""
    if abs(ht + vat - ttc) <= CENT * lines:
        return None
    return typeset(f"Le montant HT ({euros(ht)}) et la TVA ({euros(vat)}) font {euros(ht + vat)}, et non {euros(ttc)} TTC.")


# --- Decision and acompte ---


def decision_refusal(decided: Decimal, *, convention_maximum: Decimal) -> str | None:
    """Why a decision of that amount, in euros, can't be issued: the convention is the higher ceiling (AAP 2016)."""
    if decided <= 0:
        return "Le montant de la décision doit être positif."
    if decided > convention_maximum:
        return typeset(
            f"La décision ({euros(decided)}) dépasse le montant maximal de la convention ({euros(convention_maximum)})."
        )
    return None


def acompte_due(decided: Decimal, *, terms: FundingTerms) -> Decimal:
    """The acompte, in euros, on the decision's provisional amount, thousandths neglected.

    AAP 2016, « acompte de 50 % du montant de la subvention prévisionnelle »: neither the orders nor the convention change it, and
    the DAF lowers it through a lower decision only.
    """
    return round_down_to_cent(decided * terms.acompte_rate)


def acompte_warning(acompte: Decimal, *, ordered: Decimal, terms: FundingTerms) -> str | None:
    """What to say when the orders, in euros on the campaign's basis, would not justify the acompte: a trop-perçu would follow."""
    rate = max(tier.rate for tier in terms.tiers)
    if acompte <= ordered * rate:
        return None
    return typeset(
        f"L’acompte ({euros(acompte)}) dépasse {percentage(rate)} des commandes ({euros(ordered)} {terms.tax_basis.label}) : "
        "sans autre commande, il donnera lieu à un trop-perçu."
    )


# --- Definitive subsidy and solde ---


class Ceiling(StrEnum):
    """Which of the three amounts makes the definitive subsidy."""

    JUSTIFIED = "justified"
    DECISION = "decision"
    CONVENTION = "convention"

    @property
    def label(self) -> str:
        return {
            Ceiling.JUSTIFIED: "la dépense justifiée",
            Ceiling.DECISION: "le montant prévisionnel de la décision",
            Ceiling.CONVENTION: "le montant maximal de la convention",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitive:
    """The definitive subsidy, in euros, with what explains it: lines of the certified classes, expenses set aside, ceilings."""

    justified: Funding
    set_aside: tuple[ClassExpense, ...]
    decided: Decimal
    convention_maximum: Decimal

    @property
    def amount(self) -> Decimal:
        return min(self.justified.total, self.decided, self.convention_maximum)

    @property
    def limited_by(self) -> Ceiling:
        amounts = {
            Ceiling.JUSTIFIED: self.justified.total,
            Ceiling.DECISION: self.decided,
            Ceiling.CONVENTION: self.convention_maximum,
        }
        return min(amounts, key=lambda ceiling: amounts[ceiling])

    @property
    def reduction(self) -> Decimal:
        """What the ceilings take off the sum of the lines."""
        return self.justified.total - self.amount

    @property
    def explanation(self) -> str:
        """The computation in one French sentence, for a page or a certificate."""
        return typeset(
            f"Subvention justifiée : {euros(self.justified.total)} ; décision : {euros(self.decided)} ; "
            f"convention : {euros(self.convention_maximum)} ; subvention définitive : {euros(self.amount)}, "
            f"limitée par {self.limited_by.label}."
        )


def definitive_subsidy(
    expenses: Iterable[ClassExpense],
    *,
    certified: Collection[ClassKey],
    decided: Decimal,
    convention_maximum: Decimal,
    terms: FundingTerms,
) -> Definitive:
    """The subsidy finally due, in euros: what the certified classes justify, within the decision and within the convention.

    AAP 2016: « solde dans la limite de la dépense justifiée ou du montant maximal de la subvention prévisionnelle ». The expense
    of a class whose service fait is not certified is set aside. FundingError as for `provisional_subsidy`.
    """
    every = tuple(expenses)
    return Definitive(
        justified=justified_subsidy([one for one in every if one.key in certified], terms=terms),
        set_aside=tuple(one for one in every if one.key not in certified),
        decided=decided,
        convention_maximum=convention_maximum,
    )


def solde_due(*, definitive: Decimal, paid: Decimal) -> Decimal:
    """What is left to pay, in euros; never negative: an excess acompte is a trop-perçu, with its own order."""
    return max(definitive - paid, ZERO)


def trop_percu(*, definitive: Decimal, paid: Decimal) -> Decimal:
    """What was paid beyond the definitive subsidy, in euros, and must come back."""
    return max(paid - definitive, ZERO)


def degagement(decided: Decimal, *, definitive: Decimal) -> Decimal:
    """The committed credits, in euros, that the DAF can release once the definitive subsidy is known."""
    return decided - definitive


# --- Resources grant and closing ---


def resources_reversement(paid: Decimal, *, conforming: Decimal) -> Decimal:
    """What the collège returns, in euros, of a grant of which it justifies that much (AAP 2016, « utilisation partielle »).

    Spending more than the grant gives no right; before the justification it is the balance that is left to spend.
    """
    return max(paid - conforming, ZERO)


def waived_amount(due_back: Decimal, *, terms: FundingTerms) -> Decimal:
    """What is not claimed, in euros, of what should come back: all of it strictly under the campaign's threshold, else none."""
    return due_back if due_back < terms.waiver_threshold else ZERO


def closing_gap(*, paid: Decimal, recovered: Decimal, definitive: Decimal, waived: Decimal) -> Decimal:
    """What keeps a subsidy from closing, in euros: nil when payments less recoveries make the definitive and the waived."""
    return paid - recovered - definitive - waived


# --- When the solde is paid ---


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


# --- Change of bank account ---


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
