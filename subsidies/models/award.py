"""What is kept of the award of a collectivité, and what it answers of itself."""

from decimal import Decimal
from typing import Any, ClassVar, Literal

from django.db import models
from django.urls import reverse

from conventions.models import Convention
from plannumerique.accounts.models import User
from plannumerique.journal.models import ThreadRow
from plannumerique.lib.money import ZERO
from projects.models import Campaign
from subsidies.models.payable import Credited

MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}


class Award(ThreadRow):
    """`state` is given by the model, beside its moves."""

    paid_as: ClassVar[Literal["equipment"]] = "equipment"
    state: Any
    orders: Any  # related rows, which the model alone is given
    invoices: Any

    passage_related = (
        "campaign__academie",
        "convention__campaign",
        "convention__document",
        "convention__dossier__collectivite",
        "convention__terms",
        "service_fait_by",
        "thread__academie",
    )
    journaled = (
        "decided_amount",
        "decision_reference",
        "decision_signed_on",
        "decision_taken_over_on",
        "notified_on",
        "complete_on",
        "service_fait_on",
        "service_fait_taken_over_on",
        "definitive_amount",
        "paid_total",
        "ej_number",
        "held_since",
        "held_motive",
    )

    convention = models.OneToOneField(Convention, models.PROTECT, related_name="equipment_subsidy", verbose_name="convention")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", verbose_name="campagne")

    # Copied from the convention, so that the constraints below can hold its ceiling.
    convention_max = models.DecimalField("maximum de la convention (€)", **MONEY)
    acompte_rate = models.DecimalField("taux de l’acompte", max_digits=5, decimal_places=4)

    decided_amount = models.DecimalField("montant décidé (€)", null=True, blank=True, **MONEY)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decision_signed_on = models.DateField("décision signée le", null=True, blank=True)
    decision_signatory = models.CharField("signataire", max_length=150, blank=True)
    decision_capacity = models.CharField("qualité", max_length=200, blank=True)
    decision_delegation = models.CharField("délégation", max_length=250, blank=True)
    # Signed and notified on paper before the portal: its number is that of the paper, no document of the portal bears it.
    decision_taken_over_on = models.DateField("décision reprise le", null=True, blank=True, editable=False)
    decision_reference = models.CharField("référence de la décision", max_length=40, blank=True)
    notified_on = models.DateField("notifiée le", null=True, blank=True)
    notification_proof = models.CharField("preuve de réception", max_length=200, blank=True)
    ej_number = models.CharField("numéro d’EJ", max_length=20, blank=True)

    acompte_requested_on = models.DateField("acompte demandé le", null=True, blank=True)
    complete_on = models.DateField("pièces complètes le", null=True, blank=True)
    justified_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="justificatifs déposés par"
    )
    service_fait_on = models.DateField("service fait constaté le", null=True, blank=True)
    service_fait_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    service_fait_reservations = models.TextField("réserves", blank=True)
    # Constaté on paper before the portal: its certificate, who signed it; `past_expenses` stand where the invoices would.
    service_fait_taken_over_on = models.DateField("service fait repris le", null=True, blank=True, editable=False)
    service_fait_reference = models.CharField("certificat de service fait", max_length=40, blank=True)
    service_fait_signatory = models.CharField("constaté par", max_length=150, blank=True)
    chorus_certification = models.CharField("référence de la certification dans Chorus", max_length=40, blank=True)
    justified_amount = models.DecimalField("dépense justifiée (€)", null=True, blank=True, **MONEY)
    definitive_amount = models.DecimalField("subvention définitive (€)", null=True, blank=True, **MONEY)
    paid_total = models.DecimalField("versé (€)", default=ZERO, **MONEY)
    closed_on = models.DateField("close le", null=True, blank=True)

    held_since = models.DateField("suspendue depuis le", null=True, blank=True)
    held_motive = models.TextField("motif de la suspension", blank=True)
    held_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        return reverse("subsidies:equipment", args=[self.pk])

    @property
    def is_on_hold(self) -> bool:
        return self.held_since is not None

    @property
    def remaining(self) -> Decimal:
        """What can still be paid at most: under the definitive subsidy once it is known, under the decision before."""
        return max((self.definitive_amount or self.decided_amount or ZERO) - self.paid_total, ZERO)

    def ordered(self) -> Decimal:
        """The accepted orders on the convention's tax basis, in euros; one query."""
        field = "amount_ttc" if self.convention.terms.tax_basis == "ttc" else "amount_ht"
        return self.orders.accepted().aggregate(total=models.Sum(field))["total"] or ZERO

    # What a payment asks (Payable).

    @property
    def ceiling(self) -> Decimal:
        return self.decided_amount or ZERO

    @property
    def credited(self) -> Credited:
        convention, collectivite = self.convention, self.convention.dossier.collectivite
        return Credited(
            collectivite.name,
            in_words=collectivite.in_words,
            siret=convention.siret,
            iban=convention.iban,
            bic=convention.bic,
            holder=convention.iban_holder,
        )

    @property
    def account_row(self) -> ThreadRow:
        return self.convention

    @property
    def certifier(self) -> User | None:
        return self.service_fait_by

    def who_checked(self) -> list[int]:
        orders = self.orders.accepted().values_list("checked_by", flat=True)
        invoices = self.invoices.counted().values_list("checked_by", flat=True)
        return sorted({pk for pk in [*orders, *invoices] if pk is not None})
