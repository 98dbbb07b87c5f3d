"""What the files of collectivités have in common: lines read one by one, rows of Collectivite written by SIREN."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.tables import Aliases, Line, LineRefused, Table
from plannumerique.organisations.imports.territory import Territory
from plannumerique.organisations.imports.writes import changes, too_long, write
from plannumerique.organisations.models import Collectivite

COMMUNES = "communes"
ELSEWHERE = "hors académie"

KINDS = {
    **dict.fromkeys(("commune", "com"), CollectiviteKind.COMMUNE),
    **dict.fromkeys(("cc", "ca", "cu", "cr", "metro", "metropole", "met69", "san", "epci"), CollectiviteKind.EPCI),
    **dict.fromkeys(
        ("sivu", "sivom", "sivos", "smf", "smo", "rpi", "syndicat", "syndicat mixte", "syndicat intercommunal", "petr", "polem"),
        CollectiviteKind.SYNDICAT,
    ),
    **dict.fromkeys(("departement", "dep"), CollectiviteKind.DEPARTEMENT),
    **dict.fromkeys(("autre", "other"), CollectiviteKind.OTHER),
}
_WRITTEN = [one.attname for one in Collectivite._meta.concrete_fields if one.attname not in ("id", "siren")]


class ImportOfLines:
    aliases: Aliases
    sign: tuple[str, ...] = ()
    mandatory: tuple[str, ...]

    def __init__(self, table: Table, *, territory: Territory, report: Report, on: dt.date | None) -> None:
        self.table = table
        self.territory = territory
        self.report = report
        self.on = on

    def run(self) -> None:
        raise NotImplementedError

    def lines(self) -> Iterator[Line]:
        """Every whole line; those cut short are refused on the way."""
        for line in self.table.lines:
            if isinstance(line, tuple):
                self.refuse(line[0], "", line[1])
            else:
                yield line

    def refuse(self, line: int, identifier: str, error: Exception) -> None:
        self.report.add(Outcome.REFUSED, category="lignes", line=line, identifier=identifier, reason=str(error))


@dataclass(slots=True)
class Read:
    line: int
    siren: str
    values: dict[str, Any]


class ImportOfCollectivites(ImportOfLines):
    """What the composition of the EPCI and the plain list have in common: rows of Collectivite, by SIREN."""

    def save(self, batch: list[Read], *, category: str) -> None:
        known = Collectivite.objects.in_bulk([read.siren for read in batch], field_name="siren")
        created, changed = [], []
        for read in batch:
            row = known.get(read.siren)
            if row is None:
                row = Collectivite(siren=read.siren, **read.values)
                created.append(row)
                outcome, labels = Outcome.CREATED, ""
            elif reason := self.stays(row):
                self.report.skip(reason)
                continue
            else:
                different = changes(row, self.revived(row, read.values))
                for name, value in different.items():
                    setattr(row, name, value)
                if different:
                    changed.append(row)
                outcome, labels = _outcome(different)
            row.search = row.search_text()
            self.report.add(outcome, category=category, line=read.line, identifier=read.siren, reason=labels)
        write(Collectivite, created=created, changed=changed, key="siren", fields=_WRITTEN)

    def stays(self, row: Collectivite) -> str:
        """Why this file may not change that row; empty when it may."""
        return ""

    def revived(self, row: Collectivite, values: dict[str, Any]) -> dict[str, Any]:
        return values


def _outcome(different: dict[str, Any]) -> tuple[Outcome, str]:
    """A row that is only known at a later date has not changed for its reader."""
    seen = [name for name in different if name != "known_on"]
    if not seen:
        return Outcome.UNCHANGED, ""
    return Outcome.UPDATED, ", ".join(str(Collectivite._meta.get_field(name.removesuffix("_id")).verbose_name) for name in seen)  # type: ignore[union-attr]


def newer(row: Collectivite, on: dt.date) -> bool:
    return row.known_on is not None and row.known_on >= on


def known_values(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def checked(read: Read) -> Read:
    if not read.values["name"]:
        raise LineRefused("Il manque le nom.")
    if excess := too_long(Collectivite, {name: value for name, value in read.values.items() if name != "epci"}):
        raise LineRefused(f"Valeur trop longue : {excess}.")
    return read


def population_of(text: str) -> int | None:
    digits = text.replace(" ", "").split(".")[0]
    return int(digits) if digits.isdecimal() and len(digits) <= 9 else None


def departement_hint(line: Line) -> str:
    """What restores the zero that a spreadsheet took from départements 01 to 09: the file, a SIREN in 21…, or its very loss."""
    if line["departement"]:
        return line["departement"]
    siren = line["commune_siren"] or line["siren"]
    return siren[2:4] if siren.startswith("21") else line["insee_code"][:1]
