"""What a demonstration remembers of its own play; empty everywhere else."""

from django.db import models


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
