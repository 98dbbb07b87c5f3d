"""Which départements there are, and in which académie: what tells a line of a neighbour from a line that means nothing."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from plannumerique.organisations.imports.tables import LineRefused
from plannumerique.organisations.models import Academie, Departement

_FILE = "data/academies_departements.csv"
_CORSE = {"620": "02A", "720": "02B", "20A": "02A", "20B": "02B"}


@dataclass(frozen=True, slots=True)
class KnownDepartement:
    code: str
    name: str
    academie_code: str
    academie_name: str


@cache
def departements_of_france() -> Mapping[str, KnownDepartement]:
    """Every département by its three characters, read once from the table that the project ships."""
    with (settings.BASE_DIR / _FILE).open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter=";")
        return {
            row["code_departement"]: KnownDepartement(
                row["code_departement"], row["departement"], row["code_academie"], row["academie"]
            )
            for row in rows
        }


class OutOfScope(Exception):
    """A département that exists, of an académie that this import does not serve."""


class Territory:
    """The départements that an import writes in: those of one académie, or all those that the portal holds."""

    def __init__(self, academie: Academie | None = None) -> None:
        served = Departement.objects.filter(academie=academie) if academie else Departement.objects.all()
        self._served = {departement.code: departement for departement in served}

    def departement(self, code: str) -> Departement:
        """The served département of that code, however written. Raises OutOfScope, or LineRefused when there is no such one."""
        normal = departement_code(code)
        if normal in self._served:
            return self._served[normal]
        if normal in departements_of_france():
            raise OutOfScope
        raise LineRefused(f"Département inconnu : « {code} ».")

    @property
    def departements(self) -> list[Departement]:
        return list(self._served.values())


def departement_code(text: str) -> str:
    """Three characters: « 25 », « 025 » and « D025 » stay 025, « 2A » and « 620 » are 02A, « 7 » has lost its zeros."""
    code = text.strip().upper().removeprefix("D").zfill(3)
    return _CORSE.get(code, code)


def departement_of_commune(insee_code: str) -> str:
    """Three characters, from a checked INSEE code."""
    return insee_code[:3] if insee_code.startswith(("97", "98")) else f"0{insee_code[:2]}"
