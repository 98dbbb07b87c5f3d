"""The académie's session of selection: readers mark, an order comes out, a selection is tried. Nothing in it binds anybody.

Its rows belong to no dossier: they are the académie's working papers, and the journal begins with the decisions.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from plannumerique.accounts.models import User
from plannumerique.lib.money import ZERO
from plannumerique.organisations.actor import Actor, Scope
from plannumerique.organisations.enums import DANE, Level
from projects.enums import ProposalChoice
from projects.models.applications import Application, ApplicationQuerySet
from projects.models.campaigns import Campaign, Phase
from projects.rules import FundingTerms, provisional_subsidy
from projects.rules.selection import HIGHEST_MARK, Candidate, score


class Criterion(models.Model):
    """A line of a campaign's reading grid."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="criteria", verbose_name="campagne")
    rank = models.PositiveSmallIntegerField("rang")
    label = models.CharField("critère", max_length=120)
    help_text = models.CharField("ce qu’on y apprécie", max_length=250, blank=True)
    weight = models.PositiveSmallIntegerField("poids", default=1, validators=[MinValueValidator(1), MaxValueValidator(10)])

    class Meta:
        verbose_name = "critère de lecture"
        verbose_name_plural = "grille de lecture"
        ordering = ["campaign", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "rank"], name="criterion_rank_once"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="criterion_weighs"),
        ]

    def __str__(self) -> str:
        return self.label


class SelectionSessionQuerySet(models.QuerySet["SelectionSession"]):
    def visible_to(self, actor: Actor) -> Self:
        """The DANE's, and nobody else's: a proposal that is not decided is not to be read as a decision."""
        return self.filter(campaign__academie_id__in=actor.ids(Level.ACADEMIE, DANE))


class SelectionSession(models.Model):
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="sessions", verbose_name="campagne")
    phase = models.ForeignKey(Phase, models.PROTECT, related_name="sessions", verbose_name="phase")
    label = models.CharField("intitulé", max_length=150)
    held_on = models.DateField("date de la séance")
    envelope = models.DecimalField(
        "enveloppe de subvention (€)", max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = SelectionSessionQuerySet.as_manager()

    class Meta:
        verbose_name = "séance de sélection"
        verbose_name_plural = "séances de sélection"
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(envelope__isnull=True) | Q(envelope__gte=0),
                name="session_envelope_not_negative",
                violation_error_message="L’enveloppe n’est pas négative.",
            )
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("projects:session", args=[self.pk])

    @property
    def scope(self) -> Scope:
        return Scope(academie_id=self.campaign.academie_id)

    def to_decide(self) -> ApplicationQuerySet:
        """What the session may still decide in its phase."""
        return Application.objects.to_decide().filter(phase=self.phase_id)

    def granted(self) -> dict[int, Decimal]:
        """The subsidy, in euros, of each application of the phase that is retained already: the envelope has borne it. Three queries."""
        terms = self.campaign.current_terms().as_rule()
        rows = Application.objects.granted().filter(phase=self.phase_id).select_related("school").prefetch_related("forecasts")
        return {row.pk: provisional_subsidy(row.expenses()[: row.retained_classes], terms=terms).total for row in rows}

    def envelope_left(self) -> Decimal | None:
        """What the envelope can still bear, in euros, never below zero; None without an envelope."""
        if self.envelope is None:
            return None
        return max(self.envelope - sum(self.granted().values(), ZERO), ZERO)

    def candidates(self) -> dict[int, Candidate]:
        """Every application to decide, with its mark and what each number of its classes would receive; four queries."""
        terms = self.campaign.current_terms().as_rule()
        weights = dict(self.campaign.criteria.values_list("pk", "weight"))
        marks: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for application, criterion, value in self.marks.values_list("application_id", "criterion_id", "value"):
            marks[application][criterion].append(value)
        rows = self.to_decide().select_related("school").prefetch_related("forecasts")
        return {row.pk: _candidate(row, terms, score(marks[row.pk], weights=weights)) for row in rows}


def _candidate(row: Application, terms: FundingTerms, mark: Decimal | None) -> Candidate:
    expenses = row.expenses()
    subsidies = tuple(provisional_subsidy(expenses[:count], terms=terms).total for count in range(1, len(expenses) + 1))
    assert row.submitted_at is not None, "what is to be decided was deposited"
    return Candidate(row.pk, row.submitted_at, subsidies, mark)


class Mark(models.Model):
    """What one reader gives to one application on one criterion."""

    session = models.ForeignKey(SelectionSession, models.CASCADE, related_name="marks")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    reader = models.ForeignKey(User, models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField("note", validators=[MaxValueValidator(HIGHEST_MARK)])

    class Meta:
        verbose_name = "note"
        constraints = [
            models.UniqueConstraint(fields=["session", "application", "criterion", "reader"], name="mark_once_per_reader"),
            models.CheckConstraint(condition=Q(value__lte=HIGHEST_MARK), name="mark_within_scale"),
        ]

    def __str__(self) -> str:
        return f"{self.application} – {self.criterion} : {self.value}"


class Proposal(models.Model):
    """What the session would decide for one application: tried, changed, thrown away; never a decision."""

    session = models.ForeignKey(SelectionSession, models.CASCADE, related_name="proposals")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    choice = models.CharField("proposition", max_length=10, choices=ProposalChoice.choices)
    classes = models.PositiveSmallIntegerField("classes", null=True, blank=True)
    motive = models.CharField("motif", max_length=500, blank=True)

    class Meta:
        verbose_name = "proposition"
        constraints = [
            models.UniqueConstraint(fields=["session", "application"], name="proposal_once"),
            models.CheckConstraint(
                condition=~Q(choice=ProposalChoice.RETAIN) | Q(classes__gte=1),
                name="proposal_retained_has_classes",
                violation_error_message="Retenir demande au moins une classe.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} : {self.get_choice_display()}"
