"""What the pages of a payment request show."""

from collections.abc import Iterable
from decimal import Decimal

from django.urls import reverse
from django.utils.text import capfirst

from plannumerique.journal.actions import Awaited, awaited, offered
from plannumerique.lib.identifiers import bank_kind, spaced_siren
from plannumerique.organisations.actor import Actor
from plannumerique.ui.pieces import Action, AmountLine, Amounts, Badge, Fact, Tone
from subsidies import permissions
from subsidies.enums import PaymentKind, PaymentState
from subsidies.models import EquipmentSubsidy, Payment, ResourcesSubsidy
from subsidies.pages.accounts import OF_A_COLLECTIVITE, OF_A_COLLEGE, shown_iban
from subsidies.rules import acompte_warning

TONES = {
    PaymentState.PREPARED: Tone.INFO,
    PaymentState.VALIDATED: Tone.WARNING,
    PaymentState.PAID: Tone.SUCCESS,
    PaymentState.REJECTED: Tone.ERROR,
}


_PAST_WORDS = {
    PaymentState.PREPARED: "Reprise, à confirmer",
    PaymentState.PAID: "Payée, reprise",
    PaymentState.REJECTED: "Reprise, rejetée",
}


def badge_of(payment: Payment) -> Badge:
    if payment.taken_over_on is not None:
        return Badge(_PAST_WORDS[PaymentState(payment.state)], TONES[PaymentState(payment.state)])
    return Badge(capfirst(payment.get_state_display()), TONES[PaymentState(payment.state)])


def facts_of(payment: Payment, actor: Actor) -> list[Fact]:
    if payment.taken_over_on is not None:
        return _past_facts(payment)
    facts = [
        Fact("État", badge=badge_of(payment)),
        Fact("Nature", capfirst(payment.get_kind_display()), url=payment.subsidy.get_absolute_url()),
        Fact("Bénéficiaire", payment.payee_name, note=f"SIRET {spaced_siren(payment.payee_siret)}"),
        Fact("Compte", _shown_iban(payment, actor), note=payment.iban_holder),
        Fact("Libellé du virement", payment.transfer_label),
        Fact("Engagement juridique (EJ)", payment.ej_number),
        Fact("Exercice", str(payment.exercise)),
        Fact("Préparée le", on=payment.prepared_on, note=str(payment.preparer or "")),
    ]
    if payment.pay_from:
        facts.append(Fact("Payable à partir du", on=payment.pay_from))
    if payment.pay_before:
        facts.append(Fact("À payer avant le", on=payment.pay_before))
    if payment.validated_on:
        facts.append(Fact("Validée le", on=payment.validated_on, note=str(payment.validator or "")))
    if payment.paid_on:
        facts.append(Fact("Payée le", on=payment.paid_on, note=f"DP {payment.dp_number}"))
    return facts


def _past_facts(payment: Payment) -> list[Fact]:
    """What is known of a payment made before the portal: neither its account, nor the label of its transfer."""
    facts = [
        Fact("État", badge=badge_of(payment)),
        Fact("Nature", capfirst(payment.get_kind_display()), url=payment.subsidy.get_absolute_url()),
        Fact("Bénéficiaire", payment.payee_name, note=f"SIRET {spaced_siren(payment.payee_siret)}"),
        Fact("Engagement juridique (EJ)", payment.ej_number),
        Fact("Exercice", str(payment.exercise)),
        Fact("Payée avant le portail le", on=payment.paid_on, note=f"DP {payment.dp_number}" if payment.dp_number else ""),
        Fact("Saisie le", on=payment.prepared_on, note=str(payment.preparer or "")),
    ]
    if payment.validated_on:
        facts.append(Fact("Confirmée le", on=payment.validated_on, note=str(payment.validator or "")))
    return facts


def _shown_iban(payment: Payment, actor: Actor) -> str:
    readers = OF_A_COLLEGE if payment.resources_id else OF_A_COLLECTIVITE
    return shown_iban(payment.iban, actor, payment.subsidy, readers=readers)


def amounts_of(payment: Payment) -> Amounts:
    """The amount with the lines kept with it: what the preparer saw, whatever has changed since."""
    kept = tuple(AmountLine(one["label"], Decimal(one["amount"]), note=one["note"]) for one in payment.explanation)
    ceiling = AmountLine("Plafond de la subvention", payment.ceiling)
    paid = AmountLine("Déjà versé à la préparation", payment.already_paid)
    title = "Montant à payer" if payment.taken_over_on is None else "Montant payé avant le portail"
    return Amounts(title, payment.amount, lines=(*kept, ceiling, paid), unfolded=True)


def warnings_of(payment: Payment) -> list[str]:
    """What the validator should look at; none of these stands in the way."""
    if payment.taken_over_on is not None:
        return ["Ce paiement est repris : il a été fait avant le portail. Il se confirme au vu de Chorus, sans nouvelle demande."]
    warnings = []
    if payment.state == PaymentState.PREPARED and not payment.has_the_expected_bank:
        warnings.append(
            f"Ce compte est tenu par : {bank_kind(payment.iban).label}. Ce n’est pas la banque attendue pour ce bénéficiaire : "
            "la validation demande un commentaire qui dise comment il a été vérifié."
        )
    subsidy = payment.equipment
    if payment.kind == PaymentKind.ACOMPTE and subsidy is not None:
        warning = acompte_warning(payment.amount, ordered=subsidy.ordered(), terms=subsidy.convention.terms.as_rule())
        warnings += [warning] if warning else []
    return warnings


def under_way(subsidy: EquipmentSubsidy | ResourcesSubsidy) -> list[Payment]:
    """What is prepared and not yet paid, on the page of its subsidy; one query."""
    payments = list(subsidy.payments.under_way())
    for payment in payments:
        payment.thread = subsidy.thread
    return payments


def offered_on(payments: Iterable[Payment], actor: Actor) -> list[Action]:
    """What takes a payment under way forward, for the person who may."""
    return [
        action
        for payment in payments
        for action in offered(payment, actor, permissions.payment_moves_that_matter(payment), urls="subsidies")
        if action.primary
    ]


def awaited_on(payments: Iterable[Payment], actor: Actor) -> list[Awaited]:
    return [one for payment in payments for one in awaited(payment, actor, permissions.payment_moves_that_matter(payment))]


def rectifications_of(payment: Payment, actor: Actor) -> list[Action]:
    if payment.state != PaymentState.PAID or not permissions.can_record_references(actor, payment):
        return []
    names = (("rectify_dp", "Rectifier le numéro de DP"), ("rectify_paid_on", "Rectifier la date du paiement"))
    return [Action(label, reverse(f"subsidies:{name}", args=[payment.pk])) for name, label in names]
