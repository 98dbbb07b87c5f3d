"""WeasyPrint as the portal uses it: our static files and nothing else, fonts and stylesheet read once."""

import threading
from functools import cache
from typing import Any

import weasyprint
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django_weasyprint import WeasyTemplateResponse
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from plannumerique.files.pdf import STYLESHEET
from plannumerique.lib.text import typeset

# An address that leads nowhere: relative addresses are resolved against it, and the fetcher serves what is under it.
BASE_URL = "https://static.invalid/"
_TYPES = {".css": "text/css", ".ttf": "font/ttf", ".svg": "image/svg+xml", ".jpg": "image/jpeg", ".png": "image/png"}

# Pango is not made for two threads on one font configuration.
_one_at_a_time = threading.Lock()


class StaticFetcher(URLFetcher):
    """Serves our static files. No network, no disk beyond them; a letter that asks for more is not made at all."""

    def __init__(self, **_: Any) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        path = url.removeprefix(BASE_URL)
        extension = path[path.rfind(".") :]
        try:
            found = finders.find(path) if path != url and extension in _TYPES else None
        except SuspiciousFileOperation:
            found = None
        if found is None:
            raise FatalURLFetchingError(f"{url} is not a static file of the portal")
        with open(found, "rb") as file:
            return URLFetcherResponse(url, body=file.read(), headers={"Content-Type": _TYPES[extension]})


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _stylesheets() -> list[weasyprint.CSS]:
    fetcher = StaticFetcher()
    return [weasyprint.CSS(url=BASE_URL + STYLESHEET, url_fetcher=fetcher, font_config=_fonts())]


def to_pdf(html: str, **options: Any) -> bytes:
    with _one_at_a_time:
        page = weasyprint.HTML(string=html, base_url=BASE_URL, url_fetcher=StaticFetcher())
        _typeset(page.etree_element)
        return page.write_pdf(stylesheets=_stylesheets(), font_config=_fonts(), **options)


def _typeset(root: Any) -> None:
    """French spaces everywhere, in what the template says, the campaign words and the person typed."""
    for element in root.iter():
        if isinstance(element.tag, str) and element.text:
            element.text = typeset(element.text)
        if element.tail:
            element.tail = typeset(element.tail)


class DraftResponse(WeasyTemplateResponse):
    """A draft on screen, laid out exactly as the issued letter will be."""

    @property
    def rendered_content(self) -> bytes:
        return to_pdf(super(WeasyTemplateResponse, self).rendered_content)
