"""When somebody wants their mail: what is understood, and what it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.readers import PREFERENCES

from digest.inbound.commands.phrases import Command
from digest.inbound.commands.timing import LONGEST, Timing, read_timing
from digest.inbound.commands.understanding import Said, understand
from subscribers.models import FREQUENCIES, WEEK, WEEKDAYS, Preferences

ZONES = sorted(
    name for name in available_timezones() if "/" in name and not name.startswith("Etc/")
)
DAYS = st.sets(st.sampled_from(WEEK)).map(lambda some: tuple(day for day in WEEK if day in some))
TIMINGS = st.builds(
    Timing,
    frequency=st.none() | st.sampled_from(FREQUENCIES),
    days=DAYS,
    hour=st.none() | st.integers(0, 23),
    is_site_hour=st.booleans(),
    timezone=st.just("") | st.sampled_from(ZONES),
    quiet_mail=st.none() | st.booleans(),
).filter(
    lambda one: (
        one != Timing()
        and not (one.is_site_hour and one.hour is not None)
        and not (one.frequency == "weekdays" and one.days and set(one.days).isdisjoint(WEEKDAYS))
    )
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("at 7 Europe/Paris", {"hour": 7, "timezone": "Europe/Paris"}),
        ("At 07:00, Paris!", {"hour": 7, "timezone": "Europe/Paris"}),
        ("at 7 pm in New York", {"hour": 19, "timezone": "America/New_York"}),
        ("at 12 am", {"hour": 0}),
        ("at 12 pm", {"hour": 12}),
        ("at 18 UTC", {"hour": 18, "timezone": "UTC"}),
        ("at the site’s hour", {"is_site_hour": True}),
        ("at the site's hour", {"is_site_hour": True}),
        ("weekly on monday", {"frequency": "weekly", "days": ("mon",)}),
        ("Weekly, on Mondays", {"frequency": "weekly", "days": ("mon",)}),
        ("weekdays", {"frequency": "weekdays"}),
        ("from Monday to Friday", {"frequency": "weekdays"}),
        ("only when there is something", {"frequency": "enough"}),
        ("When there is something", {"frequency": "enough"}),
        ("on Thursday and mon", {"days": ("mon", "thu")}),
        ("every saturday at 6", {"days": ("sat",), "hour": 6}),
        ("two lines on quiet days", {"quiet_mail": True}),
        ("nothing on quiet days, please", {"quiet_mail": False}),
        ("Please send me the digest daily at 5", {"frequency": "daily", "hour": 5}),
        ("wöchentlich am Freitag um 8 Uhr", {"frequency": "weekly", "days": ("fri",), "hour": 8}),
        ("tous les jours à 7 h", {"frequency": "daily", "hour": 7}),
        ("los lunes a las 7", {"days": ("mon",), "hour": 7}),
        ("todos os dias às 7 horas", {"frequency": "daily", "hour": 7}),
        ("una volta alla settimana alle 19", {"frequency": "weekly", "hour": 19}),
        ("werkdagen om 7 uur", {"frequency": "weekdays", "hour": 7}),
        ("varje dag kl. 7", {"frequency": "daily", "hour": 7}),
        ("по будням в 7 часов", {"frequency": "weekdays", "hour": 7}),
        ("每天7点", {"frequency": "daily", "hour": 7}),
        ("每周一", {"days": ("mon",)}),
        ("每周一次", {"frequency": "weekly"}),
        ("毎日7時に", {"frequency": "daily", "hour": 7}),
        ("매주 월요일 7시에", {"frequency": "weekly", "days": ("mon",), "hour": 7}),
    ],
)
def test_people_say_when_in_the_words_they_use(text: str, meant: dict[str, Any]) -> None:
    assert understand(text) == Said(command=Command.TIMES, timing=Timing(**meant))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "monday",
        "7",
        "at 24",
        "at 13 pm",
        "at 7:30",
        "at 7:30 Europe/Paris",
        "at 123",
        "at 7 Mars/Olympus",
        "at 7 Paris London",
        "at 7 Europe/Paris Europe/Rome",
        "tomorrow at 7",
        "Meeting at 7",
        "daily at 7 and at 8",
        "at 7 at the site's hour",
        "daily weekly",
        "weekdays on saturday",
        "not weekly",
        "no daily",
        "hourly",
        "Weekly report on Monday",
        "A daily dose of papers",
    ],
)
def test_what_is_not_all_about_times_or_cannot_be_meant_says_nothing(text: str) -> None:
    assert read_timing(text) is None


def test_a_question_about_times_changes_none() -> None:
    for text in ("weekly?", "how do I get it weekly", "Can I get it at 7?"):
        said = understand(text)

        assert said is None or said.command is Command.HELP


@given(TIMINGS)
def test_what_we_ask_back_is_understood_as_it_was_meant(timing: Timing) -> None:
    assert len(timing.command) <= LONGEST
    for text in (timing.command, timing.command.upper(), f"Please: {timing.command}."):
        assert understand(text) == Said(command=Command.TIMES, timing=timing)


@given(TIMINGS, st.sampled_from(["zebra", "not", "unsubscribe", "whales?", "stop", "never"]))
def test_one_word_more_and_it_is_none(timing: Timing, word: str) -> None:
    for text in (f"{word} {timing.command}", f"{timing.command} {word}"):
        assert read_timing(text) is None


@given(st.text(max_size=400))
def test_whatever_text_comes_is_read_without_an_error(text: str) -> None:
    found = read_timing(text)

    assert found is None or len(text) <= LONGEST


# -- what it changes ---------------------------------------------------------------------------


@given(TIMINGS, PREFERENCES)
def test_what_was_said_holds_then_and_all_else_stays(timing: Timing, known: Preferences) -> None:
    found = timing.applied(known)

    assert timing.frequency in (None, found.frequency)
    assert timing.days in ((), found.days)
    assert timing.timezone in ("", found.timezone)
    assert timing.quiet_mail in (None, found.quiet_mail)
    said_hour = timing.is_site_hour or timing.hour is not None
    assert found.hour == (timing.hour if said_hour else known.hour)
    times = {"frequency", "days", "hour", "timezone", "quiet_mail"}
    assert replace(found, **{name: getattr(known, name) for name in times}) == known


@given(TIMINGS, PREFERENCES)
def test_to_say_it_twice_changes_nothing_more(timing: Timing, known: Preferences) -> None:
    assume(not (timing.frequency == "enough" and known.frequency == "weekly"))
    once = timing.applied(known)

    assert timing.applied(once) == once


MONDAYS = Preferences(frequency="weekly", days=("mon",))


@pytest.mark.parametrize(
    ("text", "known", "frequency", "days"),
    [
        ("daily", MONDAYS, "daily", WEEK),
        ("weekdays", MONDAYS, "weekdays", WEEK),
        ("weekdays", Preferences(days=("sat", "sun")), "weekdays", WEEK),
        ("when there is something", MONDAYS, "enough", WEEK),
        ("when there is something", Preferences(days=("thu",)), "enough", ("thu",)),
        ("weekly", Preferences(days=("thu", "fri")), "weekly", ("thu", "fri")),
        ("on friday", MONDAYS, "weekly", ("fri",)),
        ("on monday and friday", MONDAYS, "daily", ("mon", "fri")),
        ("on sunday", Preferences(frequency="weekdays"), "daily", ("sun",)),
        ("on sunday", Preferences(frequency="enough"), "enough", ("sun",)),
        ("at 7", MONDAYS, "weekly", ("mon",)),
    ],
)
def test_days_and_how_often_follow_from_each_other(
    text: str, known: Preferences, frequency: str, days: tuple[str, ...]
) -> None:
    timing = read_timing(text)
    assert timing is not None

    found = timing.applied(known)

    assert (found.frequency, found.days) == (frequency, days)
