"""What stands in the way of a mobile class's moves: one French sentence per obstacle, naming who can lift it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from plannumerique.journal.machine import condition
from plannumerique.lib.dates import long_date

if TYPE_CHECKING:
    from deployments.models import MobileClass


@condition
def the_convention_binds(mobile_class: MobileClass) -> Iterator[str]:
    """La convention est signée des deux parties et n’est pas résiliée."""
    convention = mobile_class.convention
    if not convention.is_binding:
        yield f"La convention est à l’état « {convention.get_state_display()} » : elle n’engage plus à équiper cette classe."


@condition
def its_service_fait_is_not_certified(mobile_class: MobileClass) -> Iterator[str]:
    """Le service fait n’est pas constaté sur la classe."""
    if mobile_class.certified_on is not None:
        yield (
            f"Le service fait est constaté sur cette classe depuis le {long_date(mobile_class.certified_on)} : "
            "le DAN annule d’abord sa constatation."
        )
