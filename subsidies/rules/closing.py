"""What comes back to the State, what it waives, and whether the accounts of a subsidy close, in euros."""

from decimal import Decimal

from plannumerique.lib.money import ZERO
from projects.rules import FundingTerms


def resources_reversement(paid: Decimal, *, conforming: Decimal) -> Decimal:
    """What the collège returns, in euros, of a grant of which it justifies that much (AAP 2016, « utilisation partielle »).

    Spending more than the grant gives no right; before the justification it is the balance that is left to spend.
    """
    return max(paid - conforming, ZERO)


def waived_amount(due_back: Decimal, *, terms: FundingTerms) -> Decimal:
    """What is not claimed, in euros, of what should come back: all of it strictly under the campaign's threshold, else none."""
    return due_back if due_back < terms.waiver_threshold else ZERO


def closing_gap(*, paid: Decimal, recovered: Decimal, definitive: Decimal, waived: Decimal) -> Decimal:
    """What keeps a subsidy from closing, in euros: nil when payments less recoveries make the definitive and the waived."""
    return paid - recovered - definitive - waived
