"""The figures of the operator's page: sums over days, and never a row for each reader.

Only what came back is read row by row, since a provider is known by an address.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from digest.models.delivery import DeliveryState
from digest.storage import explanations
from digest.storage.inbound_tables import bounces
from digest.storage.schema import (
    days,
    deliveries,
    edition_topics,
    editions,
    is_not_sent,
    pruned_states,
)
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date


class Returned(NamedTuple):
    """A mail that came back, or that was refused at once."""

    day: date
    address: str
    #: a class of bounces, a complaint, or empty if it was refused at once
    bounce_class: str


class AdminFigures:
    """Sums over an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine

    def issues(self, *, since: date | None = None) -> list[tuple[date, Counter[DeliveryState]]]:
        """Count the deliveries of each day by state, also those that were pruned.

        Most are sent: these are the rows of a day that are in no other state, which an index has.
        """
        found: defaultdict[date, Counter[DeliveryState]] = defaultdict(Counter)
        number = sa.func.count().label("number")
        rows = sa.select(deliveries.c.day, number).group_by(deliveries.c.day)
        others = (
            sa.select(deliveries.c.day, deliveries.c.state, number)
            .where(is_not_sent)
            .group_by(deliveries.c.day, deliveries.c.state)
        )
        pruned = sa.select(pruned_states)
        planned = sa.select(days.c.day).where(days.c.planned > 0)
        if since is not None:
            rows, others = (it.where(deliveries.c.day >= since) for it in (rows, others))
            pruned = pruned.where(pruned_states.c.day >= since)
            planned = planned.where(days.c.day >= since)
        with self._engine.connect() as db:
            for day in db.execute(planned).scalars():
                found[day] = Counter()
            for day, count in db.execute(rows):
                found[day][DeliveryState.SENT] += count
            for day, state, count in db.execute(others):
                found[day][DeliveryState.SENT] -= count
                found[day][DeliveryState(state)] += count
            for day, state, count in db.execute(pruned):
                found[day][DeliveryState(state)] += count
        return [(day, +found[day]) for day in sorted(found)]

    def returned(self, *, since: date | None = None) -> Iterator[Returned]:
        """Yield the mails of days that came back or were refused at once."""
        came_back = sa.select(
            bounces.c.day, subscribers.c.mailbox, bounces.c.bounce_class
        ).join_from(bounces, subscribers)
        refused = (
            sa.select(deliveries.c.day, subscribers.c.mailbox, sa.literal(""))
            .join_from(deliveries, subscribers)
            .where(is_not_sent, deliveries.c.state == DeliveryState.FAILED)
        )
        if since is not None:
            came_back = came_back.where(bounces.c.day >= since)
            refused = refused.where(deliveries.c.day >= since)
        with self._engine.connect() as db:
            for query in (came_back, refused):
                for row in db.execute(query.execution_options(yield_per=1000)):
                    yield Returned(*row)

    def picks(self, *, since: date) -> Mapping[str, Mapping[date, int]]:
        """Count the papers that mailed editions had for each topic, by day.

        Of the editions of a day the one with the most counts: the others are of readers who had
        missed some, or were made anew.
        """
        query = (
            sa.select(editions.c.day, edition_topics.c.topic, edition_topics.c.picks)
            .join_from(editions, edition_topics)
            .where(
                editions.c.day >= since,
                editions.c.mailed_at.is_not(None),
                editions.c.since.is_(None),
            )
        )
        found: defaultdict[str, dict[date, int]] = defaultdict(dict)
        with self._engine.connect() as db:
            for day, topic, picks in db.execute(query):
                of_topic = found[topic]
                of_topic[day] = max(of_topic.get(day, 0), len(explanations.load(picks)))
        return found
