"""What the cells of one dossier contradict of one another, by the rules that the door asks too: here each names its cell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from conventions.rules import past_amount_refusals
from plannumerique.lib.money import ZERO
from plannumerique.ui.spreadsheets import Fault, Layout
from portal.taking_over.reading import PastDossier
from portal.taking_over.stages import Reached
from projects.rules import FundingError, FundingTerms, provisional_subsidy
from subsidies.rules.past import (
    Contradiction,
    PastDecision,
    PastPayment,
    PastServiceFait,
    past_acompte_refusals,
    past_closing_refusals,
    past_decision_refusals,
    past_definitive,
    past_grant_refusals,
    past_overpaid_refusals,
    past_reception_refusals,
    past_service_fait_refusals,
    past_solde_refusals,
)

_DECISION = {"amount": "decision_amount", "signed_on": "decision_on", "notified_on": "decision_notified_on"}
_ACOMPTE = {"amount": "acompte_amount", "on": "acompte_on"}
_SERVICE_FAIT = {"on": "service_fait_on", "justified": "justified_total", "definitive": "definitive_amount"}
_SOLDE = {"amount": "solde_amount", "on": "solde_on"}
_GRANT = {"notified_on": "grant_notified_on", "amount": "grant_amount", "on": "grant_paid_on"}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell: its column and, for what stands on the line of a school, its row."""

    key: str
    sentence: str
    row: int | None = None


def contradictions(past: PastDossier, terms: FundingTerms) -> Iterator[Wrong]:
    """In the order of the thread. What the portal must know to say (a limit of all phases, a day to come) is left to the door."""
    try:
        maximum = provisional_subsidy(past.expenses, terms=terms).total
    except FundingError:
        return
    if past.convention is not None:
        yield from (Wrong("subsidy_max", one) for one in past_amount_refusals(past.convention.subsidy_max, computed=maximum))
    yield from _of_grants(past, terms)
    if past.decision is None:
        return
    yield from _named(
        past_decision_refusals(past.decision, convention_maximum=maximum, since=past.convention_notified_on), _DECISION
    )
    if past.acompte is not None:
        yield from _named(
            past_acompte_refusals(past.acompte, decided=past.decision.amount, notified_on=past.decision.notified_on, terms=terms),
            _ACOMPTE,
        )
    if past.service_fait is not None:
        yield from _of_the_end(past, past.decision, past.service_fait, maximum, terms)


def faults_of(past: PastDossier, *, layout: Layout, terms: FundingTerms) -> Iterator[Fault]:
    """One a cell: the first sentence says enough."""
    seen: set[str] = set()
    for wrong in contradictions(past, terms):
        said = [row for row in past.rows if row.cells[wrong.key].strip() and wrong.row in (None, row.number)]
        number, typed = (said[0].number, said[0].cells[wrong.key]) if said else (wrong.row or past.first, "")
        fault = layout.fault(wrong.sentence, row=number, key=wrong.key, typed=typed)
        if fault.cell not in seen:
            seen.add(fault.cell)
            yield fault


def _of_grants(past: PastDossier, terms: FundingTerms) -> Iterator[Wrong]:
    for row, _, grant in past.grants:
        found = past_grant_refusals(grant, grant=terms.resources_grant or ZERO, since=past.convention_notified_on)
        yield from _named(found, _GRANT, row=row)


def _of_the_end(
    past: PastDossier, decision: PastDecision, constated: PastServiceFait, maximum: Decimal, terms: FundingTerms
) -> Iterator[Wrong]:
    definitive = past_definitive(constated, decided=decision.amount, convention_maximum=maximum, terms=terms)
    acompte_on, paid = (past.acompte.on, past.acompte.amount) if past.acompte else (None, ZERO)
    found = past_service_fait_refusals(constated, definitive=definitive, notified_on=decision.notified_on, acompte_on=acompte_on)
    yield from _named(found, _SERVICE_FAIT)
    for row, on in past.receptions_by_row:
        since = past.convention_notified_on
        yield from _named(past_reception_refusals(on, convention_notified_on=since, constated_on=constated.on), {}, row=row)
    if past.reached is Reached.OVERPAID:
        yield from _named(past_overpaid_refusals(definitive=definitive.amount, paid=paid), {"definitive": "acompte_amount"})
    elif past.reached.has(Reached.SOLDE):
        yield from _named(past_solde_refusals(past.solde, definitive=definitive.amount, paid=paid, since=constated.on), _SOLDE)
        yield from _twice_the_same_number(past)
    if past.closed_on is not None:
        yield from _named(past_closing_refusals(past.closed_on, since=_last(constated.on, past.acompte, past.solde)), {})


def _twice_the_same_number(past: PastDossier) -> Iterator[Wrong]:
    acompte, solde = past.acompte, past.solde
    if acompte and solde and (acompte.dp_number, acompte.on.year) == (solde.dp_number, solde.on.year):
        yield Wrong("solde_dp", "Ce numéro de DP est aussi celui de l’acompte : chaque paiement a le sien.")


def _last(constated_on: date, *payments: PastPayment | None) -> date:
    return max([constated_on, *(one.on for one in payments if one is not None)])


def _named(found: Iterable[Contradiction], cells: dict[str, str], *, row: int | None = None) -> Iterator[Wrong]:
    return (Wrong(cells.get(one.field, one.field), one.sentence, row) for one in found)
