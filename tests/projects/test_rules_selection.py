"""A session proposes: the golden cases of the marks and of the envelope, to the cent and to the hundredth."""

import datetime as dt
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules.selection import HIGHEST_MARK, Candidate, ranked, score, within_envelope

DAY = dt.datetime(2016, 6, 1, 10, 0, tzinfo=dt.UTC)
WEIGHTS = {1: 3, 2: 1}


def candidate(key: int, mark: str | None = "3", *subsidies: str, minutes: int = 0) -> Candidate:
    amounts = tuple(D(one) for one in subsidies) or (D("4000"), D("8000"))
    return Candidate(key, DAY + dt.timedelta(minutes=minutes), amounts, None if mark is None else D(mark))


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ({}, None),
        ({1: []}, None),
        ({9: [5]}, None),
        ({1: [4]}, D("4.00")),
        ({1: [4], 2: [2]}, D("3.50")),
        ({1: [4, 5], 2: [2]}, D("3.88")),  # (4,5 × 3 + 2) / 4 = 3,875
        ({1: [0], 2: [0]}, D("0.00")),
        ({1: [5, 5, 4], 2: []}, D("4.67")),
    ],
)
def test_the_score_weighs_the_criteria_that_were_marked(marks: dict[int, list[int]], expected: D | None) -> None:
    assert score(marks, weights=WEIGHTS) == expected


def test_the_best_come_first_then_who_deposited_first_and_the_unmarked_last() -> None:
    candidates = [
        candidate(1, None),
        candidate(2, "3", minutes=9),
        candidate(3, "3", minutes=1),
        candidate(4, "4.5"),
        candidate(5, "0"),
    ]

    assert [one.key for one in ranked(candidates)] == [4, 3, 2, 5, 1]


def test_without_an_envelope_everybody_who_is_marked_is_served() -> None:
    assert within_envelope([candidate(1), candidate(2, None)], envelope=None) == {1: 2, 2: 0}


@pytest.mark.parametrize(
    ("envelope", "expected"),
    [
        ("16000", {1: 2, 2: 2, 3: 0}),
        ("15999.99", {1: 2, 2: 1, 3: 0}),
        ("12000", {1: 2, 2: 1, 3: 0}),
        ("11999.99", {1: 2, 2: 0, 3: 0}),
        ("4000", {1: 1, 2: 0, 3: 0}),
        ("3999.99", {1: 0, 2: 0, 3: 0}),
        ("0", {1: 0, 2: 0, 3: 0}),
    ],
)
def test_the_order_is_never_jumped_and_the_last_one_served_may_be_served_in_part(envelope: str, expected: dict[int, int]) -> None:
    # The third, small enough to fit in what the second leaves, waits all the same.
    candidates = [candidate(1, "5"), candidate(2, "4"), candidate(3, "3", "100")]

    assert within_envelope(candidates, envelope=D(envelope)) == expected


def test_a_class_that_would_receive_nothing_is_not_proposed() -> None:
    assert within_envelope([candidate(1, "5", "0")], envelope=D("100")) == {1: 0}
    assert candidate(1, "5", "0").asked == 0
    assert Candidate(1, DAY, ()).asked == 0


amounts = st.lists(st.decimals(min_value=D("0.01"), max_value=D("4000"), places=2), min_size=1, max_size=3)


@given(st.lists(st.tuples(st.none() | st.integers(0, HIGHEST_MARK), amounts), max_size=12), st.decimals(0, 40000, places=2))
def test_the_envelope_is_never_exceeded(drawn: list[tuple[int | None, list[D]]], envelope: D) -> None:
    candidates = {}
    for key, (mark, classes) in enumerate(drawn):
        cumulated = tuple(sum(classes[: rank + 1], D(0)) for rank in range(len(classes)))
        candidates[key] = Candidate(key, DAY, cumulated, None if mark is None else D(mark))

    proposed = within_envelope(candidates.values(), envelope=envelope)

    assert set(proposed) == set(candidates)
    assert sum((candidates[key].subsidies[count - 1] for key, count in proposed.items() if count), D(0)) <= envelope
    # Whoever follows somebody that was not served whole receives nothing.
    order = [one for one in ranked(candidates.values()) if one.score is not None]
    unserved = next((rank for rank, one in enumerate(order) if proposed[one.key] < len(one.subsidies)), len(order))
    assert all(proposed[one.key] == 0 for one in order[unserved + 1 :])
