"""A Celery worker as in production: its own process, on the test database and the real Redis, mails by real SMTP."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from plannumerique.celery import app
from plannumerique.files.models import IssuedDocument
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail

# One queue per process of pytest: others may use the same Redis at the same moment.
QUEUE = f"tests-{os.getpid()}"
# The kernel ends the worker with its parent, even when that one is killed.
DIES_WITH_ITS_PARENT = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 15); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


class Worker:
    def __init__(self, *, smtp_port: int, log: Path) -> None:
        self.log = log
        options = ["--concurrency", "1", "--queues", QUEUE, "--hostname", f"{QUEUE}@%h", "--loglevel", "INFO"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        command = [sys.executable, "-c", DIES_WITH_ITS_PARENT, "-m", "celery", "-A", "plannumerique", "worker", *options, *quiet]
        env = {**os.environ, **_environment(smtp_port)}
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command, env=env, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            )

    def wait_until_idle(self) -> None:
        """Every issued letter is laid out and every mail has left."""
        self.wait_until(lambda: not IssuedDocument.objects.pending().exists(), "the letters are laid out")
        self.wait_until(
            lambda: not OutboxMail.objects.filter(state__in=[MailState.PENDING, MailState.SENDING]).exists(),
            "the mails have left",
        )

    def wait_until(self, done: Callable[[], Any], what: str, *, within: float = 40.0) -> None:
        limit = time.monotonic() + within
        while not done():
            if self.process.poll() is not None or time.monotonic() > limit:
                raise AssertionError(f"The worker did not get there: {what}.\n{self.log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """TERM, then its task in hand is finished; whoever waits for ever would hide a worker that does not stop."""
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def _environment(smtp_port: int) -> dict[str, str]:
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        "DATABASE_URL": database.geturl(),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "PORTAL_URL": settings.PORTAL_URL,
        "PORTAL_DEMO": "1",
        "PORTAL_CLOCK_FILE": settings.PORTAL_CLOCK_FILE,
    }


def purge() -> None:
    """What tests without a worker left in the queue."""
    with app.connection_for_write() as broker:
        app.amqp.TaskConsumer(broker).purge()
