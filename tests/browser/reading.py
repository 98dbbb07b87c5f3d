"""A page read by axe at the width of a desk, measured on two phones; and all the pages of a visit, for the price of what differs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import NewWindow
from tests.browser.shelf import Shelf
from tests.browser.watch import Watch
from tests.browser.windows import DESKTOP, PHONE, SMALL_PHONE, at_width, too_wide
from tests.visit import Kept

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ONLY_VIOLATIONS = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
ONLY_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
AXE = Axe().axe_script
BLOCKS = Path(__file__).with_name("blocks.js").read_text()
# The same page, asked twice, differs by these.
OF_THIS_ANSWER = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
ERRORS_WITH_A_PAGE = (400, 403, 404, 405, 409, 413, 422, 429, 500)
# A page that follows a work under way opens itself again, which would take it away while axe reads it.
STAYS = "const later = setTimeout; setTimeout = (act, delay, ...rest) => (delay >= 3000 ? 0 : later(act, delay, ...rest));"
# A script of the page may have moved what was there: then all of it is read.
RUN_AXE = """([only, options]) => {
  const there = only.length && only.every((place) => document.querySelector(place));
  return axe.run(there ? {include: only.map((place) => [place])} : document, options);
}"""
OF_A_PAGE = "html => blocksOf(new DOMParser().parseFromString(html, 'text/html'))"
PUT_MAIN = """html => {
  const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
  document.querySelector("main").replaceWith(document.adoptNode(main));
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}"""


def violations_of(page: Page, *, only: Sequence[str] = (), options: Any = ONLY_VIOLATIONS) -> list[str]:
    """Of the whole page, or of the elements at these places, seen where they stand."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(RUN_AXE, [[*only], options])["violations"]
    return [f"{page.url}: {one['id']}, {one['nodes'][0]['target']}, {one['help']}" for one in found]


def faults_of(page: Page) -> list[str]:
    """What axe says at the width of a desk, and whether the page fits on phones."""
    at_width(page, DESKTOP)
    return violations_of(page) + overflows_of(page)


def overflows_of(page: Page) -> list[str]:
    faults = []
    for width in (PHONE, SMALL_PHONE):
        at_width(page, width)
        if excess := too_wide(page):
            faults.append(f"{page.url}: {excess} px too wide at {width} px")
    return faults


class Reading:
    """Every page of a visit, read once for all those that are alike.

    Axe looks at elements: their tag, their class, their role, what names them, the elements around them; it reads words only to
    know whether there are any. A page is made of blocks (`blocks.js` says where one ends and what is left out of it), each taken
    with the opening tags of all that surrounds it, which give it its colours. A page that holds a block not met yet is opened at
    its own address, where axe reads what is new, in both themes. One of whose blocks each was read on some page has nothing new
    for axe, but words of its own: its `main` is put in place of another's, on two phones, to see whether it fits.

    What this leaves out: what depends on the *number* of words or of lines (`target-size`, a block that starts to scroll
    at the width of a desk), on neighbours from two blocks, and ids used twice, of which the HTML checker reads every page.
    """

    def __init__(self, new_window: NewWindow, shelf: Shelf, watch: Watch) -> None:
        watch.statuses_of_pages = (*watch.statuses_of_pages, *ERRORS_WITH_A_PAGE)
        self.shelf, self.watch = shelf, watch
        self.framed: Mapping[str, Kept] = {}
        self.desk, self.bench = new_window(), new_window()
        self.phones = [new_window(width) for width in (PHONE, SMALL_PHONE)]
        self.desk.add_init_script(STAYS)
        self.bench.evaluate(f"() => {{ window.blocksOf = {BLOCKS} }}")
        self.read: set[str] = set()
        self.opened: list[str] = []

    def faults_of_all(self, pages: Mapping[str, Kept]) -> list[str]:
        return [fault for name, page in distinct(pages).items() for fault in self.faults_of(name, page)]

    def faults_of(self, name: str, kept: Kept) -> Iterator[str]:
        before = len(self.watch.complaints)
        blocks = self.blocks_of(kept)
        if new := blocks.keys() - self.read:
            faults = self.look(kept, {block: blocks[block] for block in new})
            self.opened.append(name)
            self.read |= new
        else:
            faults = self.measure(kept)
        for fault in (*faults, *self.watch.complaints[before:]):
            yield f"{name}: {fault}"
        del self.watch.complaints[before:]

    def knows(self, kept: Kept) -> bool:
        return self.blocks_of(kept).keys() <= self.read

    def blocks_of(self, kept: Kept) -> dict[str, str]:
        """What the page is made of, each with one of its places."""
        return dict(self.bench.evaluate(OF_A_PAGE, kept.body.decode()))

    def look(self, kept: Kept, new: Mapping[str, str]) -> list[str]:
        at_width(self.desk, DESKTOP)
        self.desk.goto(self.shelf.show(kept, self.framed))
        # Something new in the frame, at the first page of somebody: the page is read whole.
        only = [place for block, place in new.items() if "<main" in block]
        only = only if len(only) == len(new) else []
        faults = violations_of(self.desk, only=only)
        return [*faults, *self.in_the_dark(only), *overflows_of(self.desk)]

    def in_the_dark(self, only: Sequence[str]) -> list[str]:
        # As `theme.js` does, before the page is drawn.
        self.desk.evaluate("document.documentElement.setAttribute('data-fr-theme', 'dark')")
        return [f"in the dark, {fault}" for fault in violations_of(self.desk, only=only, options=ONLY_COLOURS)]

    def measure(self, kept: Kept) -> list[str]:
        faults = []
        for phone in self.phones:
            if phone.url == "about:blank":
                phone.goto(self.shelf.show(kept, self.framed))
            if excess := phone.evaluate(PUT_MAIN, kept.body.decode()):
                faults.append(f"{kept.path}: {excess} px too wide at {phone.viewport_size['width']} px")
        return faults


def distinct(pages: Mapping[str, Kept]) -> dict[str, Kept]:
    """The pages that differ from one another, by the name of the first: two roles are often sent the same."""
    first: dict[bytes, str] = {}
    for name, page in pages.items():
        first.setdefault(OF_THIS_ANSWER.sub(b"", page.body), name)
    return {name: pages[name] for name in first.values()}
