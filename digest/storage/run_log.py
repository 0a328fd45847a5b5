"""What each run did: a row when it begins, and the rest when it ends. A killed run has no end."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import WAITING, DeliveryState, WorkerHost
from digest.storage.run_tables import runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

#: How long a run is remembered.
KEPT = timedelta(days=400)
RUN, RETRY = "run", "retry"
#: What follows these where only one reader was served.
ONLY = " --only"


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What a run did, once it has ended."""

    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    #: papers of the day; None where it read none
    papers: int | None = None
    #: seconds of each step, by its name, see `digest.app.steps`
    steps: Mapping[str, float] = field(default_factory=dict)
    #: sources that could not be read in full, when they were last read
    failed_sources: tuple[str, ...] = ()
    #: whether nothing is left to do
    is_complete: bool = True
    #: why it, or one before it whose mails wait still, stopped before all mails had left
    stopped: str | None = None
    #: why it could not be done
    error: str | None = None
    #: that nobody was mailed, where no calendar explains it
    silence: str | None = None

    @property
    def sent(self) -> int:
        """How many mails left."""
        return self.counts.get(DeliveryState.SENT, 0)

    @property
    def waiting(self) -> int:
        """How many mails wait for the next run."""
        return sum(self.counts.get(state, 0) for state in WAITING)


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """A run as it is recorded."""

    id: int
    #: run or retry, and whether for one reader
    what: str
    #: whose mails it sent, or the one that is silent; None for a retry of all days
    day: date | None
    started_at: datetime
    #: the process that it ran in
    process: WorkerHost
    #: None while it goes on, and for ever if it was killed
    ended_at: datetime | None = None
    result: RunResult | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None


class RunLog:
    """The runs in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def begin(self, what: str, day: date | None, process: WorkerHost, *, now: datetime) -> int:
        """Record that a run began, and forget the oldest; return its id."""
        row = {"what": what, "day": day, "started_at": now, **asdict(process)}
        with self._writer.begin() as db:
            db.execute(runs.delete().where(runs.c.started_at < now - KEPT))
            (run_id,) = db.execute(runs.insert().values(row)).inserted_primary_key or (0,)
        return int(run_id)

    def end(self, run_id: int, result: RunResult, *, day: date | None, now: datetime) -> None:
        """Record how a run ended, and of which day it was."""
        values = {**asdict(result), "counts": dict(result.counts), "ended_at": now, "day": day}
        values["failed_sources"] = list(result.failed_sources)
        with self._writer.begin() as db:
            db.execute(runs.update().where(runs.c.id == run_id).values(values))

    def count_topics(self, run_id: int, readers: Mapping[str, int]) -> None:
        """Record how many confirmed readers each topic had at the end of a run."""
        values = {"topic_readers": dict(readers)}
        with self._writer.begin() as db:
            db.execute(runs.update().where(runs.c.id == run_id).values(values))

    def topic_readers(self) -> tuple[datetime, Mapping[str, int]] | None:
        """Return when the readers of topics were counted last, and how many each had."""
        query = sa.select(runs.c.ended_at, runs.c.topic_readers).where(
            runs.c.topic_readers.is_not(sa.null()), runs.c.ended_at.is_not(None)
        )
        with self._engine.connect() as db:
            row = db.execute(query.order_by(runs.c.id.desc()).limit(1)).first()
        return None if row is None else (row.ended_at, row.topic_readers)

    def forget(self, run_id: int) -> None:
        """Remove a run that left all to another one."""
        with self._writer.begin() as db:
            db.execute(runs.delete().where(runs.c.id == run_id))

    def last(self, most: int) -> list[RunRecord]:
        """Return the newest runs, the oldest of them first."""
        query = sa.select(runs).order_by(runs.c.id.desc()).limit(most)
        with self._engine.connect() as db:
            return [_record(row) for row in db.execute(query)][::-1]

    def around(self, day: date, *, begin: datetime, end: datetime) -> list[RunRecord]:
        """Return the runs of a day, and those that began in a time, the oldest first."""
        began = (runs.c.started_at >= begin) & (runs.c.started_at < end)
        query = sa.select(runs).where((runs.c.day == day) | began).order_by(runs.c.id)
        with self._engine.connect() as db:
            return [_record(row) for row in db.execute(query)]

    def ended(self, *, since: datetime | None = None) -> Iterator[RunRecord]:
        """Yield the runs that have ended, the oldest first."""
        query = sa.select(runs).where(runs.c.ended_at.is_not(None)).order_by(runs.c.id)
        if since is not None:
            query = query.where(runs.c.started_at >= since)
        with self._engine.connect() as db:
            for row in db.execute(query.execution_options(yield_per=500)):
                yield _record(row)

    def begins_at(self) -> datetime | None:
        """Return when the oldest run began that is remembered."""
        query = sa.select(runs.c.started_at).order_by(runs.c.id).limit(1)
        with self._engine.connect() as db:
            return db.execute(query).scalar()

    def last_ended(self, *, complete: bool | None = None) -> RunRecord | None:
        """Return the newest run that has ended, or the newest that left nothing to do.

        Those for one reader do not count.
        """
        query = sa.select(runs).where(runs.c.ended_at.is_not(None), _IS_FOR_ALL)
        if complete is not None:
            query = query.where(runs.c.is_complete.is_(complete))
        with self._engine.connect() as db:
            row = db.execute(query.order_by(runs.c.id.desc()).limit(1)).first()
        return None if row is None else _record(row)

    def last_day(self) -> date | None:
        """Return the day whose mails the newest run for everybody dealt with that had any."""
        had_mails = sa.cast(runs.c.counts, sa.String) != "{}"
        query = sa.select(runs.c.day).where(had_mails, runs.c.what == RUN, runs.c.day.is_not(None))
        with self._engine.connect() as db:
            return db.execute(query.order_by(runs.c.id.desc()).limit(1)).scalar()

    def day_of_silence(self, silence: str) -> date | None:
        """Return the day that is silent, by the first run that has these words for it."""
        query = sa.select(runs.c.day).where(runs.c.silence == silence, runs.c.day.is_not(None))
        with self._engine.connect() as db:
            return db.execute(query.order_by(runs.c.id).limit(1)).scalar()

    def number(self) -> int:
        """Return how many runs there ever were."""
        with self._engine.connect() as db:
            return db.execute(sa.select(sa.func.max(runs.c.id))).scalar() or 0


_IS_FOR_ALL = runs.c.what.in_((RUN, RETRY))


def _record(row: Any) -> RunRecord:
    result = None
    if row.ended_at is not None:
        result = RunResult(
            counts={DeliveryState(state): number for state, number in row.counts.items()},
            papers=row.papers,
            steps=row.steps,
            failed_sources=tuple(row.failed_sources),
            is_complete=row.is_complete,
            stopped=row.stopped,
            error=row.error,
            silence=row.silence,
        )
    return RunRecord(
        id=row.id,
        what=row.what,
        day=row.day,
        started_at=row.started_at,
        process=WorkerHost(host=row.host, boot=row.boot, pid=row.pid),
        ended_at=row.ended_at,
        result=result,
    )
