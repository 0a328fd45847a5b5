"""The days that an issue can be of."""

from __future__ import annotations

from datetime import date

import pytest

from subscribers.days import FIRST, LAST, read_day


@pytest.mark.parametrize("day", [FIRST, date(2026, 2, 2), LAST])
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert read_day(day.isoformat()) == day


@pytest.mark.parametrize("text", ["", "x", "2026-13-99", "2026-02-30", "10000-01-01"])
def test_what_is_no_day_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match=f"^'{text}' is not a day; write it like 2026-02-02$"):
        read_day(text)


@pytest.mark.parametrize("text", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_that_no_issue_can_be_of_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text} is no day of an issue: those are from 1900-"):
        read_day(text)
