"""Situations for every test: genuine places, identifiers with their right keys, people who visibly do not exist.

from tests.factories import MembershipFactory, SchoolFactory, actor_for

dan = actor_for(Role.DAN, academie)
ecole = SchoolFactory(name="École Jules-Ferry")
MembershipFactory(director=True, school=ecole, ends_on=dt.date(2016, 8, 31))
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import factory
from django.db.models import Model
from factory.django import DjangoModelFactory
from stdnum import luhn

from plannumerique.accounts.models import User
from plannumerique.lib.identifiers import uai_key
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import LEVEL_OF_ROLE, CollectiviteKind, Level, Role, SchoolKind, SchoolStatus, Sector
from plannumerique.organisations.models import Academie, Circonscription, Collectivite, Departement, Membership, School

PASSWORD = "un mot de passe d’exemple"
AT = dt.datetime(2016, 10, 10, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))

FIRST_NAMES = ["Camille", "Dominique", "Claude", "Andréa", "Maxime", "Sacha", "Lou", "Noa", "Alix", "Charlie"]
COMMUNES = ["Ornans", "Baume-les-Dames", "Valdahon", "Morteau", "Saint-Vit", "Maîche", "Quingey", "Roulans", "Frasne", "Écot"]


def uai(number: int, *, departement: str = "025") -> str:
    """A UAI with its right key: uai(18) is 0250018J."""
    digits = f"{ {'02A': '620', '02B': '720'}.get(departement, departement) }{number % 10_000:04}"
    return f"{digits}{uai_key(digits)}"


def siren(number: int, *, prefix: str = "2125") -> str:
    """A SIREN with its right key: 2125… for a commune of Doubs, 2000… for a young EPCI."""
    digits = f"{prefix}{number % 10 ** (8 - len(prefix)):0{8 - len(prefix)}}"
    return f"{digits}{luhn.calc_check_digit(digits)}"


def siret(of_siren: str, *, establishment: int = 1) -> str:
    digits = f"{of_siren}{establishment:04}"
    return f"{digits}{luhn.calc_check_digit(digits)}"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        staff = factory.Trait(is_staff=True)
        superuser = factory.Trait(is_staff=True, is_superuser=True)

    email = factory.Sequence(lambda number: f"personne{number}@exemple.invalid")
    first_name = factory.Iterator(FIRST_NAMES)
    last_name = "EXEMPLE"

    @factory.post_generation
    def password(self: Any, create: bool, extracted: str | None, **kwargs: Any) -> None:
        """Hashing costs: only `UserFactory(password=PASSWORD)` can log in through the form; `client.force_login` needs none."""
        self.set_password(extracted)
        if create:
            self.save(update_fields=["password"])


class AcademieFactory(DjangoModelFactory):
    class Meta:
        model = Academie
        django_get_or_create = ["code"]

    class Params:
        rennes = factory.Trait(
            code="14",
            name="Rennes",
            city="Rennes",
            address="96 rue d’Antrain\n35705 Rennes Cedex 7",
            head="la rectrice",
            tribunal="tribunal administratif de Rennes",
            tribunal_address="3 contour de la Motte, 35044 Rennes Cedex",
        )

    code = "03"
    name = "Besançon"
    address = "10 rue de la Convention\n25030 Besançon Cedex"
    city = "Besançon"
    head = "le recteur"
    tribunal = "tribunal administratif de Besançon"
    tribunal_address = "30 rue Charles-Nodier, 25000 Besançon"
    comptable = "Directeur régional des finances publiques d’exemple"
    dane_email = factory.LazyAttribute(lambda academie: f"dane.{academie.code}@exemple.invalid")
    daf_email = factory.LazyAttribute(lambda academie: f"daf.{academie.code}@exemple.invalid")


class DepartementFactory(DjangoModelFactory):
    class Meta:
        model = Departement
        django_get_or_create = ["code"]

    class Params:
        jura = factory.Trait(code="039", name="Jura")
        haute_saone = factory.Trait(code="070", name="Haute-Saône")
        belfort = factory.Trait(code="090", name="Territoire de Belfort")
        ille_et_vilaine = factory.Trait(
            code="035", name="Ille-et-Vilaine", academie=factory.SubFactory(AcademieFactory, rennes=True)
        )

    code = "025"
    name = "Doubs"
    academie = factory.SubFactory(AcademieFactory)


class CirconscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Circonscription

    departement = factory.SubFactory(DepartementFactory)
    uai = factory.LazyAttributeSequence(lambda one, number: uai(8000 + number % 1000, departement=one.departement.code))
    name = factory.Sequence(lambda number: f"Circonscription d’exemple {number}")
    email = factory.Sequence(lambda number: f"ien{number}@exemple.invalid")


class CollectiviteFactory(DjangoModelFactory):
    """A commune of Doubs that runs its own schools."""

    class Meta:
        model = Collectivite

    class Params:
        epci = factory.Trait(
            kind=CollectiviteKind.EPCI,
            name=factory.Sequence(lambda number: f"CC des Exemples {number}"),
            siren=factory.Sequence(lambda number: siren(number, prefix="2000")),
            insee_code="",
            population=12_000,
        )
        syndicat = factory.Trait(
            kind=CollectiviteKind.SYNDICAT,
            name=factory.Sequence(lambda number: f"SIVOS des Exemples {number}"),
            siren=factory.Sequence(lambda number: siren(number, prefix="2525")),
            insee_code="",
            population=None,
        )
        department = factory.Trait(
            kind=CollectiviteKind.DEPARTEMENT,
            name=factory.LazyAttribute(lambda one: f"Département : {one.departement.name}"),
            siren=factory.Sequence(lambda number: siren(number, prefix="2200")),
            insee_code="",
            population=None,
        )
        dissolved = factory.Trait(dissolved_on=dt.date(2016, 12, 31))

    departement = factory.SubFactory(DepartementFactory)
    kind = CollectiviteKind.COMMUNE
    siren = factory.Sequence(siren)
    name = factory.Iterator(COMMUNES)
    insee_code = factory.LazyAttributeSequence(lambda one, number: f"{one.departement.code[-2:]}{number % 1000:03}")
    population = 1_500
    email = factory.Sequence(lambda number: f"mairie{number}@exemple.invalid")


class SchoolFactory(DjangoModelFactory):
    """A public école of the collectivité's own commune."""

    class Meta:
        model = School

    class Params:
        college = factory.Trait(
            kind=SchoolKind.COLLEGE,
            name=factory.Sequence(lambda number: f"Collège d’exemple {number}"),
            collectivite=factory.SubFactory(CollectiviteFactory, department=True),
        )
        private = factory.Trait(sector=Sector.PRIVATE, collectivite=None)
        closing = factory.Trait(status=SchoolStatus.CLOSING)
        closed = factory.Trait(status=SchoolStatus.CLOSED)

    collectivite = factory.SubFactory(CollectiviteFactory)
    departement = factory.LazyAttribute(lambda one: one.collectivite.departement if one.collectivite else DepartementFactory())
    uai = factory.LazyAttributeSequence(lambda one, number: uai(number, departement=one.departement.code))
    kind = SchoolKind.ECOLE
    name = factory.Sequence(lambda number: f"École primaire d’exemple {number}")
    commune_name = factory.LazyAttribute(
        lambda one: one.collectivite.name if one.collectivite and one.collectivite.insee_code else "Besançon"
    )
    insee_code = factory.LazyAttribute(lambda one: (one.collectivite and one.collectivite.insee_code) or "25056")
    postal_code = "25000"
    email = factory.LazyAttribute(lambda one: f"ce.{one.uai.lower()}@exemple.invalid")

    @classmethod
    def _generate(cls, strategy: Any, params: dict[str, Any]) -> Any:
        # `SchoolFactory(departement=jura)` means a commune of Jura too.
        if "departement" in params and not any(name.startswith("collectivite") for name in params):
            params["collectivite__departement"] = params["departement"]
        return super()._generate(strategy, params)


_FACTORY_OF_LEVEL = {
    Level.ACADEMIE: AcademieFactory,
    Level.DEPARTEMENT: DepartementFactory,
    Level.CIRCONSCRIPTION: CirconscriptionFactory,
    Level.COLLECTIVITE: CollectiviteFactory,
    Level.SCHOOL: SchoolFactory,
}


def _trait_of(role: Role) -> Any:
    level = LEVEL_OF_ROLE[role]
    traits = {"college": True} if role is Role.COLLEGE_REFERENT else {}
    return factory.Trait(role=role, **{level.value: factory.SubFactory(_FACTORY_OF_LEVEL[level], **traits)})


class MembershipFactory(DjangoModelFactory):
    """One trait per role, named as the role: `MembershipFactory(dan=True)`, `MembershipFactory(director=True, school=ecole)`."""

    class Meta:
        model = Membership

    Params = type("Params", (), {role.value: _trait_of(role) for role in LEVEL_OF_ROLE})

    user = factory.SubFactory(UserFactory)
    starts_on = dt.date(2015, 9, 1)


def actor_for(
    role: Role, organisation: Model | None = None, *, at: dt.datetime = AT, user: User | None = None, **membership: Any
) -> Actor:
    """A person who holds this role in that organisation (a new one by default), as she acts at that instant.

    With `user`, the role is added to those that she already holds.
    """
    where = {LEVEL_OF_ROLE[role].value: organisation} if organisation else {}
    who = {"user": user} if user else {}
    held = MembershipFactory(**{role.value: True}, **where, **who, **membership)
    return Actor.of(held.user, at=at)
