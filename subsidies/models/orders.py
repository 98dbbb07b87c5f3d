"""The copies of the purchase orders, and the share of each mobile class in them."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from deployments.models import MobileClass
from plannumerique.accounts.models import User
from plannumerique.files.models import Piece
from plannumerique.journal.machine import move, state_field
from plannumerique.journal.models import PartiesQuerySet, ThreadRow
from plannumerique.journal.triggers import frozen, held, kept, never_emptied
from subsidies import conditions as only_if
from subsidies.enums import PieceState, PurchaseChannel, Supplied
from subsidies.models.equipment import EquipmentSubsidy

S = PieceState
MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}


class PurchaseOrderQuerySet(PartiesQuerySet):
    def accepted(self) -> Self:
        return self.filter(state=S.ACCEPTED)

    def awaiting_check(self) -> Self:
        return self.filter(state=S.DEPOSITED)

    def for_list(self) -> Self:
        return self.select_related("thread", "subsidy__campaign", "subsidy__convention__dossier__collectivite")


class PurchaseOrder(ThreadRow):
    passage_related = (
        "subsidy__campaign__academie",
        "subsidy__convention__terms",
        "subsidy__convention__dossier__collectivite",
        "piece",
        "groupement_piece",
        "checked_by",
    )
    journaled = ("number", "supplier_siret", "amount_ttc", "ordered_on", "early_derogation")

    subsidy = models.ForeignKey(EquipmentSubsidy, models.PROTECT, related_name="orders", verbose_name="subvention")
    state = state_field(PieceState, S.DEPOSITED)
    number = models.CharField("numéro du bon de commande", max_length=60)
    supplier_name = models.CharField("fournisseur", max_length=200)
    supplier_siret = models.CharField("SIRET du fournisseur", max_length=14)
    channel = models.CharField("mode d’achat", max_length=12, choices=PurchaseChannel.choices)
    coordinator = models.CharField("coordonnateur du groupement", max_length=200, blank=True)
    ordered_on = models.DateField("date de la commande")
    amount_ht = models.DecimalField("montant HT (€)", **MONEY)
    amount_ttc = models.DecimalField("montant TTC (€)", **MONEY)
    terminals = models.CharField("terminaux des élèves", max_length=8, choices=Supplied.choices)
    teacher_terminal = models.CharField("terminal de l’enseignant", max_length=8, choices=Supplied.choices)
    container = models.CharField("conteneur sécurisé", max_length=8, choices=Supplied.choices)
    administration = models.CharField("service d’administration du parc", max_length=8, choices=Supplied.choices)
    early_derogation = models.TextField("dérogation pour commande anticipée (motif)", blank=True)
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="+", verbose_name="copie de la commande")
    groupement_piece = models.ForeignKey(
        Piece, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="convention de groupement"
    )
    deposited_on = models.DateField("déposé le")
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = PurchaseOrderQuerySet.as_manager()

    class Meta:
        verbose_name = "bon de commande"
        verbose_name_plural = "bons de commande"
        ordering = ["subsidy", "ordered_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subsidy", "supplier_siret", "number"],
                condition=~Q(state=S.REJECTED),
                name="order_once",
                violation_error_message="Ce bon de commande est déjà déposé dans le dossier.",
            ),
            models.CheckConstraint(
                condition=Q(amount_ht__gt=0, amount_ttc__gte=models.F("amount_ht")),
                name="order_amounts",
                violation_error_message="Le montant TTC d’une commande ne peut être inférieur au montant HT, ni nul.",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.ACCEPTED) | Q(checked_by__isnull=False),
                name="order_accepted_by_someone",
            ),
        ]
        triggers = [
            *kept(),
            frozen(
                "accepted_stays",
                *("thread", "subsidy", "number", "supplier_name", "supplier_siret", "channel", "ordered_on"),
                *("amount_ht", "amount_ttc", "piece", "deposited_on"),
                once=~pgtrigger.Q(old__state=S.DEPOSITED),
            ),
        ]

    def __str__(self) -> str:
        return f"Commande {self.number} – {self.supplier_name}"

    @move(
        field=state,
        source=S.DEPOSITED,
        target=S.ACCEPTED,
        label="Accepter le bon de commande",
        conditions=[
            only_if.the_order_covers_the_kit,
            only_if.the_order_is_not_early,
            only_if.the_order_is_shared_out,
            only_if.the_groupement_is_documented,
        ],
    )
    def accept_order(self, *, by: User | None) -> None:
        self.checked_by = by

    @move(field=state, source=S.DEPOSITED, target=S.REJECTED, label="Rejeter le bon de commande", needs_comment=True)
    def reject_order(self, *, by: User | None) -> None:
        self.checked_by = by

    @move(
        field=state,
        source=S.ACCEPTED,
        target=S.DEPOSITED,
        label="Reprendre la vérification",
        conditions=[only_if.the_order_serves_no_decision],
        needs_comment=True,
    )
    def reopen_order(self) -> None:
        self.checked_by = None

    def get_absolute_url(self) -> str:
        return reverse("subsidies:order", args=[self.pk])


class OrderAllocation(models.Model):
    """The part of an order that concerns one mobile class; the parts add up to the order."""

    order = models.ForeignKey(PurchaseOrder, models.CASCADE, related_name="allocations", verbose_name="commande")
    mobile_class = models.ForeignKey(MobileClass, models.PROTECT, related_name="order_allocations", verbose_name="classe mobile")
    amount_ttc = models.DecimalField("part TTC (€)", **MONEY)

    class Meta:
        verbose_name = "part d’une commande"
        verbose_name_plural = "parts d’une commande"
        ordering = ["order", "mobile_class"]
        constraints = [
            models.UniqueConstraint(fields=["order", "mobile_class"], name="order_allocation_once"),
            models.CheckConstraint(condition=Q(amount_ttc__gt=0), name="order_allocation_positive"),
        ]
        triggers = [
            held(
                "of_an_accepted_order",
                because=f"EXISTS (SELECT FROM subsidies_purchaseorder WHERE id = OLD.order_id AND state <> '{S.DEPOSITED.value}')",
            ),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.order} – {self.mobile_class}"
