"""What the pages of a convention show: its facts, its steps, its amounts unfolded, what may be done about it."""

from conventions.pages.acts import acts_of, awaited_of, next_of
from conventions.pages.facts import (
    account_facts,
    account_warning_of,
    cbr_facts,
    deliberation_facts,
    facts_of,
    refusal_of,
    signature_facts,
    sitting_warning_of,
)
from conventions.pages.pieces import checks_of, documents_of, piece_facts, pieces_of
from conventions.pages.schools import SchoolLine, amounts_of, application_lines, grants_of, school_lines
from conventions.pages.states import TONES, badge_of, due_of, steps_of

__all__ = [
    "TONES",
    "SchoolLine",
    "account_facts",
    "account_warning_of",
    "acts_of",
    "amounts_of",
    "application_lines",
    "awaited_of",
    "badge_of",
    "cbr_facts",
    "checks_of",
    "deliberation_facts",
    "documents_of",
    "due_of",
    "facts_of",
    "grants_of",
    "next_of",
    "piece_facts",
    "pieces_of",
    "refusal_of",
    "school_lines",
    "signature_facts",
    "sitting_warning_of",
    "steps_of",
]
