"""What the two import commands share: the report on the screen and in its file, and the codes that they return."""

from collections.abc import Callable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.tables import FileRefused
from plannumerique.organisations.models import Academie

REFUSED = 2


def academie_of(code: str | None) -> Academie | None:
    """The académie that the option names; None without the option."""
    if code is None:
        return None
    academie = Academie.objects.filter(code=code.zfill(2)).first()
    if academie is None:
        raise CommandError(f"L’académie « {code} » n’existe pas sur ce portail.", returncode=REFUSED)
    return academie


def run_import(
    command: BaseCommand, work: Callable[[Report], None], *, file: Path, dry_run: bool, report_path: Path | None
) -> None:
    """Do the work, print its summary, save its lines. A refused file says why, in its report too, and returns 2."""
    with Report() as report:
        try:
            work(report)
        except FileRefused as refusal:
            if report_path:
                with Report() as only:
                    only.add(Outcome.REFUSED, category="fichier", identifier=file.name, reason=str(refusal))
                    only.save(report_path)
            raise CommandError(str(refusal), returncode=REFUSED) from refusal
        for sentence in report.sentences():
            command.stdout.write(sentence)
        if dry_run:
            command.stdout.write("Essai à blanc : rien n’a été écrit.")
        if report_path:
            report.save(report_path)
            command.stdout.write(f"Compte rendu : {report_path}")
