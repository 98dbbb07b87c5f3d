"""What the entry of one past dossier did, in words."""

from dataclasses import dataclass, field

from plannumerique.journal.machine import Refused


@dataclass(slots=True)
class Entered:
    """What was entered, what the person should know of it, and who is awaited for the rest."""

    said: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    awaited: list[str] = field(default_factory=list)


class NothingToEnter(Refused):
    """The dossier is where this person can bring it: no fault of the workbook, whose other dossiers go on."""
