"""The votes of earlier papers: what they have by now, and what they had at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.paper import Paper, Signals
from digest.storage.in_lists import rows_where_in
from digest.storage.schema import papers, sightings, signals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

#: Votes of so many papers are read at most, the newest days first: half a year of 100 a day.
MOST = 20_000


class VoteHistory:
    """The votes in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine

    def voted(self, *, since: date, before: date) -> list[Paper]:
        """Return the papers of some days that have votes, with the last known ones.

        Of each paper only what is needed to learn from votes: title, authors, day, votes, and when
        they were read. The day is the one on which the source that counts votes had it. Withdrawn
        papers are left out.
        """
        newest = (
            sa.select(
                signals.c.paper_id,
                signals.c.source,
                sa.func.max(signals.c.observed_at).label("observed_at"),
            )
            .where(signals.c.upvotes.is_not(None))
            .group_by(signals.c.paper_id, signals.c.source)
            .subquery()
        )
        query = (
            sa.select(
                papers.c.id,
                papers.c.title,
                papers.c.authors,
                papers.c.author_count,
                sightings.c.day,
                sightings.c.featured_at,
                signals.c.upvotes,
                signals.c.observed_at,
            )
            .join_from(sightings, papers)
            .join(newest, _same(newest.c, sightings.c))
            .join(
                signals,
                _same(signals.c, newest.c) & (signals.c.observed_at == newest.c.observed_at),
            )
            .where(
                sightings.c.day >= since, sightings.c.day < before, papers.c.withdrawn_on.is_(None)
            )
            .order_by(sightings.c.day.desc(), papers.c.id, signals.c.observed_at.desc())
            .limit(MOST)
        )
        found: dict[str, Paper] = {}
        with self._engine.connect() as db:
            for row in db.execute(query):
                found.setdefault(row.id, _voted(row))
        return list(found.values())

    def read_at(self, day: date) -> datetime | None:
        """Return when a vote of a day's list was last seen to change; None if it has no votes."""
        query = (
            sa.select(sa.func.max(signals.c.observed_at))
            .join_from(signals, sightings, _same(signals.c, sightings.c))
            .where(sightings.c.day == day, signals.c.upvotes.is_not(None))
        )
        with self._engine.connect() as db:
            read_at: datetime | None = db.execute(query).scalar_one()
        return read_at

    def at(self, moments: Mapping[str, datetime]) -> dict[str, int]:
        """Return the votes that papers had at a time, by id; unknown ones are left out."""
        query = (
            sa.select(signals.c.paper_id, signals.c.observed_at, signals.c.upvotes)
            .where(signals.c.upvotes.is_not(None))
            .order_by(signals.c.observed_at)
        )
        with self._engine.connect() as db:
            return {
                row.paper_id: row.upvotes
                for row in rows_where_in(db, query, signals.c.paper_id, moments)
                if row.observed_at <= moments[row.paper_id]
            }


def _same(one: Any, other: Any) -> sa.ColumnElement[bool]:
    same: sa.ColumnElement[bool] = (one.paper_id == other.paper_id) & (one.source == other.source)
    return same


def _voted(row: Any) -> Paper:
    return Paper(
        id=row.id,
        title=row.title,
        abstract="",
        authors=tuple(row.authors),
        author_count=row.author_count,
        day=row.day,
        featured_at=row.featured_at,
        signals=Signals(upvotes=row.upvotes),
        observed_at=row.observed_at,
    )
