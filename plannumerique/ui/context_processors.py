from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from plannumerique import clock
from plannumerique.ui.pieces import Navigation


def portal(request: HttpRequest) -> dict[str, Any]:
    """What base.html shows around every page. No query of its own; the navigation is built only where it is shown."""
    return {
        "SITE_CONFIG": settings.SITE_CONFIG,
        "demo": settings.PORTAL_DEMO,
        "shifted_date": clock.shifted_date(),
        "today": clock.today,
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
    }


def _navigation(request: HttpRequest) -> Navigation:
    """The menu belongs to the rooms above: PORTAL_NAVIGATION names the function of theirs that builds it."""
    path = getattr(settings, "PORTAL_NAVIGATION", "")
    return import_string(path)(request) if path else Navigation()
