"""The portal's menu, and above every page the stops that are still to come."""

from dataclasses import replace

from django.http import HttpRequest

from demonstration.banner import entries
from plannumerique.ui.pieces import Navigation
from portal import navigation as portal


def navigation(request: HttpRequest) -> Navigation:
    around = portal.navigation(request)
    # A request refused before it is known whose it is, as one for another host, has no user.
    return replace(around, banner=entries(request)) if hasattr(request, "user") else around
