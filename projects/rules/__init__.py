"""What a campaign’s figures and dates give: euros and days, from data alone; no figure of a programme stands here."""

from projects.rules.calendar import Deadline, DueReminders, Reminder, due_reminders, reminders
from projects.rules.entry import classes_left, public_aid_warning, refusals_of_class_count, refusals_of_forecasts
from projects.rules.funding import ClassExpense, ClassKey, Funding, FundingError, FundingLine, RateSlice
from projects.rules.subsidy import justified_subsidy, provisional_subsidy
from projects.rules.terms import CapUnit, CbrBasis, FundingTerms, RoundingMode, TaxBasis, TermsError, Tier

__all__ = [
    "CapUnit",
    "CbrBasis",
    "ClassExpense",
    "ClassKey",
    "Deadline",
    "DueReminders",
    "Funding",
    "FundingError",
    "FundingLine",
    "FundingTerms",
    "RateSlice",
    "Reminder",
    "RoundingMode",
    "TaxBasis",
    "TermsError",
    "Tier",
    "classes_left",
    "due_reminders",
    "justified_subsidy",
    "provisional_subsidy",
    "public_aid_warning",
    "refusals_of_class_count",
    "refusals_of_forecasts",
    "reminders",
]
