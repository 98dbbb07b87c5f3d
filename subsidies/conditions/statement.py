"""What stands in the way of the expense statement and of its invoices."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.text import capfirst

from plannumerique.journal.machine import condition
from plannumerique.lib.dates import long_date
from plannumerique.lib.money import ZERO, euros
from subsidies.enums import CERTIFIED_STATES, STATEMENT_OPEN_STATES

if TYPE_CHECKING:
    from subsidies.models import EquipmentSubsidy, Invoice


@condition
def the_statement_is_certified(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """L’état récapitulatif est certifié exact par la collectivité."""
    statement = getattr(subsidy, "statement", None)
    if statement is None or not statement.is_certified:
        yield "L’état récapitulatif n’est pas certifié exact : le signataire de la collectivité le certifie, en ligne ou sur papier."


@condition
def every_invoice_is_in_order(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Au moins une facture est saisie ; chacune a sa copie non refusée, ses lignes égales à son montant, son mandat s’il est exigé."""
    invoices = list(subsidy.invoices.counted().with_sums().select_related("piece"))
    if not invoices:
        yield "Aucune facture n’est déposée : la collectivité les saisit et en dépose les copies."
    for invoice in invoices:
        yield from the_invoice_has_its_copy.obstacles(invoice)
        yield from _copy_refused(invoice)
        yield from _not_shared_out(invoice, ht=invoice.lines_ht, ttc=invoice.lines_ttc)
        yield from _mandat_missing(invoice, required=subsidy.campaign.mandat_required)


def _copy_refused(invoice: Invoice) -> Iterator[str]:
    if invoice.piece is not None and invoice.piece.is_rejected:
        yield f"La copie de {invoice.in_words} est refusée ({invoice.piece.motive}) : la collectivité la remplace."


@condition
def the_invoice_is_shared_out(invoice: Invoice) -> Iterator[str]:
    """Les lignes de la facture égalent son montant HT et TTC."""
    sums = invoice.lines.aggregate(ht=Sum("amount_ht"), ttc=Sum("amount_ttc"))
    yield from _not_shared_out(invoice, ht=sums["ht"], ttc=sums["ttc"])


def _not_shared_out(invoice: Invoice, *, ht: Decimal | None, ttc: Decimal | None) -> Iterator[str]:
    if ht != invoice.amount_ht or ttc != invoice.amount_ttc:
        yield (
            f"{capfirst(invoice.in_words)} est de {euros(invoice.amount_ht)} HT et {euros(invoice.amount_ttc)} TTC, ses lignes font "
            f"{euros(ht or ZERO)} HT et {euros(ttc or ZERO)} TTC : la collectivité corrige la répartition entre les classes."
        )


@condition
def the_mandat_is_given(invoice: Invoice) -> Iterator[str]:
    """La facture a son numéro de mandat, si la campagne l’exige."""
    yield from _mandat_missing(invoice, required=invoice.subsidy.campaign.mandat_required)


def _mandat_missing(invoice: Invoice, *, required: bool) -> Iterator[str]:
    if required and not invoice.mandat_number:
        yield f"Le numéro de mandat de {invoice.in_words} manque : la collectivité le saisit."


@condition
def the_invoice_has_its_copy(invoice: Invoice) -> Iterator[str]:
    """La copie de la facture est déposée."""
    if invoice.piece is None:
        yield f"La copie de {invoice.in_words} ({invoice.supplier_name}) n’est pas déposée : la collectivité la dépose."


@condition
def the_invoice_is_not_early(invoice: Invoice) -> Iterator[str]:
    """La facture n’est pas antérieure au début d’éligibilité, sauf dérogation accordée sur la commande."""
    floor = invoice.subsidy.campaign.expenses_from
    if invoice.invoiced_on >= floor:
        return
    # The order's date governs: an early order that was let through lets its invoice through.
    orders = invoice.subsidy.orders.accepted().filter(supplier_siret=invoice.supplier_siret)
    if not orders.exclude(early_derogation="").exists():
        yield (
            f"La facture est du {long_date(invoice.invoiced_on)}, avant le {long_date(floor)}, début d’éligibilité des dépenses : "
            "la DANE la rejette, ou accorde une dérogation motivée sur le bon de commande."
        )


@condition
def the_statement_is_open(invoice: Invoice) -> Iterator[str]:
    """Les justificatifs ne sont pas déposés, ou la DANE les a rendus à compléter."""
    if invoice.subsidy.state not in STATEMENT_OPEN_STATES:
        yield "Les justificatifs sont déposés : la DANE demande d’abord un complément."


@condition
def the_service_fait_is_not_certified(invoice: Invoice) -> Iterator[str]:
    """Le service fait n’est pas encore constaté."""
    if invoice.subsidy.state in CERTIFIED_STATES:
        yield "Le service fait est constaté sur cette facture : le DAN annule d’abord sa constatation."
