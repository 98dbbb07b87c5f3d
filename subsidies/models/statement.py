"""The expense statement that the collectivité certifies exact, its invoices and their lines, class by class."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Replace, Upper
from django.urls import reverse

from deployments.models import MobileClass
from plannumerique.accounts.models import User
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.journal.machine import move, state_field
from plannumerique.journal.models import PartiesQuerySet, ThreadRow
from plannumerique.journal.triggers import frozen, held, kept, never_emptied
from plannumerique.lib.money import CENT, ZERO
from subsidies import conditions as only_if
from subsidies.enums import DEAD_INVOICE_STATES, ExpenseCategory, InvoiceState
from subsidies.models.equipment import EquipmentSubsidy
from subsidies.models.promised import SERVICE_FAIT_IS_CERTIFIED
from subsidies.rules import InvoicedAmount

S = InvoiceState
MONEY: Any = {"max_digits": 12, "decimal_places": 2}
# A supplier rounds the VAT of a line to the centime, then may be one centime off: one and a half of exact difference.
LINE_TOLERANCE = Decimal("0.015")


CERTIFIED_FIELDS = (
    *("thread", "subsidy", "other_public_aid", "other_public_aid_detail", "document", "certified_on", "certified_by"),
    *("certified_name", "certified_capacity", "certified_on_paper", "signed_piece"),
)
INVOICED_FIELDS = (
    *("thread", "subsidy", "number", "supplier_name", "supplier_siret", "invoiced_on", "amount_ht", "amount_vat", "amount_ttc"),
    *("line_count", "mandat_number", "mandat_on", "piece"),
)


class ExpenseStatement(ThreadRow):
    """One per subsidy: what was spent, certified exact by the collectivité's representative, on line or on paper.

    `document` is the statement as the portal laid it out, to be signed or already certified; whatever changes an invoice
    or the aids clears it with the certification, so that nobody signs figures that are no longer these.
    """

    journaled = ("certified_on", "certified_name", "certified_capacity", "certified_on_paper", "other_public_aid")
    passage_related = (
        "subsidy__campaign__academie",
        "subsidy__convention__terms",
        "subsidy__convention__dossier__collectivite",
        "document",
        "signed_piece",
    )

    subsidy = models.OneToOneField(EquipmentSubsidy, models.PROTECT, related_name="statement", verbose_name="subvention")
    other_public_aid = models.DecimalField("autres aides publiques (€)", default=ZERO, **MONEY)
    other_public_aid_detail = models.CharField("origine de ces aides", max_length=250, blank=True)
    document = models.ForeignKey(
        IssuedDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="état établi"
    )
    certified_on = models.DateField("certifié exact le", null=True, blank=True)
    certified_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    certified_name = models.CharField("signataire", max_length=150, blank=True)
    certified_capacity = models.CharField("qualité", max_length=150, blank=True)
    certified_on_paper = models.BooleanField("signé sur papier", default=False)
    signed_piece = models.ForeignKey(Piece, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="état signé")

    objects = PartiesQuerySet.as_manager()

    class Meta:
        verbose_name = "état récapitulatif"
        verbose_name_plural = "états récapitulatifs"
        ordering = ["subsidy"]
        constraints = [
            models.CheckConstraint(
                condition=Q(other_public_aid=0) | (Q(other_public_aid__gt=0) & ~Q(other_public_aid_detail="")),
                name="statement_aid_has_its_origin",
                violation_error_message="Une autre aide publique est un montant positif et porte son origine.",
            ),
            models.CheckConstraint(
                condition=Q(certified_on__isnull=True)
                | (Q(certified_name__gt="", certified_capacity__gt="", certified_by__isnull=False, document__isnull=False)),
                name="statement_certified_by_someone",
                violation_error_message="Un état certifié porte le nom et la qualité de son signataire, et le document certifié.",
            ),
            models.CheckConstraint(
                condition=Q(certified_on_paper=False, signed_piece__isnull=True)
                | Q(certified_on_paper=True, signed_piece__isnull=False, certified_on__isnull=False),
                name="statement_paper_has_its_scan",
                violation_error_message="Un état signé sur papier porte sa copie numérisée, et lui seul.",
            ),
        ]
        # What was certified is cleared before anything else is said in its place, and no more once it founded a service fait.
        triggers = [
            *kept(),
            frozen(
                "certified_stays",
                *CERTIFIED_FIELDS,
                once=pgtrigger.Q(old__certified_on__isnull=False, new__certified_on__isnull=False),
            ),
            frozen("founds_the_service_fait", *CERTIFIED_FIELDS, because=SERVICE_FAIT_IS_CERTIFIED),
        ]

    def __str__(self) -> str:
        return f"État récapitulatif – {self.subsidy.convention.dossier.collectivite}"

    def get_absolute_url(self) -> str:
        return reverse("subsidies:statement", args=[self.subsidy_id])

    @property
    def is_certified(self) -> bool:
        return self.certified_on is not None

    def clear_certification(self) -> None:
        self.certified_on, self.certified_by, self.certified_name, self.certified_capacity = None, None, "", ""
        self.certified_on_paper, self.signed_piece, self.document = False, None, None


class InvoiceQuerySet(PartiesQuerySet):
    def counted(self) -> Self:
        return self.exclude(state__in=DEAD_INVOICE_STATES)

    def accepted(self) -> Self:
        return self.filter(state=S.ACCEPTED)

    def awaiting_check(self) -> Self:
        return self.filter(state=S.DEPOSITED)

    def with_sums(self) -> Self:
        """What the lines make, as `lines_ht` and `lines_ttc`; None without a line."""
        return self.annotate(lines_ht=Sum("lines__amount_ht"), lines_ttc=Sum("lines__amount_ttc"))

    def invoiced_amounts(self) -> Iterator[InvoicedAmount]:
        """What these invoices charge to each class, as the rules read it; one query, one amount a class."""
        by_class = (
            InvoiceLine.objects.filter(invoice__in=self)
            .order_by("mobile_class__school__uai", "mobile_class__number")
            .values_list("mobile_class__school__uai", "mobile_class__number")
            .annotate(ht=Sum("amount_ht"), ttc=Sum("amount_ttc"))
        )
        return (InvoicedAmount(uai=uai, number=number, ht=ht, ttc=ttc) for uai, number, ht, ttc in by_class)

    def for_list(self) -> Self:
        return self.select_related("thread", "piece__file", "subsidy")


class Invoice(ThreadRow):
    """An invoice, or a credit note with negative amounts, as the supplier printed it: its three totals are stored as read.

    They may differ by a centime a line from one another (domain: a supplier rounds line by line), hence `line_count`, kept
    with the lines so that the database can hold that tolerance. The lines make the totals HT and TTC exactly.
    """

    passage_related = (
        "subsidy__campaign__academie",
        "subsidy__convention__terms",
        "subsidy__convention__dossier__collectivite",
        "piece",
        "checked_by",
        "thread__academie",
    )
    journaled = (
        "number",
        "supplier_name",
        "supplier_siret",
        "invoiced_on",
        "amount_ht",
        "amount_vat",
        "amount_ttc",
        "mandat_number",
        "mandat_on",
        "motive",
    )

    subsidy = models.ForeignKey(EquipmentSubsidy, models.PROTECT, related_name="invoices", verbose_name="subvention")
    state = state_field(InvoiceState, S.DEPOSITED)
    number = models.CharField("numéro de la facture", max_length=60)
    supplier_name = models.CharField("fournisseur", max_length=200)
    supplier_siret = models.CharField("SIRET du fournisseur", max_length=14)
    invoiced_on = models.DateField("date de la facture")
    amount_ht = models.DecimalField("montant HT (€)", **MONEY)
    amount_vat = models.DecimalField("TVA (€)", **MONEY)
    amount_ttc = models.DecimalField("montant TTC (€)", **MONEY)
    line_count = models.PositiveSmallIntegerField("nombre de lignes", default=1)
    mandat_number = models.CharField("numéro de mandat", max_length=40, blank=True)
    mandat_on = models.DateField("date du mandat", null=True, blank=True)
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="copie de la facture")
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    motive = models.TextField("motif du rejet", blank=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = "facture"
        ordering = ["subsidy", "invoiced_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                "supplier_siret",
                Upper(Replace("number", Value(" "), Value(""))),
                condition=~Q(state__in=DEAD_INVOICE_STATES),
                name="invoice_once_in_the_portal",
                violation_error_message=(
                    "Cette facture (même fournisseur, même numéro) est déjà déposée dans le portail : une facture ne se déclare "
                    "qu’une fois. Si elle concerne plusieurs écoles, répartissez-la par lignes ; sinon, écrivez à la DANE."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(amount_ttc=0)
                & Q(amount_ttc__lte=F("amount_ht") + F("amount_vat") + F("line_count") * CENT)
                & Q(amount_ttc__gte=F("amount_ht") + F("amount_vat") - F("line_count") * CENT),
                name="invoice_amounts",
                violation_error_message="Le montant TTC d’une facture égale le montant HT plus la TVA, à un centime près par ligne.",
            ),
            models.CheckConstraint(
                condition=Q(line_count__gte=1),
                name="invoice_has_lines",
                violation_error_message="Une facture porte au moins une ligne.",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.REJECTED) | (~Q(motive="") & Q(checked_by__isnull=False)),
                name="invoice_rejected_with_motive",
                violation_error_message="Une facture rejetée porte le motif du rejet.",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.ACCEPTED) | Q(checked_by__isnull=False, piece__isnull=False),
                name="invoice_accepted_by_someone",
                violation_error_message="Une facture acceptée a sa copie et la personne qui l’a vérifiée.",
            ),
        ]
        triggers = [
            *kept(),
            frozen("checked_stays", *INVOICED_FIELDS, once=~pgtrigger.Q(old__state=S.DEPOSITED)),
            frozen("founds_the_service_fait", *INVOICED_FIELDS, "state", because=SERVICE_FAIT_IS_CERTIFIED),
        ]

    def __str__(self) -> str:
        kind = "Avoir" if self.is_credit_note else "Facture"
        return f"{kind} {self.number} – {self.supplier_name}"

    @property
    def is_credit_note(self) -> bool:
        return self.amount_ttc < 0

    @property
    def kind_in_words(self) -> str:
        return "l’avoir" if self.is_credit_note else "la facture"

    @property
    def in_words(self) -> str:
        """Inside a sentence, after nothing, « de » or « à »: « la facture F-12 », « l’avoir A-3 »."""
        return f"{self.kind_in_words} {self.number}"

    def agreed(self, participle: str) -> str:
        """« déposée » of an invoice, « déposé » of a credit note; the participle is given without its e."""
        return participle if self.is_credit_note else f"{participle}e"

    @property
    def state_in_words(self) -> str:
        label = self.get_state_display()
        return label.removesuffix("e") if self.is_credit_note and label.endswith("ée") else label

    @move(
        field=state,
        source=S.DEPOSITED,
        target=S.ACCEPTED,
        label="Accepter la facture",
        conditions=[
            only_if.the_invoice_has_its_copy,
            only_if.the_invoice_is_shared_out,
            only_if.the_invoice_is_not_early,
            only_if.the_mandat_is_given,
        ],
    )
    def accept_invoice(self, *, by: User | None) -> None:
        self.checked_by = by

    @move(
        field=state,
        source=[S.DEPOSITED, S.ACCEPTED],
        target=S.REJECTED,
        label="Rejeter la facture",
        conditions=[only_if.the_service_fait_is_not_certified],
        needs_comment=True,
    )
    def reject_invoice(self, *, by: User | None, motive: str) -> None:
        self.checked_by, self.motive = by, motive

    @move(
        field=state,
        source=S.ACCEPTED,
        target=S.DEPOSITED,
        label="Reprendre la vérification de la facture",
        conditions=[only_if.the_service_fait_is_not_certified],
        needs_comment=True,
    )
    def reopen_invoice(self) -> None:
        self.checked_by = None

    @move(
        field=state,
        source=S.DEPOSITED,
        target=S.WITHDRAWN,
        label="Retirer la facture",
        conditions=[only_if.the_statement_is_open],
        needs_comment=True,
    )
    def withdraw_invoice(self) -> None:
        pass

    def get_absolute_url(self) -> str:
        return reverse("subsidies:invoice", args=[self.pk])


class InvoiceLine(models.Model):
    """The part of an invoice that concerns one class and one category; several VAT rates are several lines."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines", verbose_name="facture")
    mobile_class = models.ForeignKey(MobileClass, models.PROTECT, related_name="invoice_lines", verbose_name="classe mobile")
    category = models.CharField("nature de la dépense", max_length=15, choices=ExpenseCategory.choices)
    label = models.CharField("libellé", max_length=150, blank=True)
    amount_ht = models.DecimalField("HT (€)", **MONEY)
    vat_rate = models.DecimalField("taux de TVA", max_digits=5, decimal_places=4)
    amount_ttc = models.DecimalField("TTC (€)", **MONEY)

    class Meta:
        verbose_name = "ligne de facture"
        verbose_name_plural = "lignes de facture"
        ordering = ["invoice", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(vat_rate__gte=0, vat_rate__lte=Decimal("0.25")), name="invoice_line_vat_rate"),
            models.CheckConstraint(
                condition=Q(amount_ttc__lte=F("amount_ht") + F("amount_ht") * F("vat_rate") + LINE_TOLERANCE)
                & Q(amount_ttc__gte=F("amount_ht") + F("amount_ht") * F("vat_rate") - LINE_TOLERANCE),
                name="invoice_line_amounts",
            ),
        ]
        triggers = [
            held(
                "of_a_checked_invoice",
                because=f"EXISTS (SELECT FROM subsidies_invoice WHERE id = OLD.invoice_id AND state <> '{S.DEPOSITED.value}')",
            ),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.invoice} – {self.mobile_class}"
