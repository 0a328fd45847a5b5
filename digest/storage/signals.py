"""The signals of papers: how often a source had seen each voted for, discussed, starred and cited.

They are stored by source and time, and only when they changed. The newest count, so none may have
a time in the future: it would be the newest for ever. Some have one all the same, if the clock of
the machine was ahead, or if they were stored before that was known.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.paper import Paper, Signals
from digest.storage.in_lists import rows_where_in
from digest.storage.schema import signals

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGNALS = tuple(field.name for field in fields(Signals))


def read_signals(row: Any) -> Signals:
    """Return the signals of a row of the table."""
    return Signals(**{name: getattr(row, name) for name in _SIGNALS})


def observe(
    db: sa.Connection, batch: Sequence[Paper], source: str, *, now: datetime | None = None
) -> None:
    """Store the signals that differ from the last ones of the same source.

    With `now`, signals that are stored with a later time are taken back first. Signals of their
    papers are then stored in any case, to come after those that were taken back.
    """
    ahead = _take_back(db, batch, source, now=now) if now else set()
    last: dict[str, Signals] = {}
    known: set[tuple[str, datetime]] = set()
    query = sa.select(signals).where(signals.c.source == source).order_by(signals.c.observed_at)
    ids = {paper.id for paper in batch}
    for row in rows_where_in(db, query, signals.c.paper_id, ids):
        last[row.paper_id] = read_signals(row)
        known.add((row.paper_id, row.observed_at))
    rows = []
    # Of several records of one paper the last one counts, or a repeated fetch would add rows.
    newest = {paper.id: paper for paper in batch if paper.observed_at is not None}
    for paper in newest.values():
        is_news = paper.signals != last.get(paper.id) or paper.id in ahead
        if is_news and (paper.id, paper.observed_at) not in known:
            rows.append(
                {
                    "paper_id": paper.id,
                    "source": source,
                    "observed_at": paper.observed_at,
                    **asdict(paper.signals),
                }
            )
    if rows:
        db.execute(signals.insert(), rows)


def _take_back(
    db: sa.Connection, batch: Sequence[Paper], source: str, *, now: datetime
) -> set[str]:
    """Take back signals that were stored with a time later than now; return their papers.

    Those of the same source are read anew, so they go. Of each other source, the newest are kept
    as if they were read just before; so they fill in what this source does not know.
    """
    ids = {paper.id for paper in batch if paper.observed_at is not None}
    query = sa.select(signals).where(signals.c.observed_at > now).order_by(signals.c.observed_at)
    ahead = list(rows_where_in(db, query, signals.c.paper_id, ids))
    if not ahead:
        return set()
    newest = {(row.paper_id, row.source): row for row in ahead if row.source != source}
    for row in ahead:
        this = (
            (signals.c.paper_id == row.paper_id)
            & (signals.c.source == row.source)
            & (signals.c.observed_at == row.observed_at)
        )
        db.execute(signals.delete().where(this))
    before = min(paper.observed_at for paper in batch if paper.observed_at is not None)
    just_before = before - timedelta(microseconds=1)
    for (paper_id, other), row in newest.items():
        known = (
            (signals.c.paper_id == paper_id)
            & (signals.c.source == other)
            & (signals.c.observed_at == just_before)
        )
        db.execute(signals.delete().where(known))
        values = {**row._mapping, "observed_at": just_before}  # noqa: SLF001 (its public interface)
        db.execute(signals.insert().values(values))
    return {row.paper_id for row in ahead}
