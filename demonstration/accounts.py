"""The invented people of a demonstration, who enter without a password. Nothing here is reachable elsewhere."""

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

from django.db.models import QuerySet

from plannumerique.accounts.models import User

DOMAIN = "@demo.invalid"
# Of each role: enough for the mayor and the éditeur of every dossier, without a page of forty directors.
SHOWN_OF_A_ROLE = 16
_PLACES = ("academie", "departement", "circonscription", "collectivite", "school")


class DemoAccount(NamedTuple):
    user: User
    place: str


class DemoGroup(NamedTuple):
    label: str
    accounts: list[DemoAccount]


def accounts() -> QuerySet[User]:
    return User.objects.filter(email__endswith=DOMAIN, is_active=True)


def accounts_by_role(*, on: dt.date) -> list[DemoGroup]:
    """A person with several memberships stands under the first in force; groups come in order of creation.

    Memberships belong to a room above: they are read through the relation that it gives to User, never imported.
    """
    groups: dict[str, list[DemoAccount]] = defaultdict(list)
    people = accounts().order_by("pk").prefetch_related(*(f"memberships__{place}" for place in _PLACES))
    for user in people:
        held = [one for one in user.memberships.all() if one.starts_on <= on and (one.ends_on is None or one.ends_on >= on)]
        label = held[0].get_role_display() if held else "sans habilitation à cette date"
        groups[label].append(DemoAccount(user, str(held[0].organisation) if held else ""))
    return [DemoGroup(label, members[:SHOWN_OF_A_ROLE]) for label, members in groups.items()]
