"""What a person keeps of her lists, and what a demonstration remembers of its own play, empty everywhere else."""

from django.db import models
from django.urls import reverse

from plannumerique.accounts.models import User


class SavedView(models.Model):
    """A list as a person left it, under a name of hers: the part of its address that follows the question mark, nothing else."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    listing = models.CharField("liste", max_length=60)
    name = models.CharField("nom", max_length=60)
    query = models.CharField("filtres, ordre et colonnes", max_length=1500, blank=True)

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        ordering = ["listing", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "listing", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(self.listing) + (f"?{self.query}" if self.query else "")


class DemoProgress(models.Model):
    """How many steps of a story were played: raised in the very transaction of each step, so that none is played twice.

    A visitor acts too. Where she took a dossier elsewhere, its story stops, and `left` says at what.
    """

    story = models.CharField("récit", max_length=40, unique=True)
    played = models.PositiveIntegerField("étapes jouées", default=0)
    left = models.TextField("récit laissé à", blank=True)

    class Meta:
        verbose_name = "récit de la démonstration"
        verbose_name_plural = "récits de la démonstration"
        ordering = ["story"]

    def __str__(self) -> str:
        return f"{self.story} : {self.played}"


class DemoStop(models.Model):
    """A stop that a visitor asked for. The instants are real ones: the portal's own date is what the play changes."""

    on = models.DateField("date d’arrivée", unique=True)
    asked_at = models.DateTimeField("demandée le")
    reached_at = models.DateTimeField("atteinte le", null=True)
    trouble = models.TextField("ce qui a arrêté la lecture", blank=True)

    class Meta:
        verbose_name = "arrêt de la démonstration"
        verbose_name_plural = "arrêts de la démonstration"
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.on:%d/%m/%Y}"
