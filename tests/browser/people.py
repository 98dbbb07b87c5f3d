"""Somebody in front of the portal, who finds what she needs by its words: headings, labels, buttons, links."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from plannumerique.accounts.models import User
from tests.browser.windows import too_wide
from tests.factories import PASSWORD

# What a label may carry after its words.
AFTER_LABEL = r"(\s*\((facultatif|€)\))*"


class Person:
    def __init__(self, page: Page, user: User | None = None) -> None:
        """Without an account, a visitor."""
        self.page = page
        self.user = user
        self.bookmarks: dict[tuple[str, ...], str] = {}
        self.expected: set[tuple[str, str]] = set()

    @property
    def on_a_phone(self) -> bool:
        """The menu of the design system folds under 992 px."""
        return (self.page.viewport_size or {"width": 0})["width"] < 992

    # Moving about.

    def log_in(self) -> None:
        assert self.user is not None
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
            self.sees_the_whole_width()

    def _unfold(self, name: str) -> None:
        """Open the menu, then its group, that hold the link, when nothing else of the page bears that name."""
        entry = self.page.locator("nav .fr-nav__link").filter(has_text=re.compile(_words(name))).first
        expect(self.link(name).or_(entry).first).to_be_attached()
        if not self.link(name).count():
            self._open_the_menu_on(entry)

    def _open_the_menu_on(self, entry: Locator) -> None:
        if self.on_a_phone:
            self._until_unfolded(self.page.get_by_role("banner").get_by_role("button", name="Menu"), "data-fr-opened")
        group = entry.locator("xpath=ancestor::div[contains(@class, 'fr-menu')]").and_(self.page.locator(".fr-nav .fr-menu"))
        if group.count():
            menu = group.get_attribute("id")
            self._until_unfolded(self.page.locator(f".fr-nav__btn[aria-controls='{menu}']"), "aria-expanded")
        expect(entry).to_be_visible()

    def follows_menu(self, *names: str) -> None:
        """By the menu, whatever else of the page bears that name."""
        for name in names:
            entry = self.page.locator("nav .fr-nav__link").filter(has_text=re.compile(rf"^\s*{_words(name)}")).first
            self._open_the_menu_on(entry)
            with self.page.expect_navigation():
                entry.click()
            self.sees_the_whole_width()

    def _until_unfolded(self, button: Locator, mark: str) -> None:
        """The script of the design system may not have taken the button in hand yet."""
        for _ in range(50):
            if button.get_attribute(mark) == "true":
                return
            button.click()
            self.page.wait_for_timeout(200)

    def sees_the_whole_width(self) -> None:
        """A thumb does not scroll sideways. The width of a desk is that of the menu, which a demonstration makes longer."""
        self.page.wait_for_load_state()
        if self.on_a_phone:
            assert too_wide(self.page) <= 0, f"{self.page.url} is too wide"

    def goes_to(self, *names: str) -> None:
        """Through the links the first time, by its address afterwards."""
        if names in self.bookmarks:
            self.open(self.bookmarks[names])
            return
        self.opens(*names)
        self.bookmarks[names] = self.page.url

    # At home.

    def goes_home(self) -> None:
        """By the name of the portal, at the top of every page."""
        self.page.get_by_role("banner").get_by_role("link", name="Plan numérique pour l’école", exact=True).click()
        self.sees_heading(f"Bonjour {self.user.first_name if self.user else ''}")
        self.sees_the_whole_width()

    def takes(self, task: str, line: str) -> None:
        """One click on a line of what is expected of her."""
        self.is_expected(task, line)
        self.todo(task, line).first.click()
        expect(self.page).not_to_have_url(re.compile(r"://[^/]+/$"))
        self.sees_the_whole_width()

    def is_expected(self, task: str, line: str) -> None:
        expect(self.todo(task, line).first).to_be_visible()
        self.expected.add((task, line))

    def has_done(self, task: str, line: str) -> None:
        """Back at home, the line is gone. It was there before: a name that is wrong would never be found again either."""
        assert (task, line) in self.expected
        self.goes_home()
        expect(self.todo(task, line)).to_have_count(0)

    def expects_nothing_of(self, task: str, line: str) -> None:
        """The home that she is on has this task, without that line."""
        expect(self.todo(task, "").first).to_be_visible()
        expect(self.todo(task, line)).to_have_count(0)

    def todo(self, task: str, line: str) -> Locator:
        """The links of a task of the home."""
        home = self.page.get_by_role("region", name="Ce qui est attendu de vous")
        heading = home.get_by_role("heading", level=3, name=re.compile(rf"^{_words(task)}$"))
        return heading.locator("xpath=following-sibling::ul[1]").get_by_role("link", name=re.compile(_words(line)))

    # In a list.

    def filters(self, values: dict[str, str]) -> None:
        """Type the words, choose the options, press « Filtrer »: the address carries them all."""
        form = self.main.get_by_role("search")
        for label, value in values.items():
            field = self.field(label, within=form)
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)
        self.button("Filtrer", within=form).click()
        self.page.wait_for_url(re.compile(r"\?"))
        self.sees_the_whole_width()

    def address(self) -> dict[str, str]:
        """What the address of the list says, without what is left empty."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    def reads_rows(self) -> list[str]:
        """The head of each row of the list, as the page writes it."""
        expect(self.main.locator("tbody th[scope=row]").first).to_be_visible()
        return [" ".join(one.split()) for one in self.main.locator("tbody th[scope=row] > a").all_inner_texts()]

    def reads_cards(self) -> None:
        """On a phone each row is a card, whose values stand one under the other with their names; at a desk, one beside the other."""
        row = self.main.locator("tbody tr").first
        cells = row.locator("td[data-label]")
        tops = {round(cell.bounding_box()["y"]) for cell in (cells.first, cells.last)}  # type: ignore[index]
        assert (len(tops) > 1) is self.on_a_phone, tops
        named = cells.last.evaluate("cell => getComputedStyle(cell, '::before').content.includes(cell.dataset.label)")
        assert named is self.on_a_phone

    def sorts_by(self, column: str) -> None:
        self.main.get_by_role("table").get_by_role("link", name=column, exact=True).click()
        self.page.wait_for_url(re.compile(r"[?&]tri="))

    def keeps_view(self, name: str) -> None:
        self.main.get_by_text("Enregistrer cette vue", exact=True).click()
        self.fill({"Nom de la vue": name})
        self.press("Enregistrer", then="est enregistrée")

    def acts_on_all(self, act: str, *, rows: int) -> None:
        """Have an act done to every row of the filter, and confirm it."""
        self.main.get_by_text(re.compile(rf"les\s+{rows}\s+résultats du filtre")).click()
        self.button(f"{act}…").click()
        self.sees_heading(act)
        self.button(f"Confirmer pour {rows} lignes").click()
        self.sees_heading(f"{act} : résultats")
        self.sees_the_whole_width()

    def exports(self, *columns: str) -> list[list[Any]]:
        """Take away these columns of the list as a workbook; its rows, the heads first."""
        self.main.get_by_text("Exporter la liste", exact=True).click()
        choices = self.main.get_by_role("group", name="Colonnes, pour toutes les lignes filtrées")
        for box in choices.get_by_role("checkbox").all():
            label = choices.locator(f"label[for='{box.get_attribute('id')}']")
            if box.is_checked() != (label.inner_text() in columns):
                label.click()
        with self.page.expect_download() as given:
            self.button("Excel (XLSX)").click()
        sheet = load_workbook(BytesIO(given.value.path().read_bytes())).active
        assert sheet is not None
        return [list(row) for row in sheet.iter_rows(values_only=True)]

    # In a conversation.

    def writes(self, text: str, *, to: str, file: Path | None = None) -> None:
        self.main.get_by_text("Écrire un message", exact=True).click()
        self.select("À qui écrivez-vous ?", to)
        self.fill({"Votre message": text})
        if file:
            self.bring("Pièce jointe", file)
        self.press("Envoyer le message", then="Votre message est envoyé.")

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
        self.sees_the_whole_width()

    def does(self, act: str, values: dict[str, str] | None = None, *, then: str, button: str = "") -> None:
        """An act from the page of its row: its link, what it asks, its button, which usually bears the same words."""
        self.opens(act)
        self.fill(values or {})
        self.press(button or act, then=then)

    def press_in_vain(self, name: str, *, because: str) -> None:
        """Send the form and be refused; `because` is what the summary of errors says."""
        self.button(name, within=self.main).click()
        self.sees(because, within=self.page.get_by_role("alert"))
        self.sees_the_whole_width()

    def finds_typed(self, values: dict[str, str], *, within: Locator | None = None) -> None:
        """What was typed is still in its fields."""
        for label, value in values.items():
            expect(self.field(label, within=within)).to_have_value(value)

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

    def sees_nothing_of(self, text: str) -> None:
        """Asked of a page that is already there: after `sees`."""
        expect(self.main).not_to_contain_text(re.compile(_words(text)))

    def has_before_her_eyes(self, heading: str) -> None:
        """Without scrolling."""
        expect(self.main.get_by_role("heading", name=heading)).to_be_in_viewport()

    def sees_room_under(self, notice: str) -> None:
        """What follows a notice does not touch it."""
        alert = self.main.locator(".fr-alert").filter(has_text=re.compile(_words(notice)))
        room = alert.evaluate(
            "alert => alert.nextElementSibling.getBoundingClientRect().top - alert.getBoundingClientRect().bottom"
        )
        assert room >= 16, f"{room} px"

    def sees_amounts(self, amounts: dict[str, str]) -> None:
        """Each under its own title: the same figure elsewhere on the page is not that one."""
        for title, amount in amounts.items():
            block = self.main.locator(".portal-amounts").filter(has_text=re.compile(rf"^\W*{_words(title)}"))
            self.sees(amount, within=block.first)

    def sees_no_link(self, name: str) -> None:
        """Asked of a page that is already there: after `sees`."""
        expect(self.main.get_by_role("link", name=re.compile(_words(name)))).to_have_count(0)

    def finds_chosen(self, group: str, option: str) -> None:
        expect(self.main.get_by_role("radiogroup", name=group).get_by_role("radio", name=option)).to_be_checked()

    def sees_heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=re.compile(_words(text)))).to_be_visible()


def _words(text: str) -> str:
    """The words of a French sentence, whichever space stands between them: « 6 000,00 € », « Dépôt : »."""
    return r"\s+".join(re.escape(word) for word in text.split()).replace(r"\'", "['’]").replace("'", "['’]")
