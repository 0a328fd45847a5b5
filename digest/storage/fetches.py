"""How each source was fetched for each day, which is what an edition's coverage is made from.

The last fetch for a day counts. A day that was never fetched has no row, which is not the same as
fetched and empty.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.source import Channel, SourceReport, SourceState
from digest.storage.schema import fetches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class FetchRecord:
    """How a source was last fetched for a day."""

    source: str
    state: SourceState
    at: datetime
    declared: int
    parsed: int
    rejected: int
    #: how many records were of other days
    other_days: int
    #: how many papers were not known before
    new: int
    #: how many known papers the records described
    merged: int
    channels: tuple[Channel, ...]
    #: why the state is what it is, where the state alone does not say it
    reason: str | None
    #: what was not understood though no paper was lost, a sentence each
    warnings: tuple[str, ...] = ()
    #: when its votes were last read again, or that was tried
    recounted_at: datetime | None = None

    @property
    def error(self) -> str | None:
        """What went wrong."""
        return (self.reason or str(self.state)) if self.state.is_trouble else None


class FetchLog:
    """The fetches in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def record(self, report: SourceReport, *, at: datetime) -> None:
        """Store how a source was fetched; the last fetch for a day counts.

        A failure after a settled fetch leaves that one as it is, and adds a reason to it.
        """
        row: dict[str, Any] = {
            "fetched_at": at,
            "state": report.state,
            "declared": report.declared,
            "parsed": report.parsed,
            "rejected": len(report.rejected),
            "other_days": report.other_days,
            "new": report.new,
            "merged": report.merged,
            "channels": [asdict(channel) for channel in report.channels],
            "reason": report.reason,
            "warnings": list(report.warnings),
        }
        this = (fetches.c.day == report.day) & (fetches.c.source == report.source)
        with self._writer.begin() as db:
            before = db.execute(sa.select(fetches.c.state).where(this)).scalar()
            if report.error and before and SourceState(before).is_settled:
                row = {"reason": f"could not be read again: {report.error}"}
            if db.execute(fetches.update().where(this).values(row)).rowcount == 0:
                db.execute(fetches.insert().values(day=report.day, source=report.source, **row))

    def recount(self, source: str, day: date, *, at: datetime) -> None:
        """Store when the votes of a list were read again, or that was tried; no more changes."""
        this = (fetches.c.day == day) & (fetches.c.source == source)
        with self._writer.begin() as db:
            db.execute(fetches.update().where(this).values(recounted_at=at))

    def on(self, day: date) -> list[FetchRecord]:
        """Return how each source's fetch for a day went."""
        query = sa.select(fetches).where(fetches.c.day == day).order_by(fetches.c.source)
        with self._engine.connect() as db:
            return [_fetch_record(row) for row in db.execute(query)]

    def newest_of_each(self, *, since: date) -> dict[str, FetchRecord]:
        """Return the last fetch of each source, for any day since then."""
        query = sa.select(fetches).where(fetches.c.day >= since).order_by(fetches.c.fetched_at)
        with self._engine.connect() as db:
            return {row.source: _fetch_record(row) for row in db.execute(query)}

    def of(self, source: str, *, since: date, before: date) -> dict[date, FetchRecord]:
        """Return how a source was last fetched for each of some days."""
        query = sa.select(fetches).where(
            fetches.c.source == source, fetches.c.day >= since, fetches.c.day < before
        )
        with self._engine.connect() as db:
            return {row.day: _fetch_record(row) for row in db.execute(query)}

    def all(self, *, since: date | None = None) -> Iterator[tuple[date, FetchRecord]]:
        """Yield how each source was last fetched for each day, the oldest day first."""
        query = sa.select(fetches).order_by(fetches.c.day, fetches.c.source)
        if since is not None:
            query = query.where(fetches.c.day >= since)
        with self._engine.connect() as db:
            for row in db.execute(query.execution_options(yield_per=500)):
                yield row.day, _fetch_record(row)

    def newest(self, source: str) -> FetchRecord | None:
        """Return the record of a source that was written last, of any day; None without one."""
        query = sa.select(fetches).where(fetches.c.source == source)
        with self._engine.connect() as db:
            row = db.execute(query.order_by(fetches.c.fetched_at.desc()).limit(1)).first()
        return None if row is None else _fetch_record(row)

    def newest_time(self) -> datetime | None:
        """Return when a source was last read, of all times that are stored."""
        with self._engine.connect() as db:
            newest: datetime | None = db.execute(
                sa.select(sa.func.max(fetches.c.fetched_at))
            ).scalar_one()
        return newest

    def first(self, source: str) -> date | None:
        """Return the first day for which a source was fetched."""
        query = sa.select(sa.func.min(fetches.c.day)).where(fetches.c.source == source)
        with self._engine.connect() as db:
            first: date | None = db.execute(query).scalar_one()
        return first

    def last(self, source: str, *, before: date) -> date | None:
        """Return the last day before another for which a source was fetched."""
        query = sa.select(sa.func.max(fetches.c.day)).where(
            fetches.c.source == source, fetches.c.day < before
        )
        with self._engine.connect() as db:
            last: date | None = db.execute(query).scalar_one()
        return last


def _fetch_record(row: Any) -> FetchRecord:
    return FetchRecord(
        source=row.source,
        state=SourceState(row.state),
        at=row.fetched_at,
        declared=row.declared,
        parsed=row.parsed,
        rejected=row.rejected,
        other_days=row.other_days,
        new=row.new,
        merged=row.merged,
        channels=tuple(Channel(**channel) for channel in row.channels),
        reason=row.reason,
        warnings=tuple(row.warnings),
        recounted_at=row.recounted_at,
    )
