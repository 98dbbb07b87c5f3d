"""The three things that a collectivité does to be paid its solde, with what is left of each, on the page of its subsidy."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.actor import Actor
from subsidies.enums import InvoiceState, SubsidyState
from subsidies.models import EquipmentSubsidy, ExpenseStatement, Invoice, InvoiceLine
from subsidies.permissions import can_certify_statement, can_enter_invoice
from subsidies.services.invoices import copies_to_type
from subsidies.workbooks import claimable_classes

# What is ordered can be delivered and invoiced; before, the page speaks of the orders alone.
SPENDING_STATES = (SubsidyState.NOTIFIED, SubsidyState.ACOMPTE_REQUESTED, SubsidyState.ACOMPTE_PAID, SubsidyState.TO_COMPLETE)
MOST_SAID = 3
TITLES = BRING, FILL, SEND = ("Déposer les factures", "Remplir l’état récapitulatif", "Certifier et envoyer")


@dataclass(frozen=True, slots=True)
class StatementStep:
    """`left`: one sentence for each thing that is missing; `done` is said when nothing is."""

    title: str
    button: str
    url: str
    left: tuple[str, ...]
    done: str


def fills_statement(subsidy: EquipmentSubsidy, actor: Actor) -> bool:
    """Something is left to bring, and this person brings it; without a query."""
    return subsidy.state in SPENDING_STATES and can_enter_invoice(actor, Invoice(thread=subsidy.thread, subsidy=subsidy))


def statement_steps(subsidy: EquipmentSubsidy, actor: Actor) -> list[StatementStep]:
    """Nothing for those who do not fill the statement, nor once it is deposited; three queries."""
    if not fills_statement(subsidy, actor):
        return []
    to_type, found = copies_to_type(subsidy).count(), _counts(subsidy)
    bring = _bring(subsidy, any_invoice=bool(found["any_invoice"]), without_copy=found["without_copy"], to_type=to_type)
    return [
        bring,
        _fill(subsidy, to_type),
        _send(subsidy, actor, opened=bool(found["is_opened"]), certified=bool(found["is_certified"])),
    ]


def _counts(subsidy: EquipmentSubsidy) -> dict[str, int]:
    """In one query: each subsidy has one statement at most, that its invoices repeat."""
    counted = Q(invoices__state__in=(InvoiceState.DEPOSITED, InvoiceState.ACCEPTED))
    return EquipmentSubsidy.objects.filter(pk=subsidy.pk).aggregate(
        any_invoice=Count("invoices", filter=counted),
        without_copy=Count("invoices", filter=counted & Q(invoices__piece=None)),
        is_opened=Count("statement"),
        is_certified=Count("statement", filter=Q(statement__certified_on__isnull=False)),
    )


def _bring(subsidy: EquipmentSubsidy, *, any_invoice: bool, without_copy: int, to_type: int) -> StatementStep:
    left = []
    if without_copy:
        left.append(f"la copie de {plural(without_copy, one='facture saisie', many='factures saisies')}")
    if not any_invoice and not to_type:
        left.append("toutes les factures")
    return StatementStep(
        BRING,
        BRING,
        reverse("subsidies:drop_invoices", args=[subsidy.pk]),
        tuple(left),
        "Chaque facture saisie a sa copie.",
    )


def _fill(subsidy: EquipmentSubsidy, to_type: int) -> StatementStep:
    left = [plural(to_type, one="copie à saisir", many="copies à saisir")] if to_type else []
    counted = InvoiceLine.objects.filter(invoice__in=subsidy.invoices.counted(), mobile_class=OuterRef("pk"))
    missing = [str(one) for one in claimable_classes(subsidy).filter(~Exists(counted))]
    left += _some([f"{name} : aucune facture" for name in missing])
    return StatementStep(
        FILL,
        "Remplir l’état",
        reverse("subsidies:statement", args=[subsidy.pk]),
        tuple(typeset(sentence) for sentence in left),
        "Chaque classe mobile a ses factures.",
    )


def _send(subsidy: EquipmentSubsidy, actor: Actor, *, opened: bool, certified: bool) -> StatementStep:
    """One button for the next of two acts: certify, then deposit; on paper, the page of the statement leads on."""
    # What is missing of the invoices is said by the two other steps.
    left = [] if certified else ["la certification par le représentant de la collectivité, en ligne ou sur papier"]
    name, button = "statement", SEND
    if subsidy.state == SubsidyState.ACOMPTE_REQUESTED:
        left.append("le versement de l’acompte par la DRFiP : l’envoi attend qu’il soit enregistré")
    elif certified:
        name, button = "deposit_statement", "Envoyer à la DANE"
    elif opened and can_certify_statement(actor, ExpenseStatement(thread=subsidy.thread, subsidy=subsidy)):
        name, button = "certify_statement", "Certifier exact"
    return StatementStep(
        SEND,
        button,
        reverse(f"subsidies:{name}", args=[subsidy.pk]),
        (*left, "l’envoi à la DANE"),
        "",
    )


def _some(sentences: Sequence[str]) -> list[str]:
    """The first ones, and how many more: a big action is read at a glance."""
    more = len(sentences) - MOST_SAID
    if more <= 0:
        return list(sentences)
    return [*sentences[:MOST_SAID], f"et {plural(more, one='autre')}"]
