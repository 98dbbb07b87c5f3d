"""The outbox: mails written with the act that they tell of, and the reminders that were sent."""

import datetime as dt
from collections.abc import Collection
from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from plannumerique.journal.models import Thread
from plannumerique.journal.triggers import append_only, frozen, kept
from plannumerique.notices.enums import MailState
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level, Role

# A claim older than this belongs to a worker that is dead: an SMTP conversation is cut after twenty seconds of silence.
CLAIM_LASTS = dt.timedelta(minutes=10)


class OutboxMailQuerySet(models.QuerySet["OutboxMail"]):
    def due(self, now: dt.datetime) -> Self:
        """Waiting, and at or after the instant of the next attempt. `now` is real time: the shifted clock moves no worker."""
        return self.filter(state=MailState.PENDING, next_attempt_at__lte=now)

    def forsaken(self, now: dt.datetime) -> Self:
        """Claimed by a worker that died before it gave the mail to the server: it surely did not leave."""
        return self.filter(state=MailState.SENDING, handed_over_at__isnull=True, claimed_at__lt=now - CLAIM_LASTS)

    def uncertain(self, now: dt.datetime) -> Self:
        """Given to the server, whose answer was never read: most likely gone; only a person sends it again."""
        return self.filter(state=MailState.SENDING, handed_over_at__isnull=False, claimed_at__lt=now - CLAIM_LASTS)

    def in_trouble(self, now: dt.datetime) -> Self:
        return self.filter(state=MailState.FAILED) | self.uncertain(now)

    def seen_by(self, actor: Actor, roles: Collection[Role] = ()) -> Self:
        """Those of the académies in which the actor holds one of these roles; without a dossier, those to their services."""
        academies = actor.ids(Level.ACADEMIE, roles)
        of_services = Q(thread__isnull=True, level=Level.ACADEMIE, organisation_id__in=academies)
        return self.filter(Q(thread__academie_id__in=academies) | of_services)


class OutboxMail(models.Model):
    """A mail that must leave once. `key` says what it tells of: the same thing is never told twice."""

    key = models.CharField("clé", max_length=400, unique=True)
    kind = models.SlugField("nature", max_length=40)
    thread = models.ForeignKey(Thread, models.PROTECT, null=True, related_name="+", verbose_name="dossier")
    # Whom the act concerned, so that a mail that found no address finds one later; empty where a person chose the address.
    whom = models.CharField("adressé à", max_length=250, blank=True, db_default="")
    level = models.CharField(max_length=15, choices=Level.choices, blank=True, db_default="", editable=False)
    organisation_id = models.BigIntegerField(null=True, editable=False)
    roles = models.CharField(max_length=200, blank=True, db_default="", editable=False)
    to = ArrayField(models.EmailField(), verbose_name="destinataires")
    cc = ArrayField(models.EmailField(), default=list, verbose_name="copie")
    reply_to = models.EmailField("répondre à")
    subject = models.CharField("objet", max_length=250)
    text = models.TextField("texte")
    html = models.TextField("texte mis en forme")
    message_id = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField("écrit le")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    state = models.CharField("état", max_length=10, choices=MailState.choices, default=MailState.PENDING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    next_attempt_at = models.DateTimeField("prochain essai", db_default=Now())
    claimed_at = models.DateTimeField("pris en charge le", null=True)
    handed_over_at = models.DateTimeField("remis au serveur le", null=True)
    sent_at = models.DateTimeField("parti le", null=True)
    last_error = models.TextField("dernière erreur", blank=True)

    objects = OutboxMailQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state=MailState.PENDING), name="mail_due"),
            models.Index(fields=["claimed_at"], condition=Q(state=MailState.SENDING), name="mail_claimed"),
            models.Index(fields=["-id"], condition=Q(state=MailState.FAILED), name="mail_failed"),
            models.Index(fields=["thread", "-id"], name="mail_thread"),
        ]
        # A mail that nobody got may be given another address.
        triggers = [
            *kept(),
            frozen(
                "what_is_said_stays",
                *("key", "kind", "thread", "reply_to", "subject", "text", "html", "message_id", "created_at"),
            ),
            frozen(
                "sent_is_sent",
                *("to", "cc", "whom", "state", "attempts", "claimed_at", "handed_over_at", "sent_at"),
                once=pgtrigger.Q(old__state=MailState.SENT),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=MailState.SENT, sent_at__isnull=False) | (~Q(state=MailState.SENT) & Q(sent_at__isnull=True)),
                name="mail_sent_says_when",
                violation_error_message="Un courriel parti porte la date de son départ.",
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENDING) | Q(claimed_at__isnull=False),
                name="mail_sending_is_claimed",
                violation_error_message="Un courriel en cours d’envoi a été pris en charge.",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("notices:mail", args=[self.pk])

    @property
    def addressees(self) -> str:
        return ", ".join(self.to)

    def is_in_trouble(self, now: dt.datetime) -> bool:
        """As `in_trouble`, of a row in hand."""
        if self.state != MailState.SENDING:
            return self.state == MailState.FAILED
        return bool(self.handed_over_at and self.claimed_at and self.claimed_at < now - CLAIM_LASTS)


class Reminder(models.Model):
    """One reminder of one deadline to one person, sent once however often the night is run."""

    # Empty: a reminder to a service about all its dossiers at once.
    thread = models.ForeignKey(Thread, models.PROTECT, null=True, related_name="+", verbose_name="dossier")
    subject_kind = models.CharField("objet", max_length=40)
    subject_id = models.BigIntegerField()
    code = models.CharField("échéance", max_length=40)
    deadline = models.DateField("date limite")
    offset = models.SmallIntegerField("jours par rapport à la date")
    recipient = models.EmailField("destinataire", blank=True)
    mail = models.OneToOneField(OutboxMail, models.PROTECT, related_name="reminder", verbose_name="courriel")
    created_at = models.DateTimeField("écrit le")

    class Meta:
        verbose_name = "rappel"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "code", "deadline", "offset", "recipient"],
                name="reminder_once",
                violation_error_message="Ce rappel est déjà parti.",
            )
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.code} {self.deadline:%d/%m/%Y} ({self.offset:+d}) – {self.recipient}"
