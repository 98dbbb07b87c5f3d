"""When a solde is paid, by which rule: the dates of a subsidy and of its campaign, read as the rules want them."""

import datetime as dt

from plannumerique.lib.money import ZERO, euros
from plannumerique.lib.text import typeset
from projects.enums import DeadlineCode
from projects.models import Campaign
from subsidies.enums import PaymentKind, PaymentState, SubsidyState
from subsidies.models import EquipmentSubsidy
from subsidies.rules import PaymentCalendar, PaymentPromise, payment_promise, solde_due, trop_percu

# Nothing is promised any more: the solde is paid, was not due, or will never be.
_SETTLED = (SubsidyState.SOLDE_PAID, SubsidyState.CLOSED, SubsidyState.OVERPAID, SubsidyState.CANCELLED)


def calendar_of(campaign: Campaign) -> PaymentCalendar | None:
    """The dates that decide the year of a solde, in one query; None for a campaign that does not have the three of them."""
    found = {row.code: row.as_rule() for row in campaign.deadlines.all()}
    justification, solde = found.get(DeadlineCode.JUSTIFICATION), found.get(DeadlineCode.SOLDE)
    next_year = found.get(DeadlineCode.SOLDE_NEXT_YEAR)
    if justification is None or solde is None or next_year is None:
        return None
    return PaymentCalendar(
        justification=justification, solde=solde, solde_next_year=next_year.on, internal_limit=campaign.internal_limit_on
    )


def promise_of(subsidy: EquipmentSubsidy, *, today: dt.date) -> PaymentPromise | None:
    """The promise that the subsidy's dates allow that day, or the account of its payment; two queries.

    None when there is nothing to promise: a subsidy settled without a solde, a campaign without its dates.
    """
    calendar = calendar_of(subsidy.campaign)
    if calendar is None:
        return None
    paid_on = _paid_on(subsidy) if subsidy.state in _SETTLED else None
    if subsidy.state in _SETTLED and paid_on is None:
        return None
    return payment_promise(
        today, complete_on=subsidy.complete_on, constated_on=subsidy.service_fait_on, calendar=calendar, paid_on=paid_on
    )


def due_in_words(subsidy: EquipmentSubsidy, promise: PaymentPromise | None) -> str:
    """What the constatation leads to: the promise of the solde, or that there is none; nothing without the campaign's dates."""
    definitive = subsidy.definitive_amount or ZERO
    if excess := trop_percu(definitive=definitive, paid=subsidy.paid_total):
        return typeset(
            f"Aucun solde n’est dû : le trop-perçu de {euros(excess)} est à reverser, sur titre de perception ; "
            "ne rien payer avant de l’avoir reçu."
        )
    if not solde_due(definitive=definitive, paid=subsidy.paid_total):
        return typeset("Aucun solde n’est dû : la subvention définitive est déjà versée.")
    return promise.sentence if promise else ""


def _paid_on(subsidy: EquipmentSubsidy) -> dt.date | None:
    return subsidy.payments.filter(kind=PaymentKind.SOLDE, state=PaymentState.PAID).values_list("paid_on", flat=True).first()
