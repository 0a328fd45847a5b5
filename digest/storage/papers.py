"""The papers: what is known of each, from which source, and how it was announced.

Papers merge by canonical id, each field with the source that it came from. Signals are stored by
source and time, and only when they changed, so that fetching a day twice changes nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from digest.models.identity import title_key
from digest.models.merge import MergeBatch, MergedPaper, Origin, SourceAuthority, fill_missing
from digest.models.paper import (
    MERGED_FIELDS,
    Announcement,
    AnnounceType,
    Links,
    Paper,
    Signals,
)
from digest.storage.in_lists import rows_where_in
from digest.storage.schema import announcements, papers, sightings, signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_SIGNALS = tuple(field.name for field in fields(Signals))


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A paper's signals as one source had them at one time."""

    source: str
    at: datetime
    signals: Signals


class Saved(NamedTuple):
    """How many papers a batch added and described."""

    #: papers that were not known before
    new: int
    #: papers known before that the batch described
    merged: int
    #: updates and announcements that were left out, since their papers are not known
    left_out: int


class PaperStore:
    """The papers in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        # Asks for the write lock at once: SQLite cannot wait for it in mid-transaction.
        self._writer = engine.execution_options(writes=True)

    def save(
        self,
        batch: Iterable[Paper],
        *,
        source: str,
        authority: Callable[[str], int],
        updates: Iterable[Paper] = (),
        announced: Iterable[Announcement] = (),
    ) -> Saved:
        """Merge a source's batch into the known papers, see `models.merge`.

        Updates and announcements of unknown papers are left out. `authority` returns how much the
        source counts on a field of a paper, from 0 to 100.
        """
        records, more = list(batch), list(updates)
        by = SourceAuthority(source, authority)
        with self._writer.begin() as db:
            merging = MergeBatch(_known_papers(db, [*records, *more]))
            identified = merging.merge_all(records, by)
            updated = merging.update_all(more, by)
            for weak, strong in merging.reidentified.items():
                db.execute(papers.update().where(papers.c.id == weak).values(id=strong))
            new, changed = merging.new, merging.changed
            if new:
                db.execute(papers.insert(), [_row(merged) for merged in new])
            for merged in changed:
                db.execute(
                    papers.update().where(papers.c.id == merged.paper.id).values(_row(merged))
                )
            _sight(db, identified, source)
            _observe(db, [*identified, *updated], source)
            told = list(announced)
            left_out = len(more) - len(updated) + len(told) - _announce(db, told)
        described = {paper.id for paper in [*identified, *updated]}
        return Saved(new=len(new), merged=len(described) - len(new), left_out=left_out)

    def sighted(self, source: str, paper_ids: Iterable[str], *, before: date) -> set[str]:
        """Return which of these papers a source had on an earlier day."""
        query = sa.select(sightings.c.paper_id).where(
            sightings.c.source == source, sightings.c.day < before
        )
        with self._engine.connect() as db:
            return {row[0] for row in rows_where_in(db, query, sightings.c.paper_id, paper_ids)}

    def announced(self, category: str, paper_ids: Iterable[str], *, before: date) -> set[str]:
        """Return which of these papers were announced in a category on an earlier day."""
        query = sa.select(announcements.c.paper_id).where(
            announcements.c.category == category,
            announcements.c.day < before,
            announcements.c.type.in_([type_ for type_ in AnnounceType if type_.is_news]),
        )
        column = announcements.c.paper_id
        with self._engine.connect() as db:
            return {row[0] for row in rows_where_in(db, query, column, paper_ids)}

    def has_announcements(self, category: str, day: date) -> bool:
        """Whether anything is known to have been announced in a category on a day."""
        on_day = (announcements.c.category == category) & (announcements.c.day == day)
        with self._engine.connect() as db:
            return bool(db.execute(sa.select(sa.exists().where(on_day))).scalar_one())

    def announcements(self, paper_id: str) -> list[Announcement]:
        """Return how a paper was announced, first day first."""
        query = (
            sa.select(announcements)
            .where(announcements.c.paper_id == paper_id)
            .order_by(announcements.c.day, announcements.c.category)
        )
        with self._engine.connect() as db:
            return [
                Announcement(
                    paper_id=row.paper_id,
                    category=row.category,
                    day=row.day,
                    type=AnnounceType(row.type),
                    version=row.version,
                )
                for row in db.execute(query)
            ]

    def origins(self, paper_id: str) -> dict[str, Origin]:
        """Return which source each field of a paper came from."""
        query = sa.select(papers.c.origins).where(papers.c.id == paper_id)
        with self._engine.connect() as db:
            return _origins(db.execute(query).scalar() or {})

    def papers(self, day: date | None = None) -> list[Paper]:
        """Return the papers featured on a day, or all, newest day first, then by id.

        A paper that was featured on several days has the day that is asked for.
        """
        on_day = sa.select(sightings.c.paper_id).where(sightings.c.day == day)
        found = self._papers(papers.c.id.in_(on_day) if day else sa.true())
        return [replace(paper, day=day) for paper in found] if day else found

    def papers_between(self, first: date, last: date) -> list[Paper]:
        """Return the papers first featured on one of these days."""
        within = sa.select(sightings.c.paper_id).where(sightings.c.day.between(first, last))
        found = self._papers(papers.c.id.in_(within))
        return [paper for paper in found if first <= paper.day <= last]

    def withdrawn(self, *, since: date) -> list[Paper]:
        """Return the papers whose withdrawal was announced since a day."""
        return self._papers(papers.c.withdrawn_on >= since)

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
        """Return the history of a paper's signals, oldest first."""
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

    def days(self, *, until: date, limit: int) -> list[date]:
        """Return the last days not after `until` that have papers, newest first."""
        query = (
            sa.select(sightings.c.day)
            .where(sightings.c.day <= until)
            .distinct()
            .order_by(sightings.c.day.desc())
            .limit(limit)
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
        found = [_paper(row, seen_by.get(row.id, []), latest.get(row.id, [])) for row in rows]
        return sorted(found, key=lambda paper: (-paper.day.toordinal(), paper.id))


def _known_papers(db: sa.Connection, batch: Sequence[Paper]) -> list[MergedPaper]:
    """Return the known papers that have an id or a title of the batch."""
    ids = {paper.id for paper in batch}
    keys = {title_key(paper.title) for paper in batch}
    found = {}
    for column, values in ((papers.c.id, ids), (papers.c.title_key, keys)):
        for row in rows_where_in(db, sa.select(papers), column, values):
            found[row.id] = MergedPaper(_paper(row, [], []), _origins(row.origins))
    return list(found.values())


def _sight(db: sa.Connection, batch: Sequence[Paper], source: str) -> None:
    """Record that the source had these papers; the first day that it had one stays."""
    query = sa.select(sightings.c.paper_id).where(sightings.c.source == source)
    ids = {paper.id for paper in batch}
    known = {row.paper_id for row in rows_where_in(db, query, sightings.c.paper_id, ids)}
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
    """Store the signals that differ from the last ones of the same source."""
    last: dict[str, tuple[datetime, Signals]] = {}
    query = sa.select(signals).where(signals.c.source == source).order_by(signals.c.observed_at)
    ids = {paper.id for paper in batch}
    for row in rows_where_in(db, query, signals.c.paper_id, ids):
        last[row.paper_id] = (row.observed_at, _signals(row))
    rows = []
    # Of several records of one paper the last one counts, or a repeated fetch would add rows.
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


def _announce(db: sa.Connection, announced: Sequence[Announcement]) -> int:
    """Store new announcements of known papers; return how many are of known papers."""
    wanted = {(one.paper_id, one.category, one.day): one for one in announced}
    ids = {one.paper_id for one in wanted.values()}
    known = {row.id for row in rows_where_in(db, sa.select(papers.c.id), papers.c.id, ids)}
    noted = {
        (row.paper_id, row.category, row.day)
        for row in rows_where_in(db, sa.select(announcements), announcements.c.paper_id, ids)
    }
    rows = [
        {
            "paper_id": one.paper_id,
            "category": one.category,
            "day": one.day,
            "type": one.type,
            "version": one.version,
        }
        for key, one in wanted.items()
        if one.paper_id in known and key not in noted
    ]
    if rows:
        db.execute(announcements.insert(), rows)
    return sum(one.paper_id in known for one in announced)


def _row(merged: MergedPaper) -> dict[str, Any]:
    paper = merged.paper
    return {
        **{name: getattr(paper, name) for name in MERGED_FIELDS},
        "id": paper.id,
        "title_key": title_key(paper.title),
        "links": {name: url for name, url in asdict(paper.links).items() if url},
        "origins": {name: list(origin) for name, origin in merged.origins.items()},
    }


def _origins(stored: dict[str, Any]) -> dict[str, Origin]:
    return {name: Origin(*origin) for name, origin in stored.items()}


def _paper(row: Any, seen: Sequence[Any], observed: Sequence[Any]) -> Paper:
    current = Signals()
    for observation in observed:
        current = fill_missing(current, _signals(observation))
    described: dict[str, Any] = {name: getattr(row, name) for name in MERGED_FIELDS}
    lists = {name: tuple(value) for name, value in described.items() if isinstance(value, list)}
    return Paper(
        **described | lists,
        id=row.id,
        day=min((sighting.day for sighting in seen), default=date.max),
        featured_at=next((sighting.featured_at for sighting in seen if sighting.featured_at), None),
        links=Links(**row.links),
        signals=current,
        observed_at=observed[-1].observed_at if observed else None,
        sources=tuple(sorted(sighting.source for sighting in seen)),
    )


def _signals(row: Any) -> Signals:
    return Signals(**{name: getattr(row, name) for name in _SIGNALS})
