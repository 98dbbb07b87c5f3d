from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from plannumerique.journal.models import Thread
from plannumerique.notices import services, tasks
from plannumerique.notices.models import OutboxMail
from plannumerique.notices.services import Message
from plannumerique.organisations.recipients import Recipients
from tests.factories import AT
from tests.notices.receiver import Receiver
from tests.threads import open_thread

AT_TEXT = AT.isoformat()


@pytest.fixture
def smtp(settings: Any) -> Iterator[Receiver]:
    """A real SMTP server, and the portal configured to send through it."""
    receiver = Receiver()
    receiver.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", receiver.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 5
    yield receiver
    receiver.shutdown()
    receiver.server_close()


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The mails handed to the workers, instead of the broker."""
    found: list[int] = []
    monkeypatch.setattr(tasks.send_mail, "apply_async", lambda args, **_: found.append(args[0]))
    return found


@pytest.fixture
def thread(db: None) -> Thread:
    return open_thread()


def message(**changes: Any) -> Message:
    values: dict[str, Any] = {
        "programme": "plan numérique national premier degré",
        "subject": "votre convention est signée",
        "happened": ("La convention n° 3 a été signée par le recteur le 25 août 2016.",),
        "to_do": "déposez la copie des bons de commande.",
        "by": AT.date().replace(day=14),
        "path": "/dossiers/1/",
        "signed_by": "La délégation académique au numérique éducatif",
    }
    return Message(**(values | changes))


def to(*addresses: str, whom: str = "la commune d’Ornans", **changes: Any) -> Recipients:
    return Recipients(whom=whom).with_contacts(*addresses) if not changes else replace(to(*addresses, whom=whom), **changes)


Queue = Callable[..., OutboxMail]


@pytest.fixture
def queue(thread: Thread) -> Queue:
    def queue(key: str = "convention:1:signed", **changes: Any) -> OutboxMail:
        values: dict[str, Any] = {
            "kind": "convention_signed",
            "to": to("mairie@exemple.invalid"),
            "cc": to("directrice@exemple.invalid", whom="l’école Ferry"),
            "reply_to": "ce.dane@exemple.invalid",
            "message": message(),
            "thread": thread,
            "at": AT,
        }
        with transaction.atomic():
            return services.queue(key=key, **(values | changes))

    return queue
