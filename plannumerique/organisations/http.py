from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from plannumerique.accounts.models import User
from plannumerique.organisations.actor import Actor

M = TypeVar("M", bound=Model)


class Request(HttpRequest):
    """What a view receives behind ActorMiddleware; the type only, Django builds the object."""

    actor: Actor
    user: User  # views are behind the log-in unless they say otherwise


def visible_or_404(request: Request, rows: type[M] | QuerySet[M], pk: int, *, by: str = "pk") -> M:
    """The row that this person may see; 404 when it is another's, as when it is not there. `by`: the field that the address gives."""
    found = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    seen: QuerySet[M] = found.visible_to(request.actor)  # type: ignore[attr-defined]  # which rows of the portal all have
    return get_object_or_404(seen, **{by: pk})
