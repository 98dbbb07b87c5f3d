from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plannumerique.lib.dates import (
    add_months,
    clock_time,
    days_left,
    friday_before_if_weekend,
    is_public_holiday,
    is_weekend,
    is_working_day,
    long_date,
    next_working_day,
    plain_date,
    previous_working_day,
    public_holidays,
    short_date,
)

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 12, 31))


def test_dates_are_written_in_french() -> None:
    assert long_date(date(2016, 10, 14)) == "vendredi 14\u00a0octobre 2016"
    assert long_date(date(2017, 3, 1)) == "mercredi 1er\u00a0mars 2017"
    assert plain_date(date(2017, 3, 1)) == "1er\u00a0mars 2017"
    assert plain_date(date(2016, 8, 31)) == "31\u00a0août 2016"
    assert short_date(date(2016, 9, 1)) == "01/09/2016"


def test_hours_are_written_in_french() -> None:
    assert clock_time(time(14, 5)) == "14\u00a0h\u00a005"
    assert clock_time(datetime(2016, 6, 17, 23, 59)) == "23\u00a0h\u00a059"


def test_the_public_holidays_of_2016_are_the_eleven_of_the_law() -> None:
    assert sorted(public_holidays(2016)) == [
        date(2016, 1, 1),
        date(2016, 3, 28),
        date(2016, 5, 1),
        date(2016, 5, 5),
        date(2016, 5, 8),
        date(2016, 5, 16),
        date(2016, 7, 14),
        date(2016, 8, 15),
        date(2016, 11, 1),
        date(2016, 11, 11),
        date(2016, 12, 25),
    ]


def test_easter_monday_moves_with_the_year() -> None:
    assert is_public_holiday(date(2017, 4, 17))
    assert not is_public_holiday(date(2017, 3, 28))


@pytest.mark.parametrize(
    ("on", "weekend", "working"),
    [
        (date(2016, 10, 14), False, True),
        (date(2016, 10, 15), True, False),
        (date(2016, 10, 16), True, False),
        (date(2016, 10, 17), False, True),
        (date(2016, 11, 11), False, False),
    ],
)
def test_working_days_leave_out_weekends_and_public_holidays(on: date, weekend: bool, working: bool) -> None:
    assert is_weekend(on) is weekend
    assert is_working_day(on) is working


@pytest.mark.parametrize(
    ("on", "after", "before"),
    [
        (date(2016, 10, 14), date(2016, 10, 14), date(2016, 10, 14)),
        (date(2016, 10, 15), date(2016, 10, 17), date(2016, 10, 14)),
        (date(2016, 10, 16), date(2016, 10, 17), date(2016, 10, 14)),
        (date(2016, 11, 11), date(2016, 11, 14), date(2016, 11, 10)),
        (date(2016, 1, 1), date(2016, 1, 4), date(2015, 12, 31)),
    ],
)
def test_the_nearest_working_days(on: date, after: date, before: date) -> None:
    assert next_working_day(on) == after
    assert previous_working_day(on) == before


@given(days)
def test_the_nearest_working_days_surround_the_day_closely(on: date) -> None:
    after, before = next_working_day(on), previous_working_day(on)

    assert is_working_day(after)
    assert is_working_day(before)
    assert before <= on <= after <= on + timedelta(days=4)


@pytest.mark.parametrize(
    ("on", "moved"),
    [
        (date(2016, 10, 7), date(2016, 10, 7)),
        (date(2016, 10, 8), date(2016, 10, 7)),
        (date(2016, 10, 9), date(2016, 10, 7)),
        (date(2016, 10, 10), date(2016, 10, 10)),
        (date(2016, 11, 12), date(2016, 11, 11)),
    ],
)
def test_a_weekend_day_moves_to_the_friday_before(on: date, moved: date) -> None:
    assert friday_before_if_weekend(on) == moved


@pytest.mark.parametrize(
    ("on", "months", "expected"),
    [
        (date(2017, 1, 31), 1, date(2017, 2, 28)),
        (date(2016, 1, 31), 1, date(2016, 2, 29)),
        (date(2016, 10, 14), 2, date(2016, 12, 14)),
        (date(2016, 11, 30), 2, date(2017, 1, 30)),
        (date(2016, 12, 31), 2, date(2017, 2, 28)),
        (date(2016, 3, 31), -1, date(2016, 2, 29)),
        (date(2016, 1, 15), -1, date(2015, 12, 15)),
        (date(2016, 5, 5), 0, date(2016, 5, 5)),
        (date(2016, 12, 1), 12, date(2017, 12, 1)),
    ],
)
def test_months_are_counted_from_date_to_date(on: date, months: int, expected: date) -> None:
    assert add_months(on, months=months) == expected


@pytest.mark.parametrize(
    ("today", "phrase"),
    [
        (date(2016, 10, 11), "dans 3\u00a0jours"),
        (date(2016, 10, 12), "dans 2\u00a0jours"),
        (date(2016, 10, 13), "demain"),
        (date(2016, 10, 14), "aujourd’hui"),
        (date(2016, 10, 15), "dépassé d’un jour"),
        (date(2016, 10, 16), "dépassé de 2\u00a0jours"),
    ],
)
def test_the_days_left_are_said_in_words(today: date, phrase: str) -> None:
    assert days_left(date(2016, 10, 14), today=today) == phrase
