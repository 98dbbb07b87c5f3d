"""What was justified before the portal, where its invoices would stand."""

from typing import Any

from django.db import models
from django.db.models import Q

from deployments.models import MobileClass
from plannumerique.journal.triggers import frozen, never_emptied
from projects.rules import ClassExpense
from subsidies.models.equipment import EquipmentSubsidy

MONEY: Any = {"max_digits": 12, "decimal_places": 2}


class PastExpense(models.Model):
    """What a certified class has cost, in euros on the convention's basis, as the paper certificate says; its invoices stay on paper."""

    subsidy = models.ForeignKey(EquipmentSubsidy, models.PROTECT, related_name="past_expenses", verbose_name="subvention")
    mobile_class = models.OneToOneField(MobileClass, models.PROTECT, related_name="past_expense", verbose_name="classe mobile")
    amount = models.DecimalField("dépense justifiée (€)", **MONEY)

    class Meta:
        verbose_name = "dépense reprise"
        verbose_name_plural = "dépenses reprises"
        ordering = ["subsidy", "mobile_class"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="past_expense_positive")]
        # Deleted with the service fait that it justifies, never changed.
        triggers = [frozen("certified_stays", "subsidy", "mobile_class", "amount"), never_emptied()]

    def __str__(self) -> str:
        return f"{self.mobile_class} : {self.amount}"

    def as_rule(self) -> ClassExpense:
        return ClassExpense(self.mobile_class.school.uai, self.mobile_class.number, self.amount)
