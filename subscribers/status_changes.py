"""By how many readers each status grew or shrank, day by day: the history of all readers.

Whatever changes a status, adds a reader or erases one records it here in the same transaction. So
all changes add up to the numbers of today, and a year is read without the consent of any reader.
Who was erased still counts on the days before that, which names nobody.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from typing import TYPE_CHECKING

import sqlalchemy as sa

from subscribers.models import Status
from subscribers.tables import status_changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    #: From one status to another, and when; None is the status of somebody unknown or erased.
    Step = tuple[Status | None, Status | None, datetime]

# SQLite (since 3.24) and PostgreSQL read it alike; SQLAlchemy has it in their dialects alone.
_ADD = sa.text(
    "INSERT INTO status_changes (day, status, number) VALUES (:day, :status, :number)"
    " ON CONFLICT (day, status) DO UPDATE SET number = status_changes.number + excluded.number"
).bindparams(sa.bindparam("day", type_=sa.Date))


def record(db: sa.Connection, steps: Iterable[Step], *, readers: int = 1) -> None:
    """Record steps of readers from one status to another; each step is of so many `readers`."""
    changes: Counter[tuple[date, Status]] = Counter()
    for before, after, at in steps:
        day = at.astimezone(UTC).date()
        if before is not None:
            changes[day, before] -= readers
        if after is not None:
            changes[day, after] += readers
    rows = [
        {"day": day, "status": status, "number": number}
        # In one order, so that two transactions never wait for each other.
        for (day, status), number in sorted(changes.items())
        if number
    ]
    if rows:
        db.execute(_ADD, rows)


def numbers_by_day(db: sa.Connection) -> Iterator[tuple[date, Mapping[Status, int]]]:
    """Yield how many readers of each status there were at the end of each day with a change."""
    query = sa.select(status_changes).order_by(status_changes.c.day)
    numbers = dict.fromkeys(Status, 0)
    day: date | None = None
    for row in db.execute(query):
        if day is not None and row.day != day:
            yield day, dict(numbers)
        day = row.day
        numbers[Status(row.status)] += row.number
    if day is not None:
        yield day, dict(numbers)
