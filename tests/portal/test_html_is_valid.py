"""What the server sends is the HTML of the standard, on every page of every role: 0 errors of the Nu HTML checker.

The Django admin is left out: its pages are Django's.
"""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from plannumerique import clock
from tests import nu
from tests.browser.situations import TODAY, every_situation
from tests.visit import Visit


@pytest.fixture
def visit(client: Client, settings: Any, tmp_path: Path) -> Visit:
    settings.PORTAL_DEMO = True
    settings.PORTAL_CLOCK_FILE = str(tmp_path / "today")
    every_situation()
    clock.shift_to(TODAY)
    return Visit(client)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    return folder


@pytest.mark.slow
@pytest.mark.django_db
def test_every_page_of_every_role_is_valid(visit: Visit, folder: Path) -> None:
    visit.everywhere()

    assert nu.errors_of(visit.pages, folder) == []


def test_an_error_is_told_with_its_page(folder: Path) -> None:
    page = b"<!DOCTYPE html><html lang=fr><title>Essai</title>%s"
    pages = {
        "right": page % b"<p>Oui.</p>",
        "wrong": page % b"<p id=a>Un.<p id=a>Deux.",
        "odd": page % b"<main role=main>Oui.</main>",
    }

    (told,) = nu.errors_of(pages, folder)

    assert "Duplicate ID" in told
    assert "wrong, line 1" in told
