"""When the daemon runs next: weekdays, time zones, and the two odd days of summer time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.app.scheduler import next_run

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WORKDAYS, "sat", "sun")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param("2026-02-02 06:59", "2026-02-02 07:00", id="a Monday, before the hour"),
        pytest.param("2026-02-02 07:00", "2026-02-02 07:00", id="at the hour itself"),
        pytest.param("2026-02-02 07:01", "2026-02-03 07:00", id="after the hour"),
        pytest.param("2026-02-06 07:01", "2026-02-09 07:00", id="a Friday, after the hour"),
        pytest.param("2026-02-07 00:00", "2026-02-09 07:00", id="a Saturday"),
        pytest.param("2026-12-31 08:00", "2027-01-01 07:00", id="the last day of a year"),
        pytest.param("2028-02-28 08:00", "2028-02-29 07:00", id="a leap year"),
    ],
)
def test_the_next_run_is_the_next_workday_s_hour(after: str, expected: str) -> None:
    found = next_run(at="07:00", weekdays=WORKDAYS, timezone="UTC", after=utc(after))

    assert found == utc(expected)


@pytest.mark.parametrize(
    ("timezone", "after", "expected"),
    [
        pytest.param("Europe/Paris", "2026-01-05 00:00", "2026-01-05 06:00", id="winter"),
        pytest.param("Europe/Paris", "2026-07-06 00:00", "2026-07-06 05:00", id="summer"),
        pytest.param("Asia/Tokyo", "2026-01-05 00:00", "2026-01-05 22:00", id="Tokyo"),
        pytest.param("America/New_York", "2026-01-05 00:00", "2026-01-05 12:00", id="New York"),
        pytest.param("Asia/Kathmandu", "2026-01-05 00:00", "2026-01-05 01:15", id="Kathmandu"),
    ],
)
def test_the_hour_is_read_in_the_configured_time_zone(
    timezone: str, after: str, expected: str
) -> None:
    found = next_run(at="07:00", weekdays=EVERY_DAY, timezone=timezone, after=utc(after))

    assert found == utc(expected)


def test_the_weekday_is_read_in_the_configured_time_zone() -> None:
    sunday_evening_utc = utc("2026-02-01 21:00")

    found = next_run(at="07:00", weekdays=("mon",), timezone="Asia/Tokyo", after=sunday_evening_utc)

    assert found == utc("2026-02-01 22:00")


@pytest.mark.parametrize(
    ("at", "after", "expected"),
    [
        pytest.param("07:00", "2026-03-28 06:01", "2026-03-29 05:00", id="spring, in the morning"),
        pytest.param("07:00", "2026-10-24 05:01", "2026-10-25 06:00", id="autumn, in the morning"),
        pytest.param("02:30", "2026-03-28 01:31", "2026-03-29 01:30", id="an hour left out"),
        pytest.param("02:30", "2026-03-29 01:31", "2026-03-30 00:30", id="after the hour left out"),
        pytest.param("02:30", "2026-10-24 00:31", "2026-10-25 00:30", id="an hour met twice"),
    ],
)
def test_the_days_on_which_the_clock_changes_are_not_left_out(
    at: str, after: str, expected: str
) -> None:
    found = next_run(at=at, weekdays=EVERY_DAY, timezone="Europe/Paris", after=utc(after))

    # Python holds a time in such an hour to be equal to no time of another zone.
    assert found.astimezone(UTC) == utc(expected)
