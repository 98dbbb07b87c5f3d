"""Invoices checked one by one."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from plannumerique.journal.machine import Refused
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from subsidies.models import Invoice
from subsidies.services import invoices, statement
from tests.factories_projects import CampaignFactory, PieceFactory
from tests.factories_statement import InvoiceFactory, StatementFactory, classes_of, ready_for_service_fait, signataire_of
from tests.factories_subsidies import EquipmentSubsidyFactory, PurchaseOrderFactory, actor_of
from tests.subsidies.entering import OCTOBER, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def subsidy():
    return EquipmentSubsidyFactory(acompte_paid=True)


def test_an_invoice_is_accepted_with_its_copy(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True)
    agent = actor_of(subsidy, Role.AGENT_DANE, on=OCTOBER)

    invoices.accept_invoice(invoice_id=invoice.pk, actor=agent)

    row = Invoice.objects.select_related("piece").get()
    assert (row.state, row.checked_by, row.piece.state) == ("accepted", agent.user, "accepted")


def test_a_rejection_keeps_its_motive_on_the_invoice_and_on_the_copy_and_tells_the_collectivite(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True)

    invoices.reject_invoice(invoice_id=invoice.pk, actor=actor_of(subsidy, Role.DAN, on=OCTOBER), comment=" Travaux de câblage. ")

    row = Invoice.objects.select_related("piece").get()
    assert (row.state, row.motive) == ("rejected", "Travaux de câblage.")
    assert (row.piece.state, row.piece.motive) == ("rejected", "Travaux de câblage.")
    mail = OutboxMail.objects.get(kind="invoice_rejected")
    assert mail.to == [subsidy.thread.collectivite.email]
    assert "Travaux de câblage." in mail.text


def test_an_accepted_invoice_can_be_rejected_or_checked_again_until_the_service_fait(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy)
    agent = actor_of(subsidy, Role.AGENT_DANE, on=OCTOBER)

    invoices.reopen_invoice(invoice_id=invoice.pk, actor=agent, comment="À revoir.")
    assert Invoice.objects.select_related("piece").get().piece.state == "deposited"
    invoices.accept_invoice(invoice_id=invoice.pk, actor=agent)
    invoices.reject_invoice(invoice_id=invoice.pk, actor=agent, comment="Finalement non.")

    row = Invoice.objects.select_related("piece").get()
    assert (row.state, row.piece.state) == ("rejected", "rejected")


def test_after_the_service_fait_an_invoice_stays_as_it_was_certified():
    subsidy = EquipmentSubsidyFactory(service_fait=True)
    invoice = InvoiceFactory(subsidy=subsidy)
    agent = actor_of(subsidy, Role.AGENT_DANE, on=OCTOBER)

    for act in (invoices.reject_invoice, invoices.reopen_invoice):
        with pytest.raises(Refused, match="le DAN annule d’abord sa constatation"):
            act(invoice_id=invoice.pk, actor=agent, comment="À revoir.")

    assert Invoice.objects.get().state == "accepted"


def test_whoever_brought_the_copy_does_not_check_it(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True)
    agent = actor_of(subsidy, Role.AGENT_DANE, on=OCTOBER)
    own = InvoiceFactory(
        subsidy=subsidy, waiting=True, piece=_piece_of(subsidy, agent.user), expenses={classes_of(subsidy)[0]: "120"}
    )

    with pytest.raises(PermissionDenied, match="Qui a déposé une facture ne la vérifie pas"):
        invoices.accept_invoice(invoice_id=own.pk, actor=agent)
    invoices.accept_invoice(invoice_id=invoice.pk, actor=agent)

    assert Invoice.objects.get(pk=own.pk).state == "deposited"


def _piece_of(subsidy, user):
    return PieceFactory(subject=subsidy, kind="invoice", waiting=True, deposited_by=user, label="Facture")


def test_an_invoice_without_its_copy_is_not_accepted(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, without_copy=True)

    with pytest.raises(Refused, match="n’est pas déposée"):
        invoices.accept_invoice(invoice_id=invoice.pk, actor=actor_of(subsidy, Role.DAN, on=OCTOBER))


def test_an_invoice_older_than_the_eligibility_needs_an_order_that_was_let_through(subsidy):
    """AAP 2016 takes expenses from 17 June 2016: the day itself is good, the day before is not."""
    dan = actor_of(subsidy, Role.DAN, on=OCTOBER)
    on_the_day = InvoiceFactory(subsidy=subsidy, waiting=True, invoiced_on=dt.date(2016, 6, 17))
    invoices.accept_invoice(invoice_id=on_the_day.pk, actor=dan)
    early = InvoiceFactory(
        subsidy=subsidy, waiting=True, invoiced_on=dt.date(2016, 6, 16), expenses={classes_of(subsidy)[0]: "120"}
    )
    with pytest.raises(Refused, match="début d’éligibilité"):
        invoices.accept_invoice(invoice_id=early.pk, actor=dan)

    PurchaseOrderFactory(subsidy=subsidy, accepted=True, early=True, early_derogation="Dossier complet tardif.")
    invoices.accept_invoice(invoice_id=early.pk, actor=dan)

    assert Invoice.objects.get(pk=early.pk).state == "accepted"


def test_a_campaign_that_wants_mandats_says_which_one_is_missing():
    campaign = CampaignFactory(code="AAP-2016-MANDAT", mandat_required=True)
    subsidy = EquipmentSubsidyFactory(acompte_paid=True, convention__dossier__campaign=campaign)
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True, number="FA-7")
    sheet = StatementFactory(subsidy=subsidy)
    sentence = "Le numéro de mandat de la facture FA-7 manque"

    with pytest.raises(Refused, match=sentence):
        invoices.accept_invoice(invoice_id=invoice.pk, actor=actor_of(subsidy, Role.DAN, on=OCTOBER))
    with pytest.raises(Refused, match=sentence):
        statement.certify_statement(statement_id=sheet.pk, actor=signataire_of(subsidy))


def test_the_totals_kept_on_an_invoice_are_those_of_its_lines():
    """What spans rows is held by totals kept in the same passage: recomputed here."""
    subsidy = ready_for_service_fait()
    enter_again = EquipmentSubsidyFactory(acompte_paid=True)
    enter(enter_again)
    for invoice in Invoice.objects.with_sums():
        assert (invoice.lines_ht, invoice.lines_ttc) == (invoice.amount_ht, invoice.amount_ttc)
        assert invoice.line_count == invoice.lines.count()
    assert Invoice.objects.filter(subsidy=subsidy).get().line_count == 3
