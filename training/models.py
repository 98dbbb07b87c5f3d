"""The training sessions that go with the equipment."""

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from plannumerique.organisations.actor import Actor, Scope
from plannumerique.organisations.enums import Level
from plannumerique.organisations.models import Academie, Circonscription, Departement, School
from projects.models import Campaign
from training.enums import SessionKind


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, actor: Actor) -> Self:
        """The sessions of the actor's académie, or of the académie of her schools, circonscriptions and départements."""
        schools = School.objects.filter(pk__in=actor.ids(Level.SCHOOL))
        circonscriptions = Circonscription.objects.filter(pk__in=actor.ids(Level.CIRCONSCRIPTION))
        nearby = Departement.objects.filter(
            Q(pk__in=actor.ids(Level.DEPARTEMENT))
            | Q(pk__in=circonscriptions.values("departement"))
            | Q(pk__in=schools.values("departement"))
        )
        return self.filter(Q(academie_id__in=actor.ids(Level.ACADEMIE)) | Q(academie_id__in=nearby.values("academie")))

    def for_list(self) -> Self:
        return self.select_related("campaign", "place")


class Session(models.Model):
    """Where and when a group is trained. Nothing of a dossier depends on it: it belongs to no thread."""

    academie = models.ForeignKey(Academie, models.PROTECT, related_name="training_sessions", verbose_name="académie")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="training_sessions", verbose_name="campagne")
    kind = models.CharField("contenu", max_length=20, choices=SessionKind.choices)
    place = models.ForeignKey(School, models.PROTECT, related_name="training_sessions", verbose_name="école ou collège d’accueil")
    starts_at = models.DateTimeField("commence le")
    seats = models.PositiveSmallIntegerField("places", validators=[MinValueValidator(1)])

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "session de formation"
        verbose_name_plural = "sessions de formation"
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "kind", "starts_at"],
                name="session_once",
                violation_error_message="Cette session (même lieu, même contenu, même heure) existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(seats__gt=0),
                name="session_has_seats",
                violation_error_message="Une session offre au moins une place.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.place}"

    @property
    def scope(self) -> Scope:
        return Scope(academie_id=self.academie_id)
