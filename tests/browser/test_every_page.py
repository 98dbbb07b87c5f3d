"""Every page of every role, as the server sends it, has no fault: none for the HTML checker, for axe, for a phone, for the console.

The Django admin is left out: its pages are Django's.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from plannumerique import clock
from tests import nu
from tests.browser.conftest import NewWindow
from tests.browser.reading import Reading, distinct
from tests.browser.shelf import Shelf
from tests.browser.situations import TODAY, every_situation
from tests.browser.watch import Watch
from tests.visit import Kept, Visit


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    yield shelf
    shelf.close()


@pytest.fixture
def address(shelf: Shelf) -> str:
    """Of what was kept: these windows see no live portal, and nothing of the database has to be committed."""
    return shelf.address


@pytest.fixture
def visit(db: None, client: Client) -> Visit:
    every_situation()
    clock.shift_to(TODAY)
    visit = Visit(client)
    visit.everywhere()
    return visit


@pytest.fixture
def reading(new_window: NewWindow, shelf: Shelf, watch: Watch) -> Reading:
    return Reading(new_window, shelf, watch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    return folder


@pytest.mark.slow
def test_every_page_of_every_role_has_no_fault(visit: Visit, reading: Reading, folder: Path) -> None:
    reading.framed = visit.framed
    faults = reading.faults_of_all(visit.pages)

    assert faults == []
    assert [name for name, kept in visit.pages.items() if kept.body.count(b"<h1") != 1] == []
    assert nu.errors_of({name: kept.body for name, kept in distinct(visit.pages).items()}, folder) == []
    assert [name for name, kept in visit.pages.items() if not reading.knows(kept)] == []


# --- The check can fail ---


def kept(main: str) -> Kept:
    """A small page under the portal’s policy of scripts and styles."""
    sheets = "".join(
        f'<link rel="stylesheet" href="/static/{name}">' for name in ("dsfr/dist/dsfr.main.min.css", "ui/portal.css")
    )
    head = f'<meta name="viewport" content="width=device-width"><title>Essai</title>{sheets}<link rel="icon" href="data:,">'
    html = f'<!DOCTYPE html><html lang="fr"><head>{head}</head><body><main><h1>Essai</h1>{main}</main></body></html>'
    policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:"
    return Kept("/essai/", html.encode(), headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy})


FAULTY = {
    "label": '<input type="text">',
    "color-contrast": '<p><font color="#bbbbbb">Pâle en plein jour.</font></p>',
    "in the dark": '<p><font color="#555555">Sombre dans le noir.</font></p>',
    "too wide at 390 px": '<canvas width="500" height="20"></canvas>',
    "inline script": "<p>Du script.</p><script>document.title = 'Autre'</script>",
    "inline style": '<p style="color: black">Du style.</p>',
    "404": '<p>Rien.</p><img src="/static/absent.png" alt="Absent">',
}


def test_a_fault_is_told_of_the_page_that_has_it(reading: Reading) -> None:
    pages = {"sound": kept("<p>Oui.</p>")} | {f"page {fault}": kept(main) for fault, main in FAULTY.items()}

    told = reading.faults_of_all(pages)

    for fault in FAULTY:
        assert any(line.partition(": ")[0] == f"page {fault}" and fault in line.partition(": ")[2] for line in told), (
            fault,
            told,
        )
    assert not any(line.startswith("sound") for line in told)


def test_words_that_do_not_fit_are_told_of_a_page_like_another(reading: Reading) -> None:
    told = reading.faults_of_all({"short": kept("<pre>mot</pre>"), "long": kept(f"<pre>{'mot' * 99}</pre>")})

    assert reading.opened == ["short"]
    assert [line.partition(":")[0] for line in told] == ["long", "long"]
    assert "at 390 px" in told[0]
    assert "at 320 px" in told[1]


ALIKE = [
    ("<p>Un mot.</p>", "<p>Deux mots.</p>"),
    ('<a href="/ici/">Ici</a>', '<a href="/la/?page=2">Là</a>'),
    ("<table><tr><td>1</td></tr><tr><td>2</td></tr></table>", "<table>" + "<tr><td>3</td></tr>" * 5 + "</table>"),
    ('<label for="a-1">Nom</label><input id="a-1" value="X">', '<label for="a-2">Nom</label><input id="a-2" value="Y">'),
]
DIFFERENT = [
    ("<p>Un mot.</p>", "<p></p>"),
    ("<p>Un mot.</p>", '<p class="fr-error-text">Un mot.</p>'),
    ('<div class="a"><p>Un mot.</p></div>', '<div class="b"><p>Un mot.</p></div>'),
    ("<h2>Titre</h2>", "<h3>Titre</h3>"),
    ('<label for="a">Nom</label><input id="a">', '<label for="a">Nom</label><input id="b">'),
    ('<label for="a">Nom</label><input id="a">', '<label for="a"></label><input id="a">'),
    ('<div><label for="a">Nom</label></div><div><input id="a"></div>', '<div></div><div><input id="a"></div>'),
    ('<h2 id="a">Nom</h2><h2></h2><input aria-labelledby="a">', '<h2>Nom</h2><h2 id="a"></h2><input aria-labelledby="a">'),
    ('<div role="list"><p role="listitem">Un</p></div>', '<div role="list"></div>'),
    ('<input id="a" aria-label="Nom">', '<input id="a" aria-label="">'),
    ('<img src="/a.png" alt="Carte">', '<img src="/a.png" alt="">'),
    ('<p role="alert">Un mot.</p>', '<p role="status">Un mot.</p>'),
    ("<p>Un <a href='/'>mot</a>.</p>", "<p><a href='/'>mot</a></p>"),
    ("<table><tr><td>1</td></tr></table>", "<table><tr><td>1</td></tr><tr><td>2</td></tr></table>"),
]


def test_words_and_numbers_are_nothing_new_what_axe_looks_at_is(reading: Reading) -> None:
    def nothing_new(before: str, after: str) -> bool:
        return reading.blocks_of(kept(after)).keys() <= reading.blocks_of(kept(before)).keys()

    assert [pair for pair in ALIKE if not nothing_new(*pair)] == []
    assert [pair for pair in DIFFERENT if nothing_new(*pair)] == []


def test_an_error_of_html_is_told_with_its_page(folder: Path) -> None:
    page = b"<!DOCTYPE html><html lang=fr><title>Essai</title>%s"
    pages = {
        "right": page % b"<p>Oui.</p>",
        "wrong": page % b"<p id=a>Un.<p id=a>Deux.",
        "odd": page % b"<main role=main>Oui.</main>",
    }

    (told,) = nu.errors_of(pages, folder)

    assert "Duplicate ID" in told
    assert "wrong, line 1" in told
