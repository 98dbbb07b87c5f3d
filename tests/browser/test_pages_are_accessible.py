"""Whoever follows the links of the portal finds a page behind each, that fits on a small phone and that everybody can use.

WCAG A and AA as axe sees them, on a page of each kind; the keyboard, key by key.
"""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve, reverse
from playwright.sync_api import Page, expect

from deployments.models import MobileClass
from plannumerique import clock
from plannumerique.messages.models import Message
from plannumerique.organisations.enums import Role
from projects.models import Application, Dossier
from subsidies.models import EquipmentSubsidy
from tests.browser.conftest import DESKTOP, PHONE, SMALL_PHONE, LogIn, NewWindow
from tests.browser.crawl import crawl, too_wide
from tests.browser.people import Person
from tests.browser.situations import TODAY, every_situation, somebody

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ONLY_VIOLATIONS = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
PUBLIC = (
    *("/", "/programme/", "/simulateur/", "/verification/", "/accessibilite/", "/mentions-legales/"),
    *("/donnees-personnelles/", "/compte/connexion/", "/bibliotheque/", "/ecoles-retenues/", "/ecoles-retenues/donnees/"),
)


def violations_of(page: Page) -> list[str]:
    found = Axe().run(page, options=ONLY_VIOLATIONS).response["violations"]
    return [f"{page.url}: {one['id']}, {one['nodes'][0]['target']}, {one['help']}" for one in found]


def faults_of(page: Page) -> list[str]:
    """What axe says at the width of a desk, and whether the page fits on phones."""
    page.set_viewport_size({"width": DESKTOP, "height": 900})
    faults = violations_of(page)
    for width in (PHONE, SMALL_PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        if excess := too_wide(page):
            faults.append(f"{page.url}: {excess} px too wide at {width} px")
    return faults


@pytest.fixture
def situations() -> None:
    every_situation()
    clock.shift_to(TODAY)


# One role of each side follows every link (a DAN does all that an agent does), and axe reads as each of them these kinds of
# pages: the templates are the same from one role to the next, what they hold is not.
SEEN_BY: dict[Role, tuple[str, ...]] = {
    Role.DAN: (
        *("portal:home", "portal:dossier", "portal:messages", "portal:dossiers"),
        *("projects:applications", "projects:application", "projects:sessions", "projects:session", "projects:mark"),
        *("projects:request_completion", "projects:drop", "projects:open_session"),
        *("portal:pieces", "portal:schools", "portal:saved_views", "portal:take_overs", "portal:take_over"),
        *("projects:check_piece", "projects:retain", "conventions:conventions", "conventions:convention"),
        *("conventions:open_convention", "conventions:settle", "conventions:check_piece", "conventions:record_cbr_opinion"),
        *("subsidies:order", "subsidies:accept_order", "subsidies:invoice", "subsidies:certify_service_fait", "notices:outbox"),
    ),
    Role.GESTIONNAIRE_DAF: (
        *(
            "portal:home",
            "portal:dossier",
            "portal:messages",
            "subsidies:subsidies",
            "subsidies:equipment",
            "subsidies:prepare_decision",
        ),
        *("subsidies:payments", "subsidies:payment", "subsidies:record_payment", "subsidies:grants", "subsidies:resources"),
        *("subsidies:liquidate_solde", "subsidies:hold"),
    ),
    Role.SIGNATAIRE: (
        *(
            "portal:home",
            "portal:dossier",
            "portal:messages",
            "projects:application",
            "projects:describe_technical_part",
            "projects:add_application",
        ),
        *("projects:draft", "projects:respond"),
        *("projects:deposit_piece", "projects:submit", "conventions:convention", "conventions:describe_payee"),
        *(
            "conventions:record_deliberation",
            "conventions:sign_for_collectivite",
            "subsidies:equipment",
            "subsidies:deposit_order",
        ),
        *("subsidies:statement", "subsidies:enter_invoice", "subsidies:certify_statement", "accounts:profile"),
        *("subsidies:upload_workbook", "subsidies:drop_invoices"),
    ),
    Role.DIRECTOR: (
        *("portal:home", "portal:messages", "projects:application", "projects:write_pedagogical_part", "deployments:classes"),
        *("deployments:mobile_class", "deployments:receive", "training:sessions"),
    ),
    Role.COLLEGE_REFERENT: ("portal:home", "subsidies:grants", "subsidies:resources"),
}


@pytest.mark.parametrize("role", SEEN_BY)
def test_the_pages_of_a_role_open_and_have_no_fault(role: Role, situations: None, log_in: LogIn) -> None:
    page = log_in(somebody(role), width=SMALL_PHONE).page
    to_read, faults, opened = set(SEEN_BY[role]), [], 0
    for path, status in crawl(page):
        opened += 1
        faults += troubles_of(page, path, status)
        if (view := resolve(path).view_name) in to_read:
            to_read.discard(view)
            faults += faults_of(page)

    assert faults == []
    assert opened > 10
    assert not to_read, f"never reached: {to_read}"


def troubles_of(page: Page, path: str, status: int) -> list[str]:
    troubles = [] if status == 200 else [f"{path} answers {status}"]
    titles = page.get_by_role("heading", level=1).all_inner_texts()
    if len(titles) != 1:
        troubles.append(f"{path} has {len(titles)} main headings: {titles}")
    if excess := too_wide(page):
        troubles.append(f"{path} is {excess} px too wide")
    return troubles


def test_the_public_pages_have_no_fault(new_window: NewWindow) -> None:
    page = new_window()
    faults = []
    for path in (*PUBLIC, reverse("accounts:password_reset"), "/introuvable/"):
        page.goto(path)
        faults += faults_of(page)

    assert faults == []


def test_the_dark_theme_has_no_fault(situations: None, log_in: LogIn) -> None:
    page = log_in(somebody(Role.SIGNATAIRE)).page
    page.emulate_media(color_scheme="dark")
    wanted, faults = {"portal:home", "projects:application", "subsidies:statement", "subsidies:enter_invoice"}, []
    for path, _ in crawl(page):
        if (view := resolve(path).view_name) in wanted:
            wanted.discard(view)
            faults += violations_of(page)
        if not wanted:
            break

    assert faults == []
    expect(page.locator("html")).to_have_attribute("data-fr-theme", "dark")


# --- Forms that come back with errors ---


def _draft() -> Application:
    return Application.objects.filter(state="draft", pedagogy_on__isnull=False).order_by("pk")[0]


def _spending() -> EquipmentSubsidy:
    return EquipmentSubsidy.objects.filter(state="acompte_paid").get()


FORMS: list[tuple[str, Callable[[], str], str]] = [
    ("add a school", lambda: reverse("projects:add_application", args=[Dossier.objects.first().pk]), "Ajouter au dossier"),
    ("deposit", lambda: reverse("projects:deposit", args=[_draft().dossier_id]), "Déposer les candidatures cochées"),
    ("cost classes", lambda: reverse("projects:describe_technical_part", args=[_draft().pk]), "Enregistrer"),
    ("bring a piece", lambda: reverse("projects:deposit_piece", args=[_draft().dossier_id]), "Déposer la pièce"),
    ("deposit an order", lambda: reverse("subsidies:deposit_order", args=[_spending().pk]), "Déposer un bon de commande"),
    ("enter an invoice", lambda: reverse("subsidies:enter_invoice", args=[_spending().pk]), "Enregistrer la facture"),
]


def test_forms_with_errors_have_no_fault_and_open_on_their_summary(situations: None, log_in: LogIn) -> None:
    signataire = log_in(somebody(Role.SIGNATAIRE))
    faults = []
    for _, address, button in FORMS:
        signataire.open(address())
        empty_every_field(signataire.page)
        signataire.button(button).click()
        summary = signataire.page.get_by_role("alert").first
        expect(summary).to_be_focused()
        faults += faults_of(signataire.page)
        assert signataire.page.title().startswith("Erreur")
        # Each error leads to its field.
        summary.get_by_role("link").first.click()
        faults += [] if reaches_a_field(signataire.page) else [f"{address()}: an error leads nowhere"]

    assert faults == []


def empty_every_field(page: Page) -> None:
    for field in page.get_by_role("main").get_by_role("textbox").all():
        field.fill("")
    for box in page.get_by_role("main").get_by_role("checkbox").all():
        box.uncheck(force=True)


def reaches_a_field(page: Page) -> bool:
    anchor = page.evaluate("location.hash.slice(1)")
    return bool(anchor) and page.locator(f"[id='{anchor}']").count() == 1


def test_a_wrong_password_is_told_accessibly(new_window: NewWindow) -> None:
    page = new_window()
    page.goto("/compte/connexion/")
    page.get_by_label("Adresse électronique").fill("personne@exemple.invalid")
    page.get_by_label("Mot de passe").fill("faux")
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()

    expect(page.get_by_role("alert")).to_contain_text("n’est pas le bon")
    assert faults_of(page) == []


# --- The keyboard ---


def test_the_first_tab_leads_past_the_menu(situations: None, log_in: LogIn) -> None:
    page = log_in(somebody(Role.SIGNATAIRE)).page
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Contenu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_a_form_is_filled_and_sent_without_a_mouse(situations: None, log_in: LogIn) -> None:
    director = log_in(somebody(Role.DIRECTOR))
    mobile_class = MobileClass.objects.filter(state="planned").first()
    assert mobile_class is not None
    director.open(reverse("deployments:receive", args=[mobile_class.pk]))

    tab_to(director, "Numéro du bon de livraison")
    director.page.keyboard.type("BL-7")
    tab_to(director, "Enregistrer la réception")
    director.page.keyboard.press("Enter")

    director.sees("BL-7")
    assert MobileClass.objects.get(pk=mobile_class.pk).delivery_note == "BL-7"


def test_a_message_is_written_from_the_page_of_the_dossier_without_a_mouse(situations: None, log_in: LogIn) -> None:
    director = log_in(somebody(Role.DIRECTOR), width=PHONE)
    dossier = _draft().dossier
    director.open(dossier.get_absolute_url())

    tab_to(director, "Écrire un message")
    director.page.keyboard.press("Enter")
    assert faults_of(director.page) == []
    tab_to(director, "Envoyer le message")
    director.page.keyboard.press("Enter")
    expect(director.page.get_by_role("alert").first).to_be_focused()
    assert faults_of(director.page) == []

    tab_to(director, "À qui écrivez-vous")  # in the summary: leads to the field
    director.page.keyboard.press("Enter")
    expect(director.field("À qui écrivez-vous ?")).to_be_focused()
    director.page.keyboard.type("L’académie")
    tab_to(director, "Votre message")
    director.page.keyboard.type("Les prises sont posées.")
    tab_to(director, "Envoyer le message")
    director.page.keyboard.press("Enter")

    director.sees("Les prises sont posées.")
    message = Message.objects.filter(thread=dossier.thread_id).first()
    assert message is not None
    assert (message.audience, message.text) == ("school", "Les prises sont posées.")


def tab_to(person: Person, name: str) -> None:
    """With Tab alone, each stop seen on the screen."""
    for _ in range(80):
        person.page.keyboard.press("Tab")
        stop: dict[str, Any] = person.page.evaluate(FOCUS)
        assert stop["outlined"], f"the focus is not visible on {stop}"
        if name in stop["name"]:
            return
    raise AssertionError(f"Tab never reaches « {name} ».")


# The ring of the State design system is drawn on the element, on its label or on what stands before them; the browser's own
# stands inside a date field, on the button of its calendar.
FOCUS = """() => {
  const one = document.activeElement, label = one.labels && one.labels[0];
  const drawn = (element, part) => {
    const style = getComputedStyle(element, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  };
  const inside = one.matches(":focus-within") && !one.matches(":focus");
  const seen = inside || [one, label].filter(Boolean).some((element) => [null, "::before", "::after"].some((part) => drawn(element, part)));
  return {name: label ? label.innerText : one.innerText || one.id, outlined: seen};
}"""
