"""The account of a collectivité changes after its convention is notified: proposed by one, confirmed by another."""

import datetime as dt
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from plannumerique.accounts.models import User
from plannumerique.files.models import Piece
from plannumerique.journal.machine import move, state_field
from plannumerique.journal.models import PartiesQuerySet, ThreadRow
from plannumerique.journal.triggers import frozen, kept
from plannumerique.lib.identifiers import BankKind, bank_kind
from subsidies import conditions as only_if
from subsidies.enums import AccountChangeState
from subsidies.models.equipment import EquipmentSubsidy

S = AccountChangeState


class AccountChangeQuerySet(PartiesQuerySet):
    def awaiting_confirmation(self) -> Self:
        return self.filter(state=S.PROPOSED)

    def for_list(self) -> Self:
        return self.select_related("thread", "subsidy__convention__dossier__collectivite", "piece__file", "proposed_by")


class AccountChange(ThreadRow):
    """A new RIB. The convention keeps the account that stands; payments wait a while before they use another."""

    passage_related = (
        "subsidy__campaign__academie",
        "subsidy__convention__dossier__collectivite",
        "piece",
        "proposed_by",
        "thread__academie",
    )
    journaled = ("iban", "bic", "holder")

    subsidy = models.ForeignKey(EquipmentSubsidy, models.PROTECT, related_name="account_changes", verbose_name="subvention")
    state = state_field(AccountChangeState, S.PROPOSED)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    holder = models.CharField("titulaire du compte", max_length=200)
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="+", verbose_name="RIB")
    proposed_on = models.DateField("proposé le")
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="proposé par")
    decided_on = models.DateField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="décidé par")

    objects = AccountChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "changement de compte"
        verbose_name_plural = "changements de compte"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subsidy"],
                condition=Q(state=S.PROPOSED),
                name="account_change_one_at_a_time",
                violation_error_message="Un changement de compte attend déjà d’être confirmé ou refusé.",
            ),
            models.CheckConstraint(
                condition=Q(state=S.PROPOSED, decided_on__isnull=True) | ~Q(state=S.PROPOSED) & Q(decided_on__isnull=False),
                name="account_change_decided_is_dated",
                violation_error_message="Un changement de compte confirmé ou refusé porte sa date.",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(proposed_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="account_change_four_eyes",
                violation_error_message="La personne qui propose un compte ne le confirme pas.",
            ),
        ]
        triggers = [
            *kept(),
            frozen("proposed_stays", "thread", "subsidy", "iban", "bic", "holder", "piece", "proposed_on", "proposed_by"),
            frozen("settled_stays", "state", "decided_on", "decided_by", once=~pgtrigger.Q(old__state=S.PROPOSED)),
        ]

    def __str__(self) -> str:
        return f"Changement de compte – {self.subsidy.convention.dossier.collectivite}"

    @move(
        field=state,
        source=S.PROPOSED,
        target=S.CONFIRMED,
        label="Confirmer le nouveau compte",
        conditions=[only_if.the_new_rib_is_accepted],
    )
    def confirm_account(self, *, by: User | None, on: dt.date) -> None:
        self.decided_by, self.decided_on = by, on

    @move(field=state, source=S.PROPOSED, target=S.REFUSED, label="Refuser le nouveau compte", needs_comment=True)
    def refuse_account(self, *, by: User | None, on: dt.date) -> None:
        self.decided_by, self.decided_on = by, on

    def get_absolute_url(self) -> str:
        return reverse("subsidies:account_change", args=[self.pk])

    @property
    def has_the_expected_bank(self) -> bool:
        return bank_kind(self.iban) is BankKind.COMPTABLE_PUBLIC
