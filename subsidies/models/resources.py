"""The grant of digital resources of one school, paid to its collège référent. Its justification is followed elsewhere."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from conventions.models import Convention
from plannumerique.journal.machine import move, state_field
from plannumerique.journal.models import ThreadRow, ThreadRowQuerySet, of_the_parties, schools_seen_by
from plannumerique.journal.triggers import frozen, kept, told_in_the_journal
from plannumerique.organisations.actor import Actor, Scope
from plannumerique.organisations.enums import Level
from plannumerique.organisations.models import School
from projects.models import Campaign
from subsidies import conditions as only_if
from subsidies.enums import ResourcesState
from subsidies.models.payable import Credited

S = ResourcesState
MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}


class ResourcesSubsidyQuerySet(ThreadRowQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """The collège that receives the grant sees it too, without being a party to the dossier."""
        return self.filter(of_the_parties(actor) | schools_seen_by(actor) | Q(payee_id__in=actor.ids(Level.SCHOOL)))

    def awaiting_notification(self) -> Self:
        return self.filter(state=S.CREATED)

    def awaiting_payment(self) -> Self:
        return self.filter(state=S.NOTIFIED)

    def lacking_references(self) -> Self:
        """What the preparation of their payment demands beside the notification: the account of the collège, the EJ number."""
        return self.awaiting_payment().filter(Q(iban="") | Q(siret="") | Q(ej_number=""))

    def ready_to_pay(self) -> Self:
        return self.awaiting_payment().exclude(Q(iban="") | Q(siret="") | Q(ej_number=""))

    def for_list(self) -> Self:
        return self.select_related("thread", "campaign", "school", "payee", "convention__dossier__collectivite")

    def notified(self) -> Self:
        return self.exclude(state__in=[S.CREATED, S.CANCELLED])


class ResourcesSubsidy(ThreadRow):
    paid_as: ClassVar[Literal["resources"]] = "resources"

    passage_related = (
        "campaign__academie",
        "convention__document",
        "convention__dossier__collectivite",
        "school",
        "payee",
        "thread__academie",
    )
    journaled = ("amount", "notified_on", "reference", "taken_over_on", "paid_total", "siret", "iban", "ej_number")

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="resources_subsidies", verbose_name="convention")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", verbose_name="campagne")
    school = models.ForeignKey(School, models.PROTECT, related_name="+", verbose_name="école")
    payee = models.ForeignKey(School, models.PROTECT, related_name="resources_subsidies", verbose_name="collège référent")
    state = state_field(ResourcesState, S.CREATED)
    amount = models.DecimalField("montant (€)", **MONEY)
    justify_by = models.DateField("à justifier avant le", null=True, blank=True)
    notified_on = models.DateField("notifiée le", null=True, blank=True)
    reference = models.CharField("référence de la notification", max_length=40, blank=True)
    # Notified on paper before the portal: its reference is that of the paper, no letter of the portal bears it.
    taken_over_on = models.DateField("reprise le", null=True, blank=True, editable=False)
    ej_number = models.CharField("numéro d’EJ", max_length=20, blank=True)
    siret = models.CharField("SIRET du collège", max_length=14, blank=True)
    iban = models.CharField("IBAN du collège", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    paid_total = models.DecimalField("versé (€)", default=Decimal("0"), **MONEY)

    objects = ResourcesSubsidyQuerySet.as_manager()

    class Meta:
        verbose_name = "dotation de ressources"
        verbose_name_plural = "dotations de ressources"
        ordering = ["school__search", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "school"],
                condition=~Q(state=S.CANCELLED),
                name="resources_once_a_school",
                violation_error_message="Cette école a déjà une dotation de ressources dans la campagne.",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="resources_amount_positive"),
            models.CheckConstraint(
                condition=Q(paid_total__gte=0, paid_total__lte=models.F("amount")),
                name="resources_paid_within_amount",
                violation_error_message="Le versement ne peut dépasser la dotation.",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.PAID) | Q(paid_total=models.F("amount"), notified_on__isnull=False),
                name="resources_paid_in_full",
                violation_error_message="Une dotation versée l’est en entier, après notification.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[S.NOTIFIED, S.PAID]) | Q(notified_on__isnull=False, reference__gt=""),
                name="resources_notified_has_its_letter",
                violation_error_message="Une dotation notifiée porte la date et la référence de sa lettre.",
            ),
        ]
        triggers = [
            *kept(),
            frozen(
                "notified_stays",
                *("thread", "convention", "campaign", "school", "payee", "amount", "notified_on", "reference", "taken_over_on"),
                once=pgtrigger.Q(old__state__in=[S.NOTIFIED, S.PAID]),
            ),
            told_in_the_journal("paid_in_the_journal", "paid_total", kind="subsidies.resourcessubsidy"),
        ]

    def __str__(self) -> str:
        return f"Dotation de ressources – {self.school}"

    @move(
        field=state,
        source=S.CREATED,
        target=S.NOTIFIED,
        label="Notifier la dotation",
        conditions=[only_if.the_convention_is_notified],
    )
    def notify_grant(self, *, on: dt.date) -> None:
        self.notified_on = on

    @move(field=state, source=S.NOTIFIED, target=S.PAID, label="Constater le versement de la dotation")
    def record_grant_paid(self, *, amount: Decimal) -> None:
        self.paid_total += amount

    @move(
        field=state,
        source=[S.CREATED, S.NOTIFIED],
        target=S.CANCELLED,
        label="Annuler la dotation",
        conditions=[only_if.no_payment_is_under_way],
        needs_comment=True,
    )
    def cancel_grant(self) -> None:
        pass

    @move(
        field=state,
        source=S.PAID,
        target=S.NOTIFIED,
        label="Constater le rejet du virement de la dotation",
        needs_comment=True,
    )
    def take_back_grant(self, *, amount: Decimal) -> None:
        self.paid_total -= amount

    def get_absolute_url(self) -> str:
        return reverse("subsidies:resources", args=[self.pk])

    # What a payment asks (Payable).

    @property
    def ceiling(self) -> Decimal:
        return self.amount

    @property
    def credited(self) -> Credited:
        name = self.payee.name
        return Credited(name, in_words=name, siret=self.siret, iban=self.iban, bic=self.bic, holder=name)

    @property
    def account_row(self) -> ThreadRow:
        return self

    @property
    def certifier(self) -> None:
        return None

    def who_checked(self) -> list[int]:
        return []

    @property
    def scope(self) -> Scope:
        return Scope(
            academie_id=self.thread.academie_id,
            collectivite_id=self.thread.collectivite_id,
            school_ids=frozenset([self.school_id, self.payee_id]),
        )
