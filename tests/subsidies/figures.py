"""The figures of AAP 2016 and sentences as they are read, for the tests of the rules."""

from decimal import Decimal

from projects.rules import CapUnit, FundingTerms, RoundingMode, TaxBasis, Tier

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
)
UAI = "0250018J"


def plain(text: str | None) -> str:
    assert text is not None
    return text.replace("\u00a0", " ").replace("\u202f", " ")
