from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plannumerique.lib.dates import is_weekend, is_working_day
from projects.rules import Deadline, DueReminders, Reminder, due_reminders, reminders

OFFSETS = (-30, -15, -7, -1)
days = st.dates(min_value=date(2010, 1, 1), max_value=date(2040, 12, 31))


def deadline(on: date = date(2016, 10, 15), *, inclusive: bool = False, roll: bool = False) -> Deadline:
    return Deadline(code="justification", on=on, inclusive=inclusive, roll=roll)


def due(today: date, *settled: int, of: Deadline | None = None, since: date | None = None, offsets: tuple[int, ...] = OFFSETS):
    return due_reminders(today, deadline=of or deadline(), offsets=offsets, settled=settled, since=since)


@pytest.mark.parametrize(
    ("inclusive", "roll", "last_day"),
    [
        (False, False, date(2016, 10, 14)),
        (True, False, date(2016, 10, 15)),
        (False, True, date(2016, 10, 14)),
        (True, True, date(2016, 10, 17)),
    ],
)
def test_the_last_day_of_a_limit_that_is_a_saturday(inclusive: bool, roll: bool, last_day: date) -> None:
    limit = deadline(inclusive=inclusive, roll=roll)

    assert limit.last_day == last_day
    assert limit.is_met(last_day)
    assert not limit.is_met(last_day + timedelta(days=1))


@pytest.mark.parametrize(
    ("inclusive", "met"),
    [(False, {14: True, 15: False, 16: False}), (True, {14: True, 15: True, 16: False})],
    ids=["strict", "inclusive"],
)
def test_14_15_and_16_october(inclusive: bool, met: dict[int, bool]) -> None:
    assert {day: deadline(inclusive=inclusive).is_met(date(2016, 10, day)) for day in met} == met


def test_a_delay_that_ends_on_a_sunday_is_prolonged_to_monday() -> None:
    before_monday = deadline(date(2016, 10, 17), roll=True)

    assert before_monday.last_day == date(2016, 10, 17)
    assert before_monday.before_or_on == "au plus tard le 17\u00a0octobre 2016"


def test_a_delay_that_ends_on_a_public_holiday_is_prolonged() -> None:
    assert deadline(date(2016, 11, 11), inclusive=True, roll=True).last_day == date(2016, 11, 14)


@pytest.mark.parametrize(
    ("limit", "label"),
    [
        (deadline(), "au plus tard le vendredi 14\u00a0octobre 2016"),
        (
            deadline(inclusive=True),
            "au plus tard le samedi 15\u00a0octobre 2016 (dernier jour ouvré\u00a0: vendredi 14\u00a0octobre 2016)",
        ),
        (deadline(inclusive=True, roll=True), "au plus tard le lundi 17\u00a0octobre 2016"),
        (
            deadline(date(2016, 11, 12)),
            "au plus tard le vendredi 11\u00a0novembre 2016 (dernier jour ouvré\u00a0: jeudi 10\u00a0novembre 2016)",
        ),
    ],
)
def test_a_limit_is_written_with_its_day(limit: Deadline, label: str) -> None:
    assert limit.label == label


def test_a_promise_is_written_as_the_programme_does() -> None:
    assert deadline(date(2016, 12, 7)).before_or_on == "avant le 7\u00a0décembre 2016"
    assert deadline(date(2016, 12, 7), inclusive=True).before_or_on == "au plus tard le 7\u00a0décembre 2016"


@given(days, st.booleans(), st.booleans())
def test_the_last_day_is_the_last_one_that_is_met(on: date, inclusive: bool, roll: bool) -> None:
    limit = deadline(on, inclusive=inclusive, roll=roll)

    assert limit.is_met(limit.last_day)
    assert not limit.is_met(limit.last_day + timedelta(days=1))
    assert limit.last_working_day <= limit.last_day
    assert is_working_day(limit.last_working_day)
    assert limit.last_day >= on - timedelta(days=1)
    if roll:
        assert is_working_day(limit.last_day)


def test_reminders_of_15_october_leave_on_working_days() -> None:
    assert reminders(deadline(), offsets=[-1, -30, -7, -15, -7]) == (
        Reminder(-30, date(2016, 9, 15)),
        Reminder(-15, date(2016, 9, 30)),
        Reminder(-7, date(2016, 10, 7)),
        Reminder(-1, date(2016, 10, 14)),
    )


def test_a_reminder_that_falls_on_a_sunday_leaves_on_friday() -> None:
    assert reminders(deadline(), offsets=[-6]) == (Reminder(-6, date(2016, 10, 7)),)


@pytest.mark.parametrize(
    ("today", "settled", "expected"),
    [
        (date(2016, 9, 14), (), DueReminders(None, ())),
        (date(2016, 9, 15), (), DueReminders(-30, ())),
        (date(2016, 9, 15), (-30,), DueReminders(None, ())),
        (date(2016, 9, 16), (), DueReminders(-30, ())),
        (date(2016, 10, 6), (-30, -15), DueReminders(None, ())),
        (date(2016, 10, 7), (-30, -15), DueReminders(-7, ())),
        (date(2016, 10, 14), (-30, -15, -7), DueReminders(-1, ())),
        (date(2016, 10, 14), (-30, -15, -7, -1), DueReminders(None, ())),
    ],
)
def test_each_reminder_leaves_once_on_its_day(today: date, settled: tuple[int, ...], expected: DueReminders) -> None:
    assert due(today, *settled) == expected


def test_missed_nights_are_caught_up_with_one_mail() -> None:
    assert due(date(2016, 10, 14)) == DueReminders(-1, (-30, -15, -7))
    assert due(date(2016, 10, 10), -30) == DueReminders(-7, (-15,))


def test_what_a_later_reminder_has_overtaken_never_leaves() -> None:
    assert due(date(2016, 10, 14), -1) == DueReminders(None, (-30, -15, -7))
    assert due(date(2016, 10, 14), -30, -1) == DueReminders(None, (-15, -7))


@pytest.mark.parametrize("today", [date(2016, 10, 8), date(2016, 10, 9)])
def test_nothing_leaves_on_a_weekend(today: date) -> None:
    assert due(today) == DueReminders(None, ())
    assert due(date(2016, 10, 10)) == DueReminders(-7, (-30, -15))


def test_a_reminder_of_what_is_to_come_does_not_leave_afterwards() -> None:
    assert due(date(2016, 10, 17), -30, -15, -7) == DueReminders(None, (-1,))


def test_a_reminder_after_the_limit_is_still_caught_up() -> None:
    offsets = (-7, 0, 7)

    assert due(date(2016, 10, 21), -7, 0, offsets=offsets) == DueReminders(7, ())
    assert due(date(2016, 10, 26), offsets=offsets) == DueReminders(7, (-7, 0))
    assert due(date(2016, 10, 17), offsets=offsets) == DueReminders(None, (-7, 0))


def test_a_limit_that_concerns_someone_late_does_not_send_the_past() -> None:
    assert due(date(2016, 10, 10), since=date(2016, 10, 10)) == DueReminders(None, (-30, -15, -7))
    assert due(date(2016, 10, 14), -30, -15, -7, since=date(2016, 10, 10)) == DueReminders(-1, ())
    assert due(date(2016, 10, 7), -30, -15, since=date(2016, 10, 7)) == DueReminders(-7, ())


def test_a_campaign_without_offsets_reminds_nobody() -> None:
    assert due(date(2016, 10, 14), offsets=()) == DueReminders(None, ())


@given(
    days,
    st.lists(st.integers(-60, 30), max_size=6, unique=True),
    st.lists(st.integers(0, 120), min_size=1, max_size=30, unique=True),
)
def test_whatever_nights_are_run_each_offset_leaves_at_most_once_and_in_order(
    on: date, offsets: list[int], nights: list[int]
) -> None:
    limit = deadline(on)
    settled: set[int] = set()
    sent: list[int] = []
    for night in sorted(nights):
        today = on + timedelta(days=night - 70)
        for _ in range(2):
            found = due_reminders(today, deadline=limit, offsets=offsets, settled=settled)
            assert settled.isdisjoint(found.superseded)
            settled.update(found.superseded)
            if found.send is not None:
                assert not is_weekend(today)
                settled.add(found.send)
                sent.append(found.send)

    assert sent == sorted(set(sent))
    assert settled <= set(offsets)
