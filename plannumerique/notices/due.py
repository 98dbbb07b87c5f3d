"""A reminder that falls due, as the apps above declare it; the nightly run lists or sends them."""

import datetime as dt
from dataclasses import dataclass

from django.db import models

from plannumerique.journal.models import Thread
from plannumerique.notices.services import Message, remind
from plannumerique.organisations.recipients import Recipients


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReminder:
    thread: Thread | None
    subject: models.Model
    code: str
    deadline: dt.date
    offset: int
    recipient: Recipients
    reply_to: str
    message: Message

    def send(self, *, at: dt.datetime) -> bool:
        """Write the mail, once; False when another run did it already."""
        return remind(
            thread=self.thread,
            subject=self.subject,
            code=self.code,
            deadline=self.deadline,
            offset=self.offset,
            recipient=self.recipient,
            reply_to=self.reply_to,
            message=self.message,
            at=at,
        )

    def __str__(self) -> str:
        whom = ", ".join(self.recipient.addresses) or "personne"
        return f"J{self.offset:+d} {self.code} ({self.deadline:%d/%m/%Y}) → {whom} : {self.subject}"
