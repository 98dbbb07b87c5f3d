"""What the pages of an equipment subsidy show: its facts, its steps, its amounts unfolded, the acts that move no state."""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.text import capfirst

from plannumerique.lib.money import percentage
from plannumerique.organisations.actor import Actor
from plannumerique.ui.pieces import Action, AmountLine, Amounts, Badge, Fact, Step, StepState, Tone
from subsidies import permissions
from subsidies.enums import DECIDED_STATES, SETTLED_STATES, PaymentKind, SubsidyState
from subsidies.models import AccountChange, EquipmentSubsidy, Payment, PurchaseOrder
from subsidies.pages.accounts import shown_iban
from subsidies.readings.claims import names_of_classes
from subsidies.services.acompte import acompte_lines
from subsidies.services.solde import definitive_lines

S = SubsidyState

TONES: dict[SubsidyState, Tone] = {
    S.CREATED: Tone.NEUTRAL,
    S.DECISION_PREPARED: Tone.INFO,
    S.DECISION_SIGNED: Tone.INFO,
    S.NOTIFIED: Tone.INFO,
    S.ACOMPTE_REQUESTED: Tone.INFO,
    S.ACOMPTE_PAID: Tone.INFO,
    S.JUSTIFIED: Tone.INFO,
    S.TO_COMPLETE: Tone.WARNING,
    S.SERVICE_FAIT: Tone.INFO,
    S.SOLDE_LIQUIDATED: Tone.INFO,
    S.SOLDE_PAID: Tone.SUCCESS,
    S.CLOSED: Tone.SUCCESS,
    S.OVERPAID: Tone.WARNING,
    S.CANCELLED: Tone.NEUTRAL,
}

_NOMINAL: tuple[tuple[str, tuple[SubsidyState, ...]], ...] = (
    ("Décision attributive", (S.CREATED, S.DECISION_PREPARED, S.DECISION_SIGNED)),
    ("Acompte", (S.NOTIFIED, S.ACOMPTE_REQUESTED)),
    ("Justificatifs", (S.ACOMPTE_PAID, S.TO_COMPLETE)),
    ("Service fait", (S.JUSTIFIED,)),
    ("Solde", (S.SERVICE_FAIT, S.SOLDE_LIQUIDATED)),
    ("Clôture", (S.SOLDE_PAID, S.CLOSED)),
)


def badge_of(subsidy: EquipmentSubsidy) -> Badge:
    if subsidy.is_on_hold:
        return Badge(f"{capfirst(subsidy.get_state_display())}, suspendue", Tone.WARNING)
    return Badge(capfirst(subsidy.get_state_display()), TONES[S(subsidy.state)])


def facts_of(subsidy: EquipmentSubsidy, actor: Actor) -> list[Fact]:
    convention = subsidy.convention
    facts = [
        Fact("État", badge=badge_of(subsidy)),
        Fact("Collectivité", convention.dossier.collectivite.name, url=convention.dossier.get_absolute_url()),
        Fact("Convention", convention.reference or "en vigueur", url=convention.get_absolute_url()),
        Fact("Compte de versement", _account(subsidy, actor), note=convention.iban_holder),
    ]
    if subsidy.decision_reference:
        facts.append(Fact("Décision", f"n° {subsidy.decision_reference}", note=subsidy.decision_signatory))
    if subsidy.decision_taken_over_on:
        facts.append(Fact("Décision reprise le", on=subsidy.decision_taken_over_on, note="notifiée sur papier, avant le portail"))
    if subsidy.decision_signed_on:
        facts.append(Fact("Décision signée le", on=subsidy.decision_signed_on))
    if subsidy.notified_on:
        facts.append(Fact("Décision notifiée le", on=subsidy.notified_on, note=subsidy.notification_proof))
    if subsidy.state in DECIDED_STATES:
        facts.append(Fact("Engagement juridique (EJ)", subsidy.ej_number or "à saisir par la DAF"))
    if subsidy.held_since:
        facts.append(Fact("Suspendue depuis le", on=subsidy.held_since, note=subsidy.held_motive))
    if subsidy.complete_on:
        facts.append(Fact("Pièces complètes le", on=subsidy.complete_on))
    if subsidy.service_fait_on:
        note = subsidy.service_fait_signatory or subsidy.service_fait_reservations
        facts.append(Fact("Service fait constaté le", on=subsidy.service_fait_on, note=note))
    if subsidy.service_fait_taken_over_on:
        certificate = f"certificat n° {subsidy.service_fait_reference}, sur papier, avant le portail"
        facts.append(Fact("Service fait repris le", on=subsidy.service_fait_taken_over_on, note=certificate))
    if subsidy.closed_on:
        facts.append(Fact("Close le", on=subsidy.closed_on))
    return facts


def _account(subsidy: EquipmentSubsidy, actor: Actor) -> str:
    if subsidy.state == S.CLOSED and not subsidy.convention.iban:
        return "non repris : tout est payé"
    return shown_iban(subsidy.convention.iban, actor, subsidy)


def steps_of(subsidy: EquipmentSubsidy, paid: Iterable[Payment] = ()) -> list[Step]:
    """The nominal path, dated, by `paid` for the payments; a subsidy that left it (annulée, trop-perçu) shows where it stopped."""
    current = next((rank for rank, (_, states) in enumerate(_NOMINAL) if subsidy.state in states), None)
    days = {one.kind: one.paid_on for one in paid}
    acompte_on, solde_on = days.get(PaymentKind.ACOMPTE), days.get(PaymentKind.SOLDE)
    dates = [subsidy.notified_on, acompte_on, subsidy.complete_on, subsidy.service_fait_on, solde_on, subsidy.closed_on]
    if current is None:
        reached = 5 if subsidy.state == S.OVERPAID else 0
        walked = [Step(title, StepState.DONE, on=dates[rank]) for rank, (title, _) in enumerate(_NOMINAL[:reached])]
        return [*walked, Step(capfirst(subsidy.get_state_display()), StepState.BLOCKED)]
    stopped = StepState.BLOCKED if subsidy.is_on_hold else StepState.CURRENT
    steps = []
    for rank, (title, _) in enumerate(_NOMINAL):
        done = rank < current or subsidy.state == S.CLOSED
        state = StepState.DONE if done else stopped if rank == current else StepState.TODO
        steps.append(Step(title, state, on=dates[rank] if done else None))
    return steps


def amounts_of(subsidy: EquipmentSubsidy, paid: Sequence[Payment] | None = None) -> list[Amounts]:
    """Maximum, decided, acompte, certified, paid, remaining: six figures, each with what it is made of.

    `paid`: the payments made, of a page that has them already.
    """
    shown = [
        Amounts("Maximum de la convention", subsidy.convention_max, lines=_forecast_lines(subsidy)),
        Amounts("Décidé", subsidy.decided_amount, note="" if subsidy.decided_amount else "la décision n’est pas prise"),
    ]
    if subsidy.decided_amount is not None and subsidy.acompte_rate:
        lines = acompte_lines(subsidy)
        unfolded = tuple(AmountLine(one.label, one.amount, note=one.note) for one in lines)
        shown.append(Amounts(f"Acompte ({percentage(subsidy.acompte_rate)})", lines[-1].amount, lines=unfolded))
    if subsidy.definitive_amount is not None:
        reached = tuple(AmountLine(one.label, one.amount, note=one.note) for one in definitive_lines(subsidy))
        justified = AmountLine("Dépense justifiée", subsidy.justified_amount)
        shown.append(
            Amounts("Subvention définitive, service fait constaté", subsidy.definitive_amount, lines=(justified, *reached))
        )
    paid = list(subsidy.payments.paid().order_by("paid_on", "pk")) if paid is None else paid
    shown.append(Amounts("Versé", subsidy.paid_total, lines=tuple(_paid_line(one) for one in paid)))
    if subsidy.decided_amount is not None:
        shown.append(Amounts("Reste à verser au plus", subsidy.remaining))
    return shown


def _forecast_lines(subsidy: EquipmentSubsidy) -> tuple[AmountLine, ...]:
    funding, names = subsidy.convention.funding(), names_of_classes(subsidy)
    return tuple(AmountLine(names.get(line.key, str(line.key)), line.subsidy, note=line.explanation) for line in funding.lines)


def _paid_line(payment: Payment) -> AmountLine:
    on = f"{payment.paid_on:%d/%m/%Y}" if payment.paid_on else ""
    return AmountLine(capfirst(payment.get_kind_display()), payment.amount, note=f"DP {payment.dp_number}, {on}")


# --- Acts that move no state ---


def acts_of(subsidy: EquipmentSubsidy, actor: Actor) -> list[Action]:
    """The acts that this person may do here beside the moves, each with what stands in its way."""
    return [*_order_acts(subsidy, actor), *_daf_acts(subsidy, actor), *_account_acts(subsidy, actor)]


def _order_acts(subsidy: EquipmentSubsidy, actor: Actor) -> Sequence[Action]:
    order = PurchaseOrder(thread=subsidy.thread, subsidy=subsidy)
    if subsidy.state in SETTLED_STATES or not permissions.can_deposit_order(actor, order):
        return []
    return [
        Action("Déposer un bon de commande", _url("deposit_order", subsidy), primary=subsidy.state in (S.CREATED, S.NOTIFIED))
    ]


def _daf_acts(subsidy: EquipmentSubsidy, actor: Actor) -> list[Action]:
    acts: list[Action] = []
    if subsidy.state not in DECIDED_STATES or subsidy.state == S.CLOSED:
        return acts
    if permissions.can_record_references(actor, subsidy):
        name, label = ("rectify_ej", "Rectifier le numéro d’EJ") if subsidy.ej_number else ("record_ej", "Saisir le numéro d’EJ")
        acts.append(Action(label, _url(name, subsidy), primary=not subsidy.ej_number))
    if permissions.can_hold(actor, subsidy):
        name, label = ("resume", "Lever la suspension") if subsidy.is_on_hold else ("hold", "Suspendre la subvention")
        acts.append(Action(label, _url(name, subsidy), primary=subsidy.is_on_hold))
    if subsidy.decision_taken_over_on is None and permissions.can_sign_decision(actor, subsidy):
        acts.append(Action("Enregistrer l’exemplaire signé de la décision", _url("record_signed_decision", subsidy)))
    return acts


def _account_acts(subsidy: EquipmentSubsidy, actor: Actor) -> list[Action]:
    change = AccountChange(thread=subsidy.thread, subsidy=subsidy)
    if subsidy.state in (S.CLOSED, S.CANCELLED) or not permissions.can_propose_account(actor, change):
        return []
    return [Action("Changer le compte de versement", _url("propose_account", subsidy))]


def _url(name: str, subsidy: EquipmentSubsidy) -> str:
    return reverse(f"subsidies:{name}", args=[subsidy.pk])
