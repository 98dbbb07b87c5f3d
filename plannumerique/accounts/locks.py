"""Against those who try passwords: whose address a request comes from, and how many failures lock what."""

import ipaddress
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address that the outermost of our own proxies saw: what stands further left in the header, anybody can write."""
    seen = str(request.META.get("REMOTE_ADDR") or "") or None
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if settings.PROXIES < 1 or len(hops) < settings.PROXIES:
        return seen
    return _address(hops[-settings.PROXIES]) or seen


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        return None


class Locks(AxesDatabaseHandler):
    """An account from one address, then that address whatever the account; each with a limit of its own.

    Never an account from everywhere: a stranger would shut an officer out of her own office. axes knows one limit, that
    of the first; what the address holds is counted on its scale.
    """

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        account, address = (_failures(attempts) for attempts in self.get_user_attempts(request, credentials))
        return max(account, address * settings.AXES_FAILURE_LIMIT // settings.ADDRESS_FAILURE_LIMIT)


def _failures(attempts: Any) -> int:
    return sum(attempts.values_list("failures_since_start", flat=True))
