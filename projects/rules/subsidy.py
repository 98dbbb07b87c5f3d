"""The subsidy that expenses give under a campaign’s figures, class by class, in euros."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from plannumerique.lib.money import ZERO
from plannumerique.lib.text import plural
from projects.rules.funding import ClassExpense, ClassKey, Funding, FundingError, FundingLine, RateSlice
from projects.rules.terms import CapUnit, FundingTerms, Tier, is_amount


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
        if not is_amount(one.expense):
            raise FundingError(
                f"La dépense de la classe {one.number} de l’école {one.uai} doit être un montant positif, au centime."
            )
    for key, times in Counter(one.key for one in expenses).items():
        if times > 1:
            raise FundingError(f"La classe {key.number} de l’école {key.uai} figure {times} fois.")
    for uai, asked in Counter(one.uai for one in expenses).items():
        if asked > terms.max_units_per_school:
            raise FundingError(f"L’école {uai} a {classes_in_words(asked)} : la limite est de {terms.max_units_per_school}.")


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


def classes_in_words(count: int) -> str:
    return plural(count, one="classe mobile", many="classes mobiles")
