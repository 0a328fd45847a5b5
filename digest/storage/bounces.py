"""What came back of mails that mail servers had accepted, beside the ledger that says "sent"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.models.inbound import BounceClass
from digest.storage.inbound_tables import bounces

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

_LONGEST_TEXT = 500
#: The class of a complaint, which is no bounce but stands beside a mail like one.
COMPLAINT = "complaint"


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """What came back of one mail."""

    subscriber_id: int
    #: of the mail
    day: date
    #: a `BounceClass`, or `COMPLAINT`
    bounce_class: str
    #: when the last such report came
    at: datetime
    status: str = ""
    diagnostic: str = ""


class Bounces:
    """The bounces in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine

    def record(self, db: sa.Connection, bounce: Bounce) -> None:
        """Record a bounce in the caller's transaction; of each class the last of a mail is kept."""
        this = (
            (bounces.c.subscriber_id == bounce.subscriber_id)
            & (bounces.c.day == bounce.day)
            & (bounces.c.bounce_class == bounce.bounce_class)
        )
        values = {
            "at": bounce.at,
            "status": bounce.status[:_LONGEST_TEXT],
            "diagnostic": bounce.diagnostic[:_LONGEST_TEXT],
        }
        if not db.execute(bounces.update().where(this).values(values)).rowcount:
            key = {
                "subscriber_id": bounce.subscriber_id,
                "day": bounce.day,
                "bounce_class": bounce.bounce_class,
            }
            db.execute(bounces.insert().values(key | values))

    def soft_of(self, db: sa.Connection, subscriber_id: int) -> list[tuple[date, datetime]]:
        """Return the days of a subscriber's mails that bounced softly, and when that was heard."""
        query = sa.select(bounces.c.day, bounces.c.at).where(
            bounces.c.subscriber_id == subscriber_id, bounces.c.bounce_class == BounceClass.SOFT
        )
        return [(day, at) for day, at in db.execute(query)]

    def for_subscriber(self, subscriber_id: int) -> list[Bounce]:
        """Return all that came back from a subscriber, by the day of the mail."""
        query = (
            sa.select(bounces)
            .where(bounces.c.subscriber_id == subscriber_id)
            .order_by(bounces.c.day, bounces.c.at)
        )
        with self._engine.connect() as db:
            return [Bounce(**row) for row in db.execute(query).mappings()]

    def by_reader(self, day: date) -> Mapping[int, list[Bounce]]:
        """Return what came back of the mails of a day, by the subscriber's id."""
        found: dict[int, list[Bounce]] = {}
        query = sa.select(bounces).where(bounces.c.day == day).order_by(bounces.c.at)
        with self._engine.connect() as db:
            for row in db.execute(query).mappings():
                found.setdefault(row["subscriber_id"], []).append(Bounce(**row))
        return found

    def of_day(self, day: date) -> Mapping[str, int]:
        """Count what came back of the mails of a day, by class."""
        return self._counts(bounces.c.day == day)

    def since(self, moment: datetime) -> Mapping[str, int]:
        """Count the mails of which something came back since then, by class."""
        return self._counts(bounces.c.at >= moment)

    def prune(self, *, before: datetime, limit: int) -> int:
        """Delete some of what came back before a time; return how many rows that were."""
        key = sa.tuple_(bounces.c.subscriber_id, bounces.c.day, bounces.c.bounce_class)
        old = sa.select(*key.clauses).where(bounces.c.at < before).limit(limit)
        with self._engine.execution_options(writes=True).begin() as db:
            return db.execute(bounces.delete().where(key.in_(old))).rowcount

    def _counts(self, which: sa.ColumnElement[bool]) -> dict[str, int]:
        number = sa.func.count().label("number")
        query = sa.select(bounces.c.bounce_class, number).where(which)
        with self._engine.connect() as db:
            rows = db.execute(query.group_by(bounces.c.bounce_class))
            return {row.bounce_class: row.number for row in rows}
