"""The machines of the second half, walked: an invoice, and the subsidy from the statement to its closing."""

import datetime as dt
from decimal import Decimal

import pytest

from plannumerique.journal.machine import moves_of
from plannumerique.organisations.enums import Level
from subsidies.models import EquipmentSubsidy, Invoice
from subsidies.permissions import INVOICE_MOVES, STATEMENT_EQUIPMENT_MOVES
from subsidies.services import invoices, service_fait, solde, statement
from tests.factories import CirconscriptionFactory
from tests.factories_statement import InvoiceFactory, StatementFactory, classes_of, receive
from tests.factories_subsidies import EquipmentSubsidyFactory
from tests.papers import at
from tests.walk import Machine, walk

pytestmark = pytest.mark.django_db
AT = at(dt.date(2016, 11, 14))
MOTIVE = "Motif d’exemple."
TRAITS = {"created": {}, "decision_prepared": {"prepared": True}, "decision_signed": {"signed": True}}
CERTIFIED = ("service_fait", "solde_liquidated", "solde_paid", "closed", "overpaid")


def where(row, level: Level):
    school = row.thread.schools.first()
    if level is Level.CIRCONSCRIPTION and school.circonscription is None:
        school.circonscription = CirconscriptionFactory(departement=school.departement)
        school.save()
    return {
        Level.ACADEMIE: row.thread.academie,
        Level.DEPARTEMENT: school.departement,
        Level.CIRCONSCRIPTION: school.circonscription,
        Level.COLLECTIVITE: row.thread.collectivite,
        Level.SCHOOL: school,
    }[level]


# --- The invoice ---


def an_invoice_in(state):
    subsidy = EquipmentSubsidyFactory(to_complete=True)
    StatementFactory(subsidy=subsidy)
    traits = {"deposited": {"waiting": True}, "accepted": {}}.get(state, {state: True})
    return InvoiceFactory(subsidy=subsidy, **traits)


def on_invoice(service, **fields):
    return lambda row, who: service(invoice_id=row.pk, actor=who, **fields)


INVOICE = Machine(
    model=Invoice,
    permissions=INVOICE_MOVES,
    build=an_invoice_in,
    where=where,
    at=AT,
    call={
        "accept_invoice": on_invoice(invoices.accept_invoice),
        "reject_invoice": on_invoice(invoices.reject_invoice, comment=MOTIVE),
        "reopen_invoice": on_invoice(invoices.reopen_invoice, comment=MOTIVE),
        "withdraw_invoice": on_invoice(invoices.withdraw_invoice, comment=MOTIVE),
    },
)


@pytest.mark.parametrize("state", INVOICE.states)
def test_an_invoice_moves_exactly_when_the_table_says_so(state):
    walk(INVOICE, state)


def test_the_walk_forgets_no_move_of_an_invoice():
    assert set(INVOICE.call) == {one.name for one in moves_of(Invoice)} == set(INVOICE_MOVES)


# --- The subsidy ---


def a_subsidy_in(state, **traits):
    """Nothing in the way: certified statement, accepted invoice, received class, certified one where it must be.

    One class of 8 000 €: decision 4 000 €, acompte 2 000 €.
    """
    if state == "overpaid":
        traits["definitive_amount"] = Decimal("1500")
    subsidy = EquipmentSubsidyFactory(**{**TRAITS.get(state, {state: True}), "convention__costs": [["8000"]], **traits})
    StatementFactory(subsidy=subsidy, certified=True)
    InvoiceFactory(subsidy=subsidy)
    receive(*classes_of(subsidy))
    if state in CERTIFIED:
        subsidy.convention.mobile_classes.update(certified_on=subsidy.service_fait_on)
    return subsidy


def exactly_paid_in(state):
    return a_subsidy_in(state, **({"definitive_amount": Decimal("2000")} if state == "service_fait" else {}))


def overpaid_in(state):
    return a_subsidy_in(state, **({"definitive_amount": Decimal("1500")} if state == "service_fait" else {}))


def on_subsidy(service, **fields):
    return lambda row, who: service(subsidy_id=row.pk, actor=who, **fields)


def a_machine(build, **call):
    return Machine(model=EquipmentSubsidy, permissions=STATEMENT_EQUIPMENT_MOVES, build=build, where=where, at=AT, call=call)


NOMINAL = a_machine(
    a_subsidy_in,
    deposit_statement=on_subsidy(statement.deposit_statement),
    request_statement_completion=on_subsidy(statement.request_statement_completion, comment=MOTIVE),
    certify_service_fait=on_subsidy(service_fait.certify_service_fait),
    revoke_service_fait=on_subsidy(service_fait.revoke_service_fait, comment=MOTIVE),
    liquidate_solde=on_subsidy(solde.liquidate_solde),
    cancel_liquidation=on_subsidy(solde.cancel_liquidation, comment=MOTIVE),
    close=on_subsidy(solde.close),
)
EXACT = a_machine(exactly_paid_in, settle_without_solde=on_subsidy(solde.settle_without_solde))
OVERPAID = a_machine(overpaid_in, declare_overpaid=on_subsidy(solde.declare_overpaid))


@pytest.mark.parametrize("state", NOMINAL.states)
def test_a_subsidy_moves_exactly_when_the_table_says_so(state):
    walk(NOMINAL, state)


@pytest.mark.parametrize("state", EXACT.states)
def test_a_subsidy_paid_exactly_settles_when_the_table_says_so(state):
    walk(EXACT, state)


@pytest.mark.parametrize("state", OVERPAID.states)
def test_a_subsidy_overpaid_is_declared_so_when_the_table_says_so(state):
    walk(OVERPAID, state)


def test_the_walks_forget_no_move_of_the_second_half():
    assert {*NOMINAL.call, *EXACT.call, *OVERPAID.call} == set(STATEMENT_EQUIPMENT_MOVES)
