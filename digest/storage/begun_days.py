"""Days on which a run began that has not planned them yet.

A run records its day before it does anything else. Planning the day takes the record away. So
where a run was killed before that, or did not get the lock, another one knows what is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.storage.pruning import refuse_pruned
from digest.storage.schema import days
from subscribers.models import Status
from subscribers.tables import consent, subscribers

if TYPE_CHECKING:
    from datetime import date, datetime


class BegunDays:
    """The days of an open database that wait to be planned."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def begin(
        self, day: date, *, now: datetime, named: bool = False, is_for_all: bool = True
    ) -> None:
        """Record that a run of a day began; the day stays open until it is planned.

        A day that an operator `named` may be late for a while. A run that is not for all is for
        those who go by the site's hours.

        Raises:
            PrunedError: its deliveries are pruned.

        """
        values: dict[str, Any] = {"begun_at": now, "closed_at": None, "is_for_all": is_for_all}
        if named:
            values["named_at"] = now
        with self._writer.begin() as db:
            refuse_pruned(db, day)
            if not db.execute(days.update().where(days.c.day == day).values(values)).rowcount:
                db.execute(days.insert().values(day=day, planned=0, **values))

    def is_known(self, day: date) -> bool:
        """Whether a run of a day ever began."""
        with self._engine.connect() as db:
            return db.execute(sa.select(days.c.day).where(days.c.day == day)).first() is not None

    def to_plan(self, *, until: date) -> dict[date, datetime]:
        """Return the days that wait to be planned, oldest first, and when their runs began.

        Days after `until` are left out.
        """
        query = (
            sa.select(days.c.day, days.c.begun_at)
            .where(days.c.begun_at.is_not(None), days.c.day <= until)
            .order_by(days.c.day)
        )
        with self._engine.connect() as db:
            return {row.day: row.begun_at for row in db.execute(query)}


def was_confirmed(at: datetime) -> sa.ColumnElement[bool]:
    """Whether a subscriber was confirmed at a time, by the history of their consent."""
    last = (
        sa.select(consent.c.status)
        .where(consent.c.subscriber_id == subscribers.c.id, consent.c.at <= at)
        .order_by(consent.c.at.desc(), consent.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return last == Status.CONFIRMED
