"""Moving from one stop of the demonstration to the next. None of this exists elsewhere."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from plannumerique import clock
from plannumerique.celery import publish
from plannumerique.lib.text import typeset
from plannumerique.organisations.http import Request
from plannumerique.portal import tasks
from plannumerique.portal.demonstration import journey
from plannumerique.portal.demonstration.stops import STOPS, label, reached, stop_named, what_is_found

REFRESH_SECONDS = 2


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
    return render(request, "portal/demonstration/stops.html", page)


@require_POST
def move_on(request: Request, stop: str) -> HttpResponse:
    """Have the play go on to that stop; a worker does it, and the page that follows shows how far it is."""
    _demonstration_only()
    on = stop_named(stop)
    if on is None:
        raise Http404
    if reached(on):
        messages.info(request, f"La démonstration est déjà au {label(on)} ou plus loin ; elle ne revient pas en arrière.")
        return redirect("portal:stops")
    journey.ask_for(on)
    if not publish(tasks.play_asked_stops):
        messages.error(request, typeset("Aucun processus ne répond pour jouer la suite : réessayez dans un instant."))
        return redirect("portal:stops")
    return redirect("portal:playing")


@never_cache
@require_safe
def playing(request: HttpRequest) -> HttpResponse:
    """« Lecture en cours »: comes back by itself, without a script, until the stop is reached."""
    _demonstration_only()
    under_way = journey.under_way()
    if under_way is None:
        return redirect("portal:stops")
    answer = render(request, "portal/demonstration/playing.html", {"journey": under_way})
    if not under_way.trouble and not under_way.silent:
        answer.headers["Refresh"] = str(REFRESH_SECONDS)
    return answer


def _demonstration_only() -> None:
    if not settings.PORTAL_DEMO:
        raise Http404
