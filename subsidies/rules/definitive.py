"""The definitive subsidy, in euros, and what then is left to pay, to claim back or to release."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from plannumerique.lib.money import ZERO, euros
from plannumerique.lib.text import typeset
from projects.rules import ClassExpense, ClassKey, Funding, FundingTerms, justified_subsidy


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
