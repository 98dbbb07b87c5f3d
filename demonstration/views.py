"""Entering the demonstration, and moving from one of its stops to the next. None of this exists elsewhere."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from demonstration import accounts, journey, tasks
from demonstration.stops import STOPS, label, reached, stop_named, what_is_found
from plannumerique import clock
from plannumerique.accounts import views as accounts_views
from plannumerique.celery import publish
from plannumerique.lib.text import typeset
from plannumerique.organisations.http import Request

REFRESH_SECONDS = 2


class LogIn(accounts_views.LogIn):
    """The portal's own, with the invented people beside it."""

    template_name = "demonstration/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = accounts.accounts_by_role(on=clock.today()) if settings.PORTAL_DEMO else []
        return super().get_context_data(demo_groups=groups, **kwargs)


@login_not_required
@never_cache
@require_POST
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter as an invented person, without a password: only where the portal is a demonstration."""
    _demonstration_only()
    user = get_object_or_404(accounts.accounts(), pk=pk)
    login(request, user, backend=accounts_views.BACKEND)
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL))


@never_cache
@require_safe
def stops(request: Request) -> HttpResponse:
    """The three dates, with what is found there and the button that leads there."""
    _demonstration_only()
    today = clock.today()
    page = {
        "stops": [
            {"on": stop, "key": stop.isoformat(), "found": what_is_found(stop), "reached": reached(stop), "here": stop == today}
            for stop in STOPS
        ],
        "left": journey.left_dossiers(),
        "journey": journey.under_way(),
    }
    return render(request, "demonstration/stops.html", page)


@require_POST
def move_on(request: Request, stop: str) -> HttpResponse:
    """Have the play go on to that stop; a worker does it, and the page that follows shows how far it is."""
    _demonstration_only()
    on = stop_named(stop)
    if on is None:
        raise Http404
    if reached(on):
        messages.info(request, f"La démonstration est déjà au {label(on)} ou plus loin ; elle ne revient pas en arrière.")
        return redirect("demonstration:stops")
    journey.ask_for(on)
    if not publish(tasks.play_asked_stops):
        messages.error(request, typeset("Aucun processus ne répond pour jouer la suite : réessayez dans un instant."))
        return redirect("demonstration:stops")
    return redirect("demonstration:playing")


@never_cache
@require_safe
def playing(request: HttpRequest) -> HttpResponse:
    """« Lecture en cours »: comes back by itself, without a script, until the stop is reached."""
    _demonstration_only()
    under_way = journey.under_way()
    if under_way is None:
        return redirect("demonstration:stops")
    answer = render(request, "demonstration/playing.html", {"journey": under_way})
    if not under_way.trouble and not under_way.silent:
        answer.headers["Refresh"] = str(REFRESH_SECONDS)
    return answer


def _demonstration_only() -> None:
    if not settings.PORTAL_DEMO:
        raise Http404
