"""The windows in which pages are looked at, in pixels of width."""

from playwright.sync_api import Page

DESKTOP, PHONE, SMALL_PHONE = 1280, 390, 320


def at_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})


def too_wide(page: Page) -> int:
    """By how many pixels the page, once it is whole, overflows its window."""
    page.wait_for_load_state()
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
