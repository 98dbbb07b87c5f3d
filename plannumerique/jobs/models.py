"""Long work on many rows: what was asked, by whom, and what became of each row. Kept, so that its page can be opened again."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Count, Q
from django.urls import reverse

from plannumerique.accounts.models import User
from plannumerique.jobs.enums import Outcome
from plannumerique.organisations.actor import Actor

# A job that gave no sign for so long has lost its worker, or never found one.
SILENCE = dt.timedelta(minutes=2)


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: Actor) -> Self:
        """A job is its author's: its page names rows that others may not see."""
        return self.filter(asked_by=actor.user) if actor.user else self.none()

    def forsaken(self, now: dt.datetime) -> Self:
        """Unfinished and silent. `now` is real time: the shifted clock moves no worker."""
        return self.filter(finished_at__isnull=True, beat_at__lt=now - SILENCE)


class Job(models.Model):
    """`kind` names the act, `parameters` is what was typed once for all the rows.

    `asked_at` is the portal's instant, the two others real ones: the shifted clock moves no worker.
    """

    kind = models.SlugField("nature", max_length=40)
    title = models.CharField("intitulé", max_length=150)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="demandé par")
    asked_at = models.DateTimeField("demandé le")
    parameters = models.JSONField("paramètres", default=dict)
    back = models.CharField("liste d’origine", max_length=2000)
    beat_at = models.DateTimeField("dernier signe de vie")
    finished_at = models.DateTimeField("terminé le", null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "traitement par lot"
        verbose_name_plural = "traitements par lots"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["beat_at"], condition=Q(finished_at__isnull=True), name="job_unfinished")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("jobs:job", args=[self.pk])

    def counts(self) -> dict[Outcome, int]:
        """How many rows stand at each outcome; one query."""
        found = dict(self.rows.order_by().values_list("outcome").annotate(Count("pk")))
        return {outcome: found.get(outcome.value, 0) for outcome in Outcome}


class JobRow(models.Model):
    """One row of the job. Its outcome is written in the very transaction of its act: done once, however often the job is run."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="rows")
    row_id = models.BigIntegerField("identifiant")
    label = models.CharField("ligne", max_length=250)
    url = models.CharField("adresse", max_length=250)
    outcome = models.CharField("résultat", max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    reason = models.TextField("motif", blank=True)

    class Meta:
        verbose_name = "ligne de traitement"
        verbose_name_plural = "lignes de traitement"
        ordering = ["row_id"]
        indexes = [models.Index(fields=["job", "outcome", "row_id"], name="job_row_outcome")]
        constraints = [
            models.UniqueConstraint(fields=["job", "row_id"], name="job_row_once"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.REFUSED) & ~Q(reason="") | ~Q(outcome=Outcome.REFUSED) & Q(reason=""),
                name="job_row_refused_with_reason",
                violation_error_message="Une ligne refusée dit pourquoi, et elle seule.",
            ),
        ]

    def __str__(self) -> str:
        return self.label
