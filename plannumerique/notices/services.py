"""Mails are written in the transaction of the act that they tell of, and leave after its commit."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from plannumerique.celery import after_commit
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import Thread
from plannumerique.lib.text import typeset
from plannumerique.notices import tasks
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail, Reminder
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import DANE, Role

MAIL_KEEPERS = (*DANE, Role.ADMINISTRATOR)
NO_ADDRESS = "Aucune adresse électronique n’est connue pour ce destinataire."


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a mail says, always in the same order: what happened, what to do, by when, where.

    `programme` stands at the head of the subject, as the campaign words it. `path` is a path of the portal. `by` is the
    last day in time: it is written with its day of the week.
    """

    programme: str
    subject: str
    happened: tuple[str, ...]
    signed_by: str
    to_do: str = ""
    by: dt.date | None = None
    path: str = ""
    link_label: str = "Ouvrir le dossier"


def queue(
    *,
    key: str,
    kind: str,
    to: Sequence[str],
    message: Message,
    reply_to: str,
    at: dt.datetime,
    thread: Thread | None = None,
    cc: Sequence[str] = (),
) -> OutboxMail:
    """Write a mail with the act that it tells of. The same key a second time writes nothing and gives back the first mail.

    `reply_to` is the service concerned; `at` the portal's instant. A recipient without an address is not an error of
    the act: the mail is kept as not sent, and the page of mails shows it.
    """
    if not connection.in_atomic_block:
        raise TypeError("A mail is written inside the transaction of its act.")
    recipients = _addresses(to)
    mail, written = OutboxMail.objects.get_or_create(
        key=key,
        defaults={
            **{"kind": kind, "thread": thread, "to": recipients, "cc": _addresses(cc, without=recipients), "reply_to": reply_to},
            **_words(message),
            "message_id": f"<{uuid.uuid4().hex}@{settings.PORTAL_URL.partition('://')[2].partition(':')[0]}>",
            "created_at": at,
            "state": MailState.PENDING if recipients else MailState.FAILED,
            "last_error": "" if recipients else NO_ADDRESS,
        },
    )
    if written and recipients:
        after_commit(tasks.send_mail, mail.pk, at.isoformat())
    return mail


def _addresses(addresses: Sequence[str], *, without: Sequence[str] = ()) -> list[str]:
    cleaned = (address.strip().lower() for address in addresses)
    return [address for address in dict.fromkeys(cleaned) if address and address not in without]


def _words(message: Message) -> dict[str, str]:
    context = {**asdict(message), "link": f"{settings.PORTAL_URL}{message.path}" if message.path else ""}
    subject = " ".join(typeset(f"{message.programme} – {message.subject}").splitlines())
    return {
        "subject": subject[:250],
        "text": render_to_string("notices/email.txt", context).strip() + "\n",
        "html": render_to_string("notices/email.html", context),
    }


def remind(
    *,
    thread: Thread | None,
    subject: models.Model,
    code: str,
    deadline: dt.date,
    offset: int,
    recipient: str,
    message: Message,
    reply_to: str,
    at: dt.datetime,
    cc: Sequence[str] = (),
) -> bool:
    """Remind one person of one deadline, once. False when it was done already.

    `offset` is the one that the rules chose for today: after a missed night, the latest that is due, and not each of them.
    """
    who = recipient.strip().lower()
    about = {"subject_kind": subject._meta.label_lower, "subject_id": subject.pk}
    named = {**about, "code": code, "deadline": deadline, "offset": offset, "recipient": who}
    with transaction.atomic():
        if Reminder.objects.filter(**named).exists():
            return False
        key = ":".join(["reminder", *(str(part) for part in named.values())])
        mail = queue(key=key, kind=f"reminder_{code}", to=[who], cc=cc, message=message, reply_to=reply_to, at=at, thread=thread)
        _, written = Reminder.objects.get_or_create(**named, defaults={"thread": thread, "mail": mail, "created_at": at})
    return written


# --- What a person decides of a mail that did not leave, or whose departure is not known ---


def send_again(*, mail_id: int, actor: Actor) -> OutboxMail:
    with _in_trouble(mail_id, actor) as mail:
        if not mail.to:
            raise Refused(NO_ADDRESS)
        mail.state, mail.last_error = MailState.PENDING, ""
        mail.next_attempt_at, mail.claimed_at, mail.handed_over_at = timezone.now(), None, None
        after_commit(tasks.send_mail, mail.pk, actor.at.isoformat())
    return mail


def settle(*, mail_id: int, actor: Actor) -> OutboxMail:
    """The recipient has it, or was told by other means: nothing more to do."""
    with _in_trouble(mail_id, actor) as mail:
        mail.state = MailState.SETTLED
    return mail


@contextmanager
def _in_trouble(mail_id: int, actor: Actor) -> Iterator[OutboxMail]:
    if not actor.holds(*MAIL_KEEPERS):
        raise PermissionDenied("Renvoyer un courriel revient à la DANE et à l’administrateur.")
    with transaction.atomic():
        troubled = OutboxMail.objects.in_trouble(timezone.now()).seen_by(actor)
        mail = OutboxMail.objects.select_for_update().filter(pk=mail_id, pk__in=troubled.values("pk")).first()
        if mail is None:
            raise Refused("Ce courriel n’est plus en difficulté : rechargez la page.")
        yield mail
        mail.save()
