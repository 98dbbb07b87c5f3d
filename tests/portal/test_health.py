import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from plannumerique.notices.models import OutboxMail

pytestmark = pytest.mark.django_db


def late_mail() -> OutboxMail:
    long_ago = timezone.now() - dt.timedelta(hours=1)
    said = {"kind": "exemple", "reply_to": "dane@exemple.invalid", "subject": "Exemple", "text": "Exemple", "html": "Exemple"}
    return OutboxMail.objects.create(
        key="exemple",
        to=["mairie@exemple.invalid"],
        message_id="<1@exemple>",
        created_at=long_ago,
        next_attempt_at=long_ago,
        **said,
    )


def test_the_health_is_asked_under_any_name_without_account_or_session(client: Client, settings: Any) -> None:
    settings.REDIS_URL = ""
    response = client.get("/sante/", headers={"host": "n-importe-quel-nom"})
    assert (response.status_code, response.json()) == (200, {"base": "ok", "courtier": "non réglé", "courriels": "ok"})
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_a_silent_broker_and_late_mails_are_said_and_fail_nothing(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    late_mail()
    response = client.get("/sante/")
    assert (response.status_code, response.json()) == (
        200,
        {"base": "ok", "courtier": "ne répond pas", "courriels": "en retard"},
    )
