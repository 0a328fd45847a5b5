"""Days as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from digest.text.dates import long_date, short_date
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
