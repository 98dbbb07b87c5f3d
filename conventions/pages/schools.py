"""The schools of a convention, class by class, with the amounts that they make."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from conventions.models import Convention, CoveredSchool
from plannumerique.lib.money import ZERO
from plannumerique.lib.text import plural, typeset
from plannumerique.ui.pieces import AmountLine, Amounts, Fact
from projects.models import Application
from projects.rules import FundingError


def amounts_of(convention: Convention) -> Amounts:
    """The subsidy class by class, then what stays with the collectivité; one query."""
    label = "Subvention maximale de l’État" if convention.subsidy_max is not None else "Subvention calculée (indicative)"
    try:
        funding = convention.funding()
    except FundingError as error:
        return Amounts(label, None, note=str(error))
    names = {one.school.uai: str(one.school) for one in convention.covered_schools.all()}
    lines = [
        AmountLine(f"{names.get(line.key.uai, line.key.uai)}, classe {line.key.number}", line.subsidy, note=line.explanation)
        for line in funding.lines
    ]
    basis = convention.terms.as_rule().tax_basis.label
    sums = (
        AmountLine(f"Dépense prévue {basis}", funding.expense),
        AmountLine(f"Base retenue {basis}", funding.retained_base),
        AmountLine("Reste à la charge de la collectivité", funding.own_share, strong=True),
    )
    return Amounts(label, funding.total, lines=(*lines, *sums))


def grants_of(convention: Convention) -> Amounts | None:
    schools = list(convention.covered_schools.all())
    total = sum((one.resources_grant for one in schools), ZERO)
    if not total:
        return None
    lines = tuple(AmountLine(str(one.school), one.resources_grant, note=_college(one)) for one in schools)
    return Amounts("Dotations de ressources numériques", total, lines=lines)


def _college(covered: CoveredSchool) -> str:
    return typeset(f"collège référent : {covered.referent_college}") if covered.referent_college else "collège référent à choisir"


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A covered school with its classes, in the table of the page."""

    covered: CoveredSchool
    classes: int
    expense: Decimal
    subsidy: Decimal | None


def school_lines(convention: Convention) -> list[SchoolLine]:
    """No query when the schools and their classes were prefetched."""
    lines = []
    for covered in convention.covered_schools.all():
        classes = list(covered.classes.all())
        priced = all(one.subsidy is not None for one in classes)
        lines.append(
            SchoolLine(
                covered=covered,
                classes=len(classes),
                expense=sum((one.expense for one in classes), ZERO),
                subsidy=sum((one.subsidy or ZERO for one in classes), ZERO) if priced else None,
            )
        )
    return lines


def application_lines(waiting: Iterable[Application]) -> list[Fact]:
    """What a draft would cover, before it is opened."""
    return [
        Fact(
            str(one.school), plural(one.retained_classes or 0, one="classe mobile", many="classes mobiles"), note=one.phase.label
        )
        for one in waiting
    ]
