"""The machines of orders, decisions, payments, grants and accounts, walked: every state, every move, every role."""

import datetime as dt
from decimal import Decimal

import pgtrigger
import pytest

from plannumerique.journal.machine import moves_of
from plannumerique.journal.passages import passage
from plannumerique.organisations.enums import Level
from plannumerique.organisations.models import Departement
from subsidies import permissions
from subsidies.enums import AccountChangeState, PaymentKind, PaymentState, PieceState, ResourcesState, SubsidyState
from subsidies.models import AccountChange, EquipmentSubsidy, Payment, PurchaseOrder, ResourcesSubsidy
from subsidies.rules.past import PastDecision, PastServiceFait, past_definitive
from subsidies.services import account, acompte, decision, orders, payments, resources, taking_over
from tests.factories import CirconscriptionFactory
from tests.factories_projects import PieceFactory
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, PurchaseOrderFactory, ResourcesSubsidyFactory, iban
from tests.papers import at
from tests.walk import Machine, walk

ON = dt.date(2017, 3, 2)
EQUIPMENT = {
    SubsidyState.CREATED: {},
    SubsidyState.DECISION_PREPARED: {"prepared": True},
    SubsidyState.DECISION_SIGNED: {"signed": True},
    **{state: {state.value: True} for state in list(SubsidyState)[3:]},
}


def where(row, level):
    thread = row.thread
    departement = Departement.objects.get(collectivites=thread.collectivite)
    return {
        Level.ACADEMIE: lambda: thread.academie,
        Level.DEPARTEMENT: lambda: departement,
        Level.CIRCONSCRIPTION: lambda: CirconscriptionFactory(departement=departement),
        Level.COLLECTIVITE: lambda: thread.collectivite,
        Level.SCHOOL: lambda: getattr(row, "payee", None) or thread.schools.first(),
    }[level]()


def acting(service, key, **fields):
    return lambda row, who: service(**{key: row.pk}, actor=who, **fields)


# --- The subsidy ---

PAST_DECISION = PastDecision(
    reference="DEC-PAPIER-3",
    amount=Decimal("11000"),
    signed_on=ON,
    signatory="Alix EXEMPLE",
    capacity="Rectrice",
    notified_on=ON,
    proof="LRAR d’exemple",
)


def taking_over_the_acompte(row, who):
    """The move alone: its service enters the payment too, and again after a rejection (tests/portal/taking_over)."""
    with passage(EquipmentSubsidy, row.pk, actor=who, may=permissions.can_take_over_money, taken_over=True) as subsidy:
        subsidy.take_over_acompte()


def taking_over_the_service_fait(row, who):
    """The move alone, of classes that have justified nothing: their own moves have their machine."""
    past = PastServiceFait(
        reference="SF-1",
        signatory="Camille EXEMPLE, DAN",
        complete_on=ON,
        on=ON,
        expenses=(),
        justified=Decimal("0"),
        definitive=Decimal("0"),
    )
    with passage(EquipmentSubsidy, row.pk, actor=who, may=permissions.can_take_over_service_fait, taken_over=True) as subsidy:
        decided, terms = subsidy.decided_amount or Decimal("0"), subsidy.convention.terms.as_rule()
        definitive = past_definitive(past, decided=decided, convention_maximum=subsidy.convention_max, terms=terms)
        subsidy.take_over_service_fait(past=past, definitive=definitive, acompte_on=None, entered_on=ON)


def taking_over_the_solde(row, who):
    with passage(EquipmentSubsidy, row.pk, actor=who, may=permissions.can_take_over_money, taken_over=True) as subsidy:
        subsidy.take_over_solde()


SUBSIDIES = Machine(
    model=EquipmentSubsidy,
    permissions=permissions.EQUIPMENT_MOVES,
    build=lambda state: EquipmentSubsidyFactory(**EQUIPMENT[SubsidyState(state)]),
    where=where,
    at=at(ON),
    call={
        "take_over_decision": acting(taking_over.take_over_decision, "subsidy_id", past=PAST_DECISION),
        "prepare_decision": acting(decision.prepare_decision, "subsidy_id", amount=Decimal("11000"), comment="motif"),
        "sign_decision": acting(decision.sign_decision, "subsidy_id", on=ON, signatory="Alix EXEMPLE", capacity="Rectrice"),
        "notify_decision": acting(decision.notify_decision, "subsidy_id", on=ON, proof="LRAR d’exemple"),
        "withdraw_decision": acting(decision.withdraw_decision, "subsidy_id", comment="motif"),
        "replace_decision": acting(decision.replace_decision, "subsidy_id", comment="motif"),
        "cancel_subsidy": acting(decision.cancel_subsidy, "subsidy_id", comment="motif"),
        "request_acompte": acting(acompte.request_acompte, "subsidy_id"),
        "reject_acompte_request": acting(acompte.reject_acompte_request, "subsidy_id", comment="motif"),
    },
)


TAKEN_OVER = Machine(
    model=EquipmentSubsidy,
    permissions=permissions.EQUIPMENT_MOVES,
    build=lambda state: EquipmentSubsidyFactory(**EQUIPMENT[SubsidyState(state)], decision_taken_over_on=ON),
    where=where,
    at=at(ON),
    call={"take_over_acompte": taking_over_the_acompte, "take_over_service_fait": taking_over_the_service_fait},
)


def certified_on_paper(state):
    row = EquipmentSubsidyFactory(**EQUIPMENT[SubsidyState(state)], decision_taken_over_on=ON)
    if row.service_fait_on is None:
        return row
    paper = {"service_fait_reference": "SF-1", "service_fait_signatory": "Camille EXEMPLE, DAN"}
    with pgtrigger.ignore():
        EquipmentSubsidy.objects.filter(pk=row.pk).update(service_fait_taken_over_on=row.service_fait_on, **paper)
    return EquipmentSubsidy.objects.get(pk=row.pk)


CERTIFIED_ON_PAPER = Machine(
    model=EquipmentSubsidy,
    permissions=permissions.EQUIPMENT_MOVES,
    build=certified_on_paper,
    where=where,
    at=at(ON),
    call={"take_over_solde": taking_over_the_solde},
)


@pytest.mark.django_db
@pytest.mark.parametrize("state", CERTIFIED_ON_PAPER.states)
def test_a_subsidy_certified_on_paper_moves_as_its_table_says(state):
    walk(CERTIFIED_ON_PAPER, state)


@pytest.mark.django_db
@pytest.mark.parametrize("state", TAKEN_OVER.states)
def test_a_subsidy_taken_over_moves_as_its_table_says(state):
    walk(TAKEN_OVER, state)


def test_every_move_of_a_subsidy_has_its_permission():
    assert {one.name for one in moves_of(EquipmentSubsidy)} == set(permissions.EQUIPMENT_MOVES)


@pytest.mark.django_db
@pytest.mark.parametrize("state", SUBSIDIES.states)
def test_a_subsidy_moves_as_its_table_says(state):
    walk(SUBSIDIES, state)


# --- Orders ---

ORDERS = Machine(
    model=PurchaseOrder,
    permissions=permissions.PURCHASE_ORDER_MOVES,
    build=lambda state: PurchaseOrderFactory(**({} if state == PieceState.DEPOSITED else {str(state): True})),
    where=where,
    at=at(ON),
    call={
        "accept_order": acting(orders.accept_order, "order_id"),
        "reject_order": acting(orders.reject_order, "order_id", comment="motif"),
        "reopen_order": acting(orders.reopen_order, "order_id", comment="motif"),
    },
)


def test_every_move_of_an_order_has_its_permission():
    assert {one.name for one in moves_of(PurchaseOrder)} == set(permissions.PURCHASE_ORDER_MOVES)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ORDERS.states)
def test_an_order_moves_as_its_table_says(state):
    walk(ORDERS, state)


# --- Payments, of the three kinds ---


def a_payment(kind, state):
    if state == PaymentState.PAID:
        paid = {"acompte": "acompte_paid", "solde": "solde_paid"}
        row = ResourcesSubsidyFactory(paid=True) if kind == "resources" else EquipmentSubsidyFactory(**{paid[kind]: True})
        return row.payments.get(kind=kind)
    trait = {} if state == PaymentState.PREPARED else {str(state): True}
    if kind == PaymentKind.RESOURCES:
        return PaymentFactory(resources=ResourcesSubsidyFactory(notified=True), **trait)
    awaiting = {"acompte": "acompte_requested", "solde": "solde_liquidated"}
    return PaymentFactory(equipment=EquipmentSubsidyFactory(**{awaiting[kind]: True}), kind=kind, **trait)


def payments_of(kind):
    return Machine(
        model=Payment,
        permissions=permissions.PAYMENT_MOVES,
        build=lambda state: a_payment(kind, state),
        where=where,
        at=at(ON),
        call={
            "validate_payment": acting(payments.validate_payment, "payment_id"),
            "record_payment": lambda row, who: payments.record_payment(
                payment_id=row.pk, actor=who, dp_number=f"1{row.pk:09}", on=ON
            ),
            "reject_payment": acting(payments.reject_payment, "payment_id", comment="motif"),
            "bounce_payment": acting(payments.bounce_payment, "payment_id", comment="motif"),
        },
    )


PAYMENTS = {kind: payments_of(kind.value) for kind in (PaymentKind.ACOMPTE, PaymentKind.RESOURCES)}


def past_payments_of(kind):
    def build(state):
        row = a_payment(kind, state)
        paid = (
            {} if state == PaymentState.REJECTED else {"dp_number": row.dp_number or "1000000077", "paid_on": row.paid_on or ON}
        )
        with pgtrigger.ignore():
            Payment.objects.filter(pk=row.pk).update(taken_over_on=ON, **paid)
        return Payment.objects.get(pk=row.pk)

    return Machine(
        model=Payment,
        permissions=permissions.PAYMENT_MOVES,
        build=build,
        where=where,
        at=at(ON),
        call={
            "confirm_past_payment": acting(taking_over.confirm_past_payment, "payment_id"),
            "reject_payment": acting(payments.reject_payment, "payment_id", comment="motif"),
        },
    )


PAST_ACOMPTES = past_payments_of(PaymentKind.ACOMPTE.value)


@pytest.mark.django_db
@pytest.mark.parametrize("state", PAST_ACOMPTES.states)
def test_a_past_payment_moves_as_its_table_says(state):
    walk(PAST_ACOMPTES, state)


def test_every_move_of_a_payment_has_its_permission():
    assert {one.name for one in moves_of(Payment)} == set(permissions.PAYMENT_MOVES)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(PAYMENTS))
@pytest.mark.parametrize("state", PAYMENTS[PaymentKind.ACOMPTE].states)
def test_a_payment_moves_as_its_table_says(kind, state):
    walk(PAYMENTS[kind], state)


# --- Grants ---


GRANTS = Machine(
    model=ResourcesSubsidy,
    permissions=permissions.RESOURCES_MOVES,
    build=lambda state: ResourcesSubsidyFactory(**({} if state == ResourcesState.CREATED else {str(state): True})),
    where=where,
    at=at(ON),
    call={
        "notify_grant": acting(resources.notify_grant, "grant_id", on=ON),
        "cancel_grant": acting(resources.cancel_grant, "grant_id", comment="motif"),
    },
)


def test_every_move_of_a_grant_has_its_permission():
    assert {one.name for one in moves_of(ResourcesSubsidy)} == set(permissions.RESOURCES_MOVES)


@pytest.mark.django_db
@pytest.mark.parametrize("state", GRANTS.states)
def test_a_grant_moves_as_its_table_says(state):
    walk(GRANTS, state)


# --- Accounts ---


def a_change(state):
    subsidy = EquipmentSubsidyFactory(notified=True)
    decided = {} if state == AccountChangeState.PROPOSED else {"decided_on": ON}
    change = AccountChange(
        thread=subsidy.thread,
        subsidy=subsidy,
        state=state,
        iban=iban(4242),
        holder="Trésorerie d’exemple",
        piece=PieceFactory(subject=subsidy, kind="new_rib"),
        proposed_on=ON,
        version=1,
        **decided,
    )
    change.save()
    return change


CHANGES = Machine(
    model=AccountChange,
    permissions=permissions.ACCOUNT_CHANGE_MOVES,
    build=a_change,
    where=where,
    at=at(ON),
    call={
        "confirm_account": acting(account.confirm_account, "change_id"),
        "refuse_account": acting(account.refuse_account, "change_id", comment="motif"),
    },
)


def test_every_move_of_a_change_of_account_has_its_permission():
    assert {one.name for one in moves_of(AccountChange)} == set(permissions.ACCOUNT_CHANGE_MOVES)


@pytest.mark.django_db
@pytest.mark.parametrize("state", CHANGES.states)
def test_a_change_of_account_moves_as_its_table_says(state):
    walk(CHANGES, state)
