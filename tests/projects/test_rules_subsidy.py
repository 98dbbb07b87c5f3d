from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plannumerique.lib.money import CENT, ZERO
from projects.rules import (
    CapUnit,
    ClassExpense,
    ClassKey,
    Funding,
    FundingError,
    FundingTerms,
    RateSlice,
    RoundingMode,
    Tier,
    justified_subsidy,
    provisional_subsidy,
)
from tests.projects.figures import AAP_2016, ENIR_2017, STEPPED, classes, plain

amounts = st.decimals(min_value="0", max_value="30000", places=2)
terms_of_all_kinds = st.builds(
    lambda cap_unit, tiers_over, rounding, tiers, subsidy_cap: replace(
        AAP_2016, cap_unit=cap_unit, tiers_over=tiers_over, rounding=rounding, tiers=tiers, subsidy_cap=subsidy_cap
    ),
    st.sampled_from(CapUnit),
    st.sampled_from(CapUnit),
    st.sampled_from(RoundingMode),
    st.sampled_from([AAP_2016.tiers, STEPPED.tiers, (Tier(Decimal("100"), Decimal("0.333")), Tier(None, Decimal("1")))]),
    st.sampled_from([None, Decimal("4000"), Decimal("3333.33")]),
)


@st.composite
def projects(draw: st.DrawFn) -> list[ClassExpense]:
    keys = draw(
        st.lists(st.tuples(st.sampled_from(["0250018J", "0250737R", "0390142T"]), st.integers(1, 3)), unique=True, max_size=9)
    )
    return [ClassExpense(uai, number, draw(amounts)) for uai, number in keys]


# --- Golden table ---


def test_golden_a_three_classes_at_the_cap_give_12_000() -> None:
    assert provisional_subsidy(classes("8000", "8000", "8000"), terms=AAP_2016).total == Decimal("12000.00")


def test_golden_a_justified_expenses_give_11_950_25() -> None:
    funding = justified_subsidy(classes("7900.50", "8000", "9100"), terms=AAP_2016)

    assert [line.subsidy for line in funding.lines] == [Decimal("3950.25"), Decimal("4000.00"), Decimal("4000.00")]
    assert funding.total == Decimal("11950.25")


def test_golden_b_two_classes_at_5_000_give_5_000() -> None:
    assert justified_subsidy(classes("5000", "5000"), terms=AAP_2016).total == Decimal("5000.00")


@pytest.mark.parametrize(
    ("unit", "total"), [(CapUnit.PER_CLASS, "7500.00"), (CapUnit.PER_SCHOOL, "8000.00"), (CapUnit.PER_CONVENTION, "8000.00")]
)
def test_golden_c_classes_do_not_mix_unless_the_campaign_says_so(unit: CapUnit, total: str) -> None:
    assert provisional_subsidy(classes("7000", "9000"), terms=replace(AAP_2016, cap_unit=unit)).total == Decimal(total)


def test_golden_i_a_forecast_below_the_cap_makes_its_own_maximum() -> None:
    assert provisional_subsidy(classes("6000"), terms=AAP_2016).total == Decimal("3000.00")
    assert justified_subsidy(classes("7500"), terms=AAP_2016).total == Decimal("3750.00")


# --- Boundaries ---


@pytest.mark.parametrize(
    ("expense", "subsidy"),
    [("0", "0.00"), ("0.01", "0.00"), ("0.02", "0.01"), ("7999.99", "3999.99"), ("8000.00", "4000.00"), ("8000.01", "4000.00")],
)
def test_the_cap_and_the_cent(expense: str, subsidy: str) -> None:
    assert provisional_subsidy(classes(expense), terms=AAP_2016).total == Decimal(subsidy)


@pytest.mark.parametrize(("rounding", "total"), [(RoundingMode.DOWN, "9499.98"), (RoundingMode.HALF_UP, "9500.01")])
def test_thousandths_are_rounded_class_by_class(rounding: RoundingMode, total: str) -> None:
    funding = provisional_subsidy(classes("6333.33", "6333.33", "6333.33"), terms=replace(AAP_2016, rounding=rounding))

    assert funding.total == Decimal(total)


def test_room_is_shared_within_a_school_only() -> None:
    terms = replace(AAP_2016, cap_unit=CapUnit.PER_SCHOOL)
    project = [*classes("7000"), *classes("9000", uai="0250737R")]

    assert provisional_subsidy(project, terms=terms).total == Decimal("7500.00")


def test_the_room_left_goes_in_order_and_runs_out() -> None:
    terms = replace(AAP_2016, cap_unit=CapUnit.PER_CONVENTION)
    funding = provisional_subsidy(classes("7000", "8600", "9000"), terms=terms)

    assert [line.retained_base for line in funding.lines] == [Decimal("7000"), Decimal("8600"), Decimal("8400")]
    assert funding.retained_base == 3 * terms.expense_cap


def test_the_cap_of_the_subsidy_bites_on_its_own() -> None:
    line = provisional_subsidy(classes("8000"), terms=replace(AAP_2016, subsidy_cap=Decimal("3500"))).lines[0]

    assert (line.computed, line.subsidy) == (Decimal("4000.00"), Decimal("3500"))


def test_a_subsidy_without_cap_is_the_rate_of_the_base() -> None:
    assert provisional_subsidy(classes("8000"), terms=replace(AAP_2016, subsidy_cap=None)).total == Decimal("4000.00")


@pytest.mark.parametrize(
    ("expense", "total"), [("3999.99", "0.00"), ("4000.00", "2000.00"), ("14000", "7000"), ("20000", "7000")]
)
def test_a_school_under_the_floor_gets_nothing(expense: str, total: str) -> None:
    funding = provisional_subsidy(classes(expense), terms=ENIR_2017)

    assert funding.total == Decimal(total)
    assert funding.lines[0].below_floor is (funding.total == 0)


def test_the_floor_does_not_weigh_on_what_was_spent() -> None:
    assert justified_subsidy(classes("3000"), terms=ENIR_2017).total == Decimal("1500.00")


def test_the_floor_of_a_school_does_not_touch_another() -> None:
    project = [*classes("3000"), *classes("6000", uai="0250737R")]

    assert provisional_subsidy(project, terms=ENIR_2017).total == Decimal("3000.00")


def test_tiers_run_over_the_whole_convention() -> None:
    funding = provisional_subsidy(classes("3500", "3500", "1000"), terms=STEPPED)

    assert [line.slices for line in funding.lines] == [
        (RateSlice(Decimal("3500"), Decimal("0.70")),),
        (RateSlice(Decimal("1500"), Decimal("0.70")), RateSlice(Decimal("2000"), Decimal("0.50"))),
        (RateSlice(Decimal("1000"), Decimal("0.50")),),
    ]
    assert funding.total == Decimal("5000") * Decimal("0.70") + Decimal("3000") * Decimal("0.50")


@pytest.mark.parametrize(
    ("over", "total"), [(CapUnit.PER_CLASS, "4900.00"), (CapUnit.PER_SCHOOL, "4900.00"), (CapUnit.PER_CONVENTION, "4500.00")]
)
def test_tiers_run_over_what_the_campaign_says(over: CapUnit, total: str) -> None:
    project = [*classes("3500"), *classes("3500", uai="0250737R")]

    assert provisional_subsidy(project, terms=replace(STEPPED, tiers_over=over)).total == Decimal(total)


def test_the_order_of_the_lines_does_not_depend_on_the_order_of_entry() -> None:
    project = [*classes("3000", "4000", uai="0250737R"), *classes("5000")]

    assert provisional_subsidy(reversed(project), terms=STEPPED) == provisional_subsidy(project, terms=STEPPED)
    assert [line.key for line in provisional_subsidy(project, terms=STEPPED).lines] == [
        ClassKey("0250018J", 1),
        ClassKey("0250737R", 1),
        ClassKey("0250737R", 2),
    ]


def test_an_empty_project_costs_nothing() -> None:
    assert provisional_subsidy([], terms=AAP_2016) == Funding(())
    assert str(Funding(()).total) == "0.00"


# --- What can't be computed ---


@pytest.mark.parametrize("amount", ["-0.01", "100.001", "NaN", "Infinity"])
def test_an_impossible_expense_is_refused(amount: str) -> None:
    with pytest.raises(FundingError) as refusal:
        provisional_subsidy(classes("8000", amount), terms=AAP_2016)
    assert str(refusal.value) == "La dépense de la classe 2 de l’école 0250018J doit être un montant positif, au centime."


def test_a_class_named_twice_is_refused() -> None:
    with pytest.raises(FundingError) as refusal:
        justified_subsidy([*classes("8000"), *classes("8000")], terms=AAP_2016)
    assert str(refusal.value) == "La classe 1 de l’école 0250018J figure 2 fois."


def test_a_fourth_class_is_refused() -> None:
    assert provisional_subsidy(classes("8000", "8000", "8000"), terms=AAP_2016).total == Decimal("12000")
    with pytest.raises(FundingError) as refusal:
        provisional_subsidy(classes("8000", "8000", "8000", "8000"), terms=AAP_2016)
    assert plain(str(refusal.value)) == "L’école 0250018J a 4 classes mobiles : la limite est de 3."


# --- Invariants ---


@given(projects(), terms_of_all_kinds)
def test_no_line_passes_its_cap_its_rate_or_its_expense(project: list[ClassExpense], terms: FundingTerms) -> None:
    funding = provisional_subsidy(project, terms=terms)
    best_rate = max(tier.rate for tier in terms.tiers)

    assert funding.retained_base <= terms.expense_cap * len(project)
    for line in funding.lines:
        assert ZERO <= line.retained_base <= line.expense
        assert ZERO <= line.subsidy <= line.computed <= line.retained_base * best_rate + CENT / 2
        assert line.subsidy == line.subsidy.quantize(CENT)
        assert sum(piece.base for piece in line.slices) == line.retained_base
        if terms.cap_unit is CapUnit.PER_CLASS:
            assert line.retained_base <= terms.expense_cap
            assert terms.subsidy_cap is None or line.subsidy <= terms.subsidy_cap


@given(projects(), terms_of_all_kinds)
def test_no_cent_is_lost_between_lines_schools_and_total(project: list[ClassExpense], terms: FundingTerms) -> None:
    funding = provisional_subsidy(project, terms=terms)

    assert funding.total == sum(line.subsidy for line in funding.lines)
    assert funding.total == sum(school.total for school in funding.by_school().values())
    assert funding.total + funding.own_share == funding.expense == sum(one.expense for one in project)
    assert sum(line.own_share for line in funding.lines) == funding.own_share


@given(projects(), terms_of_all_kinds)
def test_rounding_down_never_gives_more_than_the_rate(project: list[ClassExpense], terms: FundingTerms) -> None:
    funding = provisional_subsidy(project, terms=replace(terms, rounding=RoundingMode.DOWN))

    assert funding.total <= sum(piece.base * piece.rate for line in funding.lines for piece in line.slices)


@given(projects(), amounts, st.sampled_from(RoundingMode))
def test_spending_more_never_gives_less(project: list[ClassExpense], more: Decimal, rounding: RoundingMode) -> None:
    terms = replace(AAP_2016, rounding=rounding)
    dearer = [replace(one, expense=one.expense + more) if index == 0 else one for index, one in enumerate(project)]

    assert provisional_subsidy(project, terms=terms).total <= provisional_subsidy(dearer, terms=terms).total


@given(projects(), terms_of_all_kinds)
def test_pooling_caps_never_takes_base_away(project: list[ClassExpense], terms: FundingTerms) -> None:
    alone, by_school, together = (
        provisional_subsidy(project, terms=replace(terms, cap_unit=unit)).retained_base
        for unit in (CapUnit.PER_CLASS, CapUnit.PER_SCHOOL, CapUnit.PER_CONVENTION)
    )

    assert alone <= by_school <= together <= sum((one.expense for one in project), ZERO)


@given(projects())
def test_without_a_floor_forecast_and_justified_are_one_computation(project: list[ClassExpense]) -> None:
    assert provisional_subsidy(project, terms=AAP_2016) == justified_subsidy(project, terms=AAP_2016)
