"""A year by the hour: every reader gets one issue on each day that is due, and none on another."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from support.year import HOUR, ZONES, Year, due_time, hours
from support.year_readers import (
    END,
    START,
    TOPICS,
    enrol,
    evidence_at,
    expected,
    mixed_wishes,
    open_book,
    open_year,
)

from digest.models.clock_times import midnight
from subscribers.models import WEEK, Event, Preferences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from subscribers.book import Book

READERS = 3 * len(ZONES)


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    opened = open_year(tmp_path)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def book(year: Year) -> Book:
    return open_book(year)


def labels(year: Year, reader: int) -> list[date]:
    return [issue.day for issue in year.issues[reader]]


def check(
    year: Year,
    readers: Sequence[int],
    wishes: Sequence[Preferences],
    runs: Sequence[datetime],
    start: datetime = START,
    end: datetime = END,
) -> None:
    """Every reader has had exactly the issues that were due, each once."""
    for reader, wish in zip(readers, wishes, strict=True):
        assert labels(year, reader) == expected(year, wish, runs, start, end), wish


def test_a_year_of_24_zones_gives_every_reader_one_issue_on_each_day_due(
    year: Year, book: Book
) -> None:
    wishes = mixed_wishes(READERS)
    readers = enrol(year, book, wishes)
    runs = list(hours(START, END))

    for now in runs:
        year.run(now)

    check(year, readers, wishes, runs)
    for reader, wish in zip(readers, wishes, strict=True):
        first, *others = year.issues[reader]
        assert first.at - due_time(wish, first.day, site=year.site) < timedelta(days=1)
        for issue in others:
            assert timedelta(0) <= issue.at - due_time(wish, issue.day, site=year.site) < HOUR
            if wish.hour is not None:
                local = issue.at.astimezone(ZoneInfo(wish.timezone))
                assert local.date() == issue.day
                assert WEEK[local.weekday()] in wish.mail_days


def summer(days: int) -> tuple[datetime, datetime]:
    """A span of two weeks in which many clocks are put forward."""
    start = datetime(2026, 3, 20, tzinfo=UTC)
    return start, start + timedelta(days=days)


def without(
    runs: Iterable[datetime], asleep: Iterable[tuple[datetime, datetime]]
) -> list[datetime]:
    spans = list(asleep)
    return [one for one in runs if not any(begin <= one < end for begin, end in spans)]


def nights(start: datetime, number: int, length: timedelta) -> list[tuple[datetime, datetime]]:
    """A sleep each evening from 20:00 UTC on."""
    evenings = [start + timedelta(days=day, hours=20) for day in range(number)]
    return [(evening, evening + length) for evening in evenings]


@pytest.mark.parametrize(
    "asleep",
    [
        pytest.param(
            [(datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC))],
            id="three days off",
        ),
        pytest.param(nights(datetime(2026, 3, 20, tzinfo=UTC), 30, HOUR), id="sleeps an hour"),
        pytest.param(
            nights(datetime(2026, 3, 20, tzinfo=UTC), 30, 12 * HOUR), id="sleeps at night"
        ),
        pytest.param(
            [(datetime(2026, 3, 25, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))],
            id="sleeps a week",
        ),
        pytest.param(
            [
                (
                    datetime(2026, 3, 20 + day, tzinfo=UTC),
                    datetime(2026, 3, 20 + day, 23, tzinfo=UTC),
                )
                for day in range(12)
            ],
            id="one run a day",
        ),
    ],
)
def test_what_a_machine_missed_is_made_up_for_once(
    year: Year, book: Book, asleep: list[tuple[datetime, datetime]]
) -> None:
    start, end = summer(days=30)
    wishes = mixed_wishes(240)
    readers = enrol(year, book, wishes, start)
    runs = without(hours(start, end), asleep)

    for now in runs:
        year.run(now)

    check(year, readers, wishes, runs, start, end)


@pytest.mark.parametrize("seed", range(4))
def test_a_daemon_that_is_killed_again_and_again_sends_each_issue_once(
    year: Year, book: Book, seed: int
) -> None:
    start, end = summer(days=14)
    wishes = mixed_wishes(240)
    readers = enrol(year, book, wishes, start)
    dice = random.Random(seed)  # noqa: S311 (no secret)
    runs = list(hours(start, end))

    for now in runs:
        for minute in (0, 5):
            is_killed = minute == 0 and dice.random() < 0.5
            year.run(
                now + timedelta(minutes=minute),
                dies_after=dice.randrange(8) if is_killed else None,
            )
            if is_killed:
                year.restart()

    check(year, readers, wishes, runs, start, end)


def test_a_weekly_reader_who_pauses_misses_those_weeks_and_no_other(year: Year, book: Book) -> None:
    wish = Preferences(frequency="weekly", days=("mon",), hour=8, timezone="Europe/Berlin")
    (reader,) = enrol(year, book, [wish], datetime(2026, 3, 1, tzinfo=UTC))
    changes = {
        datetime(2026, 3, 15, 12, tzinfo=UTC): Event.PAUSE,  # on a Sunday
        datetime(2026, 3, 25, 12, tzinfo=UTC): Event.RESUME,  # on a Wednesday
    }

    for now in hours(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 10, tzinfo=UTC)):
        if event := changes.get(now):
            book.record(reader, event, evidence=evidence_at(now))
        year.run(now)

    mondays = [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 30), date(2026, 4, 6)]
    assert labels(year, reader) == mondays


@pytest.mark.parametrize("hour", range(0, 24, 3))
@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("Pacific/Honolulu", "Pacific/Auckland"),
        ("Pacific/Auckland", "Pacific/Honolulu"),
        ("Pacific/Kiritimati", "Pacific/Pago_Pago"),
        ("Pacific/Pago_Pago", "Pacific/Kiritimati"),
        ("Europe/Berlin", "America/New_York"),
        ("America/New_York", "Asia/Tokyo"),
    ],
)
def test_a_reader_who_moves_gets_one_issue_on_each_local_day(
    year: Year, book: Book, here: str, there: str, hour: int
) -> None:
    wish = Preferences(hour=7, timezone=here)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    moves = start + timedelta(days=5, hours=hour)
    (reader,) = enrol(year, book, [wish], start)

    for now in hours(start, start + timedelta(days=12)):
        if now == moves:
            book.choose(reader, TOPICS, Preferences(hour=7, timezone=there), at=now)
        year.run(now)

    left = replace(wish, timezone=there)
    days = [start.date() + timedelta(days=number) for number in range(-1, 14)]
    lived = [
        day
        for day in days
        if (
            start.astimezone(ZoneInfo(here)).date() <= day
            and due_time(wish, day, site=year.site) < moves
        )
        or (
            moves < midnight(day + timedelta(days=1), ZoneInfo(there))
            and due_time(left, day, site=year.site) < start + timedelta(days=12)
        )
    ]
    assert labels(year, reader) == lived, "each local day that they had once, and none left out"


def test_a_leap_day_and_a_day_that_a_zone_left_out(year: Year, book: Book) -> None:
    wish = Preferences(hour=7, timezone="Pacific/Apia")
    start = datetime(2011, 12, 26, tzinfo=UTC)
    (reader,) = enrol(year, book, [wish], start)

    for now in hours(start, start + timedelta(days=66)):
        year.run(now)

    days = labels(year, reader)
    assert date(2011, 12, 30) not in days, "Samoa had no such day"
    assert date(2012, 2, 29) in days
    assert Counter(days).most_common(1)[0][1] == 1
    assert len(days) == (days[-1] - days[0]).days
