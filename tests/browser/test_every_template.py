"""No page escapes axe: one of each template, as the server sends it to somebody, at a desk and on two phones."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Route

from plannumerique import clock
from tests.browser.conftest import NewWindow
from tests.browser.situations import TODAY, every_situation
from tests.browser.test_pages_are_accessible import faults_of
from tests.visit import Visit

AGAIN = "/relue/"


@pytest.fixture
def visit(client: Client) -> Visit:
    every_situation()
    clock.shift_to(TODAY)
    visit = Visit(client)
    visit.everywhere()
    return visit


def test_a_page_of_every_template_has_no_fault(visit: Visit, new_window: NewWindow) -> None:
    """The browser is nobody: what a page shows in a frame is somebody's, and left empty."""
    page = new_window()
    page.route("**/fichiers/**", lambda route: route.fulfill(content_type="text/html", body=""))
    faults = []
    for template, answer in visit.of_template.items():
        page.route(f"**{AGAIN}", sending(answer))
        page.goto(AGAIN)
        faults += [f"{template}: {fault}" for fault in faults_of(page)]
        page.unroute(f"**{AGAIN}")

    assert faults == []


def sending(answer: Any) -> Callable[[Route], None]:
    headers = {"Content-Type": "text/html", "Content-Security-Policy": answer.headers["Content-Security-Policy"]}
    return lambda route: route.fulfill(body=answer.content, headers=headers)
