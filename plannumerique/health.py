"""/sante/: whether the portal can serve, for what watches it. Answers before sessions, log-in and the names of hosts."""

import datetime as dt
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone

from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail

PATH = "/sante/"
# The broker sends a mail within the minute, the nightly run of the minute after it: later, nobody sends any.
MAIL_LATE_AFTER = dt.timedelta(minutes=15)
OK, SILENT, UNSET, LATE = "ok", "ne répond pas", "non réglé", "en retard"


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return answer() if request.path == PATH else self.get_response(request)


def answer() -> HttpResponse:
    """503 without the database alone: without the broker or the mails, what is due stands in the base and leaves later."""
    mails = _mails()
    state = {"base": SILENT if mails is None else OK, "courtier": _broker(), "courriels": mails or SILENT}
    response = JsonResponse(state, status=503 if mails is None else 200, json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "no-store"
    # Whoever watches asks twice a minute, and says it itself.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _mails() -> str | None:
    """None when the database does not answer; one query says both."""
    late = OutboxMail.objects.filter(state=MailState.PENDING, next_attempt_at__lt=timezone.now() - MAIL_LATE_AFTER)
    try:
        return LATE if late.exists() else OK
    except (DatabaseError, InterfaceError):
        connection.close()
        return None


def _broker() -> str:
    if not settings.REDIS_URL:
        return UNSET
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as broker:
            broker.ping()
    except redis.RedisError:
        return SILENT
    return OK
