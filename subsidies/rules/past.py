"""What was decided, justified and paid before the portal: what its papers say, and what in them contradicts the rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from plannumerique.lib.dates import long_date
from plannumerique.lib.money import ZERO, euros, percentage
from plannumerique.lib.text import typeset
from projects.rules import ClassExpense, FundingTerms
from subsidies.rules.decision import acompte_due, decision_refusal
from subsidies.rules.definitive import Definitive, definitive_subsidy, solde_due, trop_percu


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A rule that a past act breaks: the field of the act that says so, and the French sentence to show."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDecision:
    """What the paper of a decision notified before the portal says; the amount in euros, the EJ number when it is known."""

    reference: str
    amount: Decimal
    signed_on: date
    signatory: str
    capacity: str
    notified_on: date
    proof: str
    ej_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPayment:
    """What the DRFiP paid before the portal: euros, its day, the DP number that Chorus gave."""

    amount: Decimal
    on: date
    dp_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastServiceFait:
    """What a certificate signed before the portal says: its number, its day, who constated, from which day the pieces were whole.

    `expenses`: what each class of the convention justifies, in euros on its basis, nil for a class that was never equipped.
    `justified` and `definitive` are the totals that the paper bears: the rules find the same, or the paper was misread.
    """

    reference: str
    signatory: str
    complete_on: date
    on: date
    expenses: tuple[ClassExpense, ...]
    justified: Decimal
    definitive: Decimal

    @property
    def certified(self) -> tuple[ClassExpense, ...]:
        return tuple(one for one in self.expenses if one.expense > ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastGrant:
    """A grant of resources notified to its collège before the portal, and its payment when it was made; euros."""

    reference: str
    notified_on: date
    ej_number: str = ""
    payment: PastPayment | None = None


def past_decision_refusals(past: PastDecision, *, convention_maximum: Decimal, since: date | None) -> Iterator[Contradiction]:
    """What contradicts the rules of a decision, of which `since` is the notification of its convention."""
    refusal = decision_refusal(past.amount, convention_maximum=convention_maximum)
    if refusal is not None:
        yield Contradiction("amount", refusal)
    if since is not None and past.signed_on < since:
        yield _said("signed_on", f"La convention est notifiée du {long_date(since)} : la décision ne peut être signée avant.")
    if past.notified_on < past.signed_on:
        yield _said("notified_on", f"La décision est signée du {long_date(past.signed_on)} : elle ne peut être notifiée avant.")


def past_acompte_refusals(
    past: PastPayment, *, decided: Decimal, notified_on: date | None, terms: FundingTerms
) -> Iterator[Contradiction]:
    """What contradicts the rules of an acompte: never above the rate on the decided amount, never before the decision."""
    due = acompte_due(decided, terms=terms)
    if past.amount > due:
        rate = percentage(terms.acompte_rate)
        yield _said("amount", f"L’acompte repris ({euros(past.amount)}) dépasse {rate} du montant décidé ({euros(due)}).")
    if notified_on is not None and past.on < notified_on:
        yield _said("on", f"La décision est notifiée du {long_date(notified_on)} : l’acompte ne peut être payé avant.")


def past_definitive(past: PastServiceFait, *, decided: Decimal, convention_maximum: Decimal, terms: FundingTerms) -> Definitive:
    """The definitive subsidy that the certified classes give, by the rules of every solde. FundingError as for these."""
    return definitive_subsidy(
        past.certified,
        certified={one.key for one in past.certified},
        decided=decided,
        convention_maximum=convention_maximum,
        terms=terms,
    )


def past_service_fait_refusals(
    past: PastServiceFait, *, definitive: Definitive, notified_on: date | None, acompte_on: date | None
) -> Iterator[Contradiction]:
    """What contradicts itself in a service fait: its dates, the sum of its classes, the definitive subsidy that they give."""
    if notified_on is not None and past.complete_on < notified_on:
        yield _said(
            "complete_on", f"La décision est notifiée du {long_date(notified_on)} : les justificatifs ne peuvent la précéder."
        )
    if past.on < past.complete_on:
        yield _said(
            "on", f"Les pièces ne sont complètes que du {long_date(past.complete_on)} : le service fait ne se constate pas avant."
        )
    if acompte_on is not None and past.on < acompte_on:
        yield _said("on", f"L’acompte est payé du {long_date(acompte_on)} : après le service fait, ce qui se paie est le solde.")
    if past.justified != definitive.justified.expense:
        yield _said(
            "justified",
            f"Le total justifié est écrit {euros(past.justified)} ; les classes en font {euros(definitive.justified.expense)}.",
        )
    if past.definitive != definitive.amount:
        yield _said(
            "definitive",
            f"La subvention définitive est écrite {euros(past.definitive)} ; les règles donnent {euros(definitive.amount)}. "
            f"{definitive.explanation}",
        )


def past_reception_refusals(
    received_on: date, *, convention_notified_on: date | None, constated_on: date
) -> Iterator[Contradiction]:
    """A class is in the school after its convention was notified, and before its service fait is constaté."""
    if convention_notified_on is not None and received_on < convention_notified_on:
        yield _said(
            "received_on",
            f"La convention est notifiée du {long_date(convention_notified_on)} : "
            "le matériel n’a pu être reçu avant, à ce titre.",
        )
    if received_on > constated_on:
        yield _said(
            "received_on", f"Le service fait est constaté du {long_date(constated_on)} : le matériel n’a pu être reçu après."
        )


def past_solde_refusals(
    past: PastPayment | None, *, definitive: Decimal, paid: Decimal, since: date | None
) -> Iterator[Contradiction]:
    """What contradicts the rules of a solde: exactly what is left to pay, after the service fait; none when nothing is left."""
    due = solde_due(definitive=definitive, paid=paid)
    if excess := trop_percu(definitive=definitive, paid=paid):
        yield _said(
            "amount",
            f"Versé {euros(paid)}, dû {euros(definitive)} : il n’y a pas de solde, mais un trop-perçu de {euros(excess)}.",
        )
        return
    if past is None:
        if due:
            yield _said("amount", f"Il restait {euros(due)} à payer : le montant du solde, sa date et son numéro de DP manquent.")
        return
    if not due:
        yield _said("amount", f"La subvention définitive ({euros(definitive)}) est versée par l’acompte : aucun solde n’est dû.")
    elif past.amount > due:
        yield _said("amount", f"Le solde repris ({euros(past.amount)}) dépasse ce qui restait dû ({euros(due)}).")
    elif past.amount < due:
        yield _said("amount", f"Le solde repris ({euros(past.amount)}) est inférieur à ce qui restait dû ({euros(due)}).")
    if since is not None and past.on < since:
        yield _said("on", f"Le service fait est constaté du {long_date(since)} : le solde ne peut être payé avant.")


def past_overpaid_refusals(*, definitive: Decimal, paid: Decimal) -> Iterator[Contradiction]:
    """Whether what was paid is more than what is due, in euros, as the stage says."""
    if not trop_percu(definitive=definitive, paid=paid):
        yield _said("definitive", f"Versé {euros(paid)}, dû {euros(definitive)} : il n’y a pas de trop-perçu.")


def past_closing_refusals(closed_on: date, *, since: date | None) -> Iterator[Contradiction]:
    """A subsidy is closed once its last payment, or its service fait when nothing was left to pay, is made."""
    if since is not None and closed_on < since:
        yield _said("closed_on", f"Le dernier acte est du {long_date(since)} : la subvention ne peut être close avant.")


def past_grant_refusals(past: PastGrant, *, grant: Decimal, since: date | None) -> Iterator[Contradiction]:
    """What contradicts the rules of a grant of resources: paid whole, notified after its convention, paid after that."""
    if since is not None and past.notified_on < since:
        yield _said("notified_on", f"La convention est notifiée du {long_date(since)} : la dotation ne peut être notifiée avant.")
    if past.payment is None:
        return
    if past.payment.amount != grant:
        yield _said(
            "amount", f"Le versement repris est de {euros(past.payment.amount)} ; la dotation de l’école est de {euros(grant)}."
        )
    if past.payment.on < past.notified_on:
        yield _said("on", f"La dotation est notifiée du {long_date(past.notified_on)} : elle ne peut être payée avant.")


def _said(field: str, sentence: str) -> Contradiction:
    return Contradiction(field, typeset(sentence))
