"""What the review of a workbook shows, before anything of it is recorded."""

from collections.abc import Sequence
from typing import Any

from django.utils.text import capfirst

from plannumerique.lib.money import ZERO
from plannumerique.ui.pieces import Badge, Fact, Tone
from subsidies.services.workbook import Outcome, Taken

# Bounds of the two tables: a workbook holds 500 lines at most, each of which can be wrong sixteen times.
MOST_FAULTS, MOST_SHOWN = 50, 100
_TONES = {Outcome.NEW: Tone.SUCCESS, Outcome.CORRECTED: Tone.INFO, Outcome.UNCHANGED: Tone.NEUTRAL}


def review_of(taken: Sequence[Taken]) -> dict[str, Any]:
    counted = {outcome: [one for one in taken if one.outcome is outcome] for outcome in Outcome}
    warnings = [f"{one.invoice} : {sentence}" for one in taken for sentence in one.warnings]
    return {
        "facts": [Fact(f"Factures {outcome.label}s", str(len(found))) for outcome, found in counted.items()]
        + [
            Fact("Total HT", amount=sum((one.invoice.amount_ht for one in taken), ZERO)),
            Fact("TVA", amount=sum((one.invoice.amount_vat for one in taken), ZERO)),
            Fact("Total TTC", amount=sum((one.invoice.amount_ttc for one in taken), ZERO)),
        ],
        "lines": [(one.invoice, Badge(capfirst(one.outcome.label), _TONES[one.outcome])) for one in taken[:MOST_SHOWN]],
        "more": max(len(taken) - MOST_SHOWN, 0),
        "nothing_changes": len(counted[Outcome.UNCHANGED]) == len(taken),
        "warnings": warnings[:MOST_FAULTS],
    }
