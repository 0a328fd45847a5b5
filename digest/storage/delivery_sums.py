"""Sums over all deliveries there ever were, and the mails that wait: for monitoring.

The sums never fall: what was pruned and who was erased still counts. Only a backup that is
restored takes them back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.models.delivery import UNSETTLED, DeliveryState
from digest.storage.delivery_states import due, states_of
from digest.storage.pruning import shown_to
from digest.storage.run_tables import erased_mails
from digest.storage.schema import days, deliveries, shown

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class WaitingMails:
    """The mails that have not left and still may."""

    number: int
    #: how many of them could leave now
    due: int
    #: when the first of them was planned
    oldest: datetime | None


@dataclass
class DeliverySums:
    """Sums over the deliveries of an open database.

    The sum of a closed day is kept in memory: it changes only when the day is opened again, or when
    a reader is erased. So only the first look counts every row.
    """

    engine: sa.Engine
    #: by day: when it was closed, and how many of its mails were sent
    _closed: dict[date, tuple[datetime, int]] = field(default_factory=dict)
    _erased: int = 0

    def planned(self) -> int:
        """Return how many deliveries were ever planned."""
        with self.engine.connect() as db:
            listed = db.execute(sa.select(sa.func.sum(days.c.planned))).scalar() or 0
            return listed + sum(_erased_by_state(db).values())

    def sent(self) -> int:
        """Return how many mails were ever accepted by the mail server, or written to the folder."""
        with self.engine.connect() as db:
            erased = _erased_by_state(db)
            if sum(erased.values()) != self._erased:
                self._closed.clear()
                self._erased = sum(erased.values())
            query = sa.select(days.c.day, days.c.closed_at)
            total = sum(self._sent_on(db, day, closed_at) for day, closed_at in db.execute(query))
        return total + erased.get(DeliveryState.SENT, 0)

    def waiting(self, *, now: datetime) -> WaitingMails:
        """Return how many mails of open days wait, and since when."""
        still_open = sa.select(days.c.day).where(days.c.closed_at.is_(None))
        waits = deliveries.c.state.in_(UNSETTLED)
        is_due = sa.case((due(now), 1), else_=0)
        query = sa.select(
            sa.func.count(), sa.func.sum(is_due), sa.func.min(deliveries.c.planned_at)
        ).where(deliveries.c.day.in_(still_open), waits)
        with self.engine.connect() as db:
            number, number_due, oldest = db.execute(query).one()
        return WaitingMails(number=number, due=number_due or 0, oldest=oldest)

    def _sent_on(self, db: sa.Connection, day: date, closed_at: datetime | None) -> int:
        known = self._closed.get(day)
        if closed_at is not None and known is not None and known[0] == closed_at:
            return known[1]
        sent = states_of(db, day)[DeliveryState.SENT]
        if closed_at is not None:
            self._closed[day] = closed_at, sent
        return sent


def keep_sums(db: sa.Connection, subscriber_id: int) -> None:
    """Count the deliveries of a subscriber who is to be erased, before their rows go."""
    theirs = (
        sa.select(deliveries.c.state, sa.func.count())
        .where(deliveries.c.subscriber_id == subscriber_id)
        .group_by(deliveries.c.state)
    )
    found = Counter({str(state): number for state, number in db.execute(theirs)})
    pruned = sa.select(shown.c.is_unknown).where(shown_to(subscriber_id))
    for is_unknown in db.execute(pruned).scalars():
        found[str(DeliveryState.UNKNOWN if is_unknown else DeliveryState.SENT)] += 1
    before = _erased_by_state(db)
    for state, number in found.items():
        total = {"number": before.get(state, 0) + number}
        if state in before:
            db.execute(erased_mails.update().where(erased_mails.c.state == state).values(total))
        else:
            db.execute(erased_mails.insert().values(state=state, **total))


def _erased_by_state(db: sa.Connection) -> dict[str, int]:
    return {row.state: row.number for row in db.execute(sa.select(erased_mails))}
