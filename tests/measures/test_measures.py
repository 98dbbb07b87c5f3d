"""Every list and every home costs the same whatever the number of dossiers.

    MEASURE_DOSSIERS=1000,50000 MEASURE_ROLES=agent_dane,ien script/test tests/measures -q -s -p no:xdist

measures at these sizes, as these roles, and prints the times; without it, two small sizes keep the suite quick.
"""

import os
import time
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.accounts.models import User
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level, Role
from plannumerique.organisations.models import Academie, Circonscription, Collectivite, Departement, School
from portal.lists.saved_views import LISTS
from projects.models import Dossier
from tests.browser.situations import TODAY, every_situation
from tests.factories import MembershipFactory, UserFactory
from tests.measures.filling import copy_situations, number_from_the_first
from tests.papers import at

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SIZES = tuple(int(one) for one in os.environ.get("MEASURE_DOSSIERS", "80,240").split(","))
_ASKED = os.environ.get("MEASURE_ROLES", "agent_dane,valideur_daf,ien,signataire,director,college_referent")
ROLES = tuple(Role(one) for one in _ASKED.split(","))
HOME = "portal:home"
PAGES = (HOME, *LISTS, "training:sessions", "notices:outbox", "portal:retained")
# The same list as a person narrows and sorts it: what an index or a plan may not bear.
NARROWED = {
    "portal:dossiers": ("?etape=deploiement", "?tri=echeance", "?tri=-etape", "?q=ornans"),
    "projects:applications": ("?etat=submitted&q=ecole", "?tri=-depense"),
    "portal:pieces": ("?nature=quote",),
    "subsidies:payments": ("?q=maiche&etat=prepared",),
    "portal:retained": ("?q=ornans", "?departement=025&tri=-classes"),
    "portal:schools": ("?candidature=aucune", "?tri=-recues"),
    "deployments:classes": ("?etat=planned&q=morteau",),
    "conventions:conventions": ("?etat=draft&tri=maximum",),
}
MOST_QUERIES = {HOME: 15}
# A page that shows rows of several kinds asks once for each kind that it shows: what it holds decides, not how many there are.
KINDS = {"portal:dossiers": 1, "portal:pieces": 3}
SLOW = 1.0


@dataclass(frozen=True)
class Measure:
    queries: int
    bytes: int
    seconds: float
    slowest: str = ""


@pytest.fixture(autouse=True)
def _december_2016(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: at(TODAY))


@pytest.fixture(autouse=True)
def _joins_as_a_lasting_server_plans_them(db):
    """The server of the tests takes a short cut (script/launcher/postgresql.py)."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL join_collapse_limit = 8")


def person(role: Role) -> User:
    """One who holds the role in one organisation, the first of its kind."""
    level = LEVEL_OF_ROLE[role]
    where = {
        Level.ACADEMIE: Academie,
        Level.DEPARTEMENT: Departement,
        Level.CIRCONSCRIPTION: Circonscription,
        Level.COLLECTIVITE: Collectivite,
        Level.SCHOOL: School,
    }[level].objects.order_by("pk")
    if level is Level.SCHOOL:
        where = where.filter(kind="college" if role is Role.COLLEGE_REFERENT else "ecole")
    user = UserFactory(email=f"{role.value}@exemple.invalid")
    MembershipFactory(user=user, **{role.value: True, level.value: where.first()})
    return user


def measures_of(people: dict[Role, User]) -> dict[tuple[Role, str], Measure]:
    found = {}
    for role, user in people.items():
        client = Client()
        client.force_login(user)
        client.get(reverse(HOME))
        for name in PAGES:
            for query in ("", *NARROWED.get(name, ())):
                found_one = _measure(client, reverse(name) + query)
                if found_one is not None:
                    found[role, name + query] = found_one
    return found


def _measure(client: Client, url: str) -> Measure | None:
    """None for a page that is not that role's."""
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    seconds = time.perf_counter() - begun
    if answer.status_code in (403, 404, 422):  # not this role's page, column or filter
        return None
    assert answer.status_code == 200, url
    worst = max(queries.captured_queries, key=lambda one: float(one["time"]))
    slowest = f"{worst['time']} s: {worst['sql'][:3000]}" if seconds > SLOW else ""
    return Measure(len(queries), len(answer.content), seconds, slowest)


def test_every_list_and_home_costs_the_same_at_both_sizes():
    number_from_the_first()
    every_situation()
    each = Dossier.objects.count()
    people = {role: person(role) for role in ROLES}
    taken, made = {}, 0
    for size in SIZES:
        wanted = size // each
        copy_situations(range(made + 1, wanted + 1))
        made = wanted
        taken[size] = measures_of(people)
        _print(size, taken[size])

    small, large = (taken[size] for size in SIZES)
    assert len(small) > 15 * len(ROLES)
    assert small.keys() == large.keys()
    assert [
        page for page in small if abs(small[page].queries - large[page].queries) > KINDS.get(page[1].partition("?")[0], 0)
    ] == []
    assert [(page, one.queries) for page, one in large.items() if one.queries > MOST_QUERIES.get(page[1], 12)] == []
    assert [(page, one.bytes) for page, one in large.items() if one.bytes > 100 * 1024] == []


def _print(size: int, measures: dict[tuple[Role, str], Measure]) -> None:
    """The slowest role of each page: the others read less."""
    print(f"\n{size} dossiers, {Dossier.objects.count()} in the base")
    worst: dict[str, tuple[Role, Measure]] = {}
    for (role, page), one in measures.items():
        if page not in worst or one.seconds > worst[page][1].seconds:
            worst[page] = (role, one)
    for page, (role, one) in worst.items():
        queries = max(other.queries for (_, name), other in measures.items() if name == page)
        heaviest = max(other.bytes for (_, name), other in measures.items() if name == page)
        print(f"| {page} | {queries} | {heaviest / 1024:.0f} | {1000 * one.seconds:.0f} | {role.label} |", flush=True)
        if one.slowest:
            print(f"    {one.slowest}", flush=True)
