"""How one mail leaves: once. Why it is done in three writes: docs/decisions/0003-outbox.md."""

import contextlib
import datetime as dt
import logging
import smtplib
from collections.abc import Callable
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail

logger = logging.getLogger(__name__)

# After these delays a server that is down, or that asks to come back later (greylisting), has been given a day and a half.
RETRY_AFTER = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440)]


class Overtaken(Exception):
    """The claim was taken back while this worker slept: another one sends the mail."""


def deliver(mail_id: int, *, at: dt.datetime) -> None:
    """Send the mail unless it has left, is leaving or waits for its next attempt. Call it outside any transaction."""
    mail = _claim(mail_id)
    if mail is None:
        return
    connection = get_connection()
    try:
        connection.open()
        _on_hand_over(connection, lambda: _note_hand_over(mail))
        refused = _refusals(connection)
        _message(mail, connection).send()
    except Overtaken:
        logger.warning("mail %s: overtaken, left to the other worker", mail.pk)
    except Exception as error:  # whatever happened, the row must say it
        _note_failure(mail, error)
    else:
        _finish(mail, state=MailState.SENT, sent_at=at, last_error="")
        _keep_refused(mail, refused)
    finally:
        with contextlib.suppress(Exception):
            connection.close()


def _claim(mail_id: int) -> OutboxMail | None:
    with transaction.atomic():
        mail = OutboxMail.objects.due(timezone.now()).select_for_update(skip_locked=True).filter(pk=mail_id).first()
        if mail is None:
            return None
        mail.state = MailState.SENDING
        mail.attempts += 1
        mail.claimed_at, mail.handed_over_at = timezone.now(), None
        mail.save(update_fields=["state", "attempts", "claimed_at", "handed_over_at"])
    return mail


def _message(mail: OutboxMail, connection: Any) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=mail.to,
        cc=mail.cc,
        reply_to=[mail.reply_to],
        connection=connection,
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def _on_hand_over(connection: Any, note: Callable[[], None]) -> None:
    """Call `note` at the last instant at which the server surely has nothing: just before SMTP's DATA.

    smtplib has no hook there, and everything before it (connection, log-in, addresses) can fail without a doubt. With
    another backend, the doubt begins before the call.
    """
    smtp = getattr(connection, "connection", None)
    if not isinstance(smtp, smtplib.SMTP):
        note()
        return
    data = smtp.data

    def noted(message: Any) -> tuple[int, bytes]:
        note()
        return data(message)

    smtp.data = noted  # type: ignore[assignment,method-assign]


def _refusals(connection: Any) -> dict[str, tuple[int, bytes]]:
    """Filled while the mail leaves: smtplib names the addresses that the server refused among several, and Django drops them."""
    refused: dict[str, tuple[int, bytes]] = {}
    smtp = getattr(connection, "connection", None)
    if isinstance(smtp, smtplib.SMTP):
        sendmail = smtp.sendmail

        def kept(*args: Any, **options: Any) -> dict[str, tuple[int, bytes]]:
            found = sendmail(*args, **options)
            refused.update(found)
            return found

        smtp.sendmail = kept  # type: ignore[method-assign]
    return refused


def _keep_refused(mail: OutboxMail, refused: dict[str, tuple[int, bytes]]) -> None:
    """The mail has left for the others: whom it did not reach has a row, that a person settles."""
    if not refused:
        return
    said = " ; ".join(f"{address} : {code} {words.decode(errors='replace')}" for address, (code, words) in refused.items())
    copied = (
        "kind",
        "thread_id",
        "whom",
        "level",
        "organisation_id",
        "roles",
        "reply_to",
        "subject",
        "text",
        "html",
        "created_at",
    )
    OutboxMail.objects.get_or_create(
        key=f"{mail.key[:380]}:refused:{mail.attempts}",
        defaults={
            **{name: getattr(mail, name) for name in copied},
            "to": list(refused),
            "message_id": mail.message_id.replace("@", f".{mail.attempts}@", 1),
            "state": MailState.FAILED,
            "last_error": said[:2000],
        },
    )


def _refused_for_good(error: Exception) -> bool:
    """Every address, in so many words: trying again for a day and a half would only hide it."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _ in error.recipients.values())


def _note_hand_over(mail: OutboxMail) -> None:
    if not _still_ours(mail).update(handed_over_at=Now()):
        raise Overtaken
    mail.handed_over_at = timezone.now()


def _note_failure(mail: OutboxMail, error: Exception) -> None:
    """What the server refused in so many words has not left; a silence after the hand-over is left to a person."""
    logger.warning("mail %s, attempt %s: %r", mail.pk, mail.attempts, error)
    said = f"{type(error).__name__} : {error}"[:2000]
    refused = isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
    if mail.handed_over_at and not refused:
        _still_ours(mail).update(last_error=said)
    elif mail.attempts > len(RETRY_AFTER) or _refused_for_good(error):
        _finish(mail, state=MailState.FAILED, last_error=said)
    else:
        later = timezone.now() + RETRY_AFTER[mail.attempts - 1]
        _finish(mail, state=MailState.PENDING, last_error=said, next_attempt_at=later)


def _finish(mail: OutboxMail, **values: Any) -> None:
    _still_ours(mail).update(**values)


def _still_ours(mail: OutboxMail) -> Any:
    """The instant of the claim is its proof: a worker that wakes up late changes nothing."""
    return OutboxMail.objects.filter(pk=mail.pk, state=MailState.SENDING, claimed_at=mail.claimed_at)
