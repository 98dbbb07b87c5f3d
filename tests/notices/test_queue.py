import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from plannumerique.journal.models import Thread
from plannumerique.notices import services
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail, Reminder
from tests.factories import AT
from tests.notices.conftest import Queue, message, to
from tests.threads import open_thread

JUSTIFICATION = dt.date(2016, 10, 14)


def test_a_mail_is_handed_to_a_worker_after_the_commit_only(
    queue: Queue, handed: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        mail = queue()
        assert handed == []
    assert handed == [mail.pk]
    assert (mail.state, mail.created_at) == (MailState.PENDING, AT)


def test_an_act_that_fails_writes_no_mail(queue: Queue, handed: list[int], django_capture_on_commit_callbacks: Any) -> None:
    def fail() -> None:
        with transaction.atomic():
            queue()
            raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        fail()
    assert not OutboxMail.objects.exists()
    assert handed == []


def test_the_same_thing_is_told_once(queue: Queue, handed: list[int], django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first, second = queue(), queue(message=message(subject="autre chose"))
    assert first == second
    assert OutboxMail.objects.get().subject.endswith("votre convention est signée")
    assert handed == [first.pk]


@pytest.mark.django_db(transaction=True)
def test_a_mail_outside_a_transaction_is_a_mistake_of_ours(thread: Thread) -> None:
    with pytest.raises(TypeError, match="inside the transaction"):
        services.queue(key="x", kind="x", to=to("a@exemple.invalid"), message=message(), reply_to="b@exemple.invalid", at=AT)


def test_a_recipient_without_an_address_is_shown_and_stops_nothing(
    queue: Queue, handed: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        mail = queue(to=to("", "  "), cc=None)
    assert (mail.state, mail.to) == (MailState.FAILED, [])
    assert "Aucune adresse" in mail.last_error
    assert handed == []


def test_addresses_are_kept_once(queue: Queue) -> None:
    mail = queue(to=to("Mairie@exemple.invalid ", "mairie@exemple.invalid"), cc=to("mairie@exemple.invalid", "b@exemple.invalid"))
    assert (mail.to, mail.cc) == (["mairie@exemple.invalid"], ["b@exemple.invalid"])


def test_the_text_says_what_happened_what_to_do_by_when_and_where(queue: Queue) -> None:
    assert queue().text == (
        "Bonjour,\n\n"
        "La convention n°\u00a03 a été signée par le recteur le 25 août 2016.\n\n"
        "Ce que vous avez à faire\u00a0:\nDéposez la copie des bons de commande.\n\n"
        "Au plus tard le vendredi 14\u00a0octobre 2016.\n\n"
        "Ouvrir le dossier\u00a0:\nhttp://localhost:8000/dossiers/1/\n\n"
        "La délégation académique au numérique éducatif\n\n"
        "--\n"
        "Message du portail «\u00a0plan numérique national premier degré\u00a0». "
        "Pour écrire au service, répondez simplement à ce message.\n"
    )


def test_names_are_escaped_in_the_html_and_plain_in_the_text(queue: Queue) -> None:
    mail = queue(message=message(happened=("L’école <b>Ferry</b> & Cie",)))
    assert "L’école <b>Ferry</b> & Cie" in mail.text
    assert "&lt;b&gt;Ferry&lt;/b&gt; &amp; Cie" in mail.html


def test_without_anything_to_do_the_mail_asks_for_nothing(queue: Queue) -> None:
    text = queue(message=message(to_do="", by=None, path="")).text
    assert "à faire" not in text
    assert "Au plus tard" not in text
    assert "http" not in text


# --- Reminders ---


def remind(thread: Thread, **changes: Any) -> bool:
    values: dict[str, Any] = {
        "subject": thread,
        "code": "justification",
        "deadline": JUSTIFICATION,
        "offset": -7,
        "recipient": to("mairie@exemple.invalid"),
        "message": message(subject="il reste sept jours"),
        "reply_to": "ce.dane@exemple.invalid",
        "at": AT,
    }
    return services.remind(thread=thread, **(values | changes))


def test_a_reminder_leaves_once_however_often_the_night_runs(thread: Thread) -> None:
    assert [remind(thread) for _ in range(4)] == [True, False, False, False]
    assert Reminder.objects.get().mail == OutboxMail.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        {"offset": -1},
        {"deadline": dt.date(2016, 10, 21)},
        {"recipient": to("autre@exemple.invalid")},
        {"code": "solde"},
    ],
)
def test_another_deadline_offset_or_person_is_another_reminder(thread: Thread, change: dict[str, Any]) -> None:
    assert remind(thread)
    assert remind(thread, **change)
    assert OutboxMail.objects.count() == 2


def test_the_same_deadline_of_another_dossier_is_another_reminder(thread: Thread) -> None:
    assert remind(thread)
    assert remind(open_thread())


def test_a_missed_night_is_caught_up_by_one_mail(thread: Thread) -> None:
    """The rules choose the latest offset that is due; the earlier ones never come back."""
    assert remind(thread, offset=-15)
    assert not remind(thread, offset=-15)
    assert remind(thread, offset=-7)
    assert list(Reminder.objects.order_by("pk").values_list("offset", flat=True)) == [-15, -7]


def test_a_reminder_and_its_mail_are_written_together(thread: Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reminder.objects, "get_or_create", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        remind(thread)
    assert not OutboxMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_nights_at_once_send_one_reminder(thread: Thread, handed: list[int]) -> None:

    start, answers = threading.Barrier(6), []

    def night() -> None:
        start.wait(timeout=10)
        try:
            answers.append(remind(thread))
        finally:
            connection.close()

    nights = [threading.Thread(target=night) for _ in range(6)]
    for one in nights:
        one.start()
    for one in nights:
        one.join(timeout=20)

    assert sorted(answers) == [False] * 5 + [True]
    assert OutboxMail.objects.count() == Reminder.objects.count() == len(handed) == 1
