"""The states of deliveries: which can be claimed, and how many there are of each on a day."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.models.delivery import WAITING, DeliveryState
from digest.storage.schema import deliveries, pruned_states

if TYPE_CHECKING:
    from datetime import date, datetime


def due(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a delivery can be claimed now."""
    later = deliveries.c.next_at.is_not(None) & (deliveries.c.next_at > now)
    return deliveries.c.state.in_(WAITING) & ~later


def states_of(db: sa.Connection, day: date, *, only: int | None = None) -> Counter[DeliveryState]:
    """Count a day's deliveries, or those of one subscriber, by state in the order of the states.

    Those of a day that were pruned count too.
    """
    query = (
        sa.select(deliveries.c.state, sa.func.count())
        .where(deliveries.c.day == day)
        .group_by(deliveries.c.state)
    )
    if only is not None:
        query = query.where(deliveries.c.subscriber_id == only)
    counted = Counter({DeliveryState(state): number for state, number in db.execute(query)})
    if only is None:
        pruned = sa.select(pruned_states.c.state, pruned_states.c.number).where(
            pruned_states.c.day == day
        )
        for state, number in db.execute(pruned):
            counted[DeliveryState(state)] += number
    return Counter({state: counted[state] for state in DeliveryState if counted[state]})
