from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.machines import page


class Command(BaseCommand):
    help = "Dessine docs/machines.md à partir des machines et des permissions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Vérifie que la page est à jour, sans l’écrire.")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(settings.BASE_DIR) / "docs" / "machines.md"
        drawn = page()
        if not options["check"]:
            target.write_text(drawn, encoding="utf-8")
        elif not target.exists() or target.read_text(encoding="utf-8") != drawn:
            raise CommandError("docs/machines.md n’est plus à jour : lancez « manage.py draw_machines ».")
