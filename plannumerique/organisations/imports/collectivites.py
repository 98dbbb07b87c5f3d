"""Collectivités, from the file at hand: composition of the EPCI, changes of communes, or a plain list (syndicats…)."""

import datetime as dt
from pathlib import Path

from django.db import transaction

from plannumerique.organisations.imports.collectivite_list import ImportOfList
from plannumerique.organisations.imports.collectivite_rows import ImportOfLines
from plannumerique.organisations.imports.commune_changes import ImportOfChanges
from plannumerique.organisations.imports.epci_composition import ImportOfComposition
from plannumerique.organisations.imports.links import Links, relink_schools
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.tables import open_table
from plannumerique.organisations.imports.territory import Territory
from plannumerique.organisations.models import Academie, School

LINKS = "rattachements d’écoles"


def import_collectivites(
    path: Path,
    *,
    report: Report,
    today: dt.date,
    on: dt.date | None = None,
    academie: Academie | None = None,
    dry_run: bool = False,
) -> None:
    """Bring the collectivités to what the file says, then the schools to theirs, in one transaction. Raises FileRefused.

    `on` is the day that a composition of EPCI describes: those it no longer names disappeared the day before. Without it
    nothing disappears, and what a dated file said stays. The schools follow what is in force `today`.
    """
    territory = Territory(academie)
    with transaction.atomic():
        importer = _importer(path, territory=territory, report=report, on=on)
        importer.run()
        moved = relink_schools(School.objects.filter(departement__in=territory.departements), links=Links(today))
        for _ in range(moved):
            report.add(Outcome.UPDATED, category=LINKS)
        if dry_run:
            transaction.set_rollback(True)


def _importer(path: Path, *, territory: Territory, report: Report, on: dt.date | None) -> ImportOfLines:
    """The importer of this kind of file: the SIREN of a member, or two codes of one commune, are columns that no other kind has."""
    kinds: tuple[type[ImportOfLines], ...] = (ImportOfComposition, ImportOfChanges, ImportOfList)
    for importer in kinds:
        table = open_table(path, importer.aliases)
        if table.has(*importer.sign):
            break
    table.demand(importer.aliases, *importer.mandatory)
    return importer(table, territory=territory, report=report, on=on)
