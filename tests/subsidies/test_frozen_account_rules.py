from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from subsidies.rules import frozen_until, is_frozen

PARIS = ZoneInfo("Europe/Paris")


def test_a_changed_iban_is_frozen_for_48_hours_to_the_second() -> None:
    changed = datetime(2016, 10, 10, 9, 30, tzinfo=UTC)

    assert frozen_until(changed, hours=48) == datetime(2016, 10, 12, 9, 30, tzinfo=UTC)
    assert is_frozen(datetime(2016, 10, 12, 9, 29, 59, tzinfo=UTC), changed_at=changed, hours=48)
    assert not is_frozen(datetime(2016, 10, 12, 9, 30, tzinfo=UTC), changed_at=changed, hours=48)


def test_48_hours_are_real_ones_when_the_clock_changes() -> None:
    changed = datetime(2016, 10, 29, 12, 0, tzinfo=PARIS)

    assert frozen_until(changed, hours=48).astimezone(PARIS).replace(tzinfo=None) == datetime(2016, 10, 31, 11, 0)
    assert frozen_until(changed, hours=48) - changed.astimezone(UTC) == timedelta(hours=48)


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="fuseau"):
        frozen_until(datetime(2016, 10, 10, 9, 30), hours=48)
