"""What a subscriber can choose beside topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import PreferenceError
from subscribers.models import FREQUENCIES, LANGUAGES, WEEK, WEEKDAYS, Preferences

if TYPE_CHECKING:
    from subscribers.models import Day, Frequency

LETTERS = st.characters(categories=["L", "Nd"])
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=100), max_size=50).map(tuple)


@given(
    st.builds(
        dict,
        words_in=WORDS,
        words_out=WORDS,
        authors=WORDS,
        muted=WORDS,
        learns=st.booleans(),
        unlearned=WORDS,
        papers=st.none() | st.integers(1, 50),
        # "weekdays" need a day from Monday to Friday, so that one is always there.
        days=st.sets(st.sampled_from(WEEK), min_size=1).map(
            lambda chosen: tuple(day for day in WEEK if day in chosen | {"tue"})
        ),
        timezone=st.sampled_from(["UTC", "Europe/Paris", "America/St_Johns", "Pacific/Chatham"]),
        frequency=st.sampled_from(FREQUENCIES),
        hour=st.none() | st.integers(0, 23),
        quiet_mail=st.booleans(),
        language=st.sampled_from(LANGUAGES),
        text_only=st.booleans(),
    )
)
def test_every_valid_choice_is_accepted(chosen: dict[str, Any]) -> None:
    preferences = Preferences(**chosen)

    assert {name: getattr(preferences, name) for name in chosen} == chosen


def test_who_chooses_nothing_gets_mail_every_day_at_the_site_s_hour() -> None:
    assert Preferences() == Preferences(
        papers=None,
        days=WEEK,
        frequency="daily",
        timezone="UTC",
        hour=None,
        quiet_mail=False,
        language="en",
        text_only=False,
    )


@pytest.mark.parametrize(
    ("frequency", "days", "mail_days"),
    [
        ("daily", WEEK, WEEK),
        ("daily", ("sun", "tue"), ("tue", "sun")),
        ("weekdays", WEEK, WEEKDAYS),
        ("weekdays", ("sun", "wed"), ("wed",)),
        ("weekly", WEEK, ("mon",)),
        ("weekly", ("sun", "sat"), ("sat",)),
        ("enough", ("sat", "thu"), ("thu", "sat")),
    ],
)
def test_mail_may_come_on_the_days_that_the_frequency_leaves(
    frequency: Frequency, days: tuple[Day, ...], mail_days: tuple[Day, ...]
) -> None:
    assert Preferences(frequency=frequency, days=days).mail_days == mail_days


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        pytest.param({"papers": 0}, "papers must be 1 to 50", id="no paper"),
        pytest.param({"papers": 51}, "papers must be 1 to 50", id="too many papers"),
        pytest.param({"days": ()}, "days must name days of the week", id="no day"),
        pytest.param({"days": ("mon", "someday")}, "days must name", id="a day there is not"),
        pytest.param({"days": ("Mon",)}, "days must name", id="a day in capitals"),
        pytest.param({"hour": -1}, "hour must be 0 to 23", id="before the day"),
        pytest.param({"hour": 24}, "hour must be 0 to 23", id="after the day"),
        pytest.param({"frequency": "hourly"}, "frequency must be one of daily, w", id="hourly"),
        pytest.param(
            {"frequency": "weekdays", "days": ("sat", "sun")},
            "weekdays need a day from Monday to Friday",
            id="weekdays at the weekend",
        ),
        pytest.param({"language": "tlh"}, "language must be one of en, de, es", id="Klingon"),
        pytest.param({"words_in": ("x",) * 51}, "words_in takes at most 50", id="51 words"),
        pytest.param({"words_out": ("x" * 101,)}, "words_out takes at most", id="a long word"),
        pytest.param({"authors": ("",)}, "authors takes at most 50 words", id="an empty name"),
    ],
)
def test_an_invalid_choice_is_refused_by_name(chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(PreferenceError, match=f"^{message}"):
        Preferences(**chosen)


@pytest.mark.parametrize(
    "timezone",
    [
        pytest.param("", id="nothing"),
        pytest.param("Paris", id="a city alone"),
        pytest.param("Europe", id="a folder"),
        pytest.param("localtime", id="that of this machine"),
        pytest.param("posixrules", id="a rule of the system"),
        pytest.param("tzdata.zi", id="a file that is no zone"),
        pytest.param("../../etc/passwd", id="a way out"),
        pytest.param("/etc/localtime", id="an absolute path"),
        pytest.param("Europe/Paris\0", id="a null byte"),
        pytest.param("Europe/" + "x" * 300, id="longer than a file name"),
        pytest.param("\ud800", id="half a character"),
        pytest.param("Europe/Paris/Rome", id="a file as a folder"),
    ],
)
def test_a_time_zone_must_be_one(timezone: str) -> None:
    with pytest.raises(PreferenceError, match=r"is not a time zone like Europe/Paris$"):
        Preferences(timezone=timezone)


@given(timezone=st.text())
def test_no_text_for_a_time_zone_breaks_more_than_the_choice(timezone: str) -> None:
    with pytest.raises(PreferenceError, match="is not a time zone"):
        Preferences(timezone=f"{timezone}?")
