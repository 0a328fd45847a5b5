"""Days as people write them, in the language that a subscriber chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_date, format_skeleton

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
