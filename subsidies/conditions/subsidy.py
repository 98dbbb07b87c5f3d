"""What stands in the way of a subsidy or a grant before its justification: convention, order, decision, acompte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from conventions.enums import ConventionState
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import condition
from plannumerique.lib.dates import long_date
from plannumerique.lib.money import ZERO, euros
from projects.enums import ActKind

if TYPE_CHECKING:
    from subsidies.models import EquipmentSubsidy, ResourcesSubsidy

IN_FORCE = (ConventionState.NOTIFIED, ConventionState.IN_EXECUTION)


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
def the_imputation_is_filled(subsidy: EquipmentSubsidy) -> Iterator[str]:
    """L’imputation budgétaire de la campagne est complète."""
    if not subsidy.campaign.is_imputation_filled():
        yield (
            "L’imputation budgétaire de la campagne est à compléter : la DAF la donne à l’administration de l’académie, "
            "qui la saisit (menu « Administration », « Campagnes »)."
        )


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
        yield f"Le SIRET du collège {subsidy.payee} manque : le collège ou la DAF le saisit avec son IBAN."
    if not subsidy.iban:
        yield f"L’IBAN du collège {subsidy.payee} manque : le collège ou la DAF le saisit."


@condition
def the_ej_number_is_known(subsidy: EquipmentSubsidy | ResourcesSubsidy) -> Iterator[str]:
    """Le numéro d’engagement juridique est saisi."""
    if not subsidy.ej_number:
        yield "Le numéro d’engagement juridique (EJ) manque : la DAF le saisit."
