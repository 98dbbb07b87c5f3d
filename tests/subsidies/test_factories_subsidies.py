"""Every situation that the factories describe is one that the database accepts, with the payments that its total says."""

import pytest

from subsidies.enums import PaymentState, PieceState, ResourcesState, SubsidyState
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, PurchaseOrderFactory, ResourcesSubsidyFactory

pytestmark = pytest.mark.django_db

EQUIPMENT_TRAITS = {
    SubsidyState.CREATED: {},
    SubsidyState.DECISION_PREPARED: {"prepared": True},
    SubsidyState.DECISION_SIGNED: {"signed": True},
    **{state: {state.value: True} for state in list(SubsidyState)[3:]},
}


@pytest.mark.parametrize("state", list(SubsidyState))
def test_a_subsidy_in_each_state_keeps_its_constraints_and_its_total(state):
    subsidy = EquipmentSubsidyFactory(**EQUIPMENT_TRAITS[state])

    assert subsidy.state == state
    subsidy.validate_constraints()
    assert subsidy.paid_total == sum(one.amount for one in subsidy.payments.paid())


@pytest.mark.parametrize("state", list(ResourcesState))
def test_a_grant_in_each_state_keeps_its_constraints_and_its_total(state):
    grant = ResourcesSubsidyFactory(**({} if state == ResourcesState.CREATED else {state.value: True}))

    assert grant.state == state
    grant.validate_constraints()
    assert grant.paid_total == sum(one.amount for one in grant.payments.paid())


@pytest.mark.parametrize("state", list(PaymentState))
def test_a_payment_in_each_state_keeps_its_constraints(state):
    trait = {} if state == PaymentState.PREPARED else {state.value: True}
    payment = PaymentFactory(equipment=EquipmentSubsidyFactory(acompte_requested=True), **trait)

    assert payment.state == state
    payment.validate_constraints()


@pytest.mark.parametrize("state", list(PieceState))
def test_an_order_in_each_state_is_shared_out_to_the_cent(state):
    trait = {} if state == PieceState.DEPOSITED else {state.value: True}
    order = PurchaseOrderFactory(subsidy__convention__costs=[["6333.33", "6333.33"], ["6333.34"]], **trait)

    assert order.state == state
    assert sum(one.amount_ttc for one in order.allocations.all()) == order.amount_ttc
