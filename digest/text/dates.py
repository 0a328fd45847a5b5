"""Days as people write them, in the language that a subscriber chose.

The forms are those of CLDR, with plain blanks for its thin ones. English has the forms that are
usual outside the United States.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_date, format_interval, format_skeleton

from digest.text.wording import squeeze

if TYPE_CHECKING:
    from datetime import date


def long_date(day: date, language: str = "en") -> str:
    """Return a day in full: `Monday 2 February 2026`, or the form that is usual in the language."""
    return format_date(day, "EEEE d MMMM y" if language == "en" else "full", locale=language)


def short_date(day: date, language: str = "en") -> str:
    """Return a day in short: `2 Feb`, or the form that is usual in the language."""
    if language == "en":
        return format_date(day, "d MMM", locale=language)
    return format_skeleton("MMMd", day, locale=language)


def weekday_date(day: date, language: str = "en") -> str:
    """Return a day in short with its weekday: `Tue 10 Feb`."""
    if language == "en":
        return format_date(day, "EEE d MMM", locale=language)
    return squeeze(format_skeleton("MMMEd", day, locale=language))


def weekday_span(first: date, last: date, language: str = "en", *, has_year: bool = False) -> str:
    """Return the days from one to another with their weekdays: `Fri 6 – Mon 9 Feb`.

    A span over two years names both, whether or not it `has_year`.
    """
    if language == "en":
        return _english_span(first, last, "EEE d", "MMM", dash=" – ", has_year=has_year)
    return _span(first, last, "MMMEd", language, has_year=has_year)


def span(first: date, last: date, language: str = "en") -> str:
    """Return the days from one to another in full: `3–9 February`, with years if they are two."""
    if language == "en":
        return _english_span(first, last, "d", "MMMM", dash="–")
    return _span(first, last, "MMMMd", language)


def _span(first: date, last: date, skeleton: str, language: str, *, has_year: bool = False) -> str:
    year = "y" if has_year or first.year != last.year else ""
    return squeeze(format_interval(first, last, f"{year}{skeleton}", locale=language))


def _english_span(
    first: date, last: date, day: str, month: str, *, dash: str, has_year: bool = False
) -> str:
    """Say once what both days share; a dash between more than two numbers has blanks around it."""
    year = " y" if has_year or first.year != last.year else ""
    if first.year != last.year:
        start = f"{day} {month} y"
    else:
        start = day if first.month == last.month else f"{day} {month}"
    between = dash if start == day else " – "
    ends = (
        format_date(first, start, locale="en"),
        format_date(last, f"{day} {month}{year}", locale="en"),
    )
    return between.join(ends)
