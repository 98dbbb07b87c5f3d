"""Who is told of an act: the one rule, for every mail of the portal.

The people who hold a membership that day in the organisation concerned, in a role that the act concerns; its own mailbox; and
the contacts that a dossier names. Each address once, whatever its capitals.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q

from plannumerique.accounts.models import User
from plannumerique.lib.text import agree, as_college, de, plural
from plannumerique.organisations.enums import DAF, DANE, LEVEL_OF_ROLE, Level, Role, SchoolKind
from plannumerique.organisations.models import Academie, Circonscription, Collectivite, Departement, Membership, School

Organisation = Academie | Departement | Circonscription | Collectivite | School


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """`people` have an account, or are named by a dossier; a mailbox belongs to nobody in particular.

    `level`, `organisation_id` and `roles` say whom the act concerned, so that a mail that found nobody finds somebody later.
    """

    whom: str = ""  # « la commune d’Ornans »
    people: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    level: Level | None = None
    organisation_id: int | None = None
    roles: tuple[Role, ...] = ()
    accounts: frozenset[str] = field(default=frozenset(), repr=False)  # those of `people` who log in
    left: frozenset[str] = field(default=frozenset(), repr=False)  # whoever worked there and no longer does

    @property
    def addresses(self) -> tuple[str, ...]:
        return (*self.people, *self.mailboxes)

    def with_contacts(self, *contacts: str) -> "Recipients":
        """And those that a dossier names, unless the person has left the organisation since."""
        named = [address for address in _clean(contacts) if address not in self.left]
        people = tuple(dict.fromkeys([*self.people, *named]))
        return replace(self, people=people, mailboxes=_without(self.mailboxes, people))

    def besides(self, others: "Recipients") -> "Recipients":
        """Without those whom the same mail already reaches."""
        return replace(self, people=_without(self.people, others.addresses), mailboxes=_without(self.mailboxes, others.addresses))

    def without_accounts(self) -> "Recipients":
        """For what those who log in are told one by one."""
        return replace(self, people=_without(self.people, self.accounts), mailboxes=_without(self.mailboxes, self.accounts))

    def each(self) -> Iterator["Recipients"]:
        """One by one, for what is told to each alone; itself when it is nobody, so that the lack is told."""
        if not self.addresses:
            yield self
        for address in self.people:
            yield replace(self, people=(address,), mailboxes=())
        for address in self.mailboxes:
            yield replace(self, people=(), mailboxes=(address,))

    @property
    def in_words(self) -> str:
        """What a page says after the act."""
        if not self.addresses:
            return f"Personne n’a été prévenu : {self.whom} n’a ni compte ni adresse de contact."
        of_whom = f" {de(self.whom)}" if self.whom else ""
        if not self.people:
            return f"Un courriel part à l’adresse de contact{of_whom}."
        people = f"{plural(len(self.people), one='personne')}{of_whom}"
        if self.mailboxes:
            return f"{people} et son adresse de contact sont prévenues."
        return f"{people} {agree(len(self.people), one='est prévenue', many='sont prévenues')}."


def of(organisation: Organisation | None, *roles: Role, on: dt.date) -> Recipients:
    """Whom an act concerns that day in an organisation; one query. None: the organisation is not known, and nobody is told."""
    level = LEVEL_OF_ROLE[roles[0]]
    if organisation is None:
        return Recipients(whom=_whom_unknown(level), level=level, roles=roles)
    return of_each([organisation], *roles, on=on)[organisation.pk]


def of_each(organisations: Iterable[Organisation], *roles: Role, on: dt.date) -> dict[int, Recipients]:
    """The same for several organisations of one level, by their key; one query for all."""
    level = LEVEL_OF_ROLE[roles[0]]
    by_id = {one.pk: one for one in organisations}
    people, left = _people(level, by_id, roles, on=on)
    return {
        pk: Recipients(
            whom=_whom(one, roles),
            people=tuple(people[pk]),
            mailboxes=_without(_clean([_mailbox(one, roles)]), people[pk]),
            level=level,
            organisation_id=pk,
            roles=roles,
            accounts=frozenset(people[pk]),
            left=frozenset(left[pk]),
        )
        for pk, one in by_id.items()
    }


def again(level: Level, organisation_id: int | None, roles: Collection[Role], *, on: dt.date) -> Recipients:
    """Whom the same act concerns today."""
    model: Any = Membership._meta.get_field(level).related_model
    return of(model.objects.filter(pk=organisation_id).first(), *roles, on=on)


def of_users(users: Iterable[User], *, whom: str = "") -> Recipients:
    """People whom another rule has chosen: the readers of a message."""
    return Recipients(whom=whom, people=_clean(user.email for user in users))


def typed(address: str, *, whom: str) -> Recipients:
    """The address that a person gives for a mail that had none."""
    return Recipients(whom=whom, people=_clean([address]))


def _people(
    level: Level, ids: Collection[int], roles: Collection[Role], *, on: dt.date
) -> tuple[dict[int, list[str]], dict[int, set[str]]]:
    in_force = Membership.objects.in_force(on).filter(user__is_active=True)
    begun = Membership.objects.filter(**{f"{level}__in": ids}, starts_on__lte=on)
    stands = ExpressionWrapper(Q(pk__in=in_force.values("pk")), output_field=BooleanField())
    people: dict[int, list[str]] = defaultdict(list)
    there: dict[int, set[str]] = defaultdict(set)
    gone: dict[int, set[str]] = defaultdict(set)
    rows = begun.annotate(stands=stands).order_by("pk").values_list(f"{level}_id", "role", "user__email", "stands")
    for pk, role, email, holds in rows:
        (address,) = _clean([email])
        (there if holds else gone)[pk].add(address)
        if holds and role in roles and address not in people[pk]:
            people[pk].append(address)
    return people, defaultdict(set, {pk: gone[pk] - there[pk] for pk in list(gone)})


def _mailbox(organisation: Organisation, roles: Collection[Role]) -> str:
    if isinstance(organisation, Departement):
        return organisation.dsden_email
    if not isinstance(organisation, Academie):
        return organisation.email
    services = {"dane_email": DANE, "daf_email": DAF, "dsi_email": (Role.DSI,)}
    return next((getattr(organisation, name) for name, of_it in services.items() if set(roles) <= set(of_it)), "")


def _whom(organisation: Organisation, roles: Collection[Role]) -> str:
    if isinstance(organisation, Academie):
        services = {"la DANE": DANE, "la DAF": DAF, "la DSI": (Role.DSI,)}
        return next((name for name, of_it in services.items() if set(roles) <= set(of_it)), str(organisation))
    if isinstance(organisation, Collectivite):
        return organisation.in_words
    if isinstance(organisation, School):
        return f"le {as_college(organisation.name)}" if organisation.kind == SchoolKind.COLLEGE else f"l’{organisation.in_words}"
    return f"l’inspection ({organisation})" if isinstance(organisation, Circonscription) else f"la DSDEN ({organisation})"


def _whom_unknown(level: Level) -> str:
    return {
        Level.ACADEMIE: "l’académie",
        Level.DEPARTEMENT: "la DSDEN",
        Level.CIRCONSCRIPTION: "l’inspection de circonscription",
        Level.COLLECTIVITE: "la collectivité",
        Level.SCHOOL: "l’école",
    }[level]


def _clean(addresses: Iterable[str]) -> tuple[str, ...]:
    cleaned = (address.strip().lower() for address in addresses)
    return tuple(dict.fromkeys(address for address in cleaned if address))


def _without(addresses: Iterable[str], others: Collection[str]) -> tuple[str, ...]:
    return tuple(address for address in addresses if address not in others)
