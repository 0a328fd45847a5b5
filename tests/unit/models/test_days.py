"""Days counted back from another day."""

from __future__ import annotations

from datetime import date

from digest.models.days import days_before, window


def test_a_window_is_the_days_before_a_day_oldest_first() -> None:
    assert window(date(2026, 3, 2), 3) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert window(date(2026, 3, 2), 0) == []


def test_days_are_counted_across_leap_days_and_years() -> None:
    assert days_before(date(2024, 3, 1), 1) == date(2024, 2, 29)
    assert days_before(date(2026, 1, 1), 365) == date(2025, 1, 1)
    assert days_before(date(2026, 1, 1), 0) == date(2026, 1, 1)


def test_no_day_is_earlier_than_the_first_of_the_calendar() -> None:
    assert days_before(date(1, 1, 3), 9) == date.min
