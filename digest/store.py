"""What is known about papers: the tables, and the questions asked of them.

Papers merge by canonical id. Signals are kept per source and time of observation, and only when
they changed, so fetching a day twice changes nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.identity import title_key
from digest.merging import Work, Works, overlay
from digest.models import Links, Paper, Signals, SourceReport, SourceState
from digest.sources import PRECEDENCE
from subscribers.tables import UTCDateTime

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

metadata = sa.MetaData()


def _paper_id() -> sa.ForeignKey:
    # A paper known by its title only takes its real id when that becomes known.
    return sa.ForeignKey("papers.id", onupdate="CASCADE")


papers = sa.Table(
    "papers",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("title_key", sa.String, nullable=False, index=True),
    sa.Column("abstract", sa.String, nullable=False),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("author_count", sa.Integer),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("published_at", UTCDateTime),
    sa.Column("links", sa.JSON, nullable=False),
    # of the source that described it, see sources.PRECEDENCE
    sa.Column("precedence", sa.Integer, nullable=False),
)

sightings = sa.Table(
    "sightings",
    metadata,
    sa.Column("paper_id", _paper_id(), primary_key=True),
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("day", sa.Date, nullable=False, index=True),
    sa.Column("featured_at", UTCDateTime),
)

signals = sa.Table(
    "signals",
    metadata,
    sa.Column("paper_id", _paper_id(), primary_key=True),
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("observed_at", UTCDateTime, primary_key=True),
    sa.Column("upvotes", sa.Integer),
    sa.Column("comments", sa.Integer),
    sa.Column("stars", sa.Integer),
)

fetches = sa.Table(
    "fetches",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("fetched_at", UTCDateTime, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("declared", sa.Integer, nullable=False),
    sa.Column("parsed", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    sa.Column("other_days", sa.Integer, nullable=False),
    sa.Column("error", sa.String),
)


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """How a source's last fetch for a day went."""

    source: str
    state: SourceState
    at: datetime
    declared: int
    parsed: int
    rejected: int
    #: how many records were of other days
    other_days: int
    error: str | None


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A paper's signals as one source saw them at one time."""

    source: str
    at: datetime
    signals: Signals


class Store:
    """The papers in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        # Asks for the write lock at once: SQLite cannot wait for it in mid-transaction.
        self._writer = engine.execution_options(writes=True)

    def save(self, batch: Iterable[Paper], *, source: str, kind: str) -> int:
        """Merge one source's papers into what is known; return how many works are new.

        A record that has only a title is the known work of that title, if there is one; a record
        with a real id takes over the work of the same title that had none.
        """
        batch = list(batch)
        with self._writer.begin() as db:
            works = Works(_works(db, batch))
            identified = works.take_all(batch, PRECEDENCE[kind])
            for weak, strong in works.promoted.items():
                db.execute(papers.update().where(papers.c.id == weak).values(id=strong))
            if works.new:
                db.execute(papers.insert(), [_row(work) for work in works.new])
            for work in works.changed:
                db.execute(papers.update().where(papers.c.id == work.paper.id).values(_row(work)))
            _sight(db, identified, source)
            _observe(db, identified, source)
        return len(works.new)

    def record(self, report: SourceReport, *, at: datetime) -> None:
        """Keep how the fetch of a source went; the last one for a day counts."""
        row = {
            "fetched_at": at,
            "state": report.state,
            "declared": report.declared,
            "parsed": report.parsed,
            "rejected": len(report.rejected),
            "other_days": report.other_days,
            "error": report.error,
        }
        this = (fetches.c.day == report.day) & (fetches.c.source == report.source)
        with self._writer.begin() as db:
            if db.execute(fetches.update().where(this).values(row)).rowcount == 0:
                db.execute(fetches.insert().values(day=report.day, source=report.source, **row))

    def fetched(self, day: date) -> list[Fetched]:
        """Return how each source's fetch for a day went."""
        query = sa.select(fetches).where(fetches.c.day == day).order_by(fetches.c.source)
        with self._engine.connect() as db:
            return [
                Fetched(
                    source=row.source,
                    state=SourceState(row.state),
                    at=row.fetched_at,
                    declared=row.declared,
                    parsed=row.parsed,
                    rejected=row.rejected,
                    other_days=row.other_days,
                    error=row.error,
                )
                for row in db.execute(query)
            ]

    def papers(self, day: date | None = None) -> list[Paper]:
        """Return the papers featured on a day, or all, newest day first, then by id."""
        on_day = sa.select(sightings.c.paper_id).where(sightings.c.day == day)
        return self._papers(papers.c.id.in_(on_day) if day else sa.true())

    def counts(self, day: date) -> dict[str, int]:
        """Return how many papers each source has for a day."""
        query = (
            sa.select(sightings.c.source, sa.func.count())
            .where(sightings.c.day == day)
            .group_by(sightings.c.source)
        )
        with self._engine.connect() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    def paper(self, paper_id: str) -> Paper | None:
        """Return one paper by its canonical id."""
        return next(iter(self._papers(papers.c.id == paper_id)), None)

    def observations(self, paper_id: str) -> list[Observation]:
        """Return everything seen of a paper's signals, oldest first."""
        query = (
            sa.select(signals)
            .where(signals.c.paper_id == paper_id)
            .order_by(signals.c.observed_at, signals.c.source)
        )
        with self._engine.connect() as db:
            return [
                Observation(source=row.source, at=row.observed_at, signals=_signals(row))
                for row in db.execute(query)
            ]

    def days(self, *, until: date, most: int) -> list[date]:
        """Return the last days not after `until` that have papers, newest first."""
        query = (
            sa.select(sightings.c.day)
            .where(sightings.c.day <= until)
            .distinct()
            .order_by(sightings.c.day.desc())
            .limit(most)
        )
        with self._engine.connect() as db:
            return list(db.execute(query).scalars())

    def newest_day(self, *, until: date) -> date | None:
        """Return the last day not after `until` that has papers."""
        query = sa.select(sa.func.max(sightings.c.day)).where(sightings.c.day <= until)
        with self._engine.connect() as db:
            newest: date | None = db.execute(query).scalar_one()
        return newest

    def _papers(self, condition: sa.ColumnElement[bool]) -> list[Paper]:
        chosen = sa.select(papers.c.id).where(condition)
        seen_by: dict[str, list[Any]] = {}
        latest: dict[str, list[Any]] = {}
        with self._engine.connect() as db:
            rows = db.execute(sa.select(papers).where(condition)).all()
            for row in db.execute(
                sa.select(sightings)
                .where(sightings.c.paper_id.in_(chosen))
                .order_by(sightings.c.day, sightings.c.source)
            ):
                seen_by.setdefault(row.paper_id, []).append(row)
            for row in db.execute(
                sa.select(signals)
                .where(signals.c.paper_id.in_(chosen))
                .order_by(signals.c.observed_at, signals.c.source)
            ):
                latest.setdefault(row.paper_id, []).append(row)
        found = [_paper(row, seen_by[row.id], latest.get(row.id, [])) for row in rows]
        return sorted(found, key=lambda paper: (-paper.day.toordinal(), paper.id))


def _works(db: sa.Connection, batch: Sequence[Paper]) -> list[Work]:
    """Return the works that a batch may speak of: those of its ids and of its titles."""
    ids = {paper.id for paper in batch}
    keys = {title_key(paper.title) for paper in batch}
    found = {}
    for column, values in ((papers.c.id, ids), (papers.c.title_key, keys)):
        for row in _in_pieces(db, sa.select(papers), column, values):
            found[row.id] = Work(_paper(row, [], []), row.precedence)
    return list(found.values())


def _in_pieces(
    db: sa.Connection, query: sa.Select[Any], column: sa.Column[str], values: Iterable[str]
) -> Iterable[Any]:
    """Run a query for many values, 500 at a time: SQLite bounds the number of parameters."""
    ordered = sorted(values)
    for start in range(0, len(ordered), 500):
        yield from db.execute(query.where(column.in_(ordered[start : start + 500])))


def _sight(db: sa.Connection, batch: Sequence[Paper], source: str) -> None:
    """Note that the source had these papers; the first day it had one stays."""
    query = sa.select(sightings.c.paper_id).where(sightings.c.source == source)
    ids = {paper.id for paper in batch}
    known = {row.paper_id for row in _in_pieces(db, query, sightings.c.paper_id, ids)}
    rows = {
        paper.id: {
            "paper_id": paper.id,
            "source": source,
            "day": paper.day,
            "featured_at": paper.featured_at,
        }
        for paper in reversed(batch)
        if paper.id not in known
    }
    if rows:
        db.execute(sightings.insert(), list(rows.values()))


def _observe(db: sa.Connection, batch: Sequence[Paper], source: str) -> None:
    """Keep signals that differ from the last ones seen by the same source."""
    last: dict[str, tuple[datetime, Signals]] = {}
    query = sa.select(signals).where(signals.c.source == source).order_by(signals.c.observed_at)
    ids = {paper.id for paper in batch}
    for row in _in_pieces(db, query, signals.c.paper_id, ids):
        last[row.paper_id] = (row.observed_at, _signals(row))
    rows = []
    # Of several records of one work in a batch the last one counts, or they would take turns.
    newest = {paper.id: paper for paper in batch if paper.observed_at is not None}
    for paper in newest.values():
        seen_at, seen = last.get(paper.id, (None, None))
        if paper.signals != seen and paper.observed_at != seen_at:
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


def _row(work: Work) -> dict[str, Any]:
    paper = work.paper
    return {
        "id": paper.id,
        "title": paper.title,
        "title_key": title_key(paper.title),
        "abstract": paper.abstract,
        "authors": list(paper.authors),
        "author_count": paper.author_count,
        "categories": list(paper.categories),
        "published_at": paper.published_at,
        "links": {name: url for name, url in asdict(paper.links).items() if url},
        "precedence": work.precedence,
    }


def _paper(row: Any, seen: Sequence[Any], observed: Sequence[Any]) -> Paper:
    current = Signals()
    for observation in observed:
        current = overlay(current, _signals(observation))
    return Paper(
        id=row.id,
        title=row.title,
        abstract=row.abstract,
        authors=tuple(row.authors),
        author_count=row.author_count,
        categories=tuple(row.categories),
        published_at=row.published_at,
        day=min((sighting.day for sighting in seen), default=date.max),
        featured_at=next((sighting.featured_at for sighting in seen if sighting.featured_at), None),
        links=Links(**row.links),
        signals=current,
        observed_at=observed[-1].observed_at if observed else None,
        sources=tuple(sorted(sighting.source for sighting in seen)),
    )


def _signals(row: Any) -> Signals:
    return Signals(upvotes=row.upvotes, comments=row.comments, stars=row.stars)
