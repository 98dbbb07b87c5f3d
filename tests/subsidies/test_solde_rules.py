from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plannumerique.lib.money import ZERO
from projects.rules import CapUnit, ClassExpense, ClassKey, FundingTerms, TaxBasis, provisional_subsidy
from subsidies.rules import (
    Ceiling,
    Definitive,
    InvoicedAmount,
    acompte_due,
    closing_gap,
    definitive_subsidy,
    degagement,
    expenses_by_class,
    resources_reversement,
    solde_due,
    trop_percu,
    waived_amount,
)
from tests.subsidies.figures import AAP_2016, UAI, plain

amounts = st.decimals(min_value="0", max_value="30000", places=2)
ceilings = st.decimals(min_value="0", max_value="15000", places=2)
spending = st.lists(amounts, max_size=3)


def classes(*typed: str | Decimal) -> list[ClassExpense]:
    return [ClassExpense(UAI, number, Decimal(amount)) for number, amount in enumerate(typed, start=1)]


def definitive(
    *typed: str | Decimal,
    decided: str | Decimal = "12000",
    convention: str | Decimal = "12000",
    certified: tuple[int, ...] = (1, 2, 3),
    terms: FundingTerms = AAP_2016,
) -> Definitive:
    return definitive_subsidy(
        classes(*typed),
        certified={ClassKey(UAI, number) for number in certified},
        decided=Decimal(decided),
        convention_maximum=Decimal(convention),
        terms=terms,
    )


# --- Golden table ---


def test_golden_a_nominal() -> None:
    provisional = provisional_subsidy(classes("8000", "8000", "8000"), terms=AAP_2016).total
    acompte = acompte_due(provisional, terms=AAP_2016)
    due = definitive("7900.50", "8000", "9100", decided=provisional, convention=provisional).amount

    assert (provisional, acompte, due) == (Decimal("12000"), Decimal("6000"), Decimal("11950.25"))
    assert solde_due(definitive=due, paid=acompte) == Decimal("5950.25")
    assert trop_percu(definitive=due, paid=acompte) == ZERO


def test_golden_b_under_spending() -> None:
    due = definitive("5000", "5000", certified=(1, 2)).amount

    assert due == Decimal("5000")
    assert solde_due(definitive=due, paid=Decimal("6000")) == ZERO
    assert trop_percu(definitive=due, paid=Decimal("6000")) == Decimal("1000")


@pytest.mark.parametrize(("unit", "amount"), [(CapUnit.PER_CLASS, "7500.00"), (CapUnit.PER_CONVENTION, "8000.00")])
def test_golden_c_no_mixing_between_classes(unit: CapUnit, amount: str) -> None:
    assert definitive("7000", "9000", terms=replace(AAP_2016, cap_unit=unit)).amount == Decimal(amount)


def test_golden_d_odd_cent() -> None:
    acompte = acompte_due(Decimal("11999.99"), terms=AAP_2016)

    assert acompte == Decimal("5999.99")
    assert solde_due(definitive=Decimal("11999.99"), paid=acompte) == Decimal("6000.00")


@pytest.mark.parametrize(("basis", "amount"), [(TaxBasis.TTC, "4000.00"), (TaxBasis.HT, "3950.25")])
def test_golden_e_ht_and_ttc(basis: TaxBasis, amount: str) -> None:
    invoiced = [InvoicedAmount(UAI, 1, ht=Decimal("7900.50"), ttc=Decimal("9480.60"))]
    due = definitive_subsidy(
        expenses_by_class(invoiced, basis=basis),
        certified=[ClassKey(UAI, 1)],
        decided=Decimal("4000"),
        convention_maximum=Decimal("4000"),
        terms=replace(AAP_2016, tax_basis=basis),
    )

    assert due.amount == Decimal(amount)


def test_golden_f_resources() -> None:
    assert resources_reversement(Decimal("500"), conforming=Decimal("312.40")) == Decimal("187.60")


def test_golden_h_cap_by_decision() -> None:
    terms = replace(AAP_2016, expense_cap=Decimal("9000"), subsidy_cap=None)
    due = definitive("8000", "8000", "8800", terms=terms)

    assert due.justified.total == Decimal("12400")
    assert (due.amount, due.limited_by, due.reduction) == (Decimal("12000"), Ceiling.DECISION, Decimal("400"))


def test_golden_i_forecast_below_cap() -> None:
    provisional = provisional_subsidy(classes("6000"), terms=AAP_2016).total

    assert provisional == Decimal("3000")
    assert definitive("7500", decided=provisional, convention=provisional).amount == Decimal("3000")


def test_golden_j_solde_without_acompte() -> None:
    due = definitive("7900.50", "8000", "9100").amount

    assert solde_due(definitive=due, paid=ZERO) == due == Decimal("11950.25")


def test_golden_k_the_decision_is_lower_than_the_convention() -> None:
    acompte = acompte_due(Decimal("11000"), terms=AAP_2016)
    due = definitive("8000", "8000", "8000", decided="11000", convention="12000").amount

    assert acompte == Decimal("5500")
    assert acompte + solde_due(definitive=due, paid=acompte) == Decimal("11000")


# --- Definitive subsidy ---


def test_only_certified_classes_are_paid_and_the_others_are_set_aside() -> None:
    due = definitive("8000", "8000", "8000", certified=(1, 3))

    assert due.amount == Decimal("8000")
    assert [line.key.number for line in due.justified.lines] == [1, 3]
    assert due.set_aside == (ClassExpense(UAI, 2, Decimal("8000")),)


def test_a_class_not_certified_leaves_no_room_to_the_others() -> None:
    together = replace(AAP_2016, cap_unit=CapUnit.PER_CONVENTION)

    assert definitive("1000", "9000", certified=(2,), terms=together).amount == Decimal("4000")


@pytest.mark.parametrize(
    ("decided", "convention", "limit"),
    [
        ("12000", "12000", Ceiling.JUSTIFIED),
        ("8000", "12000", Ceiling.JUSTIFIED),
        ("7999.99", "12000", Ceiling.DECISION),
        ("7999.99", "7999.98", Ceiling.CONVENTION),
    ],
)
def test_the_lowest_of_the_three_amounts_is_named(decided: str, convention: str, limit: Ceiling) -> None:
    due = definitive("8000", "8000", decided=decided, convention=convention)

    assert due.limited_by is limit
    assert due.amount == min(Decimal("8000"), Decimal(decided), Decimal(convention))


def test_a_definitive_subsidy_explains_itself() -> None:
    assert plain(definitive("7900.50", "8000", "9100").explanation) == (
        "Subvention justifiée : 11 950,25 € ; décision : 12 000,00 € ; convention : 12 000,00 € ; "
        "subvention définitive : 11 950,25 €, limitée par la dépense justifiée."
    )


def test_each_ceiling_has_a_french_label() -> None:
    assert [one.label for one in Ceiling] == [
        "la dépense justifiée",
        "le montant prévisionnel de la décision",
        "le montant maximal de la convention",
    ]


def test_what_is_not_needed_is_released() -> None:
    assert degagement(Decimal("12000"), definitive=Decimal("11950.25")) == Decimal("49.75")


# --- Resources, waiver, closing ---


@pytest.mark.parametrize(("conforming", "back"), [("500", "0"), ("500.01", "0"), ("499.99", "0.01"), ("0", "500")])
def test_what_the_college_does_not_justify_comes_back(conforming: str, back: str) -> None:
    assert resources_reversement(Decimal("500"), conforming=Decimal(conforming)) == Decimal(back)


@pytest.mark.parametrize(("due_back", "waived"), [("0", "0"), ("29.99", "29.99"), ("30.00", "0"), ("1000", "0")])
def test_small_remainders_are_waived_strictly_under_the_threshold(due_back: str, waived: str) -> None:
    assert waived_amount(Decimal(due_back), terms=AAP_2016) == Decimal(waived)


def test_a_campaign_without_threshold_waives_nothing() -> None:
    assert waived_amount(Decimal("0.01"), terms=replace(AAP_2016, waiver_threshold=ZERO)) == ZERO


def test_a_subsidy_closes_when_payments_recoveries_and_waiver_balance() -> None:
    closed = {"paid": Decimal("6000"), "recovered": Decimal("1000"), "definitive": Decimal("5000"), "waived": ZERO}

    assert closing_gap(**closed) == ZERO
    assert closing_gap(**{**closed, "recovered": Decimal("999.99")}) == Decimal("0.01")


# --- Invariants ---


@given(spending, ceilings, ceilings, st.sets(st.integers(1, 3)))
def test_the_definitive_subsidy_passes_no_ceiling(
    spent: list[Decimal], decided: Decimal, convention: Decimal, certified: set[int]
) -> None:
    due = definitive(*spent, decided=decided, convention=convention, certified=tuple(certified))
    paid_for = [amount for number, amount in enumerate(spent, start=1) if number in certified]

    assert ZERO <= due.amount <= min(decided, convention)
    assert due.amount <= sum((min(amount, Decimal("8000")) / 2 for amount in paid_for), ZERO)
    assert due.amount + due.reduction == due.justified.total == sum(line.subsidy for line in due.justified.lines)
    assert sum(line.expense for line in due.justified.lines) + sum(one.expense for one in due.set_aside) == sum(spent)


@given(ceilings, ceilings)
def test_solde_and_trop_percu_make_up_the_difference_exactly(due: Decimal, paid: Decimal) -> None:
    solde, excess = solde_due(definitive=due, paid=paid), trop_percu(definitive=due, paid=paid)

    assert solde - excess == due - paid
    assert min(solde, excess) == ZERO
    assert max(solde, excess) >= ZERO


@given(spending, ceilings)
def test_acompte_and_solde_never_pass_the_decision_and_every_cent_is_accounted_for(
    spent: list[Decimal], decided: Decimal
) -> None:
    acompte = acompte_due(decided, terms=AAP_2016)
    due = definitive(*spent, decided=decided, convention=decided).amount
    solde, excess = solde_due(definitive=due, paid=acompte), trop_percu(definitive=due, paid=acompte)
    waived = waived_amount(excess, terms=AAP_2016)

    assert acompte * 2 <= decided < acompte * 2 + Decimal("0.02")
    assert acompte + solde <= decided
    assert closing_gap(paid=acompte + solde, recovered=excess - waived, definitive=due, waived=waived) == ZERO


@given(spending, amounts, ceilings)
def test_justifying_more_never_gives_less(spent: list[Decimal], more: Decimal, decided: Decimal) -> None:
    dearer = [amount + more for amount in spent]

    assert definitive(*spent, decided=decided).amount <= definitive(*dearer, decided=decided).amount


@given(spending, ceilings, ceilings)
def test_a_higher_decision_never_gives_less(spent: list[Decimal], one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))

    assert definitive(*spent, decided=low).amount <= definitive(*spent, decided=high).amount
    assert acompte_due(low, terms=AAP_2016) <= acompte_due(high, terms=AAP_2016)
