"""Following the links of the portal, as a person does, to every kind of page."""

from collections.abc import Iterator

from django.urls import resolve
from playwright.sync_api import Page

NOT_PAGES = (
    *("files:", "admin:", "conventions:draft", "subsidies:decision_draft", "subsidies:download_workbook"),
    *("portal:archive", "portal:message_attachment", "portal:take_over_model", "portal:download_list"),
    *("portal:retained_csv", "portal:retained_geojson"),
)
# Pages that change with the state of their row: each is opened; of the others, the first of its kind.
OF_A_STATE = ("projects:application", "conventions:convention", "subsidies:equipment", "subsidies:statement")


def crawl(page: Page) -> Iterator[tuple[str, int]]:
    """Each page in turn, from the home, with the status of its answer."""
    seen, waiting = {kind_of("/")}, ["/"]
    while waiting:
        path = waiting.pop()
        answer = page.goto(path)
        assert answer is not None
        yield path, answer.status
        for link in links_of(page):
            if kind_of(link) not in seen:
                seen.add(kind_of(link))
                waiting.append(link)


def kind_of(path: str) -> str:
    view = resolve(path).view_name
    return path if view in OF_A_STATE else view


def links_of(page: Page) -> list[str]:
    """The pages of the portal to which this one leads, once each, those of the folded menu too."""
    found = page.locator("a[href]").evaluate_all("links => links.filter(a => a.origin === location.origin).map(a => a.pathname)")
    return [path for path in dict.fromkeys(found) if not resolve(path).view_name.startswith(NOT_PAGES)]


def too_wide(page: Page) -> int:
    """By how many pixels the page overflows its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
