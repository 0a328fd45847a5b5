"""Days as people write them, in the language a reader chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_date, format_skeleton

if TYPE_CHECKING:
    from datetime import date


def long_date(day: date, language: str = "en") -> str:
    """Write a day as Monday 2 February 2026, or as the language has it."""
    return format_date(day, "EEEE d MMMM y" if language == "en" else "full", locale=language)


def short_date(day: date, language: str = "en") -> str:
    """Write a day as 2 Feb, or as the language has it."""
    if language == "en":
        return format_date(day, "d MMM", locale=language)
    return format_skeleton("MMMd", day, locale=language)
