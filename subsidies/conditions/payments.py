"""What stands in the way of a payment and of the account that it goes to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from plannumerique.journal.machine import condition
from subsidies.conditions.subsidy import not_on_hold

if TYPE_CHECKING:
    from subsidies.models import AccountChange, Payment


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
    if payment.iban != payment.subsidy.credited.iban:
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
