from decimal import Decimal

import pytest

from projects.rules import ClassExpense, TaxBasis
from subsidies.rules import InvoicedAmount, expenses_by_class, tax_mismatch
from tests.subsidies.figures import UAI, plain


def test_invoices_are_added_up_by_class_and_credit_notes_deducted() -> None:
    invoiced = [
        InvoicedAmount(UAI, 2, ht=Decimal("100.00"), ttc=Decimal("120.00")),
        InvoicedAmount(UAI, 1, ht=Decimal("50.00"), ttc=Decimal("60.00")),
        InvoicedAmount(UAI, 2, ht=Decimal("-25.00"), ttc=Decimal("-30.00")),
    ]

    assert expenses_by_class(invoiced, basis=TaxBasis.TTC) == (
        ClassExpense(UAI, 1, Decimal("60.00")),
        ClassExpense(UAI, 2, Decimal("90.00")),
    )
    assert expenses_by_class(invoiced, basis=TaxBasis.HT)[1].expense == Decimal("75.00")
    assert expenses_by_class([], basis=TaxBasis.TTC) == ()


@pytest.mark.parametrize(
    ("ttc", "lines", "right"),
    [
        ("9480.60", 1, True),
        ("9480.61", 1, True),
        ("9480.59", 1, True),
        ("9480.62", 1, False),
        ("9480.62", 2, True),
        ("9480.57", 2, False),
    ],
)
def test_ht_and_vat_make_ttc_within_a_cent_a_line(ttc: str, lines: int, right: bool) -> None:
    mismatch = tax_mismatch(Decimal("7900.50"), vat=Decimal("1580.10"), ttc=Decimal(ttc), lines=lines)

    assert (mismatch is None) is right


def test_a_mismatch_shows_the_three_amounts() -> None:
    assert plain(tax_mismatch(Decimal("7900.50"), vat=Decimal("1580.10"), ttc=Decimal("9480.62"))) == (
        "Le montant HT (7 900,50 €) et la TVA (1 580,10 €) font 9 480,60 €, et non 9 480,62 € TTC."
    )
