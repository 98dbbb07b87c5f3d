"""What the DAN reads before constating the service fait: the classes, the amounts, and what today's date would promise."""

import datetime as dt

from deployments.enums import MobileClassState
from plannumerique.lib.text import typeset
from plannumerique.ui.pieces import Amounts, Fact
from projects.rules import FundingError
from subsidies.models import EquipmentSubsidy
from subsidies.pages.statement import class_amounts, total_amounts
from subsidies.readings.claims import definitive_of, names_of_classes
from subsidies.readings.promises import calendar_of, no_solde
from subsidies.rules import PaymentPromise


def facts_of(subsidy: EquipmentSubsidy, *, today: dt.date) -> list[Fact]:
    """The two dates that decide, today's being the one of the constatation, and the sentence that they make."""
    facts = [
        Fact("Pièces complètes le", on=subsidy.complete_on),
        Fact("Service fait constaté le", on=today, note="La date du jour : elle ne se saisit pas."),
    ]
    calendar = calendar_of(subsidy.campaign)
    if calendar is not None:
        promise = PaymentPromise(
            today=today,
            convention_on=subsidy.convention.notified_on,
            complete_on=subsidy.complete_on,
            constated_on=today,
            calendar=calendar,
        )
        facts.append(Fact("Versement du solde", _no_solde(subsidy) or promise.sentence))
    return facts


def _no_solde(subsidy: EquipmentSubsidy) -> str:
    try:
        definitive = definitive_of(subsidy)
    except FundingError:  # the amounts below say why
        return ""
    return no_solde(definitive=definitive.amount, paid=subsidy.paid_total)


def amounts_of(subsidy: EquipmentSubsidy) -> tuple[Amounts, list[Amounts]]:
    try:
        definitive = definitive_of(subsidy)
    except FundingError as error:
        return Amounts("Subvention définitive", None, note=str(error)), []
    return total_amounts("Subvention définitive", definitive, subsidy), class_amounts(
        definitive.justified, names_of_classes(subsidy)
    )


def left_out(subsidy: EquipmentSubsidy) -> list[str]:
    """The classes of the convention that the certificate will not cover, and why: nobody discovers it after the solde."""
    claimed = subsidy.invoices.accepted().values("lines__mobile_class")
    others = subsidy.convention.mobile_classes.exclude(pk__in=claimed).select_related("school")
    return [typeset(f"{one} : {_why(one.state)}") for one in others]


def _why(state: str) -> str:
    return {
        MobileClassState.PLANNED: "ni reçue ni facturée",
        MobileClassState.RECEIVED: "reçue, mais aucune facture acceptée ne la concerne",
        MobileClassState.RENOUNCED: "abandonnée par la collectivité",
    }[MobileClassState(state)]
