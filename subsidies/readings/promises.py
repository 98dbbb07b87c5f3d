"""When a solde is paid, by which rule: the dates of a subsidy and of its campaign, read as the rules want them."""

import datetime as dt
from decimal import Decimal

from plannumerique.lib.money import euros
from plannumerique.lib.text import typeset
from projects.enums import DeadlineCode
from projects.models import Campaign
from subsidies.enums import SETTLED_STATES, PaymentKind, SubsidyState
from subsidies.models import EquipmentSubsidy
from subsidies.rules import PaymentCalendar, PaymentPromise, solde_due, trop_percu


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

    None when there is nothing to promise: a subsidy settled without a solde, or to which none is due (`no_solde_of` says
    why), a campaign without its dates.
    """
    calendar = calendar_of(subsidy.campaign)
    if calendar is None:
        return None
    paid_on = _paid_on(subsidy) if subsidy.state in SETTLED_STATES else None
    if paid_on is None and (subsidy.state in SETTLED_STATES or no_solde_of(subsidy)):
        return None
    return PaymentPromise(
        today=today,
        convention_on=subsidy.convention.notified_on,
        complete_on=subsidy.complete_on,
        constated_on=subsidy.service_fait_on,
        calendar=calendar,
        paid_on=paid_on,
    )


def due_in_words(subsidy: EquipmentSubsidy, promise: PaymentPromise | None) -> str:
    """What the constatation leads to: the promise of the solde, or that there is none; nothing without the campaign's dates."""
    return no_solde_of(subsidy) or (promise.sentence if promise else "")


def no_solde_of(subsidy: EquipmentSubsidy) -> str:
    """Why no solde is due, once the definitive subsidy is known; empty when one is, or was paid."""
    if subsidy.definitive_amount is None or subsidy.state in (SubsidyState.SOLDE_PAID, SubsidyState.CLOSED):
        return ""
    return no_solde(definitive=subsidy.definitive_amount, paid=subsidy.paid_total)


def no_solde(*, definitive: Decimal, paid: Decimal) -> str:
    if excess := trop_percu(definitive=definitive, paid=paid):
        return typeset(
            f"Aucun solde n’est dû : le trop-perçu de {euros(excess)} est à reverser, sur titre de perception ; "
            "ne rien payer avant de l’avoir reçu."
        )
    if not solde_due(definitive=definitive, paid=paid):
        return typeset("Aucun solde n’est dû : la subvention définitive est déjà versée.")
    return ""


def _paid_on(subsidy: EquipmentSubsidy) -> dt.date | None:
    return subsidy.payments.paid().filter(kind=PaymentKind.SOLDE).values_list("paid_on", flat=True).first()
