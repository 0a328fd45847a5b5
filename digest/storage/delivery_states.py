"""The states of deliveries: which can be claimed, and how many there are of each on a day."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.models.delivery import WAITING, DeliveryState
from digest.models.issue import UNREAD
from digest.storage.schema import deliveries, is_not_sent, pruned_states

if TYPE_CHECKING:
    from datetime import date, datetime


#: Whether nothing was sent because a source could not be read.
is_unread = sa.or_(*(deliveries.c.reason.contains(words) for words in UNREAD))


def due(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a delivery can be claimed now."""
    later = deliveries.c.next_at.is_not(None) & (deliveries.c.next_at > now)
    return deliveries.c.state.in_(WAITING) & ~later


def rows_of(db: sa.Connection, day: date) -> int:
    """Count the rows of a day, whatever their state."""
    query = sa.select(sa.func.count()).where(deliveries.c.day == day)
    return db.execute(query.select_from(deliveries)).scalar_one()


def row_states(db: sa.Connection, day: date) -> Counter[DeliveryState]:
    """Count the rows of a day by state; pruned deliveries have none.

    Most mails of a day are sent. These are not read: they are the rows that are in no other state,
    which an index has.
    """
    query = (
        sa.select(deliveries.c.state, sa.func.count())
        .where(deliveries.c.day == day, is_not_sent)
        .group_by(deliveries.c.state)
    )
    counted = Counter({DeliveryState(state): number for state, number in db.execute(query)})
    counted[DeliveryState.SENT] = rows_of(db, day) - counted.total()
    return +counted


def states_of(db: sa.Connection, day: date, *, only: int | None = None) -> Counter[DeliveryState]:
    """Count a day's deliveries, or those of one subscriber, by state in the order of the states.

    Those of a day that were pruned count too.
    """
    if only is not None:
        state = sa.select(deliveries.c.state).where(
            deliveries.c.day == day, deliveries.c.subscriber_id == only
        )
        return Counter(map(DeliveryState, db.execute(state).scalars()))
    return with_pruned(db, day, row_states(db, day))


def with_pruned(
    db: sa.Connection, day: date, states: Counter[DeliveryState]
) -> Counter[DeliveryState]:
    """Add a day's pruned deliveries to its rows, both by state, in the order of the states."""
    counted = Counter(states)
    query = sa.select(pruned_states.c.state, pruned_states.c.number)
    for state, number in db.execute(query.where(pruned_states.c.day == day)):
        counted[DeliveryState(state)] += number
    return Counter({state: counted[state] for state in DeliveryState if counted[state]})
