from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from plannumerique.organisations.imports.commands import run_import
from plannumerique.organisations.imports.places import import_places
from plannumerique.organisations.imports.report import Report


class Command(BaseCommand):
    help = (
        "Importe de quoi dessiner la carte : positions des communes (CSV : code_insee, latitude, longitude) ou contours des "
        "départements (GeoJSON). Code de retour : 0 avec un compte rendu ; 2 si le fichier entier est refusé."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER")
        parser.add_argument("--dry-run", action="store_true", help="tout lire et tout compter, ne rien écrire")
        parser.add_argument("--report", type=Path, metavar="FICHIER.csv", help="écrire le compte rendu ligne à ligne")

    def handle(self, *args: Any, file: Path, dry_run: bool, report: Path | None, **options: Any) -> None:
        def work(lines: Report) -> None:
            import_places(file, report=lines, dry_run=dry_run)

        run_import(self, work, file=file, dry_run=dry_run, report_path=report)
