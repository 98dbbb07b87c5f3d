"""What long work the portal does, explicitly: the rooms that hand it over, and the act of each row."""

from plannumerique.jobs import kinds
from portal.acts.bulk import BULK_ACTS
from portal.selection.acts import DECIDE, decide
from portal.taking_over.acts import TAKE_OVER, take_over


def declare_all() -> None:
    kinds.declare({**{one.key: one.act for one in BULK_ACTS}, DECIDE: decide, TAKE_OVER: take_over})
