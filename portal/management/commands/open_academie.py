import datetime as dt
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from plannumerique import clock
from plannumerique.journal.machine import Refused
from plannumerique.lib.text import french_list, typeset
from plannumerique.organisations import services as organisations
from plannumerique.organisations.imports.collectivites import import_collectivites
from plannumerique.organisations.imports.commands import run_import
from plannumerique.organisations.imports.report import Report
from plannumerique.organisations.imports.schools import import_schools
from plannumerique.organisations.models import Academie
from projects import services as projects
from projects.campaign_templates import TEMPLATES
from projects.services import SignatoryAs

REFUSED = 2
# What an académie says of itself before it opens.
ASKED = {
    "address": "adresse du rectorat",
    "city": "ville où l’on signe",
    "dane_email": "courriel de la DANE",
    "daf_email": "courriel de la DAF",
    "head": "« le recteur » ou « la rectrice »",
    "tribunal": "tribunal administratif compétent",
    "tribunal_address": "adresse du tribunal",
    "comptable": "comptable assignataire",
    "administrator_email": "adresse de la première administratrice",
    "administrator_name": "prénom et nom de la première administratrice",
}


class Command(BaseCommand):
    help = (
        "Ouvre une académie sur une base vide : l’académie et ses départements, sa première administratrice, l’annuaire, une "
        "campagne. Chaque étape est une transaction ; la commande imprime le lien d’invitation. Une académie déjà ouverte est "
        "refusée (code de retour 2), sans rien écrire."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="code de l’académie dans l’annuaire (14 pour Rennes)")
        parser.add_argument("--name", default="", help="nom, quand la table nationale ne l’a pas : une académie d’avant fusion")
        parser.add_argument(
            "--departement",
            action="append",
            default=[],
            metavar="CODE:NOM",
            help="département, quand la table nationale ne les a pas (à répéter)",
        )
        parser.add_argument("--address", default="", help="adresse du rectorat ; « \\n » sépare les lignes")
        parser.add_argument("--city", default="", help="ville où l’on signe")
        parser.add_argument("--dane-email", default="", help="courriel de la DANE")
        parser.add_argument("--daf-email", default="", help="courriel de la DAF")
        parser.add_argument(
            "--head", default="", metavar="TITRE", help="« le recteur » ou « la rectrice », comme les actes l’écrivent"
        )
        parser.add_argument("--tribunal", default="", help="tribunal administratif compétent, en toutes lettres")
        parser.add_argument("--tribunal-address", default="", help="adresse du tribunal, sur une ligne")
        parser.add_argument("--comptable", default="", help="comptable assignataire (DRFiP), en toutes lettres")
        parser.add_argument("--dsi-email", default="", help="courriel de la DSI")
        parser.add_argument("--rectorat-uai", default="", help="UAI du rectorat")
        parser.add_argument("--administrator-email", default="", help="adresse de la première administratrice")
        parser.add_argument("--administrator-name", nargs=2, metavar=("PRÉNOM", "NOM"))
        parser.add_argument("--collectivites", nargs="*", type=Path, default=[], metavar="FICHIER", help="dans leur ordre")
        parser.add_argument("--schools", nargs="*", type=Path, default=[], metavar="FICHIER", help="écoles et collèges")
        parser.add_argument(
            "--on",
            type=dt.date.fromisoformat,
            metavar="AAAA-MM-JJ",
            help="jour que décrivent ces fichiers ; aujourd’hui par défaut",
        )
        parser.add_argument("--campaign", choices=sorted(TEMPLATES), help="modèle de la campagne à ouvrir")
        parser.add_argument(
            "--signatory",
            nargs=3,
            metavar=("NOM", "QUALITÉ", "DÉLÉGATION"),
            help='qui signe les actes de la campagne ; délégation vide (« "" ») pour qui signe en son nom',
        )

    def handle(self, *args: Any, code: str, campaign: str | None, **options: Any) -> None:
        _refuse_unsaid(options)
        files: list[Path] = [*options["collectivites"], *options["schools"]]
        if missing := [str(path) for path in files if not path.is_file()]:
            raise CommandError(typeset(f"Fichier introuvable : {', '.join(missing)}. Rien n’est écrit."), returncode=REFUSED)
        on = options["on"] or clock.today()
        opened = self._open(code, options)
        self.stdout.write(typeset(f"L’{opened.academie} est ouverte."))
        try:
            self._import(opened.academie, options, on=on)
            if campaign:
                self._open_campaign(opened.academie, campaign, options["signatory"])
        finally:
            # Whatever a file was refused for, she can enter.
            self._print_link(opened.administrator)

    def _print_link(self, administrator: organisations.Invitation) -> None:
        self.stdout.write(typeset(f"Lien d’invitation de {administrator.user} ({administrator.user.email}) :"))
        self.stdout.write(administrator.link or typeset("aucun : ce compte a déjà un mot de passe."))

    def _open(self, code: str, options: dict[str, Any]) -> organisations.OpenedAcademie:
        first_name, last_name = options["administrator_name"]
        try:
            return organisations.open_academie(
                code,
                name=options["name"],
                departements=_departements(options["departement"]),
                address=options["address"].replace("\\n", "\n"),
                city=options["city"],
                dane_email=options["dane_email"],
                daf_email=options["daf_email"],
                dsi_email=options["dsi_email"],
                head=options["head"],
                tribunal=options["tribunal"],
                tribunal_address=options["tribunal_address"],
                comptable=options["comptable"],
                rectorat_uai=options["rectorat_uai"],
                administrator_email=options["administrator_email"],
                administrator_first_name=first_name,
                administrator_last_name=last_name,
                on=clock.today(),
            )
        except ValidationError as error:
            raise CommandError(typeset(" ".join(_sentences(error))), returncode=REFUSED) from error

    def _import(self, academie: Academie, options: dict[str, Any], *, on: dt.date) -> None:
        for path in options["collectivites"]:
            self.stdout.write(f"{path.name}")

            def collectivites(report: Report, path: Path = path) -> None:
                import_collectivites(path, report=report, today=on, on=on, academie=academie)

            run_import(self, collectivites, file=path, dry_run=False, report_path=None)
        for path in options["schools"]:
            self.stdout.write(f"{path.name}")

            def schools(report: Report, path: Path = path) -> None:
                import_schools(path, report=report, on=on, academie=academie)

            run_import(self, schools, file=path, dry_run=False, report_path=None)

    def _open_campaign(self, academie: Academie, template: str, signatory: Sequence[str] | None) -> None:
        signatories = []
        if signatory:
            name, capacity, delegation = signatory
            signatories = [SignatoryAs(name=name, capacity=capacity, delegation=delegation, starts_on=clock.today())]
        try:
            campaign = projects.open_campaign(TEMPLATES[template], academie=academie, signatories=signatories)
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=REFUSED) from refusal
        self.stdout.write(
            typeset(f"Campagne « {campaign} » ouverte : l’administration y complète signataires, imputation et textes.")
        )


def _refuse_unsaid(options: dict[str, Any]) -> None:
    """All at once: nothing of an académie is guessed from another."""
    unsaid = [f"--{name.replace('_', '-')} ({what})" for name, what in ASKED.items() if not "".join(options[name] or ()).strip()]
    if unsaid:
        raise CommandError(typeset(f"Il manque : {french_list(unsaid)}. Rien n’est écrit."), returncode=REFUSED)


def _departements(typed: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    for one in typed:
        code, colon, name = one.partition(":")
        if not (code and colon and name):
            raise CommandError(typeset(f"« {one} » : écrivez un département « CODE:NOM »."), returncode=REFUSED)
        found.append((code, name))
    return found


def _sentences(error: ValidationError) -> list[str]:
    """With the name of the field, which the command's options recall."""
    if hasattr(error, "error_dict"):
        return [f"{field} : {' '.join(messages)}" for field, messages in error.message_dict.items()]
    return error.messages
