"""The menu, the footer and the banner's links: what each role opens every day."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, Role
from plannumerique.organisations.http import Request
from plannumerique.portal.demonstration.banner import entries as stops
from plannumerique.ui.pieces import NavEntry, Navigation

_MONEY = (*DANE, *DAF, *COLLECTIVITE, Role.RECTEUR, Role.DSDEN)
_OVER_SCHOOLS = (*_MONEY, Role.IEN, Role.ERUN, Role.DSI)
_LISTS: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("Dossiers", "portal:dossiers", ()),
    ("Candidatures", "projects:applications", ()),
    ("Sélection", "projects:sessions", DANE),
    ("Pièces", "portal:pieces", DANE),
    ("Conventions", "conventions:conventions", _MONEY),
    ("Subventions", "subsidies:subsidies", _MONEY),
    ("Paiements", "subsidies:payments", (*DAF, *DANE)),
    ("Ressources", "subsidies:grants", (*DAF, *DANE, Role.COLLEGE_REFERENT)),
    ("Classes", "deployments:classes", ()),
    ("Écoles", "portal:schools", _OVER_SCHOOLS),
    ("Formations", "training:sessions", ()),
)

_PUBLIC = (
    ("Le programme et son calendrier", "portal:programme"),
    ("Simuler une subvention", "portal:simulator"),
    ("Vérifier un document", "portal:verification"),
)


def navigation(request: HttpRequest) -> Navigation:
    actor = getattr(request, "actor", None)
    return Navigation(
        entries=tuple(_entries(actor)) if request.user.is_authenticated and actor else _public(),
        footer=_entries_of(
            *_PUBLIC,
            ("Accessibilité", "portal:accessibility"),
            ("Mentions légales", "portal:legal"),
            ("Données personnelles", "portal:privacy"),
        ),
        banner=stops(cast(Request, request)) if settings.PORTAL_DEMO else (),
    )


def _entries(actor: Actor) -> list[NavEntry]:
    entries = [NavEntry("Accueil", reverse("portal:home"))]
    for label, name, roles in _LISTS:
        if not roles or actor.holds(*roles):
            entries.extend(_entries_of((label, name)))
    if settings.PORTAL_DEMO and actor.holds(*DANE, *DAF, Role.ADMINISTRATOR):
        entries.extend(_entries_of(("Courriels", "notices:outbox")))
    if actor.holds(Role.ADMINISTRATOR):
        entries.append(NavEntry("Administration", reverse("admin:index")))
    return entries


def _public() -> tuple[NavEntry, ...]:
    return _entries_of(*_PUBLIC)


def _entries_of(*named: tuple[str, str]) -> tuple[NavEntry, ...]:
    return tuple(NavEntry(label, reverse(name)) for label, name in named)
