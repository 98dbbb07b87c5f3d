"""What stands in the way of the service fait and of the solde."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from deployments.enums import MobileClassState
from plannumerique.journal.machine import condition
from plannumerique.lib.money import euros
from plannumerique.lib.text import plural
from subsidies.rules import expenses_by_class, solde_due, trop_percu

if TYPE_CHECKING:
    from subsidies.models import EquipmentSubsidy


@condition
def every_claimed_class_received(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Chaque classe facturée est reçue dans l’école."""
    for mobile_class in claimed_classes(subsidy):
        if mobile_class.state == MobileClassState.RENOUNCED:
            yield (
                f"La classe {mobile_class} est facturée, mais la collectivité y a renoncé : elle retire ces lignes de ses factures, "
                "ou rétablit la classe."
            )
        elif mobile_class.state != MobileClassState.RECEIVED:
            yield (
                f"La classe {mobile_class} est facturée sans réception enregistrée : "
                "la direction de l’école ou la DANE enregistre la réception."
            )


@condition
def an_invoice_is_accepted(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Au moins une facture est acceptée."""
    if not subsidy.invoices.accepted().exists():
        yield "Aucune facture n’est acceptée : le service fait ne se constate sur aucune dépense."


@condition
def every_invoice_accepted(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Aucune facture n’attend la vérification de la DANE."""
    waiting = subsidy.invoices.awaiting_check().count()
    if waiting:
        yield f"{plural(waiting, one='facture attend', many='factures attendent')} la vérification de la DANE."


@condition
def the_expenses_can_be_funded(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Aucune classe n’a plus d’avoirs que de factures."""
    terms = subsidy.convention.terms.as_rule()
    for expense in expenses_by_class(subsidy.invoices.counted().invoiced_amounts(), basis=terms.tax_basis):
        if expense.expense < 0:
            yield (
                f"Les avoirs de la classe {expense.number} de l’école {expense.uai} dépassent ses factures "
                f"({euros(expense.expense)}) : la collectivité corrige la répartition."
            )


def claimed_classes(subsidy: EquipmentSubsidy) -> list:  # type: ignore[type-arg]  # MobileClass, of a lower app
    """The classes that a counted invoice concerns, each once; one query."""
    return list(
        subsidy.convention.mobile_classes.filter(
            Exists(subsidy.invoices.counted().filter(lines__mobile_class=OuterRef("pk")))
        ).select_related("school")
    )


@condition
def every_class_is_settled(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Chaque classe de la convention a son service fait constaté, ou est abandonnée."""
    open_classes = subsidy.convention.mobile_classes.filter(certified_on__isnull=True)
    for mobile_class in open_classes.exclude(state=MobileClassState.RENOUNCED).select_related("school"):
        yield f"La classe {mobile_class} n’est ni justifiée ni abandonnée : la collectivité ou la DANE y renonce, avec son motif."


@condition
def every_grant_is_settled(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Chaque dotation de ressources de la convention est versée ou annulée."""
    waiting = subsidy.convention.resources_subsidies.filter(state__in=["created", "notified"])
    for grant in waiting.select_related("school"):
        yield f"La dotation de ressources de l’{grant.school.in_words} n’est ni versée ni annulée : la DAF la verse ou l’annule."


@condition
def a_solde_is_due(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """La subvention définitive dépasse ce qui est versé."""
    definitive = subsidy.definitive_amount or Decimal(0)
    if not solde_due(definitive=definitive, paid=subsidy.paid_total):
        yield f"Subvention définitive {euros(definitive)}, versé {euros(subsidy.paid_total)} : aucun solde n’est dû."


@condition
def paid_equals_definitive(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Ce qui est versé égale la subvention définitive."""
    if subsidy.definitive_amount != subsidy.paid_total:
        yield "Ce qui est versé diffère de la subvention définitive : liquidez le solde ou constatez le trop-perçu."


@condition
def more_was_paid_than_due(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Ce qui est versé dépasse la subvention définitive."""
    if not trop_percu(definitive=subsidy.definitive_amount or Decimal(0), paid=subsidy.paid_total):
        yield "Ce qui est versé ne dépasse pas la subvention définitive : il n’y a pas de trop-perçu."
