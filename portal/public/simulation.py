"""What a campaign would pay for one school's classes, by the very rules that compute its subsidies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import ZERO, percentage
from plannumerique.lib.text import NBSP
from plannumerique.ui.pieces import AmountLine, Amounts, Fact
from projects.models import Campaign
from projects.rules import ClassExpense, Funding, FundingTerms, provisional_subsidy
from subsidies.readings.promises import calendar_of
from subsidies.rules import PaymentCalendar, acompte_due, solde_due


@dataclass(frozen=True, slots=True)
class Simulation:
    amounts: tuple[Amounts, ...]
    dates: tuple[Fact, ...]


def simulate(campaign: Campaign, expenses: Sequence[ClassExpense], *, terms: FundingTerms) -> Simulation:
    """Subsidy, acompte, solde, what stays with the collectivité, and when the solde would be paid; one query."""
    calendar = calendar_of(campaign)
    return Simulation(
        amounts=tuple(_amounts(provisional_subsidy(expenses, terms=terms), terms)),
        dates=tuple(_dates(calendar)) if calendar else (),
    )


def _dates(calendar: PaymentCalendar) -> Iterator[Fact]:
    """The rule itself, whatever the day: a simulation has neither pieces nor delay."""
    yield Fact(
        f"Pièces complètes et service fait constaté {calendar.justification.label}",
        f"solde prévu {calendar.solde.before_or_on}, sous réserve de la disponibilité des crédits",
    )
    yield Fact("Plus tard", f"solde à partir du {plain_date(calendar.solde_next_year)}")


def _amounts(funding: Funding, terms: FundingTerms) -> Iterator[Amounts]:
    yield Amounts(
        "Subvention de l’État",
        funding.total,
        lines=tuple(
            AmountLine(f"Classe n°{NBSP}{line.key.number}", line.subsidy, note=line.explanation) for line in funding.lines
        ),
        unfolded=True,
    )
    acompte = acompte_due(funding.total, terms=terms) if terms.acompte_rate else ZERO
    if acompte:
        rate = percentage(terms.acompte_rate)
        yield Amounts("Acompte", acompte, note=f"{rate} de la subvention, sur copie des bons de commande")
    yield Amounts(
        "Solde", solde_due(definitive=funding.total, paid=acompte), note="après le service fait, si la dépense est celle prévue"
    )
    yield Amounts(
        "À la charge de la collectivité", funding.own_share, note=f"dépense {terms.tax_basis.label} moins la subvention"
    )
    if terms.resources_grant:
        yield Amounts("Ressources numériques", terms.resources_grant, note="en plus, pour l’école, versés au collège référent")
