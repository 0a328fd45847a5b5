"""How long it takes to find who is due among very many readers, and to plan their mails.

    python benchmarks/due.py [READERS]

A database is made up once: readers of 24 time zones, 24 hours and four choices of days, in equal
parts. Then nobody is due, those of one hour of the day, or all: they are found as a run does that
has just begun, and again as the daemon does, which remembers the turns. Each is in a process of its
own, whose peak memory is shown before the mails are planned, and after. Its first line is of an
installation without readers: what Python and the libraries take.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from arguments import argument

from digest.delivery.process import peak_memory
from digest.models.due import SiteHours, Turn, TurnClock
from digest.storage.engine import open_database
from digest.storage.ledger import Ledger
from digest.storage.reader_schedules import ReaderSchedules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

Value = TypeVar("Value")
#: A zone for each hour of the clock, some with half hours and summer time.
ZONES = (
    "Pacific/Pago_Pago", "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles",
    "America/Denver", "America/Chicago", "America/New_York", "America/Halifax",
    "America/Sao_Paulo", "America/Noronha", "Atlantic/Azores", "Europe/London", "Europe/Berlin",
    "Europe/Athens", "Europe/Istanbul", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka",
    "Asia/Bangkok", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland",
)  # fmt: skip
#: daily, from Monday to Friday, weekly, and two days of choice
DAYS = ("mon tue wed thu fri sat sun", "mon tue wed thu fri", "wed", "mon wed fri")
WISHES = tuple(product(DAYS, range(24), ZONES))
#: A Wednesday, which all of these days have.
NOW = datetime(2026, 2, 4, 12, 30, tzinfo=UTC)
SITE = SiteHours(at=time(18), weekdays=range(5), zone=UTC)
SINCE = "2026-01-01 00:00:00.000000"
LONG_AGO = "2026-01-02"
#: No reader of the database chose it.
NOBODYS_HOUR = 24


class Found(NamedTuple):
    """What one hour cost."""

    readers: int
    #: seconds of a run that has just begun, and of a daemon that has looked before
    first: float
    again: float
    #: peak memory until then
    megabytes: float
    #: seconds to plan their mails, and the peak memory after that
    planning: float
    megabytes_planned: float


def fill(file: Path, number: int) -> None:
    """Fill an empty database with so many readers, all of whom are due."""
    ids = sorted(random.Random(1).sample(range(1 << 53), number))  # noqa: S311 (made up)
    address = (f"reader{n}@host{n % 2000}.example.org" for n in range(number))
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.executemany(
            "INSERT INTO schedules (id, days, hour, timezone) VALUES (?, ?, ?, ?)",
            ((n, *wish) for n, wish in enumerate(WISHES, 1)),
        )
        db.executemany(
            "INSERT INTO subscribers (id, address, address_key, mailbox, status, since,"
            " preferences) VALUES (?, ?, ?, ?, 'confirmed', ?, '{}')",
            ((n, it, it, it, SINCE) for n, it in zip(ids, address, strict=True)),
        )
        db.executemany(
            "INSERT INTO reader_schedules (subscriber_id, schedule_id, since, served_on)"
            " VALUES (?, ?, ?, ?)",
            ((it, n % len(WISHES) + 1, SINCE, LONG_AGO) for n, it in enumerate(ids)),
        )
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def serve(file: Path, *, but_hour: int) -> None:
    """Write that all readers have had their turn, but for those of one hour of the day."""
    served = str(NOW.date() + timedelta(days=1))
    with closing(sqlite3.connect(file)) as db:
        db.execute(
            "UPDATE reader_schedules SET served_on = ? WHERE schedule_id IN"
            " (SELECT id FROM schedules WHERE hour <> ?)",
            (served, but_hour),
        )
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def measured(folder: Path) -> Found:
    """Find who is due, twice, and plan their mails."""
    engine = open_database("sqlite:///digest.db", folder=folder)
    schedules, clock = ReaderSchedules(engine), TurnClock(site=SITE, zone=ZoneInfo)
    turns = partial(clock.open_turns, now=NOW, site_day=NOW.date())
    due, first = timed(lambda: schedules.due(turns))
    _, again = timed(lambda: schedules.due(turns))
    readers, megabytes = len(schedules.due_ids(due)), peak_memory() / 1e6
    _, planning = timed(lambda: plan(Ledger(engine), due))
    return Found(readers, first, again, megabytes, planning, peak_memory() / 1e6)


def plan(ledger: Ledger, turns: Sequence[Turn]) -> None:
    """Plan the mails of these turns, day by day."""
    by_day: dict[date, list[Turn]] = {}
    for turn in turns:
        by_day.setdefault(turn.day, []).append(turn)
    for day, some in sorted(by_day.items()):
        ledger.plan(day, now=NOW, turns=some)


def timed(work: Callable[[], Value]) -> tuple[Value, float]:
    """Return what work returns, and its seconds."""
    started = perf_counter()
    found = work()
    return found, perf_counter() - started


def alone(work: Callable[..., Value], *arguments: object, **named: object) -> Value:
    """Do work in a process of its own, whose memory begins small."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *arguments, **named).result()


def main(number: int) -> None:
    """Print a line per hour."""
    print(f"{number:,} readers of {len(WISHES):,} wishes")
    print(f"{'due':>9}  {'found: first':>12} {'again':>9} {'peak':>8}  {'planned':>9} {'peak':>8}")
    with TemporaryDirectory(prefix="due-") as name:
        made = Path(name) / "made"
        made.mkdir()
        open_database("sqlite:///digest.db", folder=made).dispose()
        print_line(alone(measured, made))
        alone(fill, made / "digest.db", number)
        for hour in (NOBODYS_HOUR, 7, None):
            folder = shutil.copytree(made, Path(name) / f"hour-{hour}")
            if hour is not None:
                alone(serve, folder / "digest.db", but_hour=hour)
            print_line(alone(measured, folder))
            shutil.rmtree(folder)


def print_line(found: Found) -> None:
    """Print what one hour cost."""
    print(
        f"{found.readers:>9,}  {found.first * 1000:>9,.0f} ms {found.again * 1000:>6,.0f} ms"
        f" {found.megabytes:>5,.0f} MB  {found.planning:>7.2f} s"
        f" {found.megabytes_planned:>5,.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main(argument(__doc__, 1_000_000))
