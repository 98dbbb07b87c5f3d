import datetime as dt
import logging
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demonstration import figures, visit
from demonstration.player import play
from demonstration.stops import END, STOPS
from plannumerique.files.models import IssuedDocument
from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import euros
from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.models import Academie

# The worker beside sends the last mails within that time.
PATIENCE = 30.0


class Command(BaseCommand):
    help = (
        "Joue toute la démonstration sur une base vide, arrêt après arrêt, recalcule ses totaux et visite le portail comme chacun de "
        "ses personnages. Code de retour 1 si quelque chose ne va pas."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", required=True, help="adresse du portail qui sert cette base")

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        if not settings.PORTAL_DEMO or not settings.PORTAL_CLOCK_FILE:
            raise CommandError("La démonstration ne se joue que là où PORTAL_DEMO=1 et PORTAL_CLOCK_FILE sont réglés.")
        if Academie.objects.exists():
            raise CommandError("La vérification part d’une base vide : celle-ci a déjà une académie.")
        url = url.rstrip("/")
        # A worker that was quicker to lay out a letter is no news here.
        logging.getLogger("plannumerique.files").setLevel(logging.WARNING)
        problems: list[str] = []
        for stop in STOPS:
            problems += self._play_to(stop)
            self._timed("accueils et listes", problems, lambda: visit.faults(url, visit.short_visits()))
        problems += self._play_to(END)
        self._timed("visites de chacun", problems, lambda: self._visit(url))
        self._timed("totaux et lettres", problems, _faults_at_the_end)
        self._timed("courriels", problems, _faults_of_mails)
        self._conclude(problems)

    def _play_to(self, stop: dt.date) -> list[str]:
        problems: list[str] = []
        self._timed(f"lecture jusqu’au {plain_date(stop)}", problems, lambda: play(stop, say=_silent).left.values())
        self._timed("montants", problems, figures.faults_of_money)
        return problems

    def _visit(self, url: str) -> list[str]:
        visits = visit.whole_visits()
        self.stdout.write(typeset(f"  {plural(len(visits), one='personne')}, {sum(one.requests for one in visits)} adresses"))
        return visit.faults(url, visits)

    def _timed(self, what: str, problems: list[str], work: Callable[[], Iterable[str]]) -> None:
        start = time.monotonic()
        found = list(work())
        problems += found
        said = plural(len(found), one="problème") if found else "bien"
        self.stdout.write(typeset(f"• {what} : {said} ({time.monotonic() - start:.1f} s)".replace(".", ",")))

    def _conclude(self, problems: list[str]) -> None:
        lines = figures.lines()
        for line in lines:
            self.stdout.write(str(line))
        for problem in problems:
            self.stdout.write(typeset(f"problème : {problem}"))
        paid, total = figures.payments_paid()
        letters = IssuedDocument.objects.count()
        self.stdout.write(
            f"demo: {len(lines)} dossiers, {letters} letters, {paid} payments, total paid {euros(total)}, {len(problems)} problems"
        )
        if problems:
            sys.exit(1)


def _silent(sentence: str) -> None:
    """One line for each stop says enough here."""


def _faults_at_the_end() -> Iterable[str]:
    yield from figures.faults_at_the_end()
    yield from figures.faults_of_letters()


def _faults_of_mails() -> Iterable[str]:
    limit = time.monotonic() + PATIENCE
    while figures.mails_on_their_way() and time.monotonic() < limit:
        time.sleep(0.5)
    return figures.faults_of_mails()
