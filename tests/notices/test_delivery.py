import datetime as dt
import threading
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from plannumerique.notices import delivery, nightly
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import CLAIM_LASTS, OutboxMail
from plannumerique.notices.tasks import send_mail
from tests.factories import AT
from tests.notices.conftest import AT_TEXT, Queue, message
from tests.notices.receiver import Receiver


def fresh(mail: OutboxMail) -> OutboxMail:
    return OutboxMail.objects.get(pk=mail.pk)


def later(**delay: float) -> Any:
    return time_machine.travel(timezone.now() + dt.timedelta(**delay), tick=False)


def test_a_mail_leaves_with_the_right_headers_and_both_texts(smtp: Receiver, queue: Queue) -> None:
    mail = queue()

    send_mail(mail.pk, AT_TEXT)

    (received,) = smtp.received
    assert smtp.recipients == [["mairie@exemple.invalid", "directrice@exemple.invalid"]]
    assert received["To"] == "mairie@exemple.invalid"
    assert received["Cc"] == "directrice@exemple.invalid"
    assert received["Reply-To"] == "ce.dane@exemple.invalid"
    assert received["Subject"].strip() == "plan numérique national premier degré – votre convention est signée"
    assert received["Message-ID"] == mail.message_id
    assert received["Auto-Submitted"] == "auto-generated"
    text, html = (received.get_body([kind]).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    for content in (text, html):
        assert "La convention n°\u00a03 a été signée" in content
        assert "vendredi 14\u00a0octobre 2016" in content
        assert "http://localhost:8000/dossiers/1/" in content
    mail = fresh(mail)
    assert (mail.state, mail.sent_at, mail.attempts) == (MailState.SENT, AT, 1)


def test_sent_twice_it_leaves_once(smtp: Receiver, queue: Queue) -> None:
    mail = queue()
    send_mail(mail.pk, AT_TEXT)
    send_mail(mail.pk, AT_TEXT)
    assert len(smtp.received) == 1
    assert fresh(mail).attempts == 1


@pytest.mark.django_db(transaction=True)
def test_two_threads_send_one_mail_once(smtp: Receiver, queue: Queue, handed: list[int]) -> None:
    mail = queue()
    smtp.slow = 0.3
    start = threading.Barrier(8)

    def work() -> None:
        start.wait(timeout=10)
        try:
            send_mail(mail.pk, AT_TEXT)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=20)

    assert len(smtp.received) == 1
    assert (fresh(mail).state, fresh(mail).attempts) == (MailState.SENT, 1)


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("RCPT", "450 4.2.0 revenez plus tard"),
        ("MAIL", "451 4.3.0 occupé"),
        ("DATA", "452 4.3.1 plus de place"),
        ("END", "451 4.3.0 message non accepté"),
    ],
)
def test_what_the_server_refuses_waits_with_the_reason_and_leaves_later(
    smtp: Receiver, queue: Queue, verb: str, answer: str
) -> None:
    mail = queue()
    smtp.refuse[verb] = answer

    send_mail(mail.pk, AT_TEXT)

    mail = fresh(mail)
    assert (mail.state, mail.attempts) == (MailState.PENDING, 1)
    assert answer[:3] in mail.last_error
    send_mail(mail.pk, AT_TEXT)  # too early: the delay is kept
    assert fresh(mail).attempts == 1

    smtp.refuse.clear()
    with later(minutes=2):
        send_mail(mail.pk, AT_TEXT)
    assert (fresh(mail).state, fresh(mail).last_error) == (MailState.SENT, "")
    assert len(smtp.received) == 1


def test_a_server_that_is_down_loses_nothing(smtp: Receiver, queue: Queue, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    mail = queue()
    send_mail(mail.pk, AT_TEXT)
    assert fresh(mail).state == MailState.PENDING
    assert "ConnectionRefusedError" in fresh(mail).last_error

    settings.EMAIL_PORT = port
    with later(minutes=2):
        send_mail(mail.pk, AT_TEXT)
    assert fresh(mail).state == MailState.SENT


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT"])
def test_a_cut_before_the_text_is_tried_again(smtp: Receiver, queue: Queue, verb: str) -> None:
    mail = queue()
    smtp.hang_up_on = verb
    send_mail(mail.pk, AT_TEXT)
    assert fresh(mail).state == MailState.PENDING

    smtp.hang_up_on = ""
    with later(minutes=2):
        send_mail(mail.pk, AT_TEXT)
    assert len(smtp.received) == 1


def test_after_the_last_attempt_the_mail_is_said_not_sent(smtp: Receiver, queue: Queue) -> None:
    mail = queue()
    smtp.refuse["RCPT"] = "450 4.2.0 revenez plus tard"
    for _ in range(len(delivery.RETRY_AFTER) + 1):
        with time_machine.travel(fresh(mail).next_attempt_at + dt.timedelta(seconds=1), tick=False):
            send_mail(mail.pk, AT_TEXT)
    mail = fresh(mail)
    assert (mail.state, mail.attempts) == (MailState.FAILED, len(delivery.RETRY_AFTER) + 1)
    assert "450" in mail.last_error
    assert mail in OutboxMail.objects.in_trouble(timezone.now())


def test_an_address_that_the_server_does_not_know_is_said_the_same_day(smtp: Receiver, queue: Queue) -> None:
    mail = queue()
    smtp.refuse["RCPT"] = "550 5.1.1 inconnu"

    send_mail(mail.pk, AT_TEXT)

    mail = fresh(mail)
    assert (mail.state, mail.attempts) == (MailState.FAILED, 1)
    assert "550" in mail.last_error


def test_one_address_refused_among_two_has_a_row_that_says_so(smtp: Receiver, queue: Queue) -> None:
    mail = queue()
    smtp.refuse["rcpt TO:<directrice@exemple.invalid>"] = "550 5.1.1 inconnue"

    send_mail(mail.pk, AT_TEXT)

    assert fresh(mail).state == MailState.SENT
    (lost,) = OutboxMail.objects.in_trouble(timezone.now())
    assert (lost.to, lost.subject, lost.thread) == (["directrice@exemple.invalid"], mail.subject, mail.thread)
    assert "550 5.1.1 inconnue" in lost.last_error


# --- The worker dies ---


class Killed(BaseException):
    """As a kill does: nothing after it runs, no row is written."""


def die() -> None:
    raise Killed


def test_killed_before_the_text_is_given_the_mail_goes_out_once_later(
    smtp: Receiver, queue: Queue, handed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = queue()
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_note_hand_over", lambda _: die())
        with pytest.raises(Killed):
            send_mail(mail.pk, AT_TEXT)
    assert (fresh(mail).state, smtp.received) == (MailState.SENDING, [])
    handed.clear()
    assert nightly.resend_due() == 0  # it may still be at work

    with later(minutes=11):
        assert nightly.resend_due() == 1
        assert handed == [mail.pk]
        send_mail(mail.pk, AT_TEXT)
    assert len(smtp.received) == 1
    assert fresh(mail).state == MailState.SENT


def test_killed_while_the_server_answers_the_mail_is_not_sent_twice(
    smtp: Receiver, queue: Queue, handed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = queue()
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_finish", lambda *_, **__: die())
        with pytest.raises(Killed):
            send_mail(mail.pk, AT_TEXT)
    assert len(smtp.received) == 1

    handed.clear()
    with later(minutes=11):
        assert nightly.resend_due() == 0
        assert list(OutboxMail.objects.uncertain(timezone.now())) == [mail]
    assert len(smtp.received) == 1


def test_a_silence_after_the_text_is_left_to_a_person(smtp: Receiver, queue: Queue) -> None:
    mail = queue()
    smtp.hang_up_on = "END"  # it has kept the message, and says nothing
    send_mail(mail.pk, AT_TEXT)

    mail = fresh(mail)
    assert mail.state == MailState.SENDING
    assert "SMTPServerDisconnected" in mail.last_error
    with later(minutes=11):
        assert list(OutboxMail.objects.in_trouble(timezone.now())) == [mail]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_slept_too_long_gives_up_to_the_one_that_replaced_it(
    smtp: Receiver, queue: Queue, handed: list[int]
) -> None:
    """Frozen while it gave the address, it wakes up when another has taken the mail over."""
    mail = queue()

    def sleep_past_the_claim() -> None:
        smtp.when.clear()
        try:
            OutboxMail.objects.filter(pk=mail.pk).update(claimed_at=timezone.now() - CLAIM_LASTS * 2)
            nightly.resend_due()
            send_mail(mail.pk, AT_TEXT)
        finally:
            connection.close()

    smtp.when["RCPT"] = sleep_past_the_claim
    send_mail(mail.pk, AT_TEXT)

    assert len(smtp.received) == 1
    assert (fresh(mail).state, fresh(mail).attempts) == (MailState.SENT, 2)


def test_the_sweep_hands_over_what_a_silent_broker_left(smtp: Receiver, queue: Queue, handed: list[int]) -> None:
    first, second = queue(), queue("convention:2:signed")
    send_mail(first.pk, AT_TEXT)
    handed.clear()
    assert nightly.resend_due() == 1
    assert handed == [second.pk]


def test_a_subject_cannot_smuggle_a_header(smtp: Receiver, queue: Queue) -> None:
    mail = queue(message=message(subject="bonjour\r\nBcc: intrus@exemple.invalid"))
    send_mail(mail.pk, AT_TEXT)
    (received,) = smtp.received
    assert received["Bcc"] is None
    assert "intrus@exemple.invalid" not in smtp.recipients[0]


def test_the_date_of_departure_is_the_portals(smtp: Receiver, queue: Queue) -> None:
    mail = queue()
    send_mail(mail.pk, (AT + dt.timedelta(days=3)).isoformat())
    assert fresh(mail).sent_at == AT + dt.timedelta(days=3)
