"""The menu and the footer: what each role opens every day."""

from collections.abc import Iterator
from itertools import groupby

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, Role
from plannumerique.ui.pieces import NavEntry, Navigation

_MONEY = (*DANE, *DAF, *COLLECTIVITE, Role.RECTEUR)
_OVER_SCHOOLS = (*_MONEY, Role.DSDEN, Role.IEN, Role.ERUN, Role.DSI)
_LISTS: tuple[tuple[str, str, str, tuple[Role, ...]], ...] = (
    ("", "Dossiers", "portal:dossiers", ()),
    ("Candidatures", "Candidatures", "projects:applications", ()),
    ("Candidatures", "Sélection", "projects:sessions", DANE),
    ("Candidatures", "Pièces", "portal:pieces", DANE),
    ("", "Conventions", "conventions:conventions", (*_MONEY, Role.DSDEN)),
    ("Subventions", "Subventions", "subsidies:subsidies", _MONEY),
    ("Subventions", "Paiements", "subsidies:payments", (*DAF, *DANE)),
    ("Subventions", "Ressources", "subsidies:grants", (*DAF, *DANE, Role.COLLEGE_REFERENT)),
    ("Écoles", "Classes", "deployments:classes", ()),
    ("Écoles", "Écoles", "portal:schools", _OVER_SCHOOLS),
    ("Écoles", "Formations", "training:sessions", ()),
)
# A line of the menu holds so many words at 1 280 px; beyond, those of one group fold under its name.
_ON_ONE_LINE = 9

_PUBLIC = (
    ("Le programme et son calendrier", "portal:programme"),
    ("Bibliothèque", "portal:library"),
    ("Écoles retenues", "portal:retained"),
    ("Simuler une subvention", "portal:simulator"),
    ("Vérifier un document", "portal:verification"),
)


def navigation(request: HttpRequest) -> Navigation:
    actor = getattr(request, "actor", None)
    # A request refused before it is known whose it is, as one for another host, has no user.
    user = getattr(request, "user", None)
    return Navigation(
        entries=tuple(_entries(actor)) if user and user.is_authenticated and actor else _public(),
        footer=_entries_of(
            *_PUBLIC,
            ("Accessibilité", "portal:accessibility"),
            ("Mentions légales", "portal:legal"),
            ("Données personnelles", "portal:privacy"),
        ),
    )


def _entries(actor: Actor) -> list[NavEntry]:
    seen = [(group, NavEntry(label, reverse(name))) for group, label, name, roles in _LISTS if not roles or actor.holds(*roles)]
    tools = list(_tools(actor))
    folded = 1 + len(seen) + len(tools) > _ON_ONE_LINE
    lists = _folded(seen) if folded else [entry for _, entry in seen]
    return [NavEntry("Accueil", reverse("portal:home")), *lists, *tools]


def _folded(seen: list[tuple[str, NavEntry]]) -> list[NavEntry]:
    """The entries of a group under its name, where the first of them stood; a group of one is that one."""
    entries: list[NavEntry] = []
    for group, of_group in groupby(seen, key=lambda one: one[0] or one[1].label):
        children = tuple(entry for _, entry in of_group)
        entries.append(children[0] if len(children) == 1 else NavEntry(group, children=children))
    return entries


def _tools(actor: Actor) -> Iterator[NavEntry]:
    if settings.PORTAL_DEMO and actor.holds(*DANE, *DAF, Role.ADMINISTRATOR):
        yield NavEntry("Courriels", reverse("notices:outbox"))
    if actor.holds(Role.ADMINISTRATOR):
        yield NavEntry("Administration", reverse("admin:index"))


def _public() -> tuple[NavEntry, ...]:
    return _entries_of(*_PUBLIC)


def _entries_of(*named: tuple[str, str]) -> tuple[NavEntry, ...]:
    return tuple(NavEntry(label, reverse(name)) for label, name in named)
