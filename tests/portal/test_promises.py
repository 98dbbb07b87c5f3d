"""A sentence that names a button promises it: it is on the page, or on a page to which the page leads."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from plannumerique import clock
from plannumerique.lib.verbs import done
from tests.browser.situations import TODAY, every_situation
from tests.visit import Kept, Reader, Visit
from tests.walk import EVERY_ROLE

_NAMED = re.compile(r"«\s*([A-ZÉ][^»]{3,80}?)\s*»")
_PRESSED = re.compile(r"<(a|button|summary|h1|label|legend)\b[^>]*>(.*?)</\1>", re.S)
# What was done, what the machine calls a move in a refusal, what somebody wrote: these promise nothing.
_NOT_PROMISED = re.compile(
    r'<section aria-labelledby="(journal|messages|actes)".*?</section>|<(script|style|title|nav)\b.*?</\2>', re.S
)
_OVER = re.compile(r"^\s*(n’est|ne s’enregistre)")


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def promised(page: str) -> Iterator[str]:
    """The names between quotation marks that begin with an infinitive: « Rétablir la classe »."""
    text = words(_NOT_PROMISED.sub(" ", page[page.find("<main") : page.find("</main>")]))
    for found in _NAMED.finditer(text):
        if _is_an_act(found[1]) and not _OVER.match(text[found.end() :]):
            yield found[1]


def _is_an_act(name: str) -> bool:
    try:
        return bool(done(name))
    except ValueError:
        return False


def pressed(page: str) -> set[str]:
    return {words(found[2]) for found in _PRESSED.finditer(page)}


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("<p>Appuyez sur «\u00a0Rétablir la classe\u00a0».</p>", ["Rétablir la classe"]),
        ("<p>«\u00a0Déclarer recevable\u00a0» n’est pas encore possible.</p>", []),
        ("<p>Objet : «\u00a0plan numérique\u00a0».</p>", []),
        ('<section aria-labelledby="journal"><p>«\u00a0Rejeter la facture\u00a0»</p></section>', []),
    ],
)
def test_a_name_that_begins_with_an_infinitive_is_a_promise(sentence: str, names: list[str]) -> None:
    assert list(promised(f"<main>{sentence}</main>")) == names


@pytest.mark.slow
def test_every_button_that_a_page_names_is_there_for_whoever_reads_it(
    db: None, client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.PORTAL_DEMO = True
    settings.PORTAL_CLOCK_FILE = str(tmp_path / "today")
    every_situation()
    clock.shift_to(TODAY)
    visit, absent = Visit(client), []
    visit.send = lambda *_: None  # type: ignore[method-assign]  # pages alone
    for role in EVERY_ROLE:
        visit.enter(role)
        visit.pages.clear()
        visit.follow_the_links(role, "/")
        read = {one.path: one.body.decode() for one in visit.pages.values()}
        for path, page in read.items():
            absent += [f"{role}, {path}: « {name} »" for name in promised(page) if not _is_near(name, page, read, client)]

    assert absent == []


def _is_near(name: str, page: str, read: dict[str, str], client: Client) -> bool:
    if _has(page, name):
        return True
    return any(_has(read.get(link) or _opened(client, link), name) for link in Reader(page).pages())


def _opened(client: Client, link: str) -> str:
    answer = client.get(link)
    return Kept.of(answer).body.decode() if answer["Content-Type"].startswith("text/html") else ""


def _has(page: str, name: str) -> bool:
    return any(name in one for one in pressed(page))
