"""From the invoices of a subsidy to its definitive amount: the rows, read as the rules want them."""

from collections.abc import Iterable

from django.db.models import QuerySet

from deployments.enums import MobileClassState
from deployments.models import MobileClass
from plannumerique.lib.money import ZERO
from projects.rules import ClassExpense, ClassKey, TaxBasis
from subsidies.conditions import claimed_classes
from subsidies.models import EquipmentSubsidy
from subsidies.rules import Definitive, InvoicedAmount, definitive_subsidy, expenses_by_class


def definitive_of(subsidy: EquipmentSubsidy) -> Definitive:
    """What the accepted invoices of the received classes justify, or did on paper, within the decision and the convention.

    Every caller finds the same figures once the service fait is certified: nothing that they are made of can change any
    more. FundingError when a class has more credit notes than invoices.
    """
    terms = subsidy.convention.terms.as_rule()
    return definitive_subsidy(
        _certified_expenses(subsidy, basis=terms.tax_basis),
        certified=_keys(subsidy.convention.mobile_classes.filter(state=MobileClassState.RECEIVED)),
        decided=subsidy.decided_amount or ZERO,
        convention_maximum=subsidy.convention_max,
        terms=terms,
    )


def _certified_expenses(subsidy: EquipmentSubsidy, *, basis: TaxBasis) -> tuple[ClassExpense, ...]:
    if subsidy.service_fait_taken_over_on is None:
        return expenses_by_class(subsidy.invoices.accepted().invoiced_amounts(), basis=basis)
    return tuple(one.as_rule() for one in subsidy.past_expenses.select_related("mobile_class__school"))


def claim_of(subsidy: EquipmentSubsidy, invoiced: Iterable[InvoicedAmount]) -> Definitive:
    """What the statement claims as it stands, before any check: every class that it invoices is taken as received.

    `invoiced`: `subsidy.invoices.counted().invoiced_amounts()`. Before the decision, the convention's maximum stands for it.
    """
    terms = subsidy.convention.terms.as_rule()
    expenses = expenses_by_class(invoiced, basis=terms.tax_basis)
    return definitive_subsidy(
        expenses,
        certified={one.key for one in expenses},
        decided=subsidy.convention_max if subsidy.decided_amount is None else subsidy.decided_amount,
        convention_maximum=subsidy.convention_max,
        terms=terms,
    )


def names_of_classes(subsidy: EquipmentSubsidy) -> dict[ClassKey, str]:
    """« École primaire d’exemple (Ornans) – classe 1 », by the key that the rules use; one query."""
    classes = subsidy.convention.mobile_classes.select_related("school").order_by("school__search", "number")
    return {one.key: str(one) for one in classes}


def certified_class_ids(subsidy: EquipmentSubsidy) -> list[int]:
    return [one.pk for one in claimed_classes(subsidy)]


def _keys(classes: QuerySet[MobileClass]) -> set[ClassKey]:
    return {ClassKey(uai, number) for uai, number in classes.values_list("school__uai", "number")}
