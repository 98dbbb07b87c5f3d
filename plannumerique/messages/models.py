"""What the parties of a dossier write to each other, and how far each person has read."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from plannumerique.accounts.models import User
from plannumerique.journal.models import Thread, ThreadRow, ThreadRowQuerySet, ThreadSchool, schools_seen_by
from plannumerique.journal.triggers import append_only
from plannumerique.messages.enums import READERS, WRITERS, Audience, Side
from plannumerique.organisations.actor import Actor, Grant, Scope
from plannumerique.organisations.enums import DAF, Level, Role
from plannumerique.organisations.models import School

# About two pages of a letter; what is longer is a document, and is joined.
LONGEST_TEXT = 5000


class MessageQuerySet(ThreadRowQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """By audience: the académie reads all of its threads; a school, its IEN and its DSDEN what is written to it or to all."""
        collectivites = actor.ids(Level.COLLECTIVITE)
        return self.filter(
            Q(thread__academie_id__in=actor.ids(Level.ACADEMIE))
            | Q(audience=Audience.ALL, thread__in=Thread.objects.visible_to(actor))
            | Q(audience=Audience.COLLECTIVITE, thread__collectivite_id__in=collectivites)
            | (Q(audience=Audience.SCHOOL) & schools_seen_by(actor))
        )

    def expected_of(self, actor: Actor) -> Self:
        """Those that this person's roles are expected to read, and those of the exchanges in which she wrote."""
        expected = Q(pk__in=[])
        for audience, roles in READERS.items():
            expected |= Q(audience=audience) & _reached(audience, actor, roles)
        hers = Message.objects.filter(thread=OuterRef("thread"), audience=Audience.COLLECTIVITE, author=actor.user)
        followed = Q(audience=Audience.COLLECTIVITE, thread__academie_id__in=actor.ids(Level.ACADEMIE, DAF))
        return self.filter(expected | (followed & Exists(hers)))

    def unread_by(self, actor: Actor) -> Self:
        """Neither hers, nor read, nor older than her first membership: who arrives does not owe the reading of years."""
        started = [grant.starts_on for grant in actor.grants if grant.starts_on]
        since = Q(written_at__date__gte=min(started)) if started else Q()
        return self.exclude(author=actor.user).filter(since, ~Exists(_marks_of(actor).filter(up_to__gte=OuterRef("pk"))))

    def for_pages(self, actor: Actor) -> Self:
        """With whether this person has read each."""
        unread = Message.objects.filter(pk=OuterRef("pk")).unread_by(actor)
        return self.select_related("school", "attachment").annotate(unread=Exists(unread))


def _reached(audience: Audience, actor: Actor, roles: tuple[Role, ...]) -> Q:
    """The threads in which these roles are held by this person; a school counts in its own exchange, or in what all read."""
    schools = actor.ids(Level.SCHOOL, roles)
    parties = ThreadSchool.objects.filter(thread=OuterRef("thread"), school_id__in=schools)
    of_schools = Q(Exists(parties)) if audience is Audience.ALL and schools else Q(school_id__in=schools)
    return (
        Q(thread__academie_id__in=actor.ids(Level.ACADEMIE, roles))
        | Q(thread__collectivite_id__in=actor.ids(Level.COLLECTIVITE, roles))
        | of_schools
    )


def _marks_of(actor: Actor) -> "models.QuerySet[ReadMark]":
    return ReadMark.objects.filter(thread=OuterRef("thread"), user=actor.user)


class Message(ThreadRow):
    """One message, as it was sent: the database refuses to change or delete it.

    It is a line of the thread by itself, and writes none in the journal, which every party reads: a line there would tell that an
    internal note exists. The attachment is named by its table alone, since this room and the files do not know each other:
    `portal.conversation` brings them together.
    """

    audience = models.CharField("destinataires", max_length=12, choices=Audience.choices)
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="école")
    text = models.TextField("message")
    attachment = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pièce jointe"
    )
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="auteur")
    author_name = models.CharField("nom", max_length=200)
    author_role = models.CharField("rôle", max_length=300)
    side = models.CharField("écrit pour", max_length=12, choices=Side.choices)
    key = models.UUIDField("clé d’envoi", help_text="La même, deux fois : le même envoi.")
    written_at = models.DateTimeField("écrit le")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    # The schools of the thread, among whom a message to all goes round; whoever writes it gives them.
    parties: frozenset[int] = frozenset()

    objects = MessageQuerySet.as_manager()

    class Meta(ThreadRow.Meta):
        verbose_name = "message"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["thread", "-id"], name="message_thread")]
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "author", "key"],
                name="message_sent_once",
                violation_error_message="Ce message est déjà parti.",
            ),
            models.CheckConstraint(
                condition=Q(audience=Audience.SCHOOL, school__isnull=False)
                | (~Q(audience=Audience.SCHOOL) & Q(school__isnull=True)),
                name="message_school_of_its_audience",
                violation_error_message="Un message à une école la nomme, et lui seul.",
            ),
            models.CheckConstraint(
                condition=~Q(audience=Audience.INTERNAL) | Q(side__in=[Side.DANE, Side.DAF]),
                name="message_internal_to_the_academie",
                violation_error_message="Une note interne est écrite par l’académie.",
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="message_says_something", violation_error_message="Écrivez votre message."
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"Message de {self.author_name}"

    @property
    def scope(self) -> Scope:
        """The organisations among which the message goes round: who holds no role there can neither write nor receive it."""
        to_collectivite = self.audience in (Audience.ALL, Audience.COLLECTIVITE)
        own_school = frozenset([self.school_id]) if self.school_id else frozenset()
        return Scope(
            academie_id=self.thread.academie_id,
            collectivite_id=self.thread.collectivite_id if to_collectivite else None,
            school_ids=self.parties if self.audience == Audience.ALL else own_school,
        )

    def written_as(self, actor: Actor) -> Grant | None:
        """The membership for which this person may write to that audience."""
        return actor.grant_over(self.scope, WRITERS[Audience(self.audience)])

    @property
    def among(self) -> str:
        return f"Académie et {self.school.in_words}" if self.school else str(Audience(self.audience).label)

    @property
    def is_internal(self) -> bool:
        return self.audience == Audience.INTERNAL


class ReadMark(models.Model):
    """How far one person has read a thread, and the latest of its messages that a mail told her of."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="+", verbose_name="dossier")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    up_to = models.BigIntegerField("lu jusqu’au message", default=0)
    told_up_to = models.BigIntegerField("annoncé jusqu’au message", default=0)

    class Meta:
        verbose_name = "lecture"
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="read_mark_once")]

    def __str__(self) -> str:
        return f"{self.user} – {self.thread}"
