"""What stands under a convention, written by its services in its passage: schools, classes, exchanges with the contrôleur."""

from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from conventions.enums import BINDING_STATES, ConventionState
from conventions.rules import CbrRequest
from plannumerique.journal.triggers import held, never_emptied, one_of
from plannumerique.organisations.models import School
from projects.models import Application, Campaign
from projects.rules import ClassExpense

MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}


class CoveredSchool(models.Model):
    """A school of a convention, with its collège référent. A school retained in two phases is covered once."""

    convention = models.ForeignKey(
        "conventions.Convention", models.CASCADE, related_name="covered_schools", verbose_name="convention"
    )
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", verbose_name="campagne")
    school = models.ForeignKey(School, models.PROTECT, related_name="coverings", verbose_name="école")
    referent_college = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="collège référent"
    )
    resources_grant = models.DecimalField("dotation de ressources (€)", **MONEY)
    live = models.BooleanField("par une convention en cours", default=True, editable=False)

    class Meta:
        verbose_name = "école couverte"
        verbose_name_plural = "écoles couvertes"
        ordering = ["convention", "school__search"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "school"], name="covered_school_once"),
            models.UniqueConstraint(
                fields=["campaign", "school"],
                condition=Q(live=True),
                name="covered_school_live_once",
                violation_error_message="Cette école figure déjà dans une convention en cours de la campagne.",
            ),
            models.CheckConstraint(condition=Q(resources_grant__gte=0), name="covered_school_grant_positive"),
        ]

    def __str__(self) -> str:
        return str(self.school)


class CoveredClassQuerySet(models.QuerySet["CoveredClass"]):
    def of_convention(self, convention_id: int | None) -> Self:
        """In the order in which pages and annexes list them."""
        return (
            self.filter(covered_school__convention_id=convention_id)
            .select_related("covered_school__school")
            .order_by("covered_school__school__search", "number")
        )


class CoveredClass(models.Model):
    """One mobile class of a convention: its forecast, the base that the cap retains, the State's share."""

    covered_school = models.ForeignKey(CoveredSchool, models.CASCADE, related_name="classes", verbose_name="école couverte")
    application = models.ForeignKey(Application, models.PROTECT, related_name="covered_classes", verbose_name="candidature")
    number = models.PositiveSmallIntegerField("classe n°", validators=[MinValueValidator(1)])
    label = models.CharField("désignation", max_length=120, blank=True)
    expense = models.DecimalField("dépense prévue (€)", **MONEY)
    retained_base = models.DecimalField("base retenue (€)", null=True, blank=True, **MONEY)
    subsidy = models.DecimalField("part de l’État (€)", null=True, blank=True, **MONEY)

    objects = CoveredClassQuerySet.as_manager()

    class Meta:
        verbose_name = "classe couverte"
        verbose_name_plural = "classes couvertes"
        ordering = ["covered_school", "number"]
        constraints = [
            models.UniqueConstraint(fields=["covered_school", "number"], name="covered_class_once"),
            models.CheckConstraint(condition=Q(expense__gt=0), name="covered_class_positive"),
            models.CheckConstraint(
                condition=Q(retained_base__isnull=True, subsidy__isnull=True)
                | Q(retained_base__gte=0, retained_base__lte=F("expense"), subsidy__gte=0, subsidy__lte=F("retained_base")),
                name="covered_class_capped",
            ),
        ]
        triggers = [
            held(
                "of_a_signed_convention",
                because="EXISTS (SELECT FROM conventions_coveredschool AS school"
                " JOIN conventions_convention AS convention ON convention.id = school.convention_id"
                " WHERE school.id = OLD.covered_school_id"
                f" AND convention.state IN ({one_of([ConventionState.SIGNED_COLLECTIVITE, *BINDING_STATES])}))",
            ),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.covered_school.school.uai} – classe {self.number}"

    def as_rule(self) -> ClassExpense:
        return ClassExpense(self.covered_school.school.uai, self.number, self.expense)


class CbrExchange(models.Model):
    """A written request of the contrôleur budgétaire, which interrupts his delay, and the answer that starts it again."""

    convention = models.ForeignKey(
        "conventions.Convention", models.CASCADE, related_name="cbr_exchanges", verbose_name="convention"
    )
    asked_on = models.DateField("demande du")
    question = models.TextField("demande")
    answered_on = models.DateField("réponse du", null=True, blank=True)
    answer = models.TextField("réponse", blank=True)

    class Meta:
        verbose_name = "échange avec le contrôleur budgétaire"
        verbose_name_plural = "échanges avec le contrôleur budgétaire"
        ordering = ["convention", "asked_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention"], condition=Q(answered_on__isnull=True), name="cbr_exchange_one_pending"
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("asked_on")), name="cbr_exchange_answer_follows"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.convention} – demande du {self.asked_on:%d/%m/%Y}"

    def as_rule(self) -> CbrRequest:
        return CbrRequest(asked_on=self.asked_on, answered_on=self.answered_on)
