"""Who acts: one person (or one process of the portal) at one instant, with the memberships in force that day."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from plannumerique.accounts.models import User
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level, Role
from plannumerique.organisations.models import Membership


@dataclass(frozen=True, slots=True)
class Scope:
    """The organisations that a row belongs to; a role counts over the row only when it is held in one of them."""

    academie_id: int | None = None
    departement_id: int | None = None
    circonscription_id: int | None = None
    collectivite_id: int | None = None
    school_ids: frozenset[int] = frozenset()

    def covers(self, level: Level, organisation_id: int) -> bool:
        if level is Level.SCHOOL:
            return organisation_id in self.school_ids
        return getattr(self, f"{level}_id") == organisation_id


@dataclass(frozen=True, slots=True)
class Grant:
    """One membership in force, reduced to what a permission reads and a journal line prints."""

    role: Role
    organisation_id: int
    organisation: str = ""
    capacity: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None

    @property
    def level(self) -> Level:
        return LEVEL_OF_ROLE[self.role]

    @property
    def label(self) -> str:
        return f"{self.role.label}, {self.organisation}" if self.organisation else str(self.role.label)


@dataclass(frozen=True, slots=True)
class Actor:
    """A user or a system process, at the portal's instant `at`. Built once a request, or once a nightly run."""

    at: dt.datetime
    user: User | None = None
    process: str = ""
    grants: tuple[Grant, ...] = field(default=())

    @classmethod
    def of(cls, user: User, *, at: dt.datetime) -> "Actor":
        """One query, whatever the number of memberships."""
        memberships = Membership.objects.in_force(at.date()).filter(user=user).with_organisations()
        return cls(at=at, user=user, grants=tuple(_grant(membership) for membership in memberships) if user.is_active else ())

    @classmethod
    def system(cls, process: str, *, at: dt.datetime) -> "Actor":
        return cls(at=at, process=process)

    @classmethod
    def anonymous(cls, *, at: dt.datetime) -> "Actor":
        return cls(at=at)

    @property
    def today(self) -> dt.date:
        return self.at.date()

    @property
    def is_system(self) -> bool:
        return bool(self.process)

    @property
    def name(self) -> str:
        return str(self.user) if self.user else f"portail ({self.process})"

    def grant_over(self, scope: Scope, roles: Collection[Role]) -> Grant | None:
        """The first membership that gives one of these roles over that scope; None when there is none."""
        return next(
            (grant for grant in self.grants if grant.role in roles and scope.covers(grant.level, grant.organisation_id)), None
        )

    def holds(self, *roles: Role) -> bool:
        """Whether one of these roles is held anywhere: for menus, homes and early refusals, never for acting on a row."""
        return any(grant.role in roles for grant in self.grants)

    def ids(self, level: Level, roles: Collection[Role] = ()) -> frozenset[int]:
        return frozenset(
            grant.organisation_id for grant in self.grants if grant.level == level and (not roles or grant.role in roles)
        )


def _grant(membership: Membership) -> Grant:
    organisation = membership.organisation
    return Grant(
        role=Role(membership.role),
        organisation_id=organisation.pk,
        organisation=str(organisation),
        capacity=membership.capacity,
        starts_on=membership.starts_on,
        ends_on=membership.ends_on,
    )
