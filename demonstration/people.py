"""The invented people: one per role in the académie, then those of each dossier. All are called EXEMPLE, none has a password."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models, transaction

from demonstration.accounts import DOMAIN
from plannumerique.accounts.models import User
from plannumerique.organisations import services as organisations
from plannumerique.organisations.enums import Role, SchoolKind
from plannumerique.organisations.models import Academie, Circonscription, Collectivite, Departement, School

SINCE = dt.date(2015, 9, 1)
LAST_NAME = "EXEMPLE"
_FIRST_NAMES = (
    *("Camille", "Dominique", "Claude", "Frédérique", "Maxime", "Sacha", "Lou", "Noa", "Alix", "Charlie", "Stéphane", "Pascale"),
    *("Morgan", "Ambre", "Eden", "Yaël", "Loïs", "Andréa", "Gwen", "Marie-Jo", "Jo", "Céleste", "Ange", "Sandrine", "Ali"),
)


@dataclass(frozen=True, slots=True)
class Signs:
    """Who signs for the académie, as the campaign and the account both say it."""

    first_name: str
    capacity: str
    delegation: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {LAST_NAME}"


RECTEUR = Signs("Sacha", "Recteur de l’académie de Besançon")
SECRETAIRE = Signs("Lou", "Secrétaire générale d’académie", "arrêté fictif du 1er septembre 2015")
DAN = Signs("Claude", "Délégué académique au numérique éducatif", "arrêté fictif du 2 septembre 2015")
DAF = Signs("Maxime", "Cheffe de la division des affaires financières", "arrêté fictif du 2 septembre 2015")


@dataclass(frozen=True, slots=True)
class Post:
    """A role somewhere, held by the person of that name in the scripts (« dan », « maire.ornans »)."""

    who: str
    role: Role
    place: models.Model
    capacity: str = ""
    delegation: str = ""
    first_name: str = ""
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Parties:
    """Whom a dossier brings in: its collectivité, its schools, the collèges that they go with."""

    key: str
    siren: str
    schools: tuple[str, ...]
    colleges: tuple[str, ...]


def address(who: str) -> str:
    return f"{who}{DOMAIN}".lower()


def user_named(who: str) -> User:
    return User.objects.get(email=address(who))


@transaction.atomic
def give_posts(academie: Academie, dossiers: list[Parties]) -> int:
    """Open the accounts and give the roles; the same posts twice are given once. How many posts there are."""
    posts = [*_of_academie(academie), *(post for parties in dossiers for post in _of_dossier(parties)), *_of_several(dossiers)]
    for rank, post in enumerate(posts):
        organisations.invite(
            address(post.who),
            role=post.role,
            organisation=post.place,
            starts_on=SINCE,
            ends_on=post.ends_on,
            first_name=post.first_name or _FIRST_NAMES[rank % len(_FIRST_NAMES)],
            last_name=LAST_NAME,
            capacity=post.capacity,
            delegation=post.delegation,
        )
    return len(posts)


def _of_academie(academie: Academie) -> Iterator[Post]:
    yield Post("dane", Role.AGENT_DANE, academie, "Chargé de mission, premier degré")
    yield Post("dane2", Role.AGENT_DANE, academie, "Chargée de mission, collectivités")
    yield Post("dan", Role.DAN, academie, DAN.capacity, first_name=DAN.first_name)
    yield Post("daf", Role.GESTIONNAIRE_DAF, academie, "Gestionnaire")
    yield Post("valideur", Role.VALIDEUR_DAF, academie, DAF.capacity, first_name=DAF.first_name)
    yield Post("recteur", Role.RECTEUR, academie, RECTEUR.capacity, first_name=RECTEUR.first_name)
    yield Post("secretaire", Role.RECTEUR, academie, SECRETAIRE.capacity, SECRETAIRE.delegation, SECRETAIRE.first_name)
    yield Post("dsi", Role.DSI, academie, "Responsable de la sécurité des systèmes d’information")
    for departement in Departement.objects.filter(academie=academie):
        yield Post(f"dsden{departement.code.lstrip('0')}", Role.DSDEN, departement, "Inspection académique")
    for rank, circonscription in enumerate(Circonscription.objects.filter(departement__academie=academie), start=1):
        yield Post(f"ien{rank}", Role.IEN, circonscription, "Inspecteur ou inspectrice de circonscription")
        yield Post(f"erun{rank}", Role.ERUN, circonscription, "Enseignant ressource pour les usages du numérique")


def _of_dossier(parties: Parties) -> Iterator[Post]:
    collectivite = Collectivite.objects.get(siren=parties.siren)
    yield Post(f"editeur.{parties.key}", Role.EDITEUR, collectivite, "Responsable des affaires scolaires")
    yield Post(f"maire.{parties.key}", Role.SIGNATAIRE, collectivite, "Maire")
    for school in School.objects.filter(uai__in=parties.schools).order_by("uai"):
        yield Post(f"direction.{school.uai}", Role.DIRECTOR, school, "Directeur ou directrice d’école")
    for college in School.objects.filter(uai__in=parties.colleges, kind=SchoolKind.COLLEGE).order_by("uai"):
        yield Post(f"gestion.{college.uai}", Role.COLLEGE_REFERENT, college, "Adjoint gestionnaire")


def _of_several(dossiers: list[Parties]) -> Iterator[Post]:
    """A technical agency that acts for the first two small communes, until the end of the school year."""
    for collectivite in Collectivite.objects.filter(siren__in=[one.siren for one in dossiers], population__lt=9_000)[:2]:
        yield Post("agence", Role.MANDATAIRE, collectivite, "Agence technique d’exemple", ends_on=dt.date(2017, 7, 7))
