import datetime as dt
import logging
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demonstration.player import AlreadyPlaying, play
from demonstration.stops import STOPS
from plannumerique import clock
from plannumerique.lib.dates import plain_date
from plannumerique.lib.text import plural, typeset


class Command(BaseCommand):
    help = (
        "Joue la démonstration jusqu’au matin d’une date, par défaut son premier arrêt. Ce qui est joué ne l’est pas une seconde "
        "fois : la commande reprend où elle s’est arrêtée."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until", type=dt.date.fromisoformat, default=STOPS[0], metavar="AAAA-MM-JJ")

    def handle(self, *args: Any, until: dt.date, **options: Any) -> None:
        if not settings.PORTAL_DEMO or not settings.PORTAL_CLOCK_FILE:
            raise CommandError("La démonstration ne se joue que là où PORTAL_DEMO=1 et PORTAL_CLOCK_FILE sont réglés.")
        # A worker that was quicker to lay out a letter is no news here.
        logging.getLogger("plannumerique.files").setLevel(logging.WARNING)
        try:
            played = play(until, say=self.stdout.write)
        except AlreadyPlaying as halt:
            raise CommandError(str(halt)) from halt
        steps = plural(played.steps, one="étape jouée", many="étapes jouées")
        self.stdout.write(typeset(f"{steps} ; nous sommes le {plain_date(clock.today())}."))
