"""The figures of three campaigns, classes and sentences, for the tests of the rules."""

from dataclasses import replace
from decimal import Decimal

from plannumerique.lib.money import ZERO
from projects.rules import CapUnit, ClassExpense, FundingTerms, RoundingMode, TaxBasis, Tier

AAP_2016 = FundingTerms(
    cap_unit=CapUnit.PER_CLASS,
    expense_cap=Decimal("8000"),
    subsidy_floor=None,
    subsidy_cap=Decimal("4000"),
    tiers=(Tier(up_to=None, rate=Decimal("0.50")),),
    max_units_per_school=3,
    resources_grant=Decimal("500"),
    acompte_rate=Decimal("0.50"),
    tax_basis=TaxBasis.TTC,
    rounding=RoundingMode.DOWN,
    cbr_threshold=Decimal("250000"),
    waiver_threshold=Decimal("30"),
    public_aid_limit=Decimal("0.80"),
)
ENIR_2017 = replace(
    AAP_2016,
    cap_unit=CapUnit.PER_SCHOOL,
    expense_cap=Decimal("14000"),
    subsidy_floor=Decimal("2000"),
    subsidy_cap=Decimal("7000"),
    max_units_per_school=1,
    resources_grant=ZERO,
    cbr_threshold=None,
)
STEPPED = replace(
    AAP_2016,
    expense_cap=Decimal("3500"),
    subsidy_cap=None,
    tiers=(Tier(up_to=Decimal("5000"), rate=Decimal("0.70")), Tier(up_to=None, rate=Decimal("0.50"))),
    tiers_over=CapUnit.PER_CONVENTION,
    max_units_per_school=30,
)


def classes(*typed: str, uai: str = "0250018J") -> list[ClassExpense]:
    return [ClassExpense(uai, number, Decimal(amount)) for number, amount in enumerate(typed, start=1)]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")
