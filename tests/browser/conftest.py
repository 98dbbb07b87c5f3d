"""A real browser on the live portal: real PostgreSQL, real Redis and worker, real SMTP; every page is watched."""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Playwright, expect

from plannumerique import celery, clock
from plannumerique.accounts.models import User
from tests.browser import worker as workers
from tests.browser.people import Person
from tests.browser.watch import Watch
from tests.browser.windows import DESKTOP
from tests.browser.worker import Worker
from tests.files.sample import image_bytes, pdf_bytes
from tests.notices.receiver import Receiver

# Playwright leaves an event loop running in this thread for the rest of the session, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
celery.app.conf.task_default_queue = workers.QUEUE

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Nothing but the pages asks for anything, and no graphics card is looked for.
FLAGS = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)

# Of a machine that does something else at the same time, in milliseconds.
PATIENCE = 20_000

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each window is given the address of the live server; the fixture of pytest-playwright warns under a recent pytest."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.fail("Chromium is missing: apt-get install -y chromium-headless-shell, or CHROMIUM=its path.", pytrace=False)
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": found, "args": [*FLAGS, *as_root]}


@pytest.fixture(autouse=True)
def portal(settings: Any, tmp_path: Path) -> None:
    """The portal as the demonstration runs it, whose date can be moved."""
    settings.PORTAL_DEMO = True
    settings.PORTAL_CLOCK_FILE = str(tmp_path / "today")
    clock.shift_to(dt.date(2016, 5, 20))


@pytest.fixture
def address(settings: Any, live_server: Any) -> str:
    """Where the live portal answers."""
    settings.PORTAL_URL = live_server.url
    return settings.PORTAL_URL


@pytest.fixture
def smtp() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.start()
    yield receiver
    receiver.shutdown()
    receiver.server_close()


@pytest.fixture
def worker(address: str, smtp: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Worker]:
    if not os.environ.get("REDIS_URL"):
        pytest.fail("REDIS_URL is missing: letters and mails go through a real Redis.", pytrace=False)
    monkeypatch.setattr(celery, "_silent_until", 0.0)
    workers.purge()
    started = Worker(smtp_port=smtp.port, log=tmp_path / "worker.log")
    yield started
    started.stop()


@pytest.fixture
def watch(address: str) -> Iterator[Watch]:
    """What the browser complains of, in every window of the test."""
    watch = Watch(origin=address)
    yield watch
    watch.assert_nothing()


@pytest.fixture(scope="session")
def connections_of_before(django_db_setup: None) -> None:
    """Once its event loop runs, Playwright’s thread gets other connections from Django: those of before are closed."""
    connections.close_all()


@pytest.fixture(scope="session")
def playwright(connections_of_before: None, playwright: Playwright) -> Iterator[Playwright]:
    yield playwright
    # While the loop still runs: afterwards nothing would reach these connections, and the test database could not be dropped.
    connections.close_all()


Paper = Callable[[str], Path]


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Files as people send them: a PDF, or the photograph of a signed page."""

    def paper(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(image_bytes("PNG") if name.endswith(".png") else pdf_bytes(name))
        return path

    return paper


NewWindow = Callable[..., Any]


@pytest.fixture
def new_window(new_context: Any, watch: Watch) -> NewWindow:
    def new_window(width: int = DESKTOP) -> Any:
        context = new_context(
            base_url=watch.origin,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
            viewport={"width": width, "height": 900},
        )
        context.set_default_timeout(PATIENCE)
        watch.follow(context)
        return context.new_page()

    return new_window


LogIn = Callable[..., Person]


@pytest.fixture
def log_in(new_window: NewWindow) -> LogIn:
    """A window of her own for each person, entered through the log-in page with her password."""

    def log_in(user: User, *, width: int = DESKTOP) -> Person:
        person = Person(new_window(width), user)
        person.log_in()
        return person

    return log_in
