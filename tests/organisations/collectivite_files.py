"""What the tests of the imports of collectivités share: the genuine files, lines of invented ones."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.test.utils import CaptureQueriesContext

from plannumerique.organisations.imports.collectivites import import_collectivites
from plannumerique.organisations.imports.report import Report
from tests.factories import siren
from tests.organisations.conftest import IN_OCTOBER

EPCI_2016, EPCI_2017 = "epci_communes_2016_dep25-39-70-90.csv", "epci_communes_2017_dep25-39-70-90.csv"
DEPARTEMENTS, MOVES = "departements_academie_besancon.csv", "mouvements_communes_2016-2017_dep25-39-70-90.csv"
NEW_YEAR_2016, NEW_YEAR_2017, NEW_YEAR_S_EVE = dt.date(2016, 1, 1), dt.date(2017, 1, 1), dt.date(2016, 12, 31)
HEADERS = ("siren", "nom", "nature", "insee", "siren_com", "nom_com", "pmun_com")
LIST_HEADERS = ("siren", "nom", "nature", "departement", "insee", "population", "email", "adresse", "competence_scolaire")
MOVE_HEADERS = ("MOD", "DATE_EFF", "TYPECOM_AV", "COM_AV", "TYPECOM_AP", "COM_AP", "LIBELLE_AP")
VINCELLES, VAL_SONNETTE = "213905763", "200063212"


def run(path: Path, *, on: dt.date | None = None, today: dt.date = IN_OCTOBER, **options: Any) -> Report:
    with Report() as report:
        import_collectivites(path, report=report, today=today, on=on, **options)
    return report


def member(insee: str, *, of: str = "", commune: str = "", name: str = "Écot", nature: str = "CC") -> tuple[str, ...]:
    digits = int(insee) if insee.isdecimal() else 0
    return (of or siren(1, prefix="2000"), "CC d’exemple", nature, insee, commune or siren(digits), name, "500")


def writes(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
