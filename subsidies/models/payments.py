"""The movements of money: what was asked for, by whom it was validated, and the DRFiP's payment as it was recorded."""

import datetime as dt
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from plannumerique.accounts.models import User
from plannumerique.journal.machine import Refused, move, state_field
from plannumerique.journal.models import ThreadRow, ThreadRowQuerySet
from plannumerique.journal.triggers import frozen, kept, told_in_the_journal
from plannumerique.lib.dates import clock_time, long_date, plain_date
from plannumerique.lib.identifiers import BankKind, bank_kind
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from subsidies import conditions as only_if
from subsidies.enums import LIVE_PAYMENT_STATES, PaymentKind, PaymentState
from subsidies.models.equipment import EquipmentSubsidy
from subsidies.models.resources import ResourcesSubsidy

S = PaymentState
MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}

VALIDATED_FIELDS = (
    *("thread", "kind", "equipment", "resources", "amount", "ceiling", "already_paid", "explanation"),
    *("payee_name", "payee_siret", "iban", "bic", "iban_holder", "iban_usable_from", "transfer_label"),
    *("pay_from", "pay_before", "prepared_on", "preparer", "certifier", "checkers", "validated_on", "validator", "taken_over_on"),
)
# References of the DRFiP, typed by hand: rectified with a motive.
RECTIFIED_FIELDS = ("dp_number", "paid_on", "exercise", "ej_number")


class PaymentQuerySet(ThreadRowQuerySet):
    def live(self) -> Self:
        return self.filter(state__in=LIVE_PAYMENT_STATES)

    def paid(self) -> Self:
        return self.filter(state=S.PAID)

    def awaiting_validation(self) -> Self:
        return self.filter(state=S.PREPARED)

    def awaiting_record(self) -> Self:
        return self.filter(state=S.VALIDATED)

    def under_way(self) -> Self:
        return self.filter(state__in=[S.PREPARED, S.VALIDATED])

    def visible_to(self, actor: Actor) -> Self:
        """The payee, collectivité or collège, and the académie: no payee reads what another receives."""
        return self.filter(
            Q(thread__academie_id__in=actor.ids(Level.ACADEMIE))
            | Q(resources=None, thread__collectivite_id__in=actor.ids(Level.COLLECTIVITE))
            | Q(resources__payee_id__in=actor.ids(Level.SCHOOL))
        )

    def for_list(self) -> Self:
        return self.select_related(
            "thread",
            "equipment__convention__dossier__collectivite",
            "resources__school",
            "resources__payee",
            "preparer",
            "validator",
        )


class Payment(ThreadRow):
    """One row per movement, with the payee, the account and the ceiling as they stood when it was prepared."""

    passage_related = (
        "equipment__campaign__academie",
        "equipment__convention__document",
        "equipment__convention__dossier__collectivite",
        "equipment__convention__terms",
        "resources__campaign__academie",
        "resources__convention__document",
        "resources__convention__dossier__collectivite",
        "resources__payee",
        "resources__school",
        "preparer",
        "certifier",
        "validator",
        "thread__academie",
    )
    journaled = ("amount", "ej_number", "exercise", "dp_number", "paid_on", "iban", "taken_over_on")

    kind = models.CharField("nature", max_length=10, choices=PaymentKind.choices)
    equipment = models.ForeignKey(
        EquipmentSubsidy, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="subvention d’équipement"
    )
    resources = models.ForeignKey(
        ResourcesSubsidy, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="dotation de ressources"
    )
    state = state_field(PaymentState, S.PREPARED)
    amount = models.DecimalField("montant (€)", **MONEY)
    ceiling = models.DecimalField("plafond de la subvention (€)", **MONEY)
    already_paid = models.DecimalField("déjà versé (€)", **MONEY)
    explanation = models.JSONField("calcul", default=list)
    payee_name = models.CharField("bénéficiaire", max_length=200)
    payee_siret = models.CharField("SIRET du bénéficiaire", max_length=14)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    iban_holder = models.CharField("titulaire du compte", max_length=200, blank=True)
    iban_usable_from = models.DateTimeField("compte utilisable à partir du", null=True, blank=True)
    transfer_label = models.CharField("libellé du virement", max_length=140)
    ej_number = models.CharField("numéro d’EJ", max_length=20)
    exercise = models.PositiveSmallIntegerField("exercice")
    pay_from = models.DateField("payable à partir du", null=True, blank=True)
    pay_before = models.DateField("à payer avant le", null=True, blank=True)
    prepared_on = models.DateField("préparée le")
    preparer = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="préparée par")
    certifier = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="service fait constaté par"
    )
    checkers = models.JSONField("pièces vérifiées par", default=list, blank=True)
    validated_on = models.DateField("validée le", null=True, blank=True)
    validator = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="validée par")
    dp_number = models.CharField("numéro de DP", max_length=20, blank=True)
    paid_on = models.DateField("payée le", null=True, blank=True)
    # Paid before the portal: entered with its date and its DP number, it counts once another person has confirmed it.
    taken_over_on = models.DateField("reprise le", null=True, blank=True, editable=False)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de paiement"
        verbose_name_plural = "demandes de paiement"
        ordering = ["-prepared_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=PaymentKind.RESOURCES, resources__isnull=False, equipment__isnull=True)
                | Q(kind__in=[PaymentKind.ACOMPTE, PaymentKind.SOLDE], equipment__isnull=False, resources__isnull=True),
                name="payment_of_one_subsidy",
            ),
            models.UniqueConstraint(
                fields=["equipment", "kind"],
                condition=Q(state__in=LIVE_PAYMENT_STATES, equipment__isnull=False),
                name="payment_equipment_once",
                violation_error_message="Une demande de paiement de cette nature est déjà en cours ou payée.",
            ),
            models.UniqueConstraint(
                fields=["resources"],
                condition=Q(state__in=LIVE_PAYMENT_STATES, resources__isnull=False),
                name="payment_resources_once",
                violation_error_message="Une demande de paiement de cette dotation est déjà en cours ou payée.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, already_paid__gte=0, amount__lte=F("ceiling") - F("already_paid")),
                name="payment_within_ceiling",
                violation_error_message="Le paiement dépasserait le plafond de la subvention.",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.PAID) | Q(dp_number__gt="", paid_on__isnull=False, validator__isnull=False),
                name="payment_paid_has_references",
                violation_error_message="Un paiement enregistré porte son numéro de DP et sa date.",
            ),
            models.CheckConstraint(
                condition=Q(taken_over_on__isnull=True)
                | Q(state=S.REJECTED)
                | Q(dp_number__gt="", paid_on__lte=F("taken_over_on")),
                name="payment_taken_over_was_paid",
                violation_error_message="Un paiement repris porte son numéro de DP et sa date, antérieure à la reprise.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[S.PREPARED, S.REJECTED]) | Q(validator__isnull=False, validated_on__isnull=False),
                name="payment_validated_by_someone",
                violation_error_message="Une demande validée porte son valideur et sa date.",
            ),
            models.CheckConstraint(
                condition=Q(validator__isnull=True) | ~Q(validator=F("preparer")),
                name="payment_four_eyes",
                violation_error_message="La personne qui prépare une demande de paiement ne la valide pas.",
            ),
            models.CheckConstraint(
                condition=Q(validator__isnull=True) | Q(certifier__isnull=True) | ~Q(validator=F("certifier")),
                name="payment_certifier_does_not_validate",
                violation_error_message="La personne qui constate le service fait ne valide pas la demande de paiement.",
            ),
            models.UniqueConstraint(
                fields=["exercise", "dp_number"],
                condition=~Q(dp_number=""),
                name="payment_dp_once_an_exercise",
                violation_error_message="Ce numéro de DP désigne déjà un autre paiement du même exercice.",
            ),
        ]
        # What one validated is what is paid; a request that is wrong is rejected, and another one prepared.
        triggers = [
            *kept(),
            pgtrigger.FSM(
                name="moves_that_exist",
                field="state",
                transitions=[
                    *((S.PREPARED.value, to.value) for to in (S.VALIDATED, S.PAID, S.REJECTED)),
                    *((S.VALIDATED.value, to.value) for to in (S.PAID, S.REJECTED)),
                    (S.PAID.value, S.REJECTED.value),
                ],
            ),
            frozen("validated_stays", *VALIDATED_FIELDS, once=~pgtrigger.Q(old__state=S.PREPARED)),
            frozen("rejected_stays", *RECTIFIED_FIELDS, once=pgtrigger.Q(old__state=S.REJECTED)),
            told_in_the_journal(
                "rectified_in_the_journal", *RECTIFIED_FIELDS, once=pgtrigger.Q(old__state=S.PAID), kind="subsidies.payment"
            ),
        ]

    def __str__(self) -> str:
        return f"{capfirst(self.get_kind_display())} – {self.payee_name}"

    @move(
        field=state,
        source=S.PREPARED,
        target=S.VALIDATED,
        label="Valider la demande de paiement",
        conditions=[
            only_if.it_is_still_to_be_paid,
            only_if.the_payment_is_not_held,
            only_if.the_iban_is_settled,
            only_if.the_payment_is_payable,
        ],
    )
    def validate_payment(self, *, by: User | None, at: dt.datetime) -> None:
        on = at.date()
        if self.pay_from is not None and on < self.pay_from:
            raise Refused(f"Cette demande n’est payable qu’à partir du {long_date(self.pay_from)} : elle se valide ce jour-là.")
        if self.iban_usable_from is not None and at < self.iban_usable_from:
            until = timezone.localtime(self.iban_usable_from)
            raise Refused(
                f"L’IBAN vient de changer : aucun paiement ne l’utilise avant le {plain_date(until.date())} à {clock_time(until)}."
            )
        self.validator, self.validated_on = by, on

    @move(field=state, source=S.VALIDATED, target=S.PAID, label="Enregistrer le paiement")
    def record_payment(self, *, dp_number: str, on: dt.date) -> None:
        self._refuse_before_validation(on)
        self.dp_number, self.paid_on = dp_number, on
        self.exercise = on.year  # the State pays in the exercise of the day: there is no complementary period

    @move(
        field=state,
        source=S.PREPARED,
        target=S.PAID,
        label="Confirmer le paiement repris",
        conditions=[only_if.it_was_paid_before_the_portal, only_if.the_payment_is_payable],
    )
    def confirm_past_payment(self, *, by: User | None, on: dt.date) -> None:
        self.validator, self.validated_on = by, on

    @move(
        field=state,
        source=[S.PREPARED, S.VALIDATED],
        target=S.REJECTED,
        label="Rejeter la demande de paiement",
        needs_comment=True,
    )
    def reject_payment(self) -> None:
        if self.taken_over_on is not None:  # entered by mistake: its number may be that of another payment
            self.dp_number, self.paid_on = "", None

    @move(
        field=state,
        source=S.PAID,
        target=S.REJECTED,
        label="Constater le rejet du virement par la banque",
        conditions=[only_if.the_subsidy_can_take_it_back],
        needs_comment=True,
    )
    def bounce_payment(self) -> None:
        pass

    # What others read, and the correction of what was mistyped.

    def correct_paid_on(self, on: dt.date) -> None:
        self._refuse_before_validation(on)
        self.paid_on, self.exercise = on, on.year

    def _refuse_before_validation(self, on: dt.date) -> None:
        if self.taken_over_on is None and self.validated_on is not None and on < self.validated_on:
            raise Refused(f"La demande est validée du {long_date(self.validated_on)} : le paiement ne peut la précéder.")

    def get_absolute_url(self) -> str:
        return reverse("subsidies:payment", args=[self.pk])

    @property
    def subsidy(self) -> EquipmentSubsidy | ResourcesSubsidy:
        subsidy = self.equipment or self.resources
        assert subsidy is not None  # payment_of_one_subsidy holds it
        return subsidy

    @property
    def has_the_expected_bank(self) -> bool:
        """A commune is paid at the Banque de France, on its comptable's account; an EPLE at the DFT."""
        return bank_kind(self.iban) is (BankKind.DFT if self.resources_id else BankKind.COMPTABLE_PUBLIC)
