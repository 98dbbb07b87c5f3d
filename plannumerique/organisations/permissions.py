"""How a permission is written: one question per function, answered from the actor and the row in hand, without a query.

    @granted_to(Role.DAN, but="Qui a déposé les justificatifs ne constate pas le service fait.")
    def can_certify_service_fait(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
        return actor.user != subsidy.justified_by

The roles stand in the decorator, so that the page of the machines can print them; the body holds what roles do not say
(four eyes, delegation). `but` is the sentence shown when the role is right and the body refuses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied

from plannumerique.lib.text import french_list, typeset
from plannumerique.organisations.actor import Actor, Grant, Scope
from plannumerique.organisations.enums import Role


class Scoped(Protocol):
    @property
    def scope(self) -> Scope: ...


@dataclass(frozen=True, slots=True)
class Permission:
    """`can_…(actor, row) -> bool`, with the roles and the reasons kept beside the question."""

    roles: tuple[Role, ...]
    question: Callable[[Actor, Any], bool]
    but: str

    @property
    def name(self) -> str:
        return self.question.__name__

    @property
    def detail(self) -> str:
        """What is asked beyond the role, for the page of the machines."""
        return self.but

    def __call__(self, actor: Actor, row: Scoped) -> bool:
        return self.refusal(actor, row) is None

    def grant(self, actor: Actor, row: Scoped) -> Grant | None:
        return actor.grant_over(row.scope, self.roles)

    def refusal(self, actor: Actor, row: Scoped) -> str | None:
        """The sentence that says why this person may not; None when she may."""
        if actor.is_system:
            return None if Role.SYSTEM in self.roles and self.question(actor, row) else self._wrong_role()
        if self.grant(actor, row) is None:
            return self._wrong_role()
        return None if self.question(actor, row) else typeset(self.but)

    def demand(self, actor: Actor, row: Scoped) -> None:
        """Raises PermissionDenied, with that sentence, unless this person may."""
        refusal = self.refusal(actor, row)
        if refusal is not None:
            raise PermissionDenied(refusal)

    def demand_role(self, actor: Actor) -> None:
        """Refuses, as `demand` would of any row, whoever holds none of the roles; says nothing of the others."""
        if not actor.is_system and not actor.holds(*self.roles):
            raise PermissionDenied(self._wrong_role())

    def _wrong_role(self) -> str:
        return typeset(f"Cette action revient à : {french_list([str(role.label) for role in self.roles], last='ou')}.")


def granted_to(*roles: Role, but: str = "") -> Callable[[Callable[[Actor, Any], bool]], Permission]:
    def decorate(question: Callable[[Actor, Any], bool]) -> Permission:
        return Permission(roles=roles, question=question, but=but)

    return decorate
