"""Everything that the server answers: each kind of page to each role, each form sent empty, each page of error.

Asked of Django without a browser, which is quick; what came is then given to the HTML checker, and to axe in a browser.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as portal
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import resolve, reverse
from django.utils.http import urlencode

from demonstration import journey
from demonstration.stops import STOPS
from plannumerique.accounts.models import User
from plannumerique.accounts.services import invitation_link
from plannumerique.organisations.enums import Role
from portal.acts.bulk import BULK_ACTS
from portal.models import SavedView
from projects.models import Application, Campaign, SelectionSession
from tests.browser.situations import somebody
from tests.factories_subsidies import EquipmentSubsidyFactory
from tests.walk import EVERY_ROLE
from tests.workbooks import a_row, filled, upload

# Whoever sends these is somewhere else afterwards.
NOT_SENT = ("accounts:logout", "demonstration:enter", "demonstration:move_on")

NOT_PAGES = (
    *("files:", "admin:", "conventions:draft", "subsidies:decision_draft", "subsidies:download_workbook"),
    *("portal:archive", "portal:message_attachment", "portal:take_over_model", "portal:download_list"),
    *("portal:retained_csv", "portal:retained_geojson"),
)
# Pages that change with the state of their row: each is opened; of the others, the first of its kind.
OF_A_STATE = ("projects:application", "conventions:convention", "subsidies:equipment", "subsidies:statement")
# They open a row in each of its states; the others, the first of its kind.
OF_EACH_SIDE = (Role.DAN, Role.GESTIONNAIRE_DAF, Role.SIGNATAIRE, Role.DIRECTOR)


@dataclass(frozen=True)
class Kept:
    """An answer as it was sent, with the address that the browser shows above it."""

    path: str
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Any) -> "Kept":
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        # A cookie would be given to the next page, which is somebody else's.
        headers = {name: value for name, value in answer.headers.items() if name not in ("Content-Length", "Set-Cookie")}
        return cls(answer.wsgi_request.get_full_path(), body, answer.status_code, headers)


@dataclass
class Visit:
    """Everything that the server answered, by who asked for what; forms are sent once of each kind."""

    client: Client
    pages: dict[str, Kept] = field(default_factory=dict)
    framed: dict[str, Kept] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    people: dict[Role, User] = field(default_factory=dict)

    def enter(self, role: Role) -> User:
        if role not in self.people:
            self.people[role] = somebody(role)
        self.client.force_login(self.people[role])
        return self.people[role]

    def everywhere(self) -> None:
        by_no_link(self)
        errors(self)
        self.client.logout()
        self.follow_the_links("anybody", "/", reverse("accounts:login"), reverse("accounts:password_reset_done"))
        for role in EVERY_ROLE:
            self.enter(role)
            self.follow_the_links(role, "/", *bulk_pages(role))
        missing = page_templates() - self.templates
        assert not missing, f"nobody was sent {sorted(missing)}"

    def follow_the_links(self, who: str, *starts: str) -> None:
        kind = kind_of if who in OF_EACH_SIDE else view_of
        seen, waiting = {kind(urlsplit(start).path) for start in starts}, [*starts]
        while waiting:
            path = waiting.pop()
            reader = self.read(who, path, status=200)
            for action, hidden in reader.forms:
                self.send(who, action or path, hidden)
            for link in reader.pages():
                if kind(link) not in seen:
                    seen.add(kind(link))
                    waiting.append(link)

    def read(self, who: str, path: str, *, status: int | None = None) -> "Reader":
        answer = self.client.get(path)
        assert status in (None, answer.status_code), f"a link leads {who} to {path}, which answers {answer.status_code}"
        self.keep(f"{who}, {path}", answer)
        reader = Reader(answer.content.decode())
        for shown in reader.frames:
            self.framed[shown] = Kept.of(self.client.get(shown))
        return reader

    def send(self, who: str, action: str, hidden: dict[str, str]) -> None:
        """The form with nothing in it but what it hides: either it comes back with its errors, or it acts; nothing of it remains."""
        path = urlsplit(action).path
        kind = re.sub(r"\d+", "", path)
        if kind in self.sent or resolve(path).view_name in NOT_SENT:
            return
        self.sent.add(kind)
        with transaction.atomic():
            answer = self.client.post(action, hidden, follow=True)
            transaction.set_rollback(True)
        self.keep(f"{who}, {action} sent empty", answer)

    def keep(self, words: str, answer: Any) -> None:
        if not answer["Content-Type"].startswith("text/html"):
            return
        self.pages[f"{words} ({answer.status_code})"] = Kept.of(answer)
        # The last page laid out is the one that is sent: a log-in page may give way to that of a locked account.
        if laid_out := [template.name for template in answer.templates if template.name in page_templates()]:
            self.templates.update(_with_what_extends(laid_out))


def _with_what_extends(laid_out: list[str]) -> list[str]:
    """The last, and the pages before it that it is the frame of: a template is told of before the one that it extends."""
    kept = laid_out[-1:]
    for name in reversed(laid_out[:-1]):
        if f'{{% extends "{kept[-1]}" %}}' not in (portal.BASE_DIR / "templates" / name).read_text():
            break
        kept.append(name)
    return kept


class Reader(HTMLParser):
    """The links of a page, what it shows in frames, and its forms with what they hide."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.frames: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(had.get("href", ""))
        if tag == "iframe":
            self.frames.append(had["src"])
        if tag == "form":
            self._inside = had.get("method") == "post"
            if self._inside:
                self.forms.append((had.get("action", ""), {}))
        if tag == "input" and self._inside and had.get("type") == "hidden":
            self.forms[-1][1][had["name"]] = had.get("value", "")

    def pages(self) -> Iterator[str]:
        for link in dict.fromkeys(self.links):
            parts = urlsplit(link)
            if link.startswith("/") and not view_of(parts.path).startswith(NOT_PAGES):
                yield parts.path


@cache
def page_templates() -> set[str]:
    """Those that extend the frame of the portal.

    Letters are laid out as PDF, mails have a frame of their own, and 500.html extends nothing, on purpose.
    """
    root = portal.BASE_DIR / "templates"
    pages = (
        path
        for path in root.rglob("*.html")
        if "pdf" not in path.parts and "{% extends" in path.read_text() and "email" not in str(path)
    )
    return {str(path.relative_to(root)) for path in pages}


@cache
def view_of(path: str) -> str:
    return resolve(path).view_name


def kind_of(path: str) -> str:
    view = view_of(path)
    return path if view in OF_A_STATE else view


def bulk_pages(role: Role) -> list[str]:
    acts = [act for act in BULK_ACTS if role in act.may.roles]
    return [f"{reverse('portal:bulk', args=[act.key])}?{urlencode({'portee': 'toutes'})}" for act in acts]


def by_no_link(visit: Visit) -> None:
    """Pages to which no link of these situations leads: from a mail, from a list that is still short, once something is sent."""
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    dan = visit.enter(Role.DAN)
    proof = resolve(urlsplit(invitation_link(dan)).path).kwargs
    for name in ("accounts:invitation", "accounts:password_reset_confirm"):
        visit.client.logout()
        visit.keep(name, visit.client.get(reverse(name, kwargs=proof), follow=True))

    visit.enter(Role.DAN)
    retained = Application.objects.filter(state="retained", under_convention=False).first()
    visit.read("dan", reverse("conventions:open_convention", args=[retained.dossier_id]))
    visit.read("dan", reverse("subsidies:orders"))
    visit.read("dan", reverse("notices:trouble"))
    view = SavedView.objects.create(user=dan, listing="portal:dossiers", name="Les miens")
    visit.read("dan", reverse("portal:rename_view", args=[view.pk]))
    session = SelectionSession.objects.get()
    visit.read("dan", reverse("portal:import_list", args=[session.pk]))
    Campaign.objects.filter(pk=session.campaign_id).update(local_selection=True)
    visit.read("dan", reverse("portal:decide_session", args=[session.pk]))
    visit.read("dan", session.get_absolute_url())
    journey.ask_for(STOPS[-1])
    visit.read("dan", reverse("demonstration:playing"))

    visit.enter(Role.EDITEUR)
    visit.read("editeur", reverse("projects:deposit", args=[Application.objects.filter(state="draft").first().dossier_id]))
    workbook = {"file": upload(filled(subsidy, a_row(subsidy)))}
    visit.keep("a workbook", visit.client.post(reverse("subsidies:upload_workbook", args=[subsidy.pk]), workbook))


def errors(visit: Visit) -> None:
    """The pages shown instead of the one that was asked for."""
    visit.enter(Role.DIRECTOR)
    for path in (
        "/introuvable/",
        reverse("accounts:logout"),
        reverse("portal:bulk", args=["inconnu"]),
        reverse("notices:outbox"),
    ):
        visit.read("error", path)
    visit.keep("error", Client(enforce_csrf_checks=True).post(reverse("accounts:login")))
    visit.client.logout()
    for _ in range(portal.AXES_FAILURE_LIMIT):
        answer = visit.client.post(reverse("accounts:login"), {"username": "personne@exemple.invalid", "password": "faux"})
    visit.keep("locked", answer)
    visit.keep("another host", visit.client.get("/", headers={"host": "ailleurs.invalid"}))
    visit.pages["500"] = Kept("/", render_to_string("500.html").encode(), 500, Kept.of(answer).headers)
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1):
        visit.keep("too big", visit.client.post(reverse("accounts:login"), {"username": "1" * 9}))
