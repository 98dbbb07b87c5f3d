"""The tables annexed to the convention: schools covered, infrastructures, calendar, financing."""

from dataclasses import replace
from decimal import Decimal
from typing import TypedDict

from conventions.models import Convention, CoveredClass, CoveredSchool
from plannumerique.files.letters import Row, Table
from plannumerique.lib.dates import plain_date
from plannumerique.lib.text import NBSP, french_list, plural, typeset
from projects.documents import cap_in_words
from projects.enums import DeadlineCode
from projects.models import Campaign
from projects.rules import Funding, FundingError, FundingTerms


def covered_by(convention: Convention) -> tuple[list[CoveredSchool], list[CoveredClass]]:
    schools = convention.covered_schools.select_related("school", "referent_college").order_by("school__search", "pk")
    classes = CoveredClass.objects.of_convention(convention.pk).select_related("application", "covered_school__school")
    return list(schools), list(classes)


def funding_of(convention: Convention) -> Funding | None:
    try:
        return convention.funding()
    except FundingError:  # a draft that can't be computed yet shows no figure: the condition of the move says why
        return None


class Annexes(TypedDict):
    covered: Table
    infrastructure: Table
    calendar: Table
    financing: Table | None


def annexes_of(
    convention: Convention, schools: list[CoveredSchool], classes: list[CoveredClass], funding: Funding | None
) -> Annexes:
    terms = convention.terms.as_rule()
    return Annexes(
        covered=_schools_covered(schools, classes),
        infrastructure=_infrastructures(schools, classes),
        calendar=_calendar(convention, convention.campaign),
        financing=_plan_of_financing(schools, funding, terms=terms) if funding else None,
    )


def _schools_covered(schools: list[CoveredSchool], classes: list[CoveredClass]) -> Table:
    return Table(
        caption="Écoles couvertes par la convention",
        columns=("École", "UAI", "Commune", "Classes mobiles", "Collège référent"),
        rows=tuple(
            Row(
                label=one.school.name,
                cells=(one.school.uai, one.school.commune_name, _numbers(one, classes), _college(one)),
            )
            for one in schools
        ),
        total=Row(label="Total", cells=("", "", plural(len(classes), one="classe"), "")),
    )


def _numbers(school: CoveredSchool, classes: list[CoveredClass]) -> str:
    numbers = [str(one.number) for one in classes if one.covered_school_id == school.pk]
    return typeset(f"n° {french_list(numbers)}") if numbers else ""


def _college(school: CoveredSchool) -> str:
    college = school.referent_college
    return f"{college.name} ({college.uai})" if college else "à désigner"


def _infrastructures(schools: list[CoveredSchool], classes: list[CoveredClass]) -> Table:
    described = {one.covered_school_id: one.application for one in classes}
    rows = []
    for one in schools:
        found = described.get(one.pk)
        cells = (
            f"{found.bandwidth} Mbit/s" if found and found.bandwidth else "non mesuré",
            found.get_wifi_display() if found else "",
            found.get_filtering_display() if found else "",
        )
        rows.append(Row(label=one.school.name, cells=cells, note=found.infrastructure if found else ""))
    return Table(
        caption="Infrastructures, école par école", columns=("École", "Débit internet", "Wi-Fi", "Filtrage"), rows=tuple(rows)
    )


def _calendar(convention: Convention, campaign: Campaign) -> Table:
    signing = campaign.deadline(DeadlineCode.CONVENTION)
    justification = campaign.deadline(DeadlineCode.JUSTIFICATION)
    solde = campaign.deadline(DeadlineCode.SOLDE)
    steps = (
        ("Signature de la convention par les deux parties", signing.label if signing else ""),
        ("Livraison et mise en service des classes mobiles", _deployment(convention)),
        ("Transmission des justificatifs et constatation du service fait", justification.label if justification else ""),
        ("Versement du solde, si l’échéance précédente est tenue", solde.before_or_on if solde else ""),
    )
    return Table(
        caption="Calendrier prévisionnel",
        columns=("Étape", "Échéance"),
        rows=tuple(Row(label=label, cells=(when,)) for label, when in steps if when),
    )


def _deployment(convention: Convention) -> str:
    if convention.deployment_from is None or convention.deployment_until is None:
        return ""
    return f"du {plain_date(convention.deployment_from)} au {plain_date(convention.deployment_until)}"


def _plan_of_financing(schools: list[CoveredSchool], funding: Funding, *, terms: FundingTerms) -> Table:
    by_school = funding.by_school()
    basis = terms.tax_basis.label
    return Table(
        caption="Plan de financement, par école et par classe mobile",
        columns=(
            "École, classe mobile",
            f"Dépense prévue {basis}",
            f"Base retenue {basis}",
            "Part de l’État",
            "Part de la collectivité",
        ),
        rows=tuple(row for one in schools for row in _financing(one, by_school.get(one.school.uai, Funding(())))),
        total=Row(label="Total", cells=_sums(funding)),
        note=typeset(f"La ligne d’une école totalise celles de ses classes. {cap_in_words(terms)}"),
    )


def _financing(one: CoveredSchool, funding: Funding) -> list[Row]:
    """The school with its sums, then its classes; on one line when it has a single class."""
    school = f"{one.school.name} ({one.school.uai})"
    classes = [
        Row(label=f"– classe {line.key.number}", cells=(line.expense, line.retained_base, line.subsidy, line.own_share))
        for line in funding.lines
    ]
    if len(classes) == 1:
        return [replace(classes[0], label=f"{school}, classe{NBSP}{funding.lines[0].key.number}")]
    return [Row(label=school, cells=_sums(funding)), *classes]


def _sums(funding: Funding) -> tuple[Decimal, ...]:
    return (funding.expense, funding.retained_base, funding.total, funding.own_share)
