from django.http import HttpRequest

from plannumerique.accounts.models import User
from plannumerique.organisations.actor import Actor


class Request(HttpRequest):
    """What a view receives behind ActorMiddleware; the type only, Django builds the object."""

    actor: Actor
    user: User  # views are behind the log-in unless they say otherwise
