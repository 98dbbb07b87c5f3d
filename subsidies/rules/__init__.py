"""What is due, on what, and when: euros and days, from data alone."""

from subsidies.rules.closing import closing_gap, resources_reversement, waived_amount
from subsidies.rules.decision import acompte_due, acompte_warning, decision_refusal
from subsidies.rules.definitive import Ceiling, Definitive, definitive_subsidy, degagement, solde_due, trop_percu
from subsidies.rules.frozen_account import frozen_until, is_frozen
from subsidies.rules.invoices import VAT_RATES, InvoicedAmount, expenses_by_class, tax_mismatch
from subsidies.rules.promise import Party, PaymentCalendar, PaymentPromise, file_complete_on

__all__ = [
    "VAT_RATES",
    "Ceiling",
    "Definitive",
    "InvoicedAmount",
    "Party",
    "PaymentCalendar",
    "PaymentPromise",
    "acompte_due",
    "acompte_warning",
    "closing_gap",
    "decision_refusal",
    "definitive_subsidy",
    "degagement",
    "expenses_by_class",
    "file_complete_on",
    "frozen_until",
    "is_frozen",
    "resources_reversement",
    "solde_due",
    "tax_mismatch",
    "trop_percu",
    "waived_amount",
]
