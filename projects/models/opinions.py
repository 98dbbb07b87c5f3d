"""The opinions that are given on an application."""

from django.db import models
from django.db.models import Q

from plannumerique.accounts.models import User
from plannumerique.journal.models import ThreadRow
from plannumerique.organisations.actor import Scope
from projects.enums import (
    ApplicationState,
    OpinionKind,
    OpinionSense,
)
from projects.models.applications import Application

S = ApplicationState


class Opinion(ThreadRow):
    """What the IEN or the DSI thinks of one application. A condition may read it; it is not a state."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="opinions", verbose_name="candidature")
    kind = models.CharField("avis", max_length=5, choices=OpinionKind.choices)
    sense = models.CharField("sens", max_length=15, choices=OpinionSense.choices)
    text = models.TextField("observations", blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_on = models.DateField("rendu le")

    class Meta:
        verbose_name = "avis"
        verbose_name_plural = "avis"
        ordering = ["application", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind"], name="opinion_once", violation_error_message="Cet avis est déjà rendu."
            ),
            models.CheckConstraint(
                condition=~Q(sense=OpinionSense.UNFAVOURABLE) | ~Q(text=""),
                name="opinion_unfavourable_explained",
                violation_error_message="Un avis défavorable se motive.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.application}"

    @property
    def scope(self) -> Scope:
        return self.application.scope
