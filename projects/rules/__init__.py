"""What a campaign’s figures and dates give: euros and days, from data alone; no figure of a programme stands here."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from plannumerique.lib.dates import (
    friday_before_if_weekend,
    is_weekend,
    is_working_day,
    long_date,
    next_working_day,
    plain_date,
    previous_working_day,
)
from plannumerique.lib.money import CENT, ZERO, euros, percentage, round_down_to_cent, round_half_up
from plannumerique.lib.text import plural, typeset


class CapUnit(StrEnum):
    """Over what the caps of the classes are put together; AAP 2016 caps each by itself (« par classe mobile »)."""

    PER_CLASS = "per_class"
    PER_SCHOOL = "per_school"
    PER_CONVENTION = "per_convention"

    @property
    def label(self) -> str:
        return {
            CapUnit.PER_CLASS: "classe par classe",
            CapUnit.PER_SCHOOL: "école par école",
            CapUnit.PER_CONVENTION: "sur l’ensemble de la convention",
        }[self]


class TaxBasis(StrEnum):
    """On which amount of an expense the subsidy is computed; the text of 2016 is silent, so the campaign says it."""

    TTC = "ttc"
    HT = "ht"

    @property
    def label(self) -> str:
        return self.value.upper()


class RoundingMode(StrEnum):
    """What becomes of the thousandths of a class’s subsidy: both ways are allowed (arrêté du 22 mars 1972)."""

    DOWN = "down"
    HALF_UP = "half_up"

    @property
    def label(self) -> str:
        return {RoundingMode.DOWN: "au centime inférieur", RoundingMode.HALF_UP: "au centime le plus proche"}[self]

    def apply(self, value: Decimal) -> Decimal:
        return round_down_to_cent(value) if self is RoundingMode.DOWN else round_half_up(value)


class CbrBasis(StrEnum):
    """Which amount the threshold of the contrôleur budgétaire régional is compared with: « projets d'un montant supérieur à »."""

    PROJECT_EXPENSE = "project_expense"
    RETAINED_BASE = "retained_base"
    SUBSIDY = "subsidy"

    @property
    def label(self) -> str:
        return {
            CbrBasis.PROJECT_EXPENSE: "dépense prévisionnelle du projet",
            CbrBasis.RETAINED_BASE: "dépense retenue",
            CbrBasis.SUBSIDY: "subvention de l’État",
        }[self]


class TermsError(ValueError):
    """The figures of a campaign contradict each other; `reasons` holds one French sentence for each fault."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(typeset(reason) for reason in reasons)
        super().__init__(" ".join(self.reasons))


class FundingError(ValueError):
    """Expenses from which no subsidy can be computed; its text is a French sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))


# --- Figures of a campaign ---


@dataclass(frozen=True, slots=True)
class Tier:
    """A rate, as a fraction, that holds up to a cumulated expense in euros; the last tier has no limit."""

    up_to: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingTerms:
    """One immutable version of a campaign's figures: euros to the centime, rates as fractions.

    `expense_cap`, `subsidy_floor` and `subsidy_cap` hold for one class (or whatever the campaign funds as a unit). `cap_unit`
    says over what they are put together: by class each stands alone; by school or convention, the room that one class leaves
    serves another. `tiers` are marginal, as for a tax, and `tiers_over` says within what the expense accumulates. The floor is a
    condition of entry: it weighs on the forecast, never on a justified expense. TermsError lists every contradiction.
    """

    cap_unit: CapUnit
    expense_cap: Decimal
    subsidy_floor: Decimal | None
    subsidy_cap: Decimal | None
    tiers: tuple[Tier, ...]
    tiers_over: CapUnit = CapUnit.PER_CLASS
    max_units_per_school: int
    resources_grant: Decimal
    acompte_rate: Decimal
    tax_basis: TaxBasis
    rounding: RoundingMode
    cbr_threshold: Decimal | None
    cbr_on: CbrBasis = CbrBasis.PROJECT_EXPENSE
    waiver_threshold: Decimal
    public_aid_limit: Decimal | None = None

    def __post_init__(self) -> None:
        faults = [*_faults_of_amounts(self), *_faults_of_rates(self), *_faults_of_tiers(self.tiers)]
        if faults:
            raise TermsError(faults)


def _is_amount(value: Decimal) -> bool:
    return value.is_finite() and value >= 0 and value % CENT == 0


def _is_rate(value: Decimal) -> bool:
    return value.is_finite() and 0 < value <= 1


def _faults_of_amounts(terms: FundingTerms) -> Iterator[str]:
    amounts = {
        "Le plafond de dépense": terms.expense_cap,
        "Le plancher de subvention": terms.subsidy_floor,
        "Le plafond de subvention": terms.subsidy_cap,
        "La dotation de ressources": terms.resources_grant,
        "Le seuil du contrôle budgétaire": terms.cbr_threshold,
        "Le seuil de mise en recouvrement": terms.waiver_threshold,
    }
    wrong = [label for label, amount in amounts.items() if amount is not None and not _is_amount(amount)]
    if wrong:
        yield from (f"{label} doit être un montant positif, au centime." for label in wrong)
        return
    if not terms.expense_cap:
        yield "Le plafond de dépense ne peut pas être nul."
    if terms.subsidy_cap == 0:
        yield "Le plafond de subvention ne peut pas être nul : laissez-le vide s’il n’y en a pas."
    elif terms.subsidy_cap is not None and terms.subsidy_floor is not None and terms.subsidy_floor > terms.subsidy_cap:
        yield "Le plancher de subvention dépasse le plafond de subvention."


def _faults_of_rates(terms: FundingTerms) -> Iterator[str]:
    if terms.max_units_per_school < 1:
        yield "Une école doit pouvoir recevoir au moins une classe."
    if terms.acompte_rate != 0 and not _is_rate(terms.acompte_rate):
        yield "Le taux de l’acompte doit être compris entre 0 et 100 %."
    if terms.public_aid_limit is not None and not _is_rate(terms.public_aid_limit):
        yield "Le plafond des aides publiques doit être compris entre 0 et 100 %."


def _faults_of_tiers(tiers: Sequence[Tier]) -> Iterator[str]:
    if not tiers:
        yield "Indiquez au moins un taux de prise en charge."
        return
    if not all(_is_rate(tier.rate) for tier in tiers):
        yield "Un taux de prise en charge doit être supérieur à 0 et ne pas dépasser 100 %."
    if tiers[-1].up_to is not None:
        yield "La dernière tranche ne doit pas avoir de limite."
    limits = [tier.up_to for tier in tiers if tier.up_to is not None]
    if len(limits) < len(tiers) - 1:
        yield "Seule la dernière tranche peut être sans limite."
    if not all(_is_amount(limit) for limit in limits):
        yield "La limite d’une tranche doit être un montant positif, au centime."
    elif any(upper <= lower for lower, upper in zip([ZERO, *limits], limits, strict=False)):
        yield "Les limites des tranches doivent être croissantes."


# --- Subsidy, class by class ---


@dataclass(frozen=True, slots=True, order=True)
class ClassKey:
    """What follows a mobile class, within its dossier, from the forecast to the service fait."""

    uai: str
    number: int

    def __str__(self) -> str:
        return f"{self.uai}, classe {self.number}"

    def within(self, unit: CapUnit) -> tuple[str | int, ...]:
        """The group of classes that this one shares a cap or a tier with."""
        if unit is CapUnit.PER_CONVENTION:
            return ()
        return (self.uai,) if unit is CapUnit.PER_SCHOOL else (self.uai, self.number)


@dataclass(frozen=True, slots=True)
class ClassExpense:
    """What a class should cost, or has cost with all its invoices and credit notes: euros, on the campaign's tax basis."""

    uai: str
    number: int
    expense: Decimal

    @property
    def key(self) -> ClassKey:
        return ClassKey(self.uai, self.number)


@dataclass(frozen=True, slots=True)
class RateSlice:
    """A part of the retained base, in euros, and the rate that it takes."""

    base: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingLine:
    """How the subsidy of one class is reached, in euros, from its expense to what stays with the collectivité."""

    key: ClassKey
    basis: TaxBasis
    expense: Decimal
    cap: Decimal
    retained_base: Decimal
    slices: tuple[RateSlice, ...]
    computed: Decimal
    subsidy: Decimal
    below_floor: bool

    @property
    def excess(self) -> Decimal:
        """The part of the expense that no rate applies to."""
        return self.expense - self.retained_base

    @property
    def own_share(self) -> Decimal:
        """What stays with the collectivité."""
        return self.expense - self.subsidy

    @property
    def explanation(self) -> str:
        """The computation in one French sentence, for a page, a letter or a certificate."""
        steps = [f"Dépense de {euros(self.expense)} {self.basis.label}", *self._retained(), self._rated(), *self._limited()]
        return typeset(f"{', '.join(steps)} ; reste à la charge de la collectivité : {euros(self.own_share)}.")

    def _retained(self) -> Iterator[str]:
        if self.excess:
            yield f"retenue à hauteur de {euros(self.retained_base)} (plafond de {euros(self.cap)} par classe)"
        elif self.retained_base > self.cap:
            yield f"retenue en entier, sur ce que d’autres classes laissent de leur plafond de {euros(self.cap)}"

    def _rated(self) -> str:
        rates = [f"{percentage(piece.rate)} de {euros(piece.base)}" for piece in self.slices]
        return f"{' + '.join(rates)} = {euros(self.computed)}" if rates else "aucune subvention"

    def _limited(self) -> Iterator[str]:
        if self.below_floor:
            yield "sous le plancher de subvention, donc rien"
        elif self.subsidy < self.computed:
            yield f"ramené à {euros(self.subsidy)} par le plafond de subvention"


@dataclass(frozen=True, slots=True)
class Funding:
    """A subsidy with the lines that explain it, in the order of schools and classes; its total is their sum, to the centime."""

    lines: tuple[FundingLine, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.subsidy for line in self.lines), ZERO)

    @property
    def expense(self) -> Decimal:
        return sum((line.expense for line in self.lines), ZERO)

    @property
    def retained_base(self) -> Decimal:
        return sum((line.retained_base for line in self.lines), ZERO)

    @property
    def own_share(self) -> Decimal:
        return self.expense - self.total

    def by_school(self) -> dict[str, "Funding"]:
        """The same lines school by school (annexe D), by UAI."""
        schools: dict[str, list[FundingLine]] = defaultdict(list)
        for line in self.lines:
            schools[line.key.uai].append(line)
        return {uai: Funding(tuple(lines)) for uai, lines in schools.items()}


def provisional_subsidy(forecasts: Iterable[ClassExpense], *, terms: FundingTerms) -> Funding:
    """What the State plans to pay, in euros: for each class, rate(min(forecast, cap)), nothing under the campaign's floor.

    AAP 2016: « montant plafonné à 8 000 euros par classe mobile », « taux de prise en charge fixé à 50 % ». FundingError for an
    expense that is negative or finer than the centime, a class named twice, a school with more classes than the campaign allows.
    """
    return _funding(forecasts, terms=terms, floor=terms.subsidy_floor)


def justified_subsidy(expenses: Iterable[ClassExpense], *, terms: FundingTerms) -> Funding:
    """What justified expenses give by the same computation, in euros, before the ceilings of the decision and of the convention.

    The floor is left out: who spends less than planned is paid for what was spent. Errors: as for `provisional_subsidy`.
    """
    return _funding(expenses, terms=terms, floor=None)


def _funding(expenses: Iterable[ClassExpense], *, terms: FundingTerms, floor: Decimal | None) -> Funding:
    ordered = sorted(expenses, key=lambda one: one.key)
    _refuse_the_impossible(ordered, terms=terms)

    spent = {one.key: one.expense for one in ordered}
    bases = _within_caps(spent, cap=terms.expense_cap, unit=terms.cap_unit)
    slices = _in_tiers(bases, tiers=terms.tiers, over=terms.tiers_over)
    computed = {key: terms.rounding.apply(sum((piece.base * piece.rate for piece in slices[key]), ZERO)) for key in spent}
    subsidies = _within_caps(computed, cap=terms.subsidy_cap, unit=terms.cap_unit)
    too_small = _below_floor(subsidies, floor=floor, unit=terms.cap_unit)
    return Funding(
        tuple(
            FundingLine(
                key=key,
                basis=terms.tax_basis,
                expense=spent[key],
                cap=terms.expense_cap,
                retained_base=bases[key],
                slices=slices[key],
                computed=computed[key],
                subsidy=ZERO if key in too_small else subsidies[key],
                below_floor=key in too_small,
            )
            for key in spent
        )
    )


def _refuse_the_impossible(expenses: Sequence[ClassExpense], *, terms: FundingTerms) -> None:
    for one in expenses:
        if not _is_amount(one.expense):
            raise FundingError(
                f"La dépense de la classe {one.number} de l’école {one.uai} doit être un montant positif, au centime."
            )
    for key, times in Counter(one.key for one in expenses).items():
        if times > 1:
            raise FundingError(f"La classe {key.number} de l’école {key.uai} figure {times} fois.")
    for uai, asked in Counter(one.uai for one in expenses).items():
        if asked > terms.max_units_per_school:
            raise FundingError(f"L’école {uai} a {_classes(asked)} : la limite est de {terms.max_units_per_school}.")


def _within_caps(amounts: Mapping[ClassKey, Decimal], *, cap: Decimal | None, unit: CapUnit) -> dict[ClassKey, Decimal]:
    """Each amount under its cap first; then, in order, what a class has above it takes the room left in its group."""
    if cap is None:
        return dict(amounts)
    capped = {key: min(amount, cap) for key, amount in amounts.items()}
    room: dict[tuple[str | int, ...], Decimal] = defaultdict(lambda: ZERO)
    for key, amount in capped.items():
        room[key.within(unit)] += cap - amount
    for key, amount in amounts.items():
        more = min(amount - capped[key], room[key.within(unit)])
        capped[key] += more
        room[key.within(unit)] -= more
    return capped


def _in_tiers(
    bases: Mapping[ClassKey, Decimal], *, tiers: Sequence[Tier], over: CapUnit
) -> dict[ClassKey, tuple[RateSlice, ...]]:
    reached: dict[tuple[str | int, ...], Decimal] = defaultdict(lambda: ZERO)
    slices = {}
    for key, base in bases.items():
        start = reached[key.within(over)]
        slices[key] = tuple(_slices(start, end=start + base, tiers=tiers))
        reached[key.within(over)] += base
    return slices


def _slices(start: Decimal, *, end: Decimal, tiers: Sequence[Tier]) -> Iterator[RateSlice]:
    for tier in tiers:
        upper = end if tier.up_to is None else min(tier.up_to, end)
        if upper > start:
            yield RateSlice(base=upper - start, rate=tier.rate)
            start = upper


def _below_floor(subsidies: Mapping[ClassKey, Decimal], *, floor: Decimal | None, unit: CapUnit) -> Collection[ClassKey]:
    if floor is None:
        return ()
    groups: dict[tuple[str | int, ...], list[ClassKey]] = defaultdict(list)
    for key in subsidies:
        groups[key.within(unit)].append(key)
    return {key for keys in groups.values() if sum(subsidies[one] for one in keys) < floor * len(keys) for key in keys}


# --- Entry into a campaign ---


def classes_left(already_retained: int, *, terms: FundingTerms) -> int:
    """How many classes a school can still be granted, counting those of every phase of the campaign."""
    return max(terms.max_units_per_school - already_retained, 0)


def refusals_of_class_count(asked: int, *, already_retained: int, terms: FundingTerms) -> Iterator[str]:
    """Why a school can't be granted so many classes (AAP 2016: « dans la limite de trois classes mobiles par école »)."""
    if asked < 1:
        yield "Demandez au moins une classe."
    left = classes_left(already_retained, terms=terms)
    if asked > left:
        yield typeset(
            f"L’école demande {_classes(asked)} : la limite est de {terms.max_units_per_school} par école, "
            "toutes phases comprises. "
            f"Elle en a déjà obtenu {already_retained} et peut en demander encore {left}."
        )


def refusals_of_forecasts(forecasts: Sequence[ClassExpense], *, terms: FundingTerms) -> Iterator[str]:
    """Why these forecasts, in euros, can't be deposited: none, one without expense, impossible to compute, too small."""
    if not forecasts:
        yield "Aucune classe n’a de dépense prévue."
        return
    for one in forecasts:
        if one.expense == 0:
            yield f"La classe {one.number} de l’école {one.uai} n’a pas de dépense prévue."
    try:
        funding = provisional_subsidy(forecasts, terms=terms)
    except FundingError as error:
        yield str(error)
        return
    for uai in dict.fromkeys(line.key.uai for line in funding.lines if line.below_floor):
        yield typeset(f"La subvention de l’école {uai} serait inférieure au plancher de {euros(terms.subsidy_floor or ZERO)}.")


def public_aid_warning(public_aid: Decimal, *, expense: Decimal, terms: FundingTerms) -> str | None:
    """What to say when the public aid, the State's subsidy included, exceeds the campaign's share of the expense, in euros.

    The owner keeps a part of the expense to itself (CGCT, L. 1111-10: a fifth at least). A warning: other aids are declared.
    """
    if terms.public_aid_limit is None or public_aid <= expense * terms.public_aid_limit:
        return None
    return typeset(
        f"Les aides publiques ({euros(public_aid)}) dépassent {percentage(terms.public_aid_limit)} de la dépense "
        f"({euros(expense)}) : "
        "la collectivité doit en garder une part à sa charge."
    )


def _classes(count: int) -> str:
    return plural(count, one="classe mobile", many="classes mobiles")


# --- Calendar ---


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
