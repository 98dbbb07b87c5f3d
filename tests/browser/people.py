"""Somebody in front of the portal, who finds what she needs by its words: headings, labels, buttons, links."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from plannumerique.accounts.models import User
from tests.factories import PASSWORD

# What a label may carry after its words.
AFTER_LABEL = r"(\s*\((facultatif|€)\))*"


class Person:
    def __init__(self, page: Page, user: User) -> None:
        self.page = page
        self.user = user
        self.bookmarks: dict[tuple[str, ...], str] = {}

    # Moving about.

    def log_in(self) -> None:
        self.open("/compte/connexion/")
        self.fill({"Adresse électronique": self.user.email, "Mot de passe": PASSWORD})
        self.button("Se connecter", within=self.page.get_by_role("main")).click()
        self.sees_heading(f"Bonjour {self.user.first_name}")

    def open(self, address: str) -> None:
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{answer.status} {address}"

    def opens(self, *names: str) -> None:
        """Follow links one after the other, each on the page that the one before opened."""
        for name in names:
            before = self.page.url
            self._unfold(name)
            self.link(name).click()
            expect(self.page).not_to_have_url(before)

    def _unfold(self, name: str) -> None:
        """Open the group of the menu that holds the link, when nothing else of the page bears that name."""
        folded = self.page.locator("nav .fr-menu a").filter(has_text=re.compile(_words(name)))
        expect(self.link(name).or_(folded).first).to_be_attached()
        if not self.link(name).count():
            menu = folded.first.locator("xpath=ancestor::div[contains(@class, 'fr-menu')]").get_attribute("id")
            button = self.page.locator(f".fr-nav__btn[aria-controls='{menu}']")
            for _ in range(50):  # the script of the design system may not have taken the button in hand yet
                if button.get_attribute("aria-expanded") == "true":
                    break
                button.click()
                self.page.wait_for_timeout(200)
            expect(folded.first).to_be_visible()

    def goes_to(self, *names: str) -> None:
        """Through the links the first time, by its address afterwards."""
        if names in self.bookmarks:
            self.open(self.bookmarks[names])
            return
        self.opens(*names)
        self.bookmarks[names] = self.page.url

    # Acting.

    def fill(self, values: dict[str, str], *, within: Locator | None = None) -> None:
        for label, value in values.items():
            self.field(label, within=within).fill(value)

    def choose(self, group: str, option: str, *, within: Locator | None = None) -> None:
        """One of the radio buttons of a group; the browser hides the button itself behind its label."""
        (within or self.main).get_by_role("radiogroup", name=group).get_by_text(option, exact=True).click()

    def select(self, label: str, option: str, *, within: Locator | None = None) -> None:
        self.field(label, within=within).select_option(label=option)

    def tick(self, label: str) -> None:
        self.main.get_by_text(label, exact=True).click()

    def bring(self, label: str, file: Path) -> None:
        self.field(label).set_input_files(file)

    def press(self, name: str, *, then: str) -> None:
        """Send the form; `then` is the sentence by which the portal says that it is done."""
        self.button(name, within=self.main).click()
        done = self.page.get_by_role("status").filter(has_text=re.compile(_words(then)))
        refused = self.page.get_by_role("alert")
        expect(done.or_(refused).first).to_be_visible()
        assert not refused.count(), refused.inner_text()

    def does(self, act: str, values: dict[str, str] | None = None, *, then: str, button: str = "") -> None:
        """An act from the page of its row: its link, what it asks, its button, which usually bears the same words."""
        self.opens(act)
        self.fill(values or {})
        self.press(button or act, then=then)

    def press_in_vain(self, name: str, *, because: str) -> None:
        """Send the form and be refused; `because` is what the summary of errors says."""
        self.button(name, within=self.main).click()
        self.sees(because, within=self.page.get_by_role("alert"))

    # Looking.

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def field(self, label: str, *, within: Locator | None = None) -> Locator:
        return (within or self.main).get_by_label(re.compile(rf"^\s*{_words(label)}{AFTER_LABEL}\s*$"))

    def line(self, name: str) -> Locator:
        """A line of a form that has several alike."""
        return self.main.get_by_role("group", name=name, exact=True)

    def row(self, text: str) -> Locator:
        """The line of a table that holds these words."""
        return self.main.get_by_role("row").filter(has_text=re.compile(_words(text))).first

    def button(self, name: str, *, within: Locator | None = None) -> Locator:
        return (within or self.main).get_by_role("button", name=re.compile(rf"^\s*{_words(name)}\s*$"))

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=re.compile(_words(name))).first

    def sees(self, text: str, *, within: Locator | None = None) -> None:
        expect(within or self.main).to_contain_text(re.compile(_words(text)))

    def reads_letter(self, title: str, *words: str) -> None:
        """Download a letter from the page, drawn anew, and find words in its text, amounts as people read them."""
        self.page.reload()
        with self.page.expect_download() as download:
            self.link(title).click(modifiers=["Alt"])  # saves, where a plain click opens the reader
        text = " ".join(page.extract_text() for page in PdfReader(download.value.path()).pages)
        for wanted in words:
            assert re.search(_words(wanted), text), f"« {wanted} » is not in {title}:\n{text}"

    def sees_heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=re.compile(_words(text)))).to_be_visible()


def _words(text: str) -> str:
    """The words of a French sentence, whichever space stands between them: « 6 000,00 € », « Dépôt : »."""
    return r"\s+".join(re.escape(word) for word in text.split()).replace(r"\'", "['’]").replace("'", "['’]")
