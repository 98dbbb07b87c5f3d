"""Which moves a row offers to a person, and what stands in their way: what the pages show is what the door will say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from plannumerique.journal.machine import Condition, moves_from, obstacles, obstacles_to
from plannumerique.journal.models import ThreadRow
from plannumerique.lib.text import french_list
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Role
from plannumerique.organisations.permissions import Permission
from plannumerique.ui.pieces import Action


@dataclass(frozen=True, slots=True)
class Awaited:
    """One move that is somebody else's, with who can make it and what is still missing for it."""

    label: str
    who: str
    obstacles: tuple[str, ...] = ()


def offered(row: ThreadRow, actor: Actor, permissions: Mapping[str, Permission], *, urls: str) -> list[Action]:
    """The moves that this person may make from here: a button each, or the obstacles beside it.

    `urls` is the namespace in which the page of a move bears the move's name. A move that no page makes (another
    service makes it on the way) has no entry in `permissions`.
    """
    return [
        Action(
            label=one.custom["label"],
            url=reverse(f"{urls}:{one.name}", args=[row.pk]),
            obstacles=tuple(obstacles_to(row, one.name)),
            primary=not one.custom["besides"],
        )
        for one in moves_from(row)
        if one.name in permissions and permissions[one.name](actor, row)
    ]


def awaited(row: ThreadRow, actor: Actor, permissions: Mapping[str, Permission]) -> list[Awaited]:
    """The forward moves that others are expected to make from here; those that go back or set aside are not awaited."""
    return [
        Awaited(label=one.custom["label"], who=who(permissions[one.name]), obstacles=tuple(obstacles_to(row, one.name)))
        for one in moves_from(row)
        if one.name in permissions and not one.custom["besides"] and not permissions[one.name](actor, row)
    ]


def awaited_act(label: str, permission: Permission, row: ThreadRow, conditions: Iterable[Condition]) -> Awaited:
    """The same, for an act that moves no state."""
    return Awaited(label=label, who=who(permission), obstacles=tuple(obstacles(row, conditions)))


def who(permission: Permission) -> str:
    return french_list([str(role.label) for role in permission.roles if role is not Role.SYSTEM], last="ou")
