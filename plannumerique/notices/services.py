"""Mails are written in the transaction of the act that they tell of, and leave after its commit."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from plannumerique.celery import after_commit
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import Thread
from plannumerique.lib.text import typeset
from plannumerique.notices import tasks, told
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail, Reminder
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import DANE, Level, Role
from plannumerique.organisations.recipients import Recipients, again, typed

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
    to: Recipients,
    message: Message,
    reply_to: str,
    at: dt.datetime,
    thread: Thread | None = None,
    cc: Recipients | None = None,
) -> OutboxMail:
    """Write a mail with the act that it tells of. The same key a second time writes nothing and gives back the first mail.

    `reply_to` is the service concerned; `at` the portal's instant. Recipients without an address are not an error of the act:
    the mail is kept as not sent, says whom it was for, and leaves once they have one. Those in copy are told nevertheless.
    """
    if not connection.in_atomic_block:
        raise TypeError("A mail is written inside the transaction of its act.")
    together = cc if cc and to.addresses and cc.addresses else None
    mail, written = OutboxMail.objects.get_or_create(
        key=key,
        defaults={
            **{"kind": kind, "thread": thread, "reply_to": reply_to, "created_at": at},
            **_addressed(to, copy=together),
            **_words(message),
            "message_id": f"<{uuid.uuid4().hex}@{settings.PORTAL_URL.partition('://')[2].partition(':')[0]}>",
        },
    )
    if written:
        _announce(mail, to, together, at=at)
    if cc and not together:
        queue(key=f"{key}:copy", kind=kind, to=cc, message=message, reply_to=reply_to, at=at, thread=thread)
    return mail


def _addressed(to: Recipients, *, copy: Recipients | None) -> dict[str, Any]:
    return {
        "whom": to.whom[:250],
        "level": to.level or "",
        "organisation_id": to.organisation_id,
        "roles": " ".join(to.roles),
        "to": list(to.addresses),
        "cc": list(copy.besides(to).addresses) if copy else [],
        "state": MailState.PENDING if to.addresses else MailState.FAILED,
        "last_error": "" if to.addresses else NO_ADDRESS,
    }


def _announce(mail: OutboxMail, to: Recipients, copy: Recipients | None, *, at: dt.datetime) -> None:
    for recipients in filter(None, (to, copy)):
        told.note(recipients)
    if to.addresses:
        after_commit(tasks.send_mail, mail.pk, at.isoformat())


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
    recipient: Recipients,
    message: Message,
    reply_to: str,
    at: dt.datetime,
) -> bool:
    """Remind one person of one deadline, once. False when it was done already. Nobody is reminded once too: the mail waits.

    `offset` is the one that the rules chose for today: after a missed night, the latest that is due, and not each of them.
    """
    who = ", ".join(recipient.addresses)
    about = {"subject_kind": subject._meta.label_lower, "subject_id": subject.pk}
    named = {**about, "code": code, "deadline": deadline, "offset": offset, "recipient": who}
    with transaction.atomic():
        if Reminder.objects.filter(**named).exists():
            return False
        key = ":".join(["reminder", *(str(part) for part in named.values())])
        mail = queue(key=key, kind=f"reminder_{code}", to=recipient, message=message, reply_to=reply_to, at=at, thread=thread)
        _, written = Reminder.objects.get_or_create(**named, defaults={"thread": thread, "mail": mail, "created_at": at})
    return written


# --- What a person decides of a mail that did not leave, or whose departure is not known ---


def send_again(*, mail_id: int, actor: Actor, address: str = "") -> OutboxMail:
    """To `address` when one is typed; a mail that had nobody to go to looks again for whom it concerned."""
    with _in_trouble(mail_id, actor) as mail:
        if address:
            mail.to = list(typed(address, whom=mail.whom).addresses)
        if not mail.to and mail.level:
            roles = [Role(role) for role in mail.roles.split()]
            mail.to = list(again(Level(mail.level), mail.organisation_id, roles, on=actor.today).addresses)
        if not mail.to:
            raise Refused(NO_ADDRESS, "Indiquez-en une, ou classez le courriel comme réglé.")
        mail.state, mail.last_error = MailState.PENDING, ""
        mail.next_attempt_at, mail.claimed_at, mail.handed_over_at = timezone.now(), None, None
        after_commit(tasks.send_mail, mail.pk, actor.at.isoformat())
    return mail


def name_contact(*, thread: Thread, level: Level, address: str) -> None:
    """An address given too late for some mails: they may now be sent. None leaves by itself, for they may be out of date."""
    to = list(typed(address, whom="").addresses)
    if to:
        OutboxMail.objects.filter(thread=thread, level=level, state=MailState.FAILED, to=[]).update(
            to=to, last_error="Une adresse a été donnée depuis : le courriel peut partir."
        )


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
        troubled = OutboxMail.objects.in_trouble(timezone.now()).seen_by(actor, MAIL_KEEPERS)
        mail = OutboxMail.objects.select_for_update().filter(pk=mail_id, pk__in=troubled.values("pk")).first()
        if mail is None:
            raise Refused("Ce courriel n’est plus en difficulté : rechargez la page.")
        yield mail
        mail.save()
