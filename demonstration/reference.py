"""What stands before the first dossier: the académie, the genuine places, the people, the campaign."""

import csv
import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.db import transaction

from demonstration import people
from plannumerique.lib.identifiers import uai_key
from plannumerique.organisations import services as organisations
from plannumerique.organisations.enums import AcademieHead, SchoolKind
from plannumerique.organisations.imports.collectivites import import_collectivites
from plannumerique.organisations.imports.places import import_places
from plannumerique.organisations.imports.report import Report
from plannumerique.organisations.imports.schools import import_schools
from plannumerique.organisations.models import Academie, Departement, School
from projects import services as projects
from projects.campaign_templates import AAP_2016
from projects.enums import ActKind
from projects.models import Campaign
from projects.services import SignatoryAs

CODE = "03"
ON = dt.date(2016, 1, 1)
DATA = Path(settings.BASE_DIR) / "data"

# Natures of the national directory: services of an IEN, école, collège.
_IEN, _ECOLE, _COLLEGE = "809", "151", "340"
# What the DAF of a real académie completes in the administration before its first decision.
_IMPUTATION = {"programme": "P000 (fictif)", "centre financier": "0000-DEMO-BESA", "activité": "000000000000 (fictive)"}
_TEMPLATE = replace(AAP_2016, campaign={**AAP_2016.campaign, "imputation": _IMPUTATION})
_MONEY = (ActKind.ACOMPTE, ActKind.SOLDE, ActKind.PAYMENT_NOTICE, ActKind.RESOURCES)


def load(dossiers: list[people.Parties], *, say: Callable[[str], None]) -> Campaign:
    """Everything once: what is there already stays as it is."""
    academie = Academie.objects.filter(code=CODE).first() or _open_academie()
    if not School.objects.exists():
        import_territory()
        say("Académie de Besançon : communes, EPCI, écoles et collèges de ses quatre départements.")
    if not Departement.objects.filter(outline__isnull=False).exists():
        _import_places()
    _give_dsden_their_addresses(academie)
    _describe_schools(dossiers)
    posts = people.give_posts(academie, dossiers)
    campaign = Campaign.objects.filter(academie=academie, code=AAP_2016.code).first() or _open_campaign(academie)
    say(f"Campagne « {campaign} » ouverte, {posts} habilitations données.")
    return campaign


def campaign() -> Campaign:
    return Campaign.objects.select_related("academie").get(academie__code=CODE, code=AAP_2016.code)


def _open_academie() -> Academie:
    return organisations.open_academie(
        CODE,
        address="Rectorat de Besançon\n10 rue de la Convention\n25030 Besançon Cedex",
        city="Besançon",
        dane_email=people.address("ce.dane"),
        daf_email=people.address("ce.daf"),
        dsi_email=people.address("ce.dsi"),
        head=AcademieHead.RECTEUR,
        tribunal="tribunal administratif de Besançon",
        tribunal_address="30 rue Charles-Nodier, 25000 Besançon",
        comptable="Directeur régional des finances publiques de Bourgogne-Franche-Comté et du département de la Côte-d’Or",
        administrator_email=people.address("administration"),
        administrator_first_name="Gwen",
        administrator_last_name=people.LAST_NAME,
        on=people.SINCE,
    ).academie


@transaction.atomic
def import_territory() -> None:
    """The shipped files, as data/SOURCE.md says to load them; all or nothing."""
    for name, on in (
        ("epci_communes_2016_dep25-39-70-90.csv", ON),
        ("departements_academie_besancon.csv", None),
        ("mouvements_communes_2016-2017_dep25-39-70-90.csv", None),
    ):
        with Report() as report:
            import_collectivites(DATA / name, report=report, today=ON, on=on)
    for name in ("ips_ecoles_academie_besancon_2021-2022.csv", "colleges_academie_besancon_geolocalisation.csv"):
        with Report() as report:
            import_schools(DATA / name, report=report, on=ON)


def import_territory_of_2017() -> None:
    """The EPCI of 1 January 2017: 37 of the 79 have disappeared."""
    day = dt.date(2017, 1, 1)
    with Report() as report:
        import_collectivites(DATA / "epci_communes_2017_dep25-39-70-90.csv", report=report, today=day, on=day)
    _import_places()


def _give_dsden_their_addresses(academie: Academie) -> None:
    for departement in academie.departements.filter(dsden_email=""):
        departement.dsden_email = people.address(f"ce.cabinet.dsden{departement.code.lstrip('0')}")
        departement.save(update_fields=["dsden_email"])


def _import_places() -> None:
    for name in ("positions_communes_dep25-39-70-90.csv", "contours_departements_academie_besancon.geojson"):
        with Report() as report:
            import_places(DATA / name, report=report)


def _describe_schools(dossiers: list[people.Parties]) -> None:
    """The shipped lists know neither addresses nor circonscriptions: those of the demonstration are invented."""
    wanted = {uai for parties in dossiers for uai in (*parties.schools, *parties.colleges)}
    schools = School.objects.filter(uai__in=wanted).select_related("departement").order_by("uai")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ecoles.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(_lines(schools))
        with Report() as report:
            import_schools(path, report=report, on=ON)


def _lines(schools: Iterable[School]) -> Iterator[tuple[str, ...]]:
    yield ("UAI", "Nom", "Code nature", "Secteur", "Code INSEE", "Commune", "Courriel", "Circonscription", "Code département")
    for departement in Departement.objects.order_by("code"):
        uai = f"{departement.code}9999"
        named = _circonscription(departement)
        yield (
            f"{uai}{uai_key(uai)}",
            named,
            _IEN,
            "Public",
            "",
            "",
            people.address(f"ien.{departement.code}"),
            "",
            departement.code,
        )
    for school in schools:
        ecole = school.kind == SchoolKind.ECOLE
        yield (
            *(school.uai, school.name, _ECOLE if ecole else _COLLEGE, school.get_sector_display()),
            *(school.insee_code, school.commune_name, people.address(f"ce.{school.uai}")),
            *(_circonscription(school.departement) if ecole else "", school.departement.code),
        )


def _circonscription(departement: Departement) -> str:
    return f"Circonscription d’exemple, {departement.name}"


def _open_campaign(academie: Academie) -> Campaign:
    own = {people.RECTEUR: (ActKind.CONVENTION,), people.DAN: (ActKind.SERVICE_FAIT,), people.DAF: _MONEY}
    others = tuple(act for act in ActKind if all(act not in acts for acts in own.values()))
    signatories = [
        SignatoryAs(name=one.name, capacity=one.capacity, delegation=one.delegation, starts_on=people.SINCE, acts=acts)
        for one, acts in {**own, people.SECRETAIRE: others}.items()
    ]
    return projects.open_campaign(_TEMPLATE, academie=academie, signatories=signatories)
