"""What stands in the way of a subsidy's moves: one French sentence per obstacle, naming who can lift it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Sum
from django.utils.text import capfirst

from conventions.enums import ConventionState
from deployments.enums import MobileClassState
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import condition
from plannumerique.lib.dates import long_date
from plannumerique.lib.money import ZERO, euros
from plannumerique.lib.text import plural
from projects.enums import ActKind
from subsidies.enums import CERTIFIED_STATES, STATEMENT_OPEN_STATES, PurchaseChannel, Supplied
from subsidies.rules import expenses_by_class, solde_due, trop_percu

if TYPE_CHECKING:
    from subsidies.models import AccountChange, EquipmentSubsidy, Invoice, Payment, PurchaseOrder, ResourcesSubsidy

IN_FORCE = (ConventionState.NOTIFIED, ConventionState.IN_EXECUTION)


# --- The subsidy ---


@condition
def not_on_hold(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """La subvention n’est pas suspendue."""
    if subsidy.held_since is not None:
        yield f"La subvention est suspendue depuis le {long_date(subsidy.held_since)} ({subsidy.held_motive}) : la DAF lève la suspension."


@condition
def the_convention_is_notified(subsidy: EquipmentSubsidy | ResourcesSubsidy) -> Iterator[str]:
    """La convention est notifiée et en vigueur."""
    if subsidy.convention.state not in IN_FORCE:
        yield f"La convention est à l’état « {subsidy.convention.get_state_display()} » : elle doit être notifiée et en vigueur."


@condition
def an_order_is_accepted(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Au moins un bon de commande est accepté."""
    if not subsidy.orders.accepted().exists():
        yield "Aucun bon de commande n’est accepté : la collectivité en dépose la copie, la DANE la vérifie."


@condition
def an_order_is_accepted_if_the_campaign_waits(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Un bon de commande est accepté, si la campagne l’exige avant la décision."""
    if subsidy.campaign.decision_waits_for_order:
        yield from an_order_is_accepted.obstacles(subsidy)


@condition
def the_decision_is_rendered(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """La décision attributive est établie en PDF."""
    decision = IssuedDocument.objects.about(subsidy).of_kind(ActKind.DECISION.value).in_force().order_by("-pk").first()
    if decision is None or not decision.is_rendered:
        yield "La décision est en cours de mise en page : réessayez dans un instant."


@condition
def nothing_is_paid(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Rien n’est encore versé."""
    if subsidy.paid_total > ZERO:
        yield f"{euros(subsidy.paid_total)} sont déjà versés : la voie est le trop-perçu, non l’annulation."


@condition
def no_payment_is_under_way(subsidy: EquipmentSubsidy | ResourcesSubsidy) -> Iterator[str]:
    """Aucune demande de paiement n’est en cours."""
    for payment in subsidy.payments.under_way():
        yield (
            f"Une demande de paiement est en cours ({payment.get_kind_display()}, {euros(payment.amount)}) : "
            "la DAF la mène à bien ou la rejette."
        )


@condition
def the_campaign_pays_an_acompte(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """La campagne prévoit un acompte."""
    if not subsidy.acompte_rate:
        yield "Cette campagne ne verse pas d’acompte : la subvention est versée en une fois, après le service fait."


@condition
def the_decision_is_taken_over(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """La décision est reprise : elle a été notifiée sur papier, avant le portail."""
    if subsidy.decision_taken_over_on is None:
        yield "La décision est établie dans le portail : ses paiements s’y demandent, s’y préparent et s’y valident."


@condition
def nothing_is_justified_in_the_portal(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Aucune facture n’est saisie dans le portail : la dépense a été justifiée sur papier."""
    if subsidy.invoices.counted().exists():
        yield "Des factures sont saisies dans le portail : le service fait s’y constate, il ne se reprend pas."


@condition
def the_service_fait_is_taken_over(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """Le service fait est repris : il a été constaté sur papier, avant le portail."""
    if subsidy.service_fait_taken_over_on is None:
        yield "Le service fait est constaté dans le portail : son solde s’y liquide et s’y valide."


@condition
def the_acompte_is_requested(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """L’acompte est demandé par la collectivité."""
    if subsidy.state != "acompte_requested":
        yield f"La subvention est à l’état « {subsidy.get_state_display()} » : l’acompte se prépare une fois demandé par la collectivité."


@condition
def the_grant_is_notified(subsidy: ResourcesSubsidy) -> Iterator[str]:
    """La dotation est notifiée au collège."""
    if subsidy.state != "notified":
        yield f"La dotation est à l’état « {subsidy.get_state_display()} » : son paiement se prépare une fois la dotation notifiée."


@condition
def the_college_account_is_known(subsidy: ResourcesSubsidy) -> Iterator[str]:
    """Le SIRET et l’IBAN du collège sont saisis."""
    if not subsidy.siret:
        yield f"Le SIRET du collège {subsidy.payee} manque : la DAF le saisit avec son IBAN."
    if not subsidy.iban:
        yield f"L’IBAN du collège {subsidy.payee} manque : la DAF le saisit."


@condition
def the_ej_number_is_known(subsidy: EquipmentSubsidy | ResourcesSubsidy) -> Iterator[str]:
    """Le numéro d’engagement juridique est saisi."""
    if not subsidy.ej_number:
        yield "Le numéro d’engagement juridique (EJ) manque : la DAF le saisit."


# --- Orders ---

KIT = (
    ("terminals", "les terminaux des élèves"),
    ("teacher_terminal", "le terminal de l’enseignant"),
    ("container", "le conteneur sécurisé"),
    ("administration", "le service d’administration du parc"),
)


@condition
def the_order_covers_the_kit(order: PurchaseOrder) -> Iterator[str]:
    """Terminaux, terminal de l’enseignant, conteneur et administration du parc sont commandés ou déjà possédés."""
    for field, label in KIT:
        if getattr(order, field) == Supplied.MISSING:
            yield f"La commande ne couvre pas {label}, ni commandé ni déclaré possédé : la collectivité complète ou la DANE rejette."


@condition
def the_order_is_not_early(order: PurchaseOrder) -> Iterator[str]:
    """La commande n’est pas antérieure au début d’éligibilité, sauf dérogation."""
    campaign = order.subsidy.campaign
    floor = campaign.orders_from or campaign.expenses_from
    if order.ordered_on < floor and not order.early_derogation.strip():
        yield (
            f"La commande est du {long_date(order.ordered_on)}, avant le {long_date(floor)}, début d’éligibilité : "
            "la DANE peut accorder une dérogation motivée."
        )


@condition
def the_order_is_shared_out(order: PurchaseOrder) -> Iterator[str]:
    """Les parts des classes égalent le montant de la commande."""
    shared = order.allocations.aggregate(total=Sum("amount_ttc"))["total"] or ZERO
    if shared != order.amount_ttc:
        yield f"La commande est de {euros(order.amount_ttc)} TTC, {euros(shared)} sont répartis entre les classes : la collectivité complète."


@condition
def the_groupement_is_documented(order: PurchaseOrder) -> Iterator[str]:
    """Un groupement de commandes a son coordonnateur et sa convention."""
    if order.channel != PurchaseChannel.GROUPEMENT:
        return
    if not order.coordinator.strip():
        yield "La commande est passée en groupement : la collectivité en indique le coordonnateur."
    if order.groupement_piece is None:
        yield "La commande est passée en groupement : la collectivité dépose la convention de groupement."


@condition
def the_order_serves_no_decision(order: PurchaseOrder) -> Iterator[str]:
    """Aucune décision ni aucun acompte ne repose sur la commande."""
    others = order.subsidy.orders.accepted().exclude(pk=order.pk).exists()
    if order.subsidy.state != "created" and not others:
        yield "La décision attributive repose sur cette seule commande : elle ne se remet plus à vérifier."


# --- Statement and invoices ---


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


# --- Service fait and solde ---


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


# --- Payments ---


@condition
def the_payment_is_not_held(payment: Payment) -> Iterator[str]:
    """La subvention n’est pas suspendue."""
    if payment.equipment is not None:
        yield from not_on_hold.obstacles(payment.equipment)


@condition
def it_is_still_to_be_paid(payment: Payment) -> Iterator[str]:
    """Le paiement n’est pas repris : il reste à faire."""
    if payment.taken_over_on is not None:
        yield "Ce paiement est repris, la DRFiP l’a déjà fait : il se confirme, sans nouvelle demande."


@condition
def it_was_paid_before_the_portal(payment: Payment) -> Iterator[str]:
    """Le paiement est repris : la DRFiP l’a fait avant le portail."""
    if payment.taken_over_on is None:
        yield "Cette demande n’est pas reprise : elle se valide, puis son paiement s’enregistre."


@condition
def the_iban_is_settled(payment: Payment) -> Iterator[str]:
    """L’IBAN de la demande est celui du dossier aujourd’hui."""
    current = payment.resources.iban if payment.resources else payment.subsidy.convention.iban
    if payment.iban != current:
        yield "L’IBAN du dossier a changé depuis la préparation de la demande : rejetez-la et préparez-en une autre."


@condition
def the_new_rib_is_accepted(change: AccountChange) -> Iterator[str]:
    """Le nouveau RIB est vérifié par la DANE."""
    if change.piece.state != "accepted":
        yield "Le nouveau RIB n’est pas encore accepté : la DANE le vérifie."


@condition
def the_payment_is_payable(payment: Payment) -> Iterator[str]:
    """La subvention est à l’état qui ouvre ce paiement."""
    expected = {"acompte": "acompte_requested", "solde": "solde_liquidated", "resources": "notified"}[payment.kind]
    if payment.subsidy.state != expected:
        yield f"La subvention est à l’état « {payment.subsidy.get_state_display()} » : ce paiement n’y correspond plus."


@condition
def the_subsidy_can_take_it_back(payment: Payment) -> Iterator[str]:
    """Aucun autre acte ne repose déjà sur ce versement."""
    follows = {
        "acompte": ("acompte_paid", "justified", "to_complete", "service_fait"),
        "solde": ("solde_paid",),
        "resources": ("paid",),
    }[payment.kind]
    if payment.subsidy.state not in follows:
        yield (
            f"La subvention est à l’état « {payment.subsidy.get_state_display()} » : "
            "la DAF rejette ou reprend d’abord ce qui repose sur ce versement."
        )
