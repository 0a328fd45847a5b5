"""The days that an issue can be of, as people write them."""

from __future__ import annotations

from datetime import date

#: Further off, the calendar ends before the next turn of a reader is found.
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)


def read_day(text: str) -> date:
    """Return the day that is written as YYYY-MM-DD.

    Raises:
        ValueError: it is no day, or no issue can be of it; the message says so.

    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day; write it like 2026-02-02") from None
    if not FIRST <= day <= LAST:
        raise ValueError(f"{day} is no day of an issue: those are from {FIRST} to {LAST}")
    return day
