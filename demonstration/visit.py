"""The portal as each person finds it, over HTTP: her pages, her letters, and nothing of the others."""

import hashlib
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain

from django.urls import reverse

from conventions.models import Convention
from demonstration import accounts, people
from deployments.models import MobileClass
from plannumerique import clock
from plannumerique.accounts.models import User
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.journal.models import ThreadRow
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, Level, Role
from projects.models import Application, Dossier
from subsidies.models import EquipmentSubsidy, Invoice, Payment, PurchaseOrder, ResourcesSubsidy

PAGES: tuple[type[ThreadRow], ...] = (
    *(Dossier, Application, Convention, EquipmentSubsidy, PurchaseOrder, Invoice, Payment, ResourcesSubsidy, MobileClass),
)
AT_ONCE = 6
SAMPLE = 2

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_MENU = re.compile(r'class="fr-nav__link" href="(/[^"]*)"')


@dataclass(slots=True)
class Visit:
    """What one person should find: addresses to open, letters with the digest of their bytes, addresses that are not hers."""

    user: User
    menu: bool = False
    pages: list[str] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return len(self.pages) + len(self.letters) + len(self.foreign)


def whole_visits() -> list[Visit]:
    """Everybody who acts in the scenario: one of each role walks through the menu and some pages of each kind, the first
    agent of the DANE through all of them; the others enter and read their letters.
    """
    walkers = {one.user.pk for one in short_visits()}
    return [
        _visit(user, walks=user.pk in walkers, everywhere=user.email == people.address("dane"))
        for user in accounts.accounts().order_by("pk").prefetch_related("memberships")
    ]


def short_visits() -> list[Visit]:
    """One person per role: her home and the lists of her menu."""
    return [Visit(group.accounts[0].user, menu=True) for group in accounts.accounts_by_role(on=clock.today())]


def faults(url: str, visits: list[Visit]) -> list[str]:
    with ThreadPoolExecutor(AT_ONCE) as hands:
        return list(chain.from_iterable(hands.map(lambda visit: list(_walk(url, visit)), visits)))


# --- What a person should find ---


def _visit(user: User, *, walks: bool, everywhere: bool) -> Visit:
    actor = Actor.of(user, at=clock.now())
    visit = Visit(user, menu=walks)
    if walks:
        for model in PAGES:
            rows = model._default_manager.visible_to(actor).order_by("pk")  # type: ignore[attr-defined]
            visit.pages += [row.get_absolute_url() for row in (rows if everywhere else rows[:SAMPLE])]
        visit.pages += [piece.get_absolute_url() for piece in Piece.objects.visible_to(actor).order_by("-pk")[:SAMPLE]]
    if _one_of_its_role(user):
        visit.letters = {one.get_absolute_url(): one.sha256 for one in IssuedDocument.objects.visible_to(actor).rendered()}
    if actor.holds(*COLLECTIVITE):
        visit.foreign = list(_foreign(actor))
    return visit


def _one_of_its_role(user: User) -> bool:
    """Two agents of the DANE see the same letters: once is enough."""
    roles = {membership.role for membership in user.memberships.all()}
    if not roles & {Role.AGENT_DANE, Role.RECTEUR}:
        return True
    return not User.objects.filter(memberships__role__in=roles, pk__lt=user.pk).exists()


def _foreign(actor: Actor) -> Iterator[str]:
    """A page of each kind, and a letter, of dossiers that are not this collectivité's."""
    own = actor.ids(Level.COLLECTIVITE)
    for model in PAGES:
        row = model._default_manager.exclude(thread__collectivite_id__in=own).order_by("pk").first()
        if row is not None:
            yield row.get_absolute_url()  # type: ignore[attr-defined]
    letter = IssuedDocument.objects.exclude(thread__collectivite_id__in=own).rendered().order_by("pk").first()
    if letter is not None:
        yield letter.get_absolute_url()


# --- What she finds ---


class Browser:
    """Cookies, forms and redirections of one person; no more."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> tuple[int, bytes]:
        return self._ask(urllib.request.Request(self.url + path))

    def post(self, path: str, data: dict[str, str]) -> tuple[int, bytes]:
        body = urllib.parse.urlencode(data).encode()
        return self._ask(urllib.request.Request(self.url + path, data=body, headers={"Referer": self.url + path}))

    def _ask(self, request: urllib.request.Request) -> tuple[int, bytes]:
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError as error:
            return 0, str(error).encode()


def _walk(url: str, visit: Visit) -> Iterator[str]:
    who, browser = visit.user.email, Browser(url)
    status, home = _enter(browser, visit.user)
    if status != 200:
        yield f"{who} : entrée refusée ({status})"
        return
    menu = _MENU.findall(home.decode()) if visit.menu else []
    for path in dict.fromkeys([*menu, *visit.pages]):
        status, _ = browser.get(path)
        if status != 200:
            yield f"{who} : {path} répond {status}"
    for path, digest in visit.letters.items():
        status, body = browser.get(path)
        if status != 200 or not body.startswith(b"%PDF-") or hashlib.sha256(body).hexdigest() != digest:
            yield f"{who} : la lettre {path} répond {status}, {len(body)} octets"
    for path in visit.foreign:
        status, _ = browser.get(path)
        if status != 404:
            yield f"{who} : {path}, qui n’est pas à elle, répond {status}"


def _enter(browser: Browser, user: User) -> tuple[int, bytes]:
    """By the log-in page and its form, as a visitor does."""
    status, page = browser.get(reverse("accounts:login"))
    token = _TOKEN.search(page.decode())
    if token is None:
        return status, b""
    return browser.post(reverse("demonstration:enter", args=[user.pk]), {"csrfmiddlewaretoken": token[1]})
