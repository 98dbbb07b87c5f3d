import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from plannumerique import clock
from portal import nightly


class Command(BaseCommand):
    help = "Envoie les rappels de la nuit, ou les liste sans rien envoyer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--on", type=dt.date.fromisoformat, help="Le jour à jouer (AAAA-MM-JJ) ; par défaut, celui du portail."
        )
        parser.add_argument("--dry-run", action="store_true", help="Liste ce qui partirait, sans rien écrire.")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        if options["on"]:
            at = timezone.make_aware(dt.datetime.combine(options["on"], at.time().replace(tzinfo=None)))
        if not options["dry_run"]:
            self.stdout.write(f"{nightly.run(at=at)} rappels écrits pour le {at:%d/%m/%Y}.")
            return
        lines = [str(reminder) for reminder in nightly.due(today=at.date())]
        for line in lines:
            self.stdout.write(line)
        self.stdout.write(f"{len(lines)} rappels partiraient le {at:%d/%m/%Y}.")
