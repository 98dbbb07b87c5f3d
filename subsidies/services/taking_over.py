"""Decisions, service fait and payments made before the portal: entered as they were, without letter, mail nor new request.

Money keeps its four eyes: a gestionnaire enters the payment, and it counts once a valideur has confirmed it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.utils.text import capfirst

from deployments import services as deployments
from deployments.models import MobileClass
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import ZERO
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor
from projects.rules import ClassKey, FundingError
from subsidies.enums import PaymentKind, ResourcesState, SubsidyState
from subsidies.models import EquipmentSubsidy, PastExpense, Payment, ResourcesSubsidy
from subsidies.models.equipment import refuse_contradictions
from subsidies.permissions import can_confirm_past_payment, can_take_over_money, can_take_over_service_fait
from subsidies.rules import Definitive
from subsidies.rules.past import (
    PastDecision,
    PastGrant,
    PastPayment,
    PastServiceFait,
    past_acompte_refusals,
    past_definitive,
    past_grant_refusals,
    past_overpaid_refusals,
    past_reception_refusals,
    past_solde_refusals,
)
from subsidies.services.payments import Line, copy_terms, follow, refuse_future
from subsidies.services.solde import settle_convention, solde_lines


def take_over_decision(*, subsidy_id: int, actor: Actor, past: PastDecision) -> EquipmentSubsidy:
    refuse_future(past.signed_on, actor)
    refuse_future(past.notified_on, actor)
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_take_over_money, taken_over=True) as subsidy:
        subsidy.take_over_decision(past=past, entered_on=actor.today, by=actor.user)
    return subsidy


# --- The service fait ---


def take_over_service_fait(
    *, subsidy_id: int, actor: Actor, past: PastServiceFait, receptions: Mapping[ClassKey, dt.date]
) -> EquipmentSubsidy:
    """What was justified class by class on paper stands where the invoices would: every later figure comes from it.

    `receptions`: the day on which each certified class came to its school; a class that justifies nothing is given up.
    """
    refuse_future(past.on, actor)
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_take_over_service_fait, taken_over=True) as subsidy:
        classes = _classes_of(subsidy, past)
        definitive = _definitive(subsidy, past)
        acompte = subsidy.payments.paid().filter(kind=PaymentKind.ACOMPTE).first()
        subsidy.take_over_service_fait(
            past=past, definitive=definitive, acompte_on=acompte.paid_on if acompte else None, entered_on=actor.today
        )
        for day in receptions.values():
            since = subsidy.convention.notified_on
            refuse_contradictions(past_reception_refusals(day, convention_notified_on=since, constated_on=past.on))
        deployments.take_over_classes(
            received={classes[one.key].pk: receptions.get(one.key) for one in past.expenses}, certified_on=past.on, actor=actor
        )
        PastExpense.objects.bulk_create(
            PastExpense(subsidy=subsidy, mobile_class=classes[one.key], amount=one.expense) for one in past.certified
        )
    return subsidy


def _classes_of(subsidy: EquipmentSubsidy, past: PastServiceFait) -> dict[ClassKey, MobileClass]:
    """Neither fewer nor more classes than the convention equips."""
    classes = {one.key: one for one in subsidy.convention.mobile_classes.select_related("school")}
    said = {one.key for one in past.expenses}
    missing, strange = classes.keys() - said, said - classes.keys()
    if missing or strange:
        raise Refused(
            *(typeset(f"Le service fait ne dit rien de cette classe de la convention : {key}.") for key in sorted(missing)),
            *(typeset(f"La convention ne couvre pas cette classe : {key}.") for key in sorted(strange)),
        )
    return classes


def _definitive(subsidy: EquipmentSubsidy, past: PastServiceFait) -> Definitive:
    try:
        return past_definitive(
            past,
            decided=subsidy.decided_amount or ZERO,
            convention_maximum=subsidy.convention_max,
            terms=subsidy.convention.terms.as_rule(),
        )
    except FundingError as error:
        raise Refused(str(error)) from error


# --- Payments ---


def take_over_acompte(*, subsidy_id: int, actor: Actor, past: PastPayment) -> Payment:
    """Entered by the first pair of eyes; entered again when the first entry was rejected."""
    refuse_future(past.on, actor)
    with passage(
        EquipmentSubsidy,
        subsidy_id,
        actor=actor,
        may=can_take_over_money,
        act="take_over_payment",
        label="Saisir l’acompte payé",
        taken_over=True,
    ) as subsidy:
        if subsidy.state != SubsidyState.ACOMPTE_REQUESTED:
            subsidy.take_over_acompte()
        elif subsidy.decision_taken_over_on is None:
            raise Refused("La décision est établie dans le portail : son acompte s’y prépare, il ne se reprend pas.")
        decided, terms = subsidy.decided_amount or ZERO, subsidy.convention.terms.as_rule()
        refuse_contradictions(past_acompte_refusals(past, decided=decided, notified_on=subsidy.notified_on, terms=terms))
        base = Line("Montant prévisionnel de la décision", decided, note=subsidy.decision_reference)
        payment = _enter(PaymentKind.ACOMPTE, subsidy, past, lines=[base], actor=actor)
    return payment


def take_over_solde(*, subsidy_id: int, actor: Actor, past: PastPayment | None) -> Payment | None:
    """The solde that was paid, to the centime; None when the acompte had already paid what was due."""
    if past is not None:
        refuse_future(past.on, actor)
    with passage(
        EquipmentSubsidy,
        subsidy_id,
        actor=actor,
        may=can_take_over_money,
        act="take_over_payment",
        label="Saisir le solde payé",
        taken_over=True,
    ) as subsidy:
        if subsidy.service_fait_taken_over_on is None:
            raise Refused("Le service fait est constaté dans le portail : son solde s’y liquide, il ne se reprend pas.")
        due, paid = subsidy.definitive_amount or ZERO, subsidy.paid_total
        refuse_contradictions(past_solde_refusals(past, definitive=due, paid=paid, since=subsidy.service_fait_on))
        if past is None:
            subsidy.settle_without_solde()
            return None
        if subsidy.state != SubsidyState.SOLDE_LIQUIDATED:
            subsidy.take_over_solde()
        payment = _enter(PaymentKind.SOLDE, subsidy, past, lines=solde_lines(subsidy), actor=actor)
    return payment


def _enter(
    kind: PaymentKind,
    subsidy: EquipmentSubsidy | ResourcesSubsidy,
    past: PastPayment,
    *,
    lines: Iterable[Line],
    actor: Actor,
) -> Payment:
    if not subsidy.ej_number:
        raise Refused("Le numéro d’engagement juridique (EJ) manque : le paiement repris le porte.")
    made = Line(f"{capfirst(kind.label)}, payé avant le portail", past.amount, note=_chorus(past))
    payment = Payment(
        thread=subsidy.thread,
        kind=kind,
        amount=past.amount,
        explanation=[one.kept() for one in (*lines, made)],
        already_paid=subsidy.paid_total,
        ej_number=subsidy.ej_number,
        exercise=past.on.year,
        dp_number=past.dp_number,
        paid_on=past.on,
        prepared_on=actor.today,
        preparer=actor.user,
        taken_over_on=actor.today,
    )
    copy_terms(payment, subsidy)
    payment.transfer_label = ""  # that of a transfer made elsewhere is not known
    with opening(payment, actor=actor, may=can_take_over_money, label="Saisir un paiement fait", taken_over=True):
        pass
    return payment


def _chorus(past: PastPayment) -> str:
    return f"DP {past.dp_number}, le {plain_date(past.on)}"


def confirm_past_payment(*, payment_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Payment:
    """The second pair of eyes, on Chorus: from now on it counts as paid. No certificate, no notice of payment."""
    with passage(
        Payment, payment_id, actor=actor, may=can_confirm_past_payment, seen=seen, comment=comment, taken_over=True
    ) as payment:
        payment.confirm_past_payment(by=actor.user, on=actor.today)
        follow(payment, actor=actor)
    return payment


# --- The end ---


def take_over_overpaid(*, subsidy_id: int, actor: Actor) -> EquipmentSubsidy:
    """More was paid than was due: what comes back is followed outside the portal, as for every trop-perçu."""
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_take_over_money, taken_over=True) as subsidy:
        due = subsidy.definitive_amount or ZERO
        refuse_contradictions(past_overpaid_refusals(definitive=due, paid=subsidy.paid_total))
        subsidy.declare_overpaid()
    return subsidy


def take_over_closing(*, subsidy_id: int, actor: Actor, on: dt.date) -> EquipmentSubsidy:
    """Closed before the portal: by the same conditions, on the day that its papers say."""
    refuse_future(on, actor)
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_take_over_money, taken_over=True) as subsidy:
        days = [subsidy.service_fait_on, *subsidy.payments.paid().values_list("paid_on", flat=True)]
        subsidy.close(on=on, since=max(day for day in days if day is not None))
        settle_convention(subsidy, actor=actor, taken_over=True)
    return subsidy


# --- The grants of resources ---


def take_over_grant(*, grant_id: int, actor: Actor, past: PastGrant) -> Payment | None:
    """Notified on paper to the collège, and paid when its payment is said; entered again when that payment was rejected."""
    refuse_future(past.notified_on, actor)
    with passage(
        ResourcesSubsidy,
        grant_id,
        actor=actor,
        may=can_take_over_money,
        act="take_over_grant",
        label="Saisir la dotation",
        taken_over=True,
    ) as grant:
        since = grant.convention.notified_on
        refuse_contradictions(past_grant_refusals(past, grant=grant.amount, since=since))
        if grant.state != ResourcesState.NOTIFIED:
            grant.notify_grant(on=past.notified_on)
            grant.reference, grant.taken_over_on = past.reference, actor.today
        elif grant.taken_over_on is None:
            raise Refused("La dotation est notifiée dans le portail : son paiement s’y prépare, il ne se reprend pas.")
        if past.payment is None:
            return None
        refuse_future(past.payment.on, actor)
        grant.ej_number = past.ej_number
        return _enter(PaymentKind.RESOURCES, grant, past.payment, lines=[], actor=actor)
