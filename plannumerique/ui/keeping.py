"""What a browser or a proxy may keep of an answer."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control

KEPT_BY_NOBODY = "private, no-store"


class KeepingMiddleware:
    """A page of a person who is logged in, or whose address holds a secret, stays on no disk: the next person at the
    school's computer finds nothing of it. A public page stays as its view says."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if _is_of_a_person(request) or _holds_a_secret(request):
            _keep_nowhere(response)
        return response


def _is_of_a_person(request: HttpRequest) -> bool:
    """Asked of those alone who have a session: a visitor's answer does not vary by a cookie that she has not."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


def _holds_a_secret(request: HttpRequest) -> bool:
    return request.resolver_match is not None and "token" in request.resolver_match.kwargs


def _keep_nowhere(response: HttpResponseBase) -> None:
    said = response.headers.get("Cache-Control", "")
    if "no-store" not in said and "public" not in said:
        response.headers["Cache-Control"] = KEPT_BY_NOBODY
    if "no-store" in said and "private" not in said:
        patch_cache_control(response, private=True)
