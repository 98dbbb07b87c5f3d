"""What only somebody in front of a page finds: where the focus goes after an error, and the keyboard, key by key.

What axe says of every page stands in `test_every_page.py`.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from deployments.models import MobileClass
from plannumerique import clock
from plannumerique.messages.models import Message
from plannumerique.organisations.enums import Role
from projects.models import Application, Dossier
from subsidies.models import EquipmentSubsidy
from tests.browser.conftest import LogIn, NewWindow
from tests.browser.people import Person
from tests.browser.reading import faults_of
from tests.browser.situations import TODAY, every_situation, somebody
from tests.browser.windows import PHONE
from tests.factories_deployments import MobileClassFactory
from tests.factories_projects import ApplicationFactory


@pytest.fixture
def situations() -> None:
    every_situation()
    clock.shift_to(TODAY)


def test_a_dark_system_gets_the_dark_theme(new_window: NewWindow) -> None:
    page = new_window()
    page.emulate_media(color_scheme="dark")
    page.goto(reverse("accounts:login"))

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


@pytest.fixture
def draft() -> Application:
    clock.shift_to(TODAY)
    return ApplicationFactory(written=True, late_derogation="Panne du réseau de l’école.")


@pytest.fixture
def mobile_class() -> MobileClass:
    clock.shift_to(TODAY)
    return MobileClassFactory()


def test_the_first_tab_leads_past_the_menu(draft: Application, log_in: LogIn) -> None:
    page = log_in(somebody(Role.SIGNATAIRE)).page
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Contenu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_a_form_is_filled_and_sent_without_a_mouse(mobile_class: MobileClass, log_in: LogIn) -> None:
    director = log_in(somebody(Role.DIRECTOR))
    director.open(reverse("deployments:receive", args=[mobile_class.pk]))

    tab_to(director, "Numéro du bon de livraison")
    director.page.keyboard.type("BL-7")
    tab_to(director, "Enregistrer la réception")
    director.page.keyboard.press("Enter")

    director.sees("BL-7")
    assert MobileClass.objects.get(pk=mobile_class.pk).delivery_note == "BL-7"


def test_a_message_is_written_from_the_page_of_the_dossier_without_a_mouse(draft: Application, log_in: LogIn) -> None:
    director = log_in(somebody(Role.DIRECTOR), width=PHONE)
    director.open(draft.dossier.get_absolute_url())

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
    message = Message.objects.filter(thread=draft.dossier.thread_id).first()
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
