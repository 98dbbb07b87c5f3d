"""What the invoices of a subsidy make: the expense of each class, and a VAT that adds up."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from plannumerique.lib.money import CENT, ZERO, euros
from plannumerique.lib.text import NBSP, typeset
from projects.rules import ClassExpense, ClassKey, TaxBasis

# The rates of VAT that an invoice of the four départements, or of overseas, may bear; none for a supplier that is exempt.
VAT_RATES = [
    ("0.2", f"20{NBSP}%"),
    ("0.1", f"10{NBSP}%"),
    ("0.085", f"8,5{NBSP}%"),
    ("0.055", f"5,5{NBSP}%"),
    ("0.021", f"2,1{NBSP}%"),
    ("0", "sans TVA"),
]


@dataclass(frozen=True, slots=True)
class InvoicedAmount:
    """The part of an invoice or credit note (negative) that belongs to one class, in euros, with and without VAT."""

    uai: str
    number: int
    ht: Decimal
    ttc: Decimal

    def on(self, basis: TaxBasis) -> Decimal:
        return self.ttc if basis is TaxBasis.TTC else self.ht


def expenses_by_class(amounts: Iterable[InvoicedAmount], *, basis: TaxBasis) -> tuple[ClassExpense, ...]:
    """What each class has cost, in euros on the campaign's basis, credit notes deducted, in the order of schools and classes."""
    totals: dict[ClassKey, Decimal] = defaultdict(lambda: ZERO)
    for amount in amounts:
        totals[ClassKey(amount.uai, amount.number)] += amount.on(basis)
    return tuple(ClassExpense(key.uai, key.number, totals[key]) for key in sorted(totals))


def tax_mismatch(ht: Decimal, *, vat: Decimal, ttc: Decimal, lines: int = 1) -> str | None:
    """What to say when HT and VAT do not make TTC, in euros: a supplier rounds line by line, hence one centime a line."""
    if abs(ht + vat - ttc) <= CENT * lines:
        return None
    return typeset(f"Le montant HT ({euros(ht)}) et la TVA ({euros(vat)}) font {euros(ht + vat)}, et non {euros(ttc)} TTC.")
