"""The dossier: one collectivité, one campaign."""

from typing import Self

from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import cached_property

from plannumerique.files.models import Piece
from plannumerique.journal.models import Thread, ThreadRow, ThreadRowQuerySet
from plannumerique.organisations.models import Collectivite
from projects.enums import (
    ApplicationState,
)
from projects.models.applications import Application
from projects.models.campaigns import Campaign

S = ApplicationState


class DossierQuerySet(ThreadRowQuerySet):
    def for_list(self) -> Self:
        """The count is asked of the rows of the page alone: a join would count for every dossier before sorting them."""
        applications = Application.objects.filter(dossier=OuterRef("pk")).order_by().values("dossier")
        return self.select_related("thread", "campaign", "collectivite").annotate(
            schools_count=Coalesce(Subquery(applications.values(count=Count("pk"))), 0)
        )


class Dossier(ThreadRow):
    """One collectivité in one campaign. It belongs to organisations, never to a person."""

    passage_related = ("campaign", "collectivite")
    journaled = ("contact_name", "contact_email", "contact_phone")

    thread = models.OneToOneField(Thread, models.PROTECT, related_name="dossier")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="dossiers", verbose_name="campagne")
    collectivite = models.ForeignKey(Collectivite, models.PROTECT, related_name="dossiers", verbose_name="collectivité")
    contact_name = models.CharField("personne à joindre", max_length=150, blank=True)
    contact_email = models.EmailField("courriel", blank=True)
    contact_phone = models.CharField("téléphone", max_length=30, blank=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        ordering = ["collectivite__search", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "collectivite"],
                name="dossier_once",
                violation_error_message="Cette collectivité a déjà un dossier dans cette campagne.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.collectivite} – {self.campaign.code}"

    def get_absolute_url(self) -> str:
        return reverse("portal:dossier", args=[self.pk])

    def get_draft_url(self) -> str:
        return reverse("projects:draft", args=[self.pk])

    @property
    def reference(self) -> str:
        return f"{self.campaign.code}-{self.pk:04d}"

    @cached_property
    def usable_pieces(self) -> frozenset[str]:
        """The kinds of pieces that are there and not refused; asked once for all the lines that share this dossier."""
        return frozenset(Piece.objects.usable().filter(thread_id=self.thread_id).values_list("kind", flat=True))
