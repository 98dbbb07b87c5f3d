"""The three stops, for the banner above every page of the demonstration."""

from django.http import HttpRequest
from django.urls import reverse

from demonstration.stops import STOPS, label, reached
from plannumerique.ui.pieces import NavEntry


def entries(request: HttpRequest) -> tuple[NavEntry, ...]:
    """Only those that are still to come, and the page that shows them all; nothing for a visitor who has not entered."""
    if not request.user.is_authenticated:
        return ()
    page = reverse("demonstration:stops")
    ahead = tuple(NavEntry(f"Aller au {label(stop)}", f"{page}#{stop.isoformat()}") for stop in STOPS if not reached(stop))
    return ahead or (NavEntry("Les dates de la démonstration", page),)
