"""What a decision or an acompte made before the portal may not be: above its ceiling, before what it rests on."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from projects.rules import CapUnit, ClassExpense, FundingTerms, RoundingMode, TaxBasis, Tier
from subsidies.rules.past import (
    PastDecision,
    PastGrant,
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
    assert sentence in " ".join(one.sentence for one in found).replace("\u00a0", " ").replace("\u202f", " ")


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


# --- Service fait, solde, closing: golden cases A, B, J ---


def constated(*spent: str, justified: str, definitive: str) -> PastServiceFait:
    return PastServiceFait(
        reference="SF-1",
        signatory="Camille EXEMPLE, DAN",
        complete_on=date(2016, 10, 1),
        on=date(2016, 10, 11),
        expenses=tuple(ClassExpense("0250018J", number, Decimal(one)) for number, one in enumerate(spent, start=1)),
        justified=Decimal(justified),
        definitive=Decimal(definitive),
    )


def refusals_of(past: PastServiceFait, *, decided: str = "12000", acompte_on: date | None = date(2016, 8, 2)) -> list[str]:
    definitive = past_definitive(past, decided=Decimal(decided), convention_maximum=Decimal("12000"), terms=TERMS)
    found = past_service_fait_refusals(past, definitive=definitive, notified_on=date(2016, 7, 25), acompte_on=acompte_on)
    return [one.field for one in found]


A = constated("7900.50", "8000", "9100", justified="25000.50", definitive="11950.25")


@pytest.mark.parametrize(
    ("past", "decided", "fields"),
    [
        (A, "12000", []),
        (A, "11000", ["definitive"]),
        (replace(A, definitive=Decimal("11000")), "11000", []),
        (replace(A, definitive=Decimal("11950.26")), "12000", ["definitive"]),
        (replace(A, justified=Decimal("25000.51")), "12000", ["justified"]),
        (constated("5000", "5000", "0", justified="10000", definitive="5000"), "12000", []),
        (constated("0", "0", "0", justified="0", definitive="0"), "12000", []),
        (replace(A, complete_on=date(2016, 7, 25)), "12000", []),
        (replace(A, complete_on=date(2016, 7, 24)), "12000", ["complete_on"]),
        (replace(A, complete_on=A.on), "12000", []),
        (replace(A, complete_on=date(2016, 10, 12)), "12000", ["on"]),
    ],
)
def test_a_service_fait_is_what_its_classes_and_its_ceilings_make(past: PastServiceFait, decided: str, fields: list[str]) -> None:
    assert refusals_of(past, decided=decided) == fields


def test_what_is_paid_after_the_service_fait_is_no_acompte() -> None:
    assert refusals_of(A, acompte_on=A.on) == []
    assert refusals_of(A, acompte_on=date(2016, 10, 12)) == ["on"]
    assert refusals_of(A, acompte_on=None) == []


SOLDE = PastPayment(amount=Decimal("5950.25"), on=date(2016, 11, 8), dp_number="1000000002")


@pytest.mark.parametrize(
    ("past", "paid", "fields"),
    [
        (SOLDE, "6000", []),
        (replace(SOLDE, amount=Decimal("11950.25")), "0", []),
        (replace(SOLDE, amount=Decimal("5950.26")), "6000", ["amount"]),
        (replace(SOLDE, amount=Decimal("5950.24")), "6000", ["amount"]),
        (replace(SOLDE, on=A.on), "6000", []),
        (replace(SOLDE, on=date(2016, 10, 10)), "6000", ["on"]),
        (None, "6000", ["amount"]),
        (None, "11950.25", []),
        (SOLDE, "11950.25", ["amount"]),
        (None, "12000", ["amount"]),
    ],
)
def test_a_solde_is_exactly_what_was_left_to_pay(past: PastPayment | None, paid: str, fields: list[str]) -> None:
    found = past_solde_refusals(past, definitive=A.definitive, paid=Decimal(paid), since=A.on)

    assert [one.field for one in found] == fields


def test_an_overpaid_dossier_was_paid_more_than_its_due() -> None:
    assert list(past_overpaid_refusals(definitive=Decimal("5000"), paid=Decimal("6000"))) == []
    assert list(past_overpaid_refusals(definitive=Decimal("6000"), paid=Decimal("6000")))


def test_a_class_is_received_between_its_convention_and_its_service_fait() -> None:
    for day, refusals in ((NOTIFIED, 0), (date(2016, 7, 11), 1), (A.on, 0), (date(2016, 10, 12), 1)):
        assert len(list(past_reception_refusals(day, convention_notified_on=NOTIFIED, constated_on=A.on))) == refusals
    assert list(past_reception_refusals(date(2016, 1, 1), convention_notified_on=None, constated_on=A.on)) == []


def test_a_subsidy_is_closed_after_its_last_act() -> None:
    assert list(past_closing_refusals(SOLDE.on, since=SOLDE.on)) == []
    assert list(past_closing_refusals(date(2016, 11, 7), since=SOLDE.on))
    assert list(past_closing_refusals(date(2016, 11, 7), since=None)) == []


GRANT = PastGrant(
    reference="RESS-1",
    notified_on=date(2016, 7, 20),
    ej_number="2100000043",
    payment=PastPayment(amount=Decimal("500"), on=date(2016, 9, 2), dp_number="1000000003"),
)


@pytest.mark.parametrize(
    ("past", "fields"),
    [
        (GRANT, []),
        (replace(GRANT, payment=None), []),
        (replace(GRANT, notified_on=NOTIFIED), []),
        (replace(GRANT, notified_on=date(2016, 7, 11)), ["notified_on"]),
        (replace(GRANT, payment=replace(SOLDE, amount=Decimal("499.99"))), ["amount"]),
        (replace(GRANT, payment=replace(SOLDE, amount=Decimal("500"), on=date(2016, 7, 19))), ["on"]),
    ],
)
def test_a_grant_is_paid_whole_after_its_notification(past: PastGrant, fields: list[str]) -> None:
    found = past_grant_refusals(past, grant=Decimal("500"), since=NOTIFIED)

    assert [one.field for one in found] == fields
