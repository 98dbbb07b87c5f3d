"""What an import did, line by line, and what it says at the end."""

import csv
import tempfile
from collections import Counter
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from plannumerique.lib.text import plural, typeset

if TYPE_CHECKING:
    from _csv import Writer

_MOST_SHOWN = 20
_FORMULA = ("=", "+", "-", "@", "\t")


class Outcome(Enum):
    """What became of a line or of a row: the word of the report, then those of its summary."""

    CREATED = "création", "création", "créations"
    UPDATED = "modification", "modification", "modifications"
    ENDED = "disparition", "disparition", "disparitions"
    UNCHANGED = "sans changement", "sans changement", "sans changement"
    REFUSED = "refus", "refus", "refus"
    WARNED = "avertissement", "avertissement", "avertissements"

    def __init__(self, label: str, one: str, many: str) -> None:
        self.label, self.one, self.many = label, one, many


class Report:
    """Counts by category and outcome, and the lines that somebody must read.

    The lines go to a temporary file as they come: a report of 66 000 lines costs no memory. `save` puts it where asked.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, Outcome]] = Counter()
        self.skipped: Counter[str] = Counter()
        self.shown: dict[Outcome, list[str]] = {Outcome.REFUSED: [], Outcome.WARNED: []}
        self._spool = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115  # closed by __exit__
        self._writer: Writer = csv.writer(self._spool, delimiter=";")
        self._writer.writerow(["ligne", "identifiant", "nature", "résultat", "motif"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._spool.close()

    def add(self, outcome: Outcome, *, category: str, line: int = 0, identifier: str = "", reason: str = "") -> None:
        self.counts[category, outcome] += 1
        if outcome is Outcome.UNCHANGED:
            return
        reason = typeset(reason)
        self._writer.writerow([line or "", *map(_harmless, (identifier, category, outcome.label, reason))])
        if outcome in self.shown and len(self.shown[outcome]) < _MOST_SHOWN:
            place = f"ligne {line}, " if line else ""
            self.shown[outcome].append(f"{outcome.label}, {place}{identifier} : {reason}")

    def skip(self, reason: str, *, line: int = 0, identifier: str = "", detail: str = "") -> None:
        """A line that is none of this import's business: counted apart by reason; written down only when there is a detail."""
        self.skipped[reason] += 1
        if detail:
            self._writer.writerow([line or "", *map(_harmless, (identifier, "", reason, typeset(detail)))])

    def count(self, outcome: Outcome, category: str | None = None) -> int:
        return sum(number for (of, one), number in self.counts.items() if one is outcome and category in (None, of))

    @property
    def writes(self) -> int:
        return self.count(Outcome.CREATED) + self.count(Outcome.UPDATED) + self.count(Outcome.ENDED)

    def sentences(self) -> list[str]:
        """The summary, one line per category then one per reason of leaving lines aside, then the first lines to read."""
        lines = []
        for category in dict.fromkeys(category for category, _ in self.counts):
            numbers = [(outcome, self.counts[category, outcome]) for outcome in Outcome]
            lines.append(
                f"{category} : "
                + ", ".join(plural(number, one=outcome.one, many=outcome.many) for outcome, number in numbers if number)
            )
        lines += [
            f"{reason} : {plural(number, one='ligne laissée de côté', many='lignes laissées de côté')}"
            for reason, number in self.skipped.items()
        ]
        for outcome, shown in self.shown.items():
            lines += shown
            if hidden := self.count(outcome) - len(shown):
                lines.append(
                    f"… et {plural(hidden, one=f'autre {outcome.one}', many=f'autres {outcome.many}')} : voir le compte rendu."
                )
        return [typeset(line) for line in lines or ["Aucune ligne."]]

    def save(self, path: Path) -> None:
        self._spool.seek(0)
        path.write_text(self._spool.read(), encoding="utf-8-sig", newline="")
        self._spool.seek(0, 2)


def _harmless(value: Any) -> str:
    """A spreadsheet must not take what a file said for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
