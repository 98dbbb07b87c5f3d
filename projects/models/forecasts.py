"""What each class of an application is expected to cost."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from projects.enums import (
    ApplicationState,
)
from projects.rules import ClassExpense

S = ApplicationState


class ClassForecast(models.Model):
    """What one mobile class is expected to cost, in the campaign's basis. (dossier, UAI, number) follows the class to the solde."""

    application = models.ForeignKey("Application", models.CASCADE, related_name="forecasts", verbose_name="candidature")
    number = models.PositiveSmallIntegerField("classe n°", validators=[MinValueValidator(1)])
    label = models.CharField("désignation", max_length=120, blank=True)
    expense = models.DecimalField(
        "dépense prévue (€)", max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )

    class Meta:
        verbose_name = "dépense prévue d’une classe"
        verbose_name_plural = "dépenses prévues"
        ordering = ["application", "number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="forecast_number_once"),
            models.CheckConstraint(
                condition=Q(expense__gt=0), name="forecast_positive", violation_error_message="La dépense prévue est positive."
            ),
        ]

    def __str__(self) -> str:
        return f"classe {self.number}"

    def as_rule(self, uai: str) -> ClassExpense:
        return ClassExpense(uai, self.number, self.expense)
