"""Which day a run makes, by the place and the hour of the run and by the sources' calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models.clock_times import instant, midnight
from digest.sources import Source
from digest.sources.day_of_run import RunDay, day_of_run

if TYPE_CHECKING:
    from collections.abc import Collection

WORKDAYS, EVERY_DAY = frozenset(range(5)), frozenset(range(7))
HUGGINGFACE = Source(name="Hugging Face", kind="huggingface")
ARXIV = Source(name="arXiv", kind="arxiv", categories=("cs.CL",))
BIORXIV = Source(name="bioRxiv", kind="biorxiv")
OPENREVIEW = Source(name="OpenReview", kind="openreview", venues=("ICLR.cc/2026/Conference",))
FILES = Source(name="files", kind="jsonl", path="*.jsonl")
STARS = Source(name="GitHub", kind="github")
SETS = {
    "Hugging Face": [HUGGINGFACE],
    "arXiv": [ARXIV],
    "both": [HUGGINGFACE, ARXIV, STARS, FILES],
    "bioRxiv": [BIORXIV],
    "OpenReview": [OPENREVIEW],
}
DAY = timedelta(days=1)
MONDAY = date(2026, 2, 2)
SAME = "Mon Tue Wed Thu Fri"
BEFORE = "Fri Mon Tue Wed Thu"


def run_at(
    zone: str,
    local: str,
    *,
    sources: Collection[Source] = (HUGGINGFACE, ARXIV),
    weekdays: Collection[int] = WORKDAYS,
    mailed: date | None = None,
) -> RunDay:
    """The day of a run at a local time such as `2026-02-02 18:00`."""
    at = datetime.fromisoformat(local)
    now = instant(at.date(), at.time(), ZoneInfo(zone))
    return day_of_run(list(sources), now=now, zone=ZoneInfo(zone), weekdays=weekdays, mailed=mailed)


@pytest.mark.parametrize(
    ("zone", "at", "lists"),
    [
        ("Pacific/Honolulu", "06:00", SAME),
        ("Pacific/Honolulu", "18:00", SAME),
        ("America/Los_Angeles", "06:00", SAME),
        ("America/Los_Angeles", "18:00", SAME),
        ("America/Los_Angeles", "23:59", SAME),
        ("America/New_York", "06:00", SAME),
        ("America/New_York", "18:00", SAME),
        ("UTC", "00:00", BEFORE),
        ("UTC", "06:00", SAME),
        ("UTC", "18:00", SAME),
        ("Europe/Berlin", "06:00", BEFORE),
        ("Europe/Berlin", "18:00", SAME),
        ("Asia/Kolkata", "06:00", BEFORE),
        ("Asia/Kolkata", "18:00", SAME),
        ("Asia/Tokyo", "06:00", BEFORE),
        ("Asia/Tokyo", "18:00", SAME),
        ("Pacific/Auckland", "06:00", BEFORE),
        ("Pacific/Auckland", "18:00", BEFORE),
        ("Pacific/Kiritimati", "06:00", BEFORE),
        ("Pacific/Kiritimati", "18:00", BEFORE),
        ("Pacific/Kiritimati", "23:00", SAME),
    ],
)
def test_five_runs_a_week_make_the_five_lists_of_a_week(zone: str, at: str, lists: str) -> None:
    found = [run_at(zone, f"{MONDAY + DAY * number} {at}").day for number in range(5)]

    assert " ".join(f"{day:%a}" for day in found) == lists
    assert all(day < after for day, after in pairwise(found))
    assert MONDAY - 3 * DAY <= found[0] <= MONDAY


@pytest.mark.parametrize(
    ("zone", "local", "day", "reason"),
    [
        pytest.param(
            "America/Los_Angeles", "2026-02-06 18:00", "2026-02-06",
            "it is 18:00 on Friday", id="Saturday in UTC",
        ),
        pytest.param(
            "Asia/Tokyo", "2026-02-09 06:00", "2026-02-06",
            "it is 06:00 on Monday, and no list of that day is out yet", id="Sunday in UTC",
        ),
        pytest.param(
            "UTC", "2026-02-07 02:00", "2026-02-06",
            "it is 02:00 on Saturday, and no list of that day is out yet", id="Los Angeles by UTC",
        ),
    ],
)  # fmt: skip
def test_the_reason_names_the_local_time_and_what_is_not_out(
    zone: str, local: str, day: str, reason: str
) -> None:
    assert run_at(zone, local) == RunDay(day=date.fromisoformat(day), reason=reason)


@pytest.mark.parametrize(
    ("zone", "at", "lists"),
    [
        ("America/Los_Angeles", "18:00", "Mon Tue Wed Thu Fri Sat Sun"),
        ("UTC", "18:00", "Mon Tue Wed Thu Fri Sat Sun"),
        ("Asia/Tokyo", "18:00", "Mon Tue Wed Thu Fri Sat Sun"),
        ("UTC", "02:00", "Sun Mon Tue Wed Thu Fri Sat"),
        ("Asia/Tokyo", "06:00", "Sun Mon Tue Wed Thu Fri Sat"),
    ],
)
def test_seven_runs_a_week_make_seven_days(zone: str, at: str, lists: str) -> None:
    found = [
        run_at(zone, f"{MONDAY + DAY * number} {at}", weekdays=EVERY_DAY).day for number in range(7)
    ]

    assert " ".join(f"{day:%a}" for day in found) == lists


def test_a_run_on_a_saturday_is_saturdays_also_where_none_is_scheduled() -> None:
    assert run_at("UTC", "2026-02-07 18:00").day == date(2026, 2, 7)


def test_after_a_weekend_that_was_mailed_no_run_goes_back_behind_it() -> None:
    sunday = date(2026, 2, 8)

    assert run_at("UTC", "2026-02-09 02:00", mailed=sunday).day == sunday


def test_a_day_that_was_mailed_before_its_time_is_no_reason_to_make_it() -> None:
    assert run_at("UTC", "2026-02-04 18:00", mailed=date(2027, 1, 1)).day == date(2026, 2, 4)


@pytest.mark.parametrize(
    ("weekdays", "local", "day"),
    [
        pytest.param({6}, "2026-02-08 06:00", "2026-02-08", id="Sundays"),
        pytest.param({0, 2, 4}, "2026-02-04 06:00", "2026-02-04", id="every second day"),
    ],
)
def test_where_the_schedule_leaves_days_with_lists_out_the_run_keeps_its_own_date(
    weekdays: set[int], local: str, day: str
) -> None:
    """Otherwise readers who chose that weekday would never get mail."""
    assert run_at("Europe/Berlin", local, weekdays=weekdays).day == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("sources", "local", "day"),
    [
        pytest.param([ARXIV], "2026-02-03 05:29", "2026-02-02", id="arXiv, not out"),
        pytest.param([ARXIV], "2026-02-03 05:30", "2026-02-03", id="arXiv, out"),
        pytest.param([HUGGINGFACE], "2026-02-03 05:59", "2026-02-02", id="Hugging Face, hardly"),
        pytest.param([HUGGINGFACE], "2026-02-03 06:00", "2026-02-03", id="Hugging Face, begun"),
        pytest.param([BIORXIV], "2026-02-03 11:59", "2026-02-02", id="bioRxiv, hardly"),
        pytest.param([BIORXIV, ARXIV], "2026-02-03 11:59", "2026-02-03", id="one of two is enough"),
        pytest.param([OPENREVIEW], "2026-02-03 05:59", "2026-02-02", id="no calendar"),
        pytest.param([FILES], "2026-02-03 00:00", "2026-02-03", id="files"),
        pytest.param([FILES, STARS], "2026-02-08 00:00", "2026-02-08", id="files, on a Sunday"),
        pytest.param([], "2026-02-03 00:00", "2026-02-03", id="no sources"),
        pytest.param([ARXIV], "2026-01-20 02:00", "2026-01-19", id="a holiday is scheduled"),
        pytest.param([ARXIV], "2026-01-19 18:00", "2026-01-19", id="on a holiday"),
    ],
)
def test_a_day_begins_with_the_first_of_its_lists(
    sources: list[Source], local: str, day: str
) -> None:
    assert run_at("UTC", local, sources=sources).day == date.fromisoformat(day)


def test_files_have_no_lists_and_the_day_begins_in_utc_too() -> None:
    assert run_at("Asia/Tokyo", "2026-02-03 06:00", sources=[FILES]).day == date(2026, 2, 2)


@pytest.mark.parametrize("sources", SETS.values(), ids=SETS)
@pytest.mark.parametrize("at", ["06:00", "18:00"])
@pytest.mark.parametrize(
    "zone",
    [
        *("Pacific/Honolulu", "America/Los_Angeles", "America/New_York", "UTC", "Europe/London"),
        *("Europe/Berlin", "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"),
        *("Pacific/Chatham", "Pacific/Kiritimati"),
    ],
)
def test_over_a_year_every_working_day_is_made_or_read_again_within_four_days(
    zone: str, at: str, sources: list[Source]
) -> None:
    """A day is left out only where clocks change or on a holiday; the next issue has its papers."""
    first, last = date(2026, 1, 5), date(2027, 1, 8)
    made: list[date] = []
    runs = [first + DAY * number for number in range((last - first).days)]
    for day in runs:
        if day.weekday() < 5:
            mailed = max(made, default=None)
            made.append(run_at(zone, f"{day} {at}", sources=sources, mailed=mailed).day)

    assert made == sorted(made)
    assert {day.weekday() for day in made} == WORKDAYS
    assert len(made) - len(set(made)) <= 5
    workdays = [day for day in runs if day.weekday() < 5 and day <= made[-1]]
    left_out = [day for day in workdays[1:] if day not in made]
    assert len(left_out) <= 5
    for day in left_out:
        assert min(later for later in made if later > day) - day <= 4 * DAY


@given(
    st.sampled_from(sorted(available_timezones())),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
    st.integers(1, 60 * 24 * 9),
    st.sampled_from(sorted(SETS)),
    st.frozensets(st.integers(0, 6), min_size=1),
)
def test_a_day_has_begun_everywhere_and_no_later_run_makes_an_earlier_day(
    zone: str, moment: datetime, minutes: int, names: str, weekdays: frozenset[int]
) -> None:
    place, mailed = ZoneInfo(zone), None
    start = moment.replace(tzinfo=UTC)
    for now in (start, start + timedelta(minutes=minutes)):
        found = day_of_run(SETS[names], now=now, zone=place, weekdays=weekdays, mailed=mailed).day
        assert midnight(found) <= now
        assert instant(found, time(), place) <= now
        assert now - midnight(found) < timedelta(days=6)
        assert mailed is None or found >= mailed
        mailed = found
