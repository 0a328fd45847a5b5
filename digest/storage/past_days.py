"""The days of the store, and what was known of a day's papers on that day.

Only the signals have a history: what sources have added since to the description of a paper stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.merge import fill_missing
from digest.models.paper import Signals
from digest.storage.in_lists import rows_where_in
from digest.storage.schema import sightings, signals
from digest.storage.signals import read_signals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from digest.models.paper import Paper


class PastDays:
    """The days of an open database that have papers."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine

    def between(self, first: date, last: date) -> list[date]:
        """Return the days with papers from `first` to `last`, both included, oldest first."""
        query = sa.select(sightings.c.day).where(sightings.c.day.between(first, last)).distinct()
        with self._engine.connect() as db:
            return sorted(db.execute(query).scalars())

    def newest(self, number: int, *, until: date) -> list[date]:
        """Return the last days not after `until` that have papers, newest first."""
        query = (
            sa.select(sightings.c.day)
            .where(sightings.c.day <= until)
            .distinct()
            .order_by(sightings.c.day.desc())
            .limit(number)
        )
        with self._engine.connect() as db:
            return list(db.execute(query).scalars())

    def bounds(self) -> tuple[date, date] | None:
        """Return the first and the last day with papers, or None if there are none."""
        query = sa.select(sa.func.min(sightings.c.day), sa.func.max(sightings.c.day))
        with self._engine.connect() as db:
            first, last = db.execute(query).one()
        return None if first is None else (first, last)

    def as_first_read(self, papers: Sequence[Paper], *, before: datetime) -> list[Paper]:
        """Return papers with the signals that each source had when it was first read.

        Readings at `before` or later do not count; a paper without any other has no signals.
        """
        query = sa.select(signals).where(signals.c.observed_at < before)
        with self._engine.connect() as db:
            rows = list(
                rows_where_in(db, query, signals.c.paper_id, {paper.id for paper in papers})
            )
        first: dict[str, dict[str, Any]] = {}
        for row in sorted(rows, key=lambda row: (row.observed_at, row.source)):
            first.setdefault(row.paper_id, {}).setdefault(row.source, row)
        return [_with_readings(paper, list(first.get(paper.id, {}).values())) for paper in papers]


def _with_readings(paper: Paper, readings: Sequence[Any]) -> Paper:
    """Return a paper with what some readings say together, oldest first, and nothing else."""
    known = Signals()
    for reading in readings:
        known = fill_missing(known, read_signals(reading))
    observed_at = readings[-1].observed_at if readings else None
    return replace(paper, signals=known, observed_at=observed_at)
