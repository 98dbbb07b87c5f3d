"""The figures of a campaign, immutable, with what they contradict: caps, floors, rates and thresholds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from plannumerique.lib.money import CENT, ZERO, round_down_to_cent, round_half_up
from plannumerique.lib.text import typeset


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


def is_amount(value: Decimal) -> bool:
    return value.is_finite() and value >= 0 and value % CENT == 0


def is_rate(value: Decimal) -> bool:
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
    wrong = [label for label, amount in amounts.items() if amount is not None and not is_amount(amount)]
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
    if terms.acompte_rate != 0 and not is_rate(terms.acompte_rate):
        yield "Le taux de l’acompte doit être compris entre 0 et 100 %."
    if terms.public_aid_limit is not None and not is_rate(terms.public_aid_limit):
        yield "Le plafond des aides publiques doit être compris entre 0 et 100 %."


def _faults_of_tiers(tiers: Sequence[Tier]) -> Iterator[str]:
    if not tiers:
        yield "Indiquez au moins un taux de prise en charge."
        return
    if not all(is_rate(tier.rate) for tier in tiers):
        yield "Un taux de prise en charge doit être supérieur à 0 et ne pas dépasser 100 %."
    if tiers[-1].up_to is not None:
        yield "La dernière tranche ne doit pas avoir de limite."
    limits = [tier.up_to for tier in tiers if tier.up_to is not None]
    if len(limits) < len(tiers) - 1:
        yield "Seule la dernière tranche peut être sans limite."
    if not all(is_amount(limit) for limit in limits):
        yield "La limite d’une tranche doit être un montant positif, au centime."
    elif any(upper <= lower for lower, upper in zip([ZERO, *limits], limits, strict=False)):
        yield "Les limites des tranches doivent être croissantes."
