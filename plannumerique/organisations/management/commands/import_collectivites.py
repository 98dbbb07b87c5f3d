import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from plannumerique import clock
from plannumerique.organisations.imports.collectivites import import_collectivites
from plannumerique.organisations.imports.commands import academie_of, run_import
from plannumerique.organisations.imports.report import Report


class Command(BaseCommand):
    help = (
        "Importe des collectivités : composition des EPCI, mouvements de communes, ou liste (SIREN, nom, nature, département). "
        "Code de retour : 0 avec un compte rendu, même si des lignes sont refusées ; 2 si le fichier entier est refusé."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER")
        parser.add_argument(
            "--academie", metavar="CODE", help="n’importer que cette académie (03) ; par défaut, celles du portail"
        )
        parser.add_argument(
            "--on",
            type=dt.date.fromisoformat,
            metavar="AAAA-MM-JJ",
            help="jour que décrit une composition d’EPCI : ceux qu’elle ne nomme plus ont disparu la veille",
        )
        parser.add_argument("--dry-run", action="store_true", help="tout lire et tout compter, ne rien écrire")
        parser.add_argument("--report", type=Path, metavar="FICHIER.csv", help="écrire le compte rendu ligne à ligne")

    def handle(
        self, *args: Any, file: Path, academie: str | None, on: dt.date | None, dry_run: bool, report: Path | None, **options: Any
    ) -> None:
        def work(lines: Report) -> None:
            import_collectivites(file, report=lines, today=clock.today(), on=on, academie=academie_of(academie), dry_run=dry_run)

        run_import(self, work, file=file, dry_run=dry_run, report_path=report)
