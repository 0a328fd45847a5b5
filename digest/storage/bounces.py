"""What came back of mails that mail servers had accepted, beside the ledger that says "sent"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.models.inbound import BounceClass
from digest.storage.in_lists import rows_where_in
from digest.storage.inbound_tables import bounces

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

_LONGEST_TEXT = 500
_KEY = ("of_subscriber", "of_day", "of_class")
_THIS = tuple(
    column == sa.bindparam(name)
    for column, name in zip(
        (bounces.c.subscriber_id, bounces.c.day, bounces.c.bounce_class), _KEY, strict=True
    )
)
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

    def record(self, db: sa.Connection, found: Iterable[Bounce]) -> None:
        """Record bounces in the caller's transaction; of each class the last of a mail is kept."""
        rows = {
            (one.subscriber_id, one.day, one.bounce_class): {
                **vars(one),
                "status": one.status[:_LONGEST_TEXT],
                "diagnostic": one.diagnostic[:_LONGEST_TEXT],
            }
            for one in found
        }
        if not rows:
            return
        keys = [dict(zip(_KEY, key, strict=True)) for key in rows]
        db.execute(bounces.delete().where(*_THIS), keys)
        db.execute(bounces.insert(), list(rows.values()))

    def soft_of(
        self, db: sa.Connection, subscriber_ids: Iterable[int]
    ) -> dict[int, dict[date, datetime]]:
        """Return the days of subscribers' mails that bounced softly, and when each was heard."""
        soft: dict[int, dict[date, datetime]] = {}
        query = sa.select(bounces.c.subscriber_id, bounces.c.day, bounces.c.at).where(
            bounces.c.bounce_class == BounceClass.SOFT
        )
        for row in rows_where_in(db, query, bounces.c.subscriber_id, subscriber_ids):
            soft.setdefault(row.subscriber_id, {})[row.day] = row.at
        return soft

    def for_subscriber(self, subscriber_id: int) -> list[Bounce]:
        """Return all that came back from a subscriber, by the day of the mail."""
        query = (
            sa.select(bounces)
            .where(bounces.c.subscriber_id == subscriber_id)
            .order_by(bounces.c.day, bounces.c.at)
        )
        with self._engine.connect() as db:
            return [Bounce(**row) for row in db.execute(query).mappings()]

    def of_readers(self, day: date, subscriber_ids: Iterable[int]) -> Mapping[int, list[Bounce]]:
        """Return what came back of some subscribers' mails of a day, by the subscriber's id."""
        found: dict[int, list[Bounce]] = {}
        query = sa.select(bounces).where(bounces.c.day == day).order_by(bounces.c.at)
        with self._engine.connect() as db:
            rows = rows_where_in(db, query, bounces.c.subscriber_id, subscriber_ids)
            for row in rows:
                one = Bounce(**row._mapping)  # noqa: SLF001 (its public interface)
                found.setdefault(one.subscriber_id, []).append(one)
        return found

    def of_day(self, day: date) -> Mapping[str, int]:
        """Count what came back of the mails of a day, by class."""
        number = sa.func.count().label("number")
        query = sa.select(bounces.c.bounce_class, number).where(bounces.c.day == day)
        with self._engine.connect() as db:
            rows = db.execute(query.group_by(bounces.c.bounce_class))
            return {row.bounce_class: row.number for row in rows}

    def number_since(self, moment: datetime, bounce_class: str) -> int:
        """Count the mails of which something of a class came back since then."""
        lately = (bounces.c.bounce_class == bounce_class) & (bounces.c.at >= moment)
        query = sa.select(sa.func.count()).select_from(bounces).where(lately)
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def classes_since(self, moment: datetime) -> Mapping[str, int]:
        """Count the mails of which something came back since then, by class."""
        number = sa.func.count().label("number")
        query = sa.select(bounces.c.bounce_class, number).where(bounces.c.at >= moment)
        with self._engine.connect() as db:
            rows = db.execute(query.group_by(bounces.c.bounce_class))
            return {row.bounce_class: row.number for row in rows}

    def old(self, *, before: datetime) -> int:
        """Count the rows that `prune` would delete."""
        query = sa.select(sa.func.count()).select_from(bounces).where(bounces.c.at < before)
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def prune(self, *, before: datetime, limit: int) -> int:
        """Delete some of what came back before a time; return how many rows that were."""
        key = sa.tuple_(bounces.c.subscriber_id, bounces.c.day, bounces.c.bounce_class)
        old = sa.select(*key.clauses).where(bounces.c.at < before).limit(limit)
        with self._engine.execution_options(writes=True).begin() as db:
            return db.execute(bounces.delete().where(key.in_(old))).rowcount
