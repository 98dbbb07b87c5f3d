"""What a subsidy is made of: the expense of each class, and the lines that explain what the State pays of it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from plannumerique.lib.money import ZERO, euros, percentage
from plannumerique.lib.text import typeset
from projects.rules.terms import CapUnit, TaxBasis


class FundingError(ValueError):
    """Expenses from which no subsidy can be computed; its text is a French sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))


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
