"""What the tests of the messages share: the page of a dossier, and a person who writes there."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from plannumerique.messages.enums import Audience
from tests.conversations import Around

INTERNAL = Audience.INTERNAL


def page_of(here: Around) -> str:
    return reverse("portal:messages", args=[here.dossier.pk])


def enter(client: Client, here: Around, name: str) -> None:
    client.force_login(here.who(name).user)


def send(client: Client, here: Around, **typed: Any) -> HttpResponse:
    return client.post(page_of(here), {"sending": str(uuid.uuid4()), "audience": "all", "text": "Bonjour.", **typed})
