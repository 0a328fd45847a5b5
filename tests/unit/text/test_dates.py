"""Days as people write them."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

import pytest
from babel.dates import get_month_names
from hypothesis import given
from hypothesis import strategies as st

from digest.text.dates import long_date, short_date, span, weekday_date, weekday_span
from subscribers.models import LANGUAGES

DAY = date(2026, 2, 2)


def test_days_are_written_in_english_unless_asked_otherwise() -> None:
    assert long_date(DAY) == "Monday 2 February 2026"
    assert short_date(DAY) == "2 Feb"


def test_days_are_written_as_the_language_has_them() -> None:
    assert long_date(DAY, "de") == "Montag, 2. Februar 2026"
    assert long_date(DAY, "fr") == "lundi 2 février 2026"
    assert short_date(DAY, "nl") == "2 feb"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_that_can_be_chosen_is_known(language: str) -> None:
    assert "2026" in long_date(DAY, language)
    assert "2" in short_date(DAY, language)


FRIDAY, MONDAY = date(2026, 2, 6), date(2026, 2, 9)
WITHIN_A_MONTH = {
    "en": ("Mon 9 Feb", "Fri 6 – Mon 9 Feb", "6–9 February"),
    "de": ("Mo., 9. Feb.", "Fr., 6. – Mo., 9. Feb.", "6.–9. Februar"),
    "es": ("lun, 9 feb", "vie, 6 feb – lun, 9 feb", "6–9 de febrero"),
    "fr": ("lun. 9 févr.", "ven. 6 – lun. 9 févr.", "6 – 9 février"),
    "it": ("lun 9 feb", "ven 06 – lun 09 feb", "6–9 febbraio"),
    "nl": ("ma 9 feb", "vr 6 – ma 9 feb", "6–9 februari"),
    "pt": ("seg., 9 de fev.", "sex., 6 de fev. – seg., 9 de fev.", "6–9 de fevereiro"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_of_one_month_name_it_once_where_the_language_does(language: str) -> None:
    written = (
        weekday_date(MONDAY, language),
        weekday_span(FRIDAY, MONDAY, language),
        span(FRIDAY, MONDAY, language),
    )

    assert written == WITHIN_A_MONTH[language]


def test_days_of_two_months_and_of_two_years_name_both() -> None:
    january, december = date(2026, 1, 30), date(2025, 12, 29)

    assert weekday_span(january, MONDAY) == "Fri 30 Jan – Mon 9 Feb"
    assert span(january, MONDAY) == "30 January – 9 February"
    assert weekday_span(december, MONDAY) == "Mon 29 Dec 2025 – Mon 9 Feb 2026"
    assert span(december, MONDAY) == "29 December 2025 – 9 February 2026"
    assert span(january, MONDAY, "de") == "30. Januar – 9. Februar"
    assert weekday_span(december, MONDAY, "de") == "Mo., 29. Dez. 2025 – Mo., 9. Feb. 2026"


def test_a_year_is_named_if_it_is_asked_for() -> None:
    assert weekday_span(FRIDAY, MONDAY, has_year=True) == "Fri 6 – Mon 9 Feb 2026"
    assert weekday_span(FRIDAY, MONDAY, "fr", has_year=True) == "ven. 6 – lun. 9 févr. 2026"


@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.integers(1, 400).map(timedelta),
    st.sampled_from(LANGUAGES),
)
def test_a_span_names_both_ends_and_what_tells_them_apart(
    first: date, more: timedelta, language: str
) -> None:
    last = first + more
    months = get_month_names("abbreviated", locale=language)

    in_full, in_short = span(first, last, language), weekday_span(first, last, language)

    for written in (in_full, in_short):
        start, _, end = written.partition("–")
        assert str(first.day) in start
        assert str(last.day) in end
        assert months[last.month][:3].lower() in end.lower()
        if (first.year, first.month) != (last.year, last.month):
            assert months[first.month][:3].lower() in start.lower()
        if first.year != last.year:
            assert str(first.year) in start
            assert str(last.year) in end
        assert {it for it in written if unicodedata.category(it) in ("Zs", "Cc")} <= {" "}
    assert str(last.year) in weekday_span(first, last, language, has_year=True)
