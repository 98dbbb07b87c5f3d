"""What a decision or an acompte made before the portal may not be: above its ceiling, before what it rests on."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from projects.rules import CapUnit, FundingTerms, RoundingMode, TaxBasis, Tier
from subsidies.rules import PastDecision, PastPayment, past_acompte_refusals, past_decision_refusals

TERMS = FundingTerms(
    cap_unit=CapUnit.PER_CLASS,
    expense_cap=Decimal("8000"),
    subsidy_floor=None,
    subsidy_cap=None,
    tiers=(Tier(up_to=None, rate=Decimal("0.50")),),
    max_units_per_school=3,
    resources_grant=Decimal("500"),
    acompte_rate=Decimal("0.50"),
    tax_basis=TaxBasis.TTC,
    rounding=RoundingMode.DOWN,
    cbr_threshold=Decimal("250000"),
    waiver_threshold=Decimal("30"),
)
NOTIFIED = date(2016, 7, 12)
DECISION = PastDecision(
    reference="DEC-2016-4",
    amount=Decimal("11000"),
    signed_on=date(2016, 7, 20),
    signatory="Dominique EXEMPLE",
    capacity="recteur",
    notified_on=date(2016, 7, 25),
    proof="accusé de réception",
)
ACOMPTE = PastPayment(amount=Decimal("5500"), on=date(2016, 8, 2), dp_number="1000000001")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, ""),
        ({"amount": Decimal("12000")}, ""),
        ({"amount": Decimal("12000.01")}, "12 000,01"),
        ({"signed_on": NOTIFIED}, ""),
        ({"signed_on": date(2016, 7, 11)}, "ne peut être signée avant"),
        ({"notified_on": DECISION.signed_on}, ""),
        ({"notified_on": date(2016, 7, 19)}, "ne peut être notifiée avant"),
    ],
)
def test_a_decision_stays_under_its_convention_and_after_it(changed: dict[str, object], sentence: str) -> None:
    found = list(past_decision_refusals(replace(DECISION, **changed), convention_maximum=Decimal("12000"), since=NOTIFIED))

    assert bool(found) is bool(sentence)
    assert sentence in " ".join(found).replace("\u00a0", " ").replace("\u202f", " ")


def test_without_the_notification_of_the_convention_the_order_is_not_asked() -> None:
    early = replace(DECISION, signed_on=date(2016, 1, 1))

    assert list(past_decision_refusals(early, convention_maximum=Decimal("12000"), since=None)) == []


@pytest.mark.parametrize(
    ("changed", "refusals"),
    [
        ({}, 0),
        ({"amount": Decimal("5499.99")}, 0),
        ({"amount": Decimal("5500.01")}, 1),
        ({"on": DECISION.notified_on}, 0),
        ({"on": date(2016, 7, 24)}, 1),
        ({"amount": Decimal("6000"), "on": date(2016, 7, 24)}, 2),
    ],
)
def test_an_acompte_stays_under_the_rate_of_the_decision_and_after_it(changed: dict[str, object], refusals: int) -> None:
    past = replace(ACOMPTE, **changed)

    found = list(past_acompte_refusals(past, decided=DECISION.amount, notified_on=DECISION.notified_on, terms=TERMS))

    assert len(found) == refusals
    assert (
        list(past_acompte_refusals(replace(ACOMPTE, on=date(2016, 1, 1)), decided=DECISION.amount, notified_on=None, terms=TERMS))
        == []
    )
