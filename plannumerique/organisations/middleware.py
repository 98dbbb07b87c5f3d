from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from plannumerique import clock
from plannumerique.organisations.actor import Actor


class ActorMiddleware:
    """Puts `request.actor`: who asks, at the portal's instant. One query for a person, none for a visitor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = clock.now()
        user = request.user
        request.actor = Actor.of(user, at=at) if user.is_authenticated else Actor.anonymous(at=at)  # type: ignore[attr-defined]
        return self.get_response(request)
