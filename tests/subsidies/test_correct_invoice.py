"""Invoices corrected and withdrawn, never lost."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from plannumerique.files.models import Piece
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import Stale
from subsidies.models import ExpenseStatement, Invoice
from subsidies.services import invoices, statement
from tests.factories_statement import InvoiceFactory, a_line, an_invoice, certify_and_deposit, classes_of, draft_of, signataire_of
from tests.factories_subsidies import EquipmentSubsidyFactory
from tests.subsidies.entering import OCTOBER, editor_of, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def subsidy():
    return EquipmentSubsidyFactory(acompte_paid=True)


def test_a_correction_is_journaled_and_replaces_the_lines_and_the_copy(subsidy):
    actor = editor_of(subsidy)
    invoice = enter(subsidy, actor, copy=draft_of(actor))
    first = invoice.piece
    line = a_line(classes_of(subsidy)[1], "5000.00")

    invoices.correct_invoice(
        invoice_id=invoice.pk,
        actor=actor,
        content=an_invoice(amount_ht=Decimal("5000"), amount_vat=Decimal("1000"), amount_ttc=Decimal("6000")),
        lines=[line],
        copy=draft_of(actor, name="corrigee.pdf"),
        seen=1,
    )

    row = Invoice.objects.get()
    assert (row.amount_ttc, row.version) == (Decimal("6000.00"), 2)
    assert row.lines.get().mobile_class == classes_of(subsidy)[1]
    assert row.piece.replaces == first
    assert Piece.objects.filter(kind="invoice").count() == 2
    assert JournalLine.objects.get(act="correct_invoice").before["amount_ttc"] == "7900.50"


def test_the_second_correction_of_the_same_page_reads_who_was_first(subsidy):
    invoice = enter(subsidy)
    first = editor_of(subsidy)
    line = a_line(classes_of(subsidy)[0])
    invoices.correct_invoice(invoice_id=invoice.pk, actor=first, content=an_invoice(), lines=[line], seen=1)

    with pytest.raises(Stale, match=f"Déjà traité par {first.name}"):
        invoices.correct_invoice(
            invoice_id=invoice.pk, actor=editor_of(subsidy), content=an_invoice(number="X"), lines=[line], seen=1
        )


def test_an_accepted_invoice_is_neither_corrected_nor_withdrawn(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy)
    line = a_line(classes_of(subsidy)[0])

    with pytest.raises(PermissionDenied, match="ne se modifie plus"):
        invoices.correct_invoice(invoice_id=invoice.pk, actor=editor_of(subsidy), content=an_invoice(), lines=[line])
    with pytest.raises(Refused, match="Retirer la facture"):
        invoices.withdraw_invoice(invoice_id=invoice.pk, actor=editor_of(subsidy), comment="Doublon.")

    assert Invoice.objects.get().state == "accepted"


def test_a_withdrawn_invoice_stays_with_its_copy_and_its_motive(subsidy):
    actor = editor_of(subsidy)
    invoice = enter(subsidy, actor, copy=draft_of(actor))

    invoices.withdraw_invoice(invoice_id=invoice.pk, actor=actor, comment="Saisie deux fois.")

    row = Invoice.objects.get()
    assert (row.state, row.piece, row.lines.count()) == ("withdrawn", invoice.piece, 1)
    assert not Invoice.objects.counted().exists()
    assert JournalLine.objects.get(act="withdraw_invoice").comment == "Saisie deux fois."


def test_a_deposited_statement_lets_no_invoice_go(subsidy):
    invoice = enter(subsidy, copy=draft_of(editor := editor_of(subsidy)), actor=editor)
    certify_and_deposit(subsidy)

    with pytest.raises(Refused, match="la DANE demande d’abord un complément"):
        invoices.withdraw_invoice(invoice_id=invoice.pk, actor=editor, comment="Changement d’avis.")

    assert Invoice.objects.get().state == "deposited"


@pytest.mark.parametrize("change", ["add", "correct", "withdraw", "aid"])
def test_any_change_undoes_the_certification_by_name_and_in_the_journal(subsidy, change):
    actor = editor_of(subsidy)
    invoice = enter(subsidy, actor, copy=draft_of(actor))
    sheet = ExpenseStatement.objects.get()
    statement.certify_statement(statement_id=sheet.pk, actor=signataire_of(subsidy, on=OCTOBER))
    assert ExpenseStatement.objects.get().is_certified

    if change == "add":
        enter(subsidy, actor, number="FA-2016-002")
    elif change == "correct":
        invoices.correct_invoice(
            invoice_id=invoice.pk, actor=actor, content=an_invoice(number="FA-9"), lines=[a_line(classes_of(subsidy)[0])]
        )
    elif change == "withdraw":
        invoices.withdraw_invoice(invoice_id=invoice.pk, actor=actor, comment="Doublon.")
    else:
        statement.declare_aid(statement_id=sheet.pk, actor=actor, amount=Decimal("100"), detail="Département")

    row = ExpenseStatement.objects.get()
    assert (row.certified_on, row.certified_name, row.document) == (None, "", None)
    last = JournalLine.objects.filter(subject_kind="subsidies.expensestatement").first()
    assert last.before["certified_name"] != ""
    assert last.actor == actor.user
    if change != "aid":
        assert last.label == "Retirer la certification de l’état récapitulatif"
        assert invoice.supplier_name in last.comment
