"""The phrases for times, in all languages."""

from __future__ import annotations

import pytest

from digest.inbound.commands.phrases import ALONE, REFUSING, WITH_TOPICS
from digest.inbound.commands.spelling import in_all_languages
from digest.inbound.commands.timing import Timing, read_timing
from digest.inbound.commands.timing_phrases import (
    BEFORE_DAYS,
    BETWEEN,
    DAY_PHRASES,
    FREQUENCY_PHRASES,
    QUIET_MAIL,
    SITE_HOUR,
)
from subscribers.models import WEEK

PHRASES = [
    pytest.param(phrase, Timing(**{field: meaning}), id=f"{language} {phrase}")
    for field, table in (
        ("frequency", FREQUENCY_PHRASES),
        ("quiet_mail", QUIET_MAIL),
        ("is_site_hour", {True: SITE_HOUR}),
    )
    for meaning, languages in table.items()
    for language, phrases in languages.items()
    for phrase in phrases.split("|")
]


@pytest.mark.parametrize(("phrase", "timing"), PHRASES)
def test_every_phrase_means_what_its_table_says(phrase: str, timing: Timing) -> None:
    for text in (phrase, phrase.upper(), f"“{phrase}.”"):
        assert read_timing(text) == timing


@pytest.mark.parametrize("language", DAY_PHRASES)
def test_every_language_has_seven_days(language: str) -> None:
    days = DAY_PHRASES[language].split()

    assert len(days) == len(WEEK)
    for day, forms in zip(WEEK, days, strict=True):
        for form in forms.split("/"):
            assert read_timing(f"weekly {form}") == Timing(frequency="weekly", days=(day,))


def test_no_word_between_phrases_may_say_no() -> None:
    assert in_all_languages({"": f"{BEFORE_DAYS} {BETWEEN}"}) & in_all_languages(REFUSING) == set()


def test_no_other_command_is_a_time() -> None:
    others = [
        phrase
        for table in (*ALONE.values(), *WITH_TOPICS.values())
        for phrases in table.values()
        for phrase in phrases.split("|")
    ]

    assert [phrase for phrase in others if read_timing(phrase)] == []
