"""The root of a dossier, its journal, and what every row of a thread shares."""

from typing import Any, ClassVar, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from plannumerique.accounts.models import User
from plannumerique.journal.machine import Passed
from plannumerique.journal.triggers import append_only
from plannumerique.organisations.actor import Actor, Scope
from plannumerique.organisations.enums import Level
from plannumerique.organisations.models import Academie, Collectivite, School


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, actor: Actor) -> Self:
        """The threads of the actor's académies, collectivités, schools, circonscriptions and départements, each once."""
        parties = ThreadSchool.objects.filter(thread=OuterRef("pk"))
        return self.filter(of_the_parties(actor, prefix="") | Q(Exists(parties.filter(schools_seen_by(actor)))))


def of_the_parties(actor: Actor, prefix: str = "thread__") -> Q:
    """Rows of the dossiers that the actor's académie instructs or that her collectivité holds: these she reads whole."""
    return Q(**{f"{prefix}academie_id__in": actor.ids(Level.ACADEMIE)}) | Q(
        **{f"{prefix}collectivite_id__in": actor.ids(Level.COLLECTIVITE)}
    )


def reads_whole(actor: Actor, thread: "Thread") -> bool:
    """The same, of the thread in hand: without a query."""
    return thread.academie_id in actor.ids(Level.ACADEMIE) or thread.collectivite_id in actor.ids(Level.COLLECTIVITE)


def schools_seen_by(actor: Actor, prefix: str = "school") -> Q:
    """Rows about a school that the actor sees because she works in it, in its circonscription or in its département."""
    return (
        Q(**{f"{prefix}_id__in": actor.ids(Level.SCHOOL)})
        | Q(**{f"{prefix}__circonscription_id__in": actor.ids(Level.CIRCONSCRIPTION)})
        | Q(**{f"{prefix}__departement_id__in": actor.ids(Level.DEPARTEMENT)})
    )


class Thread(models.Model):
    """One dossier from the application to the solde: the row that every use case locks first."""

    academie = models.ForeignKey(Academie, models.PROTECT, related_name="+", verbose_name="académie")
    collectivite = models.ForeignKey(Collectivite, models.PROTECT, related_name="+", verbose_name="collectivité")
    schools: "models.ManyToManyField[School, ThreadSchool]" = models.ManyToManyField(
        School, through="ThreadSchool", related_name="+"
    )
    title = models.CharField("intitulé", max_length=250)
    opened_at = models.DateTimeField("ouvert le")

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title


class ThreadSchool(models.Model):
    """A school takes part in a thread: its director, its IEN, its DSDEN may read it. Kept when the school leaves."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="parties")
    school = models.ForeignKey(School, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "school"], name="thread_school_once")]

    def __str__(self) -> str:
        return f"{self.thread} – {self.school}"


class JournalLine(models.Model):
    """Who did what, in which role, from which state to which. Written by the passage, never changed: the database refuses."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="journal")
    subject_kind = models.CharField("objet", max_length=40)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField("objet", max_length=250)
    act = models.CharField(max_length=60)
    label = models.CharField("action", max_length=150)
    from_state = models.CharField("état d’avant", max_length=40, blank=True)
    to_state = models.CharField("état d’après", max_length=40, blank=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="personne")
    actor_name = models.CharField("nom", max_length=200)
    actor_role = models.CharField("rôle", max_length=300)
    comment = models.TextField("commentaire", blank=True)
    before = models.JSONField("avant", default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField("après", default=dict, encoder=DjangoJSONEncoder)
    version = models.PositiveIntegerField("version de l’objet")
    occurred_at = models.DateTimeField("instant (portail)")
    recorded_at = models.DateTimeField("instant (base)", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "ligne de journal"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["thread", "-id"], name="journal_line_thread"),
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="journal_line_subject"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.label} – {self.subject_label}"


class ThreadRowQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(thread__in=Thread.objects.visible_to(actor))


class PartiesQuerySet(ThreadRowQuerySet):
    """The money of a collectivité, its account, its orders and its invoices: neither its schools nor its collèges read them."""

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(of_the_parties(actor))


class ThreadRow(models.Model):
    """A row of a thread that changes only through `passage` (journal.passages).

    `journaled` names the fields whose values the journal keeps before and after; `passage_related` the relations that
    the conditions and permissions read, fetched with the row under its lock.
    """

    journaled: ClassVar[tuple[str, ...]] = ()
    passage_related: ClassVar[tuple[str, ...]] = ()

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.passed_moves: list[Passed] = []

    @property
    def scope(self) -> Scope:
        """Where a role must be held to act on this row; a row about one school narrows or widens it."""
        return Scope(academie_id=self.thread.academie_id, collectivite_id=self.thread.collectivite_id)


class UnsentForm(models.Model):
    """What a person typed about a row and has not sent: hers alone, as typed, gone once the form is sent.

    Not a row of the thread: nothing in it counts, nobody else reads it, the journal says nothing of it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    form = models.CharField("formulaire", max_length=40)
    typed = models.JSONField("saisie", default=dict)
    version = models.PositiveIntegerField("version de l’objet")
    saved_at = models.DateTimeField("gardé le", db_index=True)

    class Meta:
        verbose_name = "saisie non envoyée"
        verbose_name_plural = "saisies non envoyées"
        constraints = [models.UniqueConstraint(fields=["user", "subject_kind", "subject_id", "form"], name="unsent_form_once")]

    def __str__(self) -> str:
        return f"{self.form} – {self.subject_kind} {self.subject_id}"
