"""The readers of a simulated year: what they wish, and which issues they then have to get."""

from __future__ import annotations

import random
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from support.year import LATENESS, ZONES, Year, due_days, due_time

from digest.models.delivery import oldest_deliverable_day
from digest.storage.engine import open_database
from subscribers.book import Book, Evidence
from subscribers.models import FREQUENCIES, WEEK, Preferences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
TOPICS = ["agents"]


def open_year(folder: Path) -> Year:
    """Open a year on a new database in a folder."""
    engine = open_database("sqlite:///digest.db", folder=folder)
    # No power is cut in this year, and a commit that reaches the disk takes most of the time.
    sa.event.listen(engine, "connect", lambda db, _: db.execute("PRAGMA synchronous = OFF"))
    engine.dispose()
    return Year(engine=engine)


def open_book(year: Year) -> Book:
    """The book of a year, whose readers get the ids 1, 2, and so on."""
    return Book(year.engine, new_id=count(1).__next__, pepper="a pepper")


def evidence_at(at: datetime) -> Evidence:
    return Evidence(at=at, channel="cli")


def enrol(year: Year, book: Book, wishes: Sequence[Preferences], at: datetime = START) -> list[int]:
    """Let a reader come for each wish."""
    people = [(f"reader{number}@example.org", TOPICS) for number in range(len(wishes))]
    book.enrol(people, evidence=evidence_at(at))
    ids = [subscriber.id for subscriber in book.confirmed()]
    with year.engine.execution_options(writes=True).begin() as db:
        for one, wish in zip(ids, wishes, strict=True):
            book.within(db).prefer(one, wish, at=at)
    return ids


def mixed_wishes(number: int) -> list[Preferences]:
    """Wishes of all zones, hours, days and frequencies."""
    dice = random.Random(16)  # noqa: S311 (the same readers each time, and no secret)
    return [_wish(dice, ZONES[reader % len(ZONES)]) for reader in range(number)]


def _wish(dice: random.Random, zone: str) -> Preferences:
    frequency = dice.choice(FREQUENCIES)
    some = dice.sample(WEEK, dice.randint(1, 7))
    return Preferences(
        timezone=zone,
        hour=dice.choice([None, 0, 1, 2, 3, 6, 7, 8, 12, 18, 22, 23]),
        frequency=frequency,
        days=WEEK if frequency == "weekdays" or dice.random() < 0.5 else tuple(some),
    )


def expected(
    year: Year, wish: Preferences, runs: Sequence[datetime], start: datetime, end: datetime
) -> list[date]:
    """The days of a reader's issues: of each turn that a run found open."""
    return [turn.label for turn in expected_turns(year, wish, runs, start, end)]


@dataclass(frozen=True, kw_only=True)
class ExpectedIssue:
    """An issue that a reader has to get."""

    #: the day under which it is in the ledger
    label: date
    #: the reader's hour
    begins: datetime


def expected_turns(
    year: Year, wish: Preferences, runs: Sequence[datetime], start: datetime, end: datetime
) -> list[ExpectedIssue]:
    """The issues of a reader, of each turn that one of the runs, in order, found open."""
    days = due_days(wish, start - timedelta(days=15), end, site=year.site)
    turns = [(day, due_time(wish, day, site=year.site)) for day in days]
    zone = year.site.zone if wish.hour is None else ZoneInfo(wish.timezone)
    found: dict[date, ExpectedIssue] = {}
    for (day, begins), (_, ends) in zip(turns, [*turns[1:], (END.date(), end)], strict=True):
        place = bisect_left(runs, begins)
        if place == len(runs) or runs[place] >= ends or day < start.astimezone(zone).date():
            continue
        run = runs[place]
        oldest = oldest_deliverable_day(now=run, max_lateness=LATENESS)
        label = day if day >= oldest or wish.hour is None else run.astimezone(zone).date()
        found.setdefault(label, ExpectedIssue(label=label, begins=begins))
    return list(found.values())
