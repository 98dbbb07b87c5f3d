"""The invoices of a workbook, taken together: all of them or none, and first rehearsed, by the services of the typed grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils.text import capfirst

from plannumerique.journal.machine import Refused
from plannumerique.journal.models import Thread
from plannumerique.organisations.actor import Actor
from subsidies import conditions as only_if
from subsidies.models import EquipmentSubsidy, Invoice
from subsidies.permissions import can_enter_invoice
from subsidies.services.invoices import InvoiceContent, LineContent, correct_invoice, enter_invoice


class Outcome(StrEnum):
    NEW = "new"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"

    @property
    def label(self) -> str:
        return {Outcome.NEW: "nouvelle", Outcome.CORRECTED: "corrigée", Outcome.UNCHANGED: "inchangée"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An invoice of the workbook; with `invoice_id`, one that the portal knows, as it was in version `seen`."""

    content: InvoiceContent
    lines: Sequence[LineContent]
    invoice_id: int | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    invoice: Invoice
    outcome: Outcome
    warnings: tuple[str, ...] = ()


class SomeRefused(Refused):
    """Nothing was taken; `by_entry`: why, by the rank of the entry."""

    def __init__(self, by_entry: Mapping[int, Sequence[str]]) -> None:
        super().__init__(*(reason for reasons in by_entry.values() for reason in reasons))
        self.by_entry = by_entry


def take_workbook(*, subsidy: EquipmentSubsidy, actor: Actor, entries: Sequence[Entry]) -> list[Taken]:
    """Every invoice through its own service, in one transaction; what has not changed is left alone.

    SomeRefused names every entry that the door refuses, not the first one alone; nothing is written then.
    """
    taken, refused = [], {}
    with transaction.atomic():
        known = _locked(subsidy, actor, entries)
        for rank, entry in enumerate(entries):
            try:
                with transaction.atomic():
                    taken.append(_take(subsidy, actor, entry, known))
            except Refused as reasons:
                refused[rank] = reasons.reasons
        if refused:
            raise SomeRefused(refused)
    return taken


def rehearse_workbook(*, subsidy: EquipmentSubsidy, actor: Actor, entries: Sequence[Entry]) -> list[Taken]:
    """What `take_workbook` would do, by doing it and undoing it: the review asks the same rules, those of the database too."""
    with transaction.atomic():
        try:
            return take_workbook(subsidy=subsidy, actor=actor, entries=entries)
        finally:
            transaction.set_rollback(True)


def _locked(subsidy: EquipmentSubsidy, actor: Actor, entries: Sequence[Entry]) -> dict[int, Invoice]:
    """The invoices that the entries name, under the thread's lock; asked even when nothing is about to change."""
    Thread.objects.select_for_update().get(pk=subsidy.thread_id)
    current = EquipmentSubsidy.objects.select_related("thread").get(pk=subsidy.pk)
    can_enter_invoice.demand(actor, Invoice(thread=current.thread, subsidy=current))
    named = [entry.invoice_id for entry in entries if entry.invoice_id is not None]
    return Invoice.objects.filter(subsidy=subsidy, pk__in=named).prefetch_related("lines").in_bulk()


def _take(subsidy: EquipmentSubsidy, actor: Actor, entry: Entry, known: Mapping[int, Invoice]) -> Taken:
    if entry.invoice_id is None:
        invoice = enter_invoice(subsidy=subsidy, actor=actor, content=entry.content, lines=entry.lines)
        return Taken(invoice=invoice, outcome=Outcome.NEW, warnings=tuple(only_if.the_invoice_is_not_early.obstacles(invoice)))
    invoice = known[entry.invoice_id]
    if _is_the_same(invoice, entry):
        return Taken(invoice=invoice, outcome=Outcome.UNCHANGED)
    _refuse_changed_since(invoice, entry)
    invoice = correct_invoice(invoice_id=entry.invoice_id, actor=actor, content=entry.content, lines=entry.lines, seen=entry.seen)
    return Taken(invoice=invoice, outcome=Outcome.CORRECTED, warnings=tuple(only_if.the_invoice_is_not_early.obstacles(invoice)))


def _refuse_changed_since(invoice: Invoice, entry: Entry) -> None:
    if invoice.version != entry.seen:
        raise Refused(
            f"{capfirst(invoice.in_words)} a changé dans le portail depuis le téléchargement du classeur (à l’état "
            f"« {invoice.state_in_words} ») : "
            f"reprenez-{'le' if invoice.is_credit_note else 'la'} dans un classeur téléchargé aujourd’hui, ou effacez ses lignes de celui-ci."
        )


def _is_the_same(invoice: Invoice, entry: Entry) -> bool:
    names = InvoiceContent.__dataclass_fields__
    if any(getattr(invoice, name) != getattr(entry.content, name) for name in names):
        return False
    now = [
        (one.mobile_class_id, one.category, one.label, one.amount_ht, one.vat_rate, one.amount_ttc) for one in invoice.lines.all()
    ]
    typed = [(one.mobile_class_id, one.category, one.label, one.amount_ht, one.vat_rate, one.ttc) for one in entry.lines]
    return sorted(now) == sorted(typed)
