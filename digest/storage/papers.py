"""The papers: what is known of each, from which source, and how it was announced.

Papers merge by their ids (see `models.merge`), each field with the source that it came from.
Signals are stored by source and time, and only when they changed, so that fetching a day twice
changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from digest.models.identity import addresses, title_key
from digest.models.merge import MergeBatch, MergedPaper, Origin, SourceAuthority, fill_missing
from digest.models.paper import (
    MERGED_FIELDS,
    Announcement,
    AnnounceType,
    Links,
    Paper,
    Signals,
)
from digest.storage import aliases
from digest.storage.in_lists import pieces, rows_where_in
from digest.storage.schema import announcements, papers, sightings, signals
from digest.storage.signals import observe, read_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


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
        may_join: bool = True,
        is_featured: bool = True,
        now: datetime | None = None,
    ) -> Saved:
        """Merge a source's batch into the known papers, see `models.merge`.

        Updates and announcements of unknown papers are left out. `authority` returns how much the
        source counts on a field of a paper, from 0 to 100. Unless updates `may_join`, none makes
        two known papers one. Unless the batch `is_featured`, its papers have no day and are in no
        edition: somebody asked for them. With `now`, signals of these papers that are stored with a
        later time, from when the clock was ahead, no longer count as the newest.
        """
        records, more = list(batch), list(updates)
        by = SourceAuthority(source, authority)
        with self._writer.begin() as db:
            merging = MergeBatch(_known_papers(db, [*records, *more]))
            identified = merging.merge_all(records, by)
            updated = merging.update_all(more, by, may_join=may_join)
            aliases.absorb(db, merging.absorbed)
            for former, current in merging.reidentified.items():
                aliases.rename(db, former, current)
            new, changed = merging.new, merging.changed
            if new:
                db.execute(papers.insert(), [_row(merged) for merged in new])
            for merged in changed:
                db.execute(
                    papers.update().where(papers.c.id == merged.paper.id).values(_row(merged))
                )
            aliases.save(db, [merged.paper for merged in [*new, *changed]])
            if is_featured:
                _sight(db, identified, source)
            observe(db, [*identified, *updated], source, now=now)
            told = [replace(it, paper_id=merging.known_as(it.paper_id)) for it in announced]
            left_out = len(more) - len(updated) + len(told) - _announce(db, told)
        described = {paper.id for paper in [*identified, *updated]}
        return Saved(new=len(new), merged=len(described) - len(new), left_out=left_out)

    def known(self, paper_ids: Iterable[str]) -> set[str]:
        """Return which of some ids name a paper that is stored."""
        with self._engine.connect() as db:
            return set(aliases.find(db, paper_ids))

    def sighted(self, source: str, paper_ids: Iterable[str], *, before: date) -> set[str]:
        """Return which of these papers, by any id, a source had on an earlier day."""
        query = sa.select(sightings.c.paper_id).where(
            sightings.c.source == source, sightings.c.day < before
        )
        return self._named_in(query, sightings.c.paper_id, paper_ids)

    def announced(self, category: str, paper_ids: Iterable[str], *, before: date) -> set[str]:
        """Return which of these papers, by any id, were announced in a category before a day."""
        query = sa.select(announcements.c.paper_id).where(
            announcements.c.category == category,
            announcements.c.day < before,
            announcements.c.type.in_([type_ for type_ in AnnounceType if type_.is_news]),
        )
        return self._named_in(query, announcements.c.paper_id, paper_ids)

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
        """Return the papers featured on a day, or on any, newest day first, then by id.

        A paper that was featured on several days has the day that is asked for.
        """
        featured = sa.select(sightings.c.paper_id)
        on_day = featured.where(sightings.c.day == day) if day else featured
        found = self._papers(papers.c.id.in_(on_day))
        return [replace(paper, day=day) for paper in found] if day else found

    def count(self, day: date) -> int:
        """Count the papers featured on a day."""
        number = sa.func.count(sa.distinct(sightings.c.paper_id))
        with self._engine.connect() as db:
            return db.execute(sa.select(number).where(sightings.c.day == day)).scalar_one()

    def papers_between(self, first: date, last: date) -> list[Paper]:
        """Return the papers first featured on one of these days."""
        within = sa.select(sightings.c.paper_id).where(sightings.c.day.between(first, last))
        found = self._papers(papers.c.id.in_(within))
        return [paper for paper in found if first <= paper.day <= last]

    def texts_between(self, first: date, last: date, *, most: int) -> list[Paper]:
        """Return what the newest papers of these days, at most `most`, say of their subjects.

        A paper has its id, title, abstract, keywords, summary and categories, and the first day on
        which it was featured; nothing else of it is read.
        """
        featured = sa.func.min(sightings.c.day).label("day")
        texts = (papers.c.title, papers.c.abstract, papers.c.keywords, papers.c.tldr)
        query = (
            sa.select(papers.c.id, *texts, papers.c.categories, featured)
            .join_from(papers, sightings)
            .where(sightings.c.day.between(first, last))
            .group_by(papers.c.id)
            .order_by(featured.desc(), papers.c.id.desc())
            .limit(most)
        )
        with self._engine.connect() as db:
            return [
                Paper(
                    id=row.id,
                    title=row.title,
                    abstract=row.abstract,
                    keywords=tuple(row.keywords),
                    tldr=row.tldr,
                    categories=tuple(row.categories),
                    day=row.day,
                )
                for row in db.execute(query)
            ]

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

    def paper(self, name: str) -> Paper | None:
        """Return one paper by its canonical id or an alias."""
        with self._engine.connect() as db:
            paper_id = aliases.find(db, [name]).get(name)
        return next(iter(self._papers(papers.c.id == paper_id)), None)

    def named(self, names: Iterable[str]) -> dict[str, Paper]:
        """Return the papers that canonical ids or aliases name, by these names.

        Unknown ones are left out.
        """
        with self._engine.connect() as db:
            ids = aliases.find(db, names)
        by_id: dict[str, Paper] = {}
        for some in pieces(ids.values()):
            by_id |= {paper.id: paper for paper in self._papers(papers.c.id.in_(some))}
        return {name: by_id[paper_id] for name, paper_id in ids.items() if paper_id in by_id}

    def observations(self, paper_id: str) -> list[Observation]:
        """Return the history of a paper's signals, oldest first."""
        query = (
            sa.select(signals)
            .where(signals.c.paper_id == paper_id)
            .order_by(signals.c.observed_at, signals.c.source)
        )
        with self._engine.connect() as db:
            return [
                Observation(source=row.source, at=row.observed_at, signals=read_signals(row))
                for row in db.execute(query)
            ]

    def newest_day(self, *, until: date) -> date | None:
        """Return the last day not after `until` that has papers."""
        query = sa.select(sa.func.max(sightings.c.day)).where(sightings.c.day <= until)
        with self._engine.connect() as db:
            newest: date | None = db.execute(query).scalar_one()
        return newest

    def _named_in(
        self, query: sa.Select[Any], column: sa.Column[Any], names: Iterable[str]
    ) -> set[str]:
        """Return which of some ids name a paper that a query of papers' ids finds."""
        with self._engine.connect() as db:
            ids = aliases.find(db, names)
            found = {row[0] for row in rows_where_in(db, query, column, ids.values())}
        return {name for name, paper_id in ids.items() if paper_id in found}

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
            named = aliases.of_papers(db, [row.id for row in rows])
        found = [
            _with_addresses(
                _paper(row, named.get(row.id, ()), seen_by.get(row.id, []), latest.get(row.id, []))
            )
            for row in rows
        ]
        return sorted(found, key=lambda paper: (-paper.day.toordinal(), paper.id))


def _known_papers(db: sa.Connection, batch: Sequence[Paper]) -> list[MergedPaper]:
    """Return the known papers that have an id or a title of the batch."""
    ids = aliases.find(db, {name for paper in batch for name in (paper.id, *paper.aliases)})
    keys = {title_key(paper.title) for paper in batch if paper.title}
    rows: dict[str, Any] = {}
    for column, values in ((papers.c.id, ids.values()), (papers.c.title_key, keys)):
        rows |= {row.id: row for row in rows_where_in(db, sa.select(papers), column, values)}
    named = aliases.of_papers(db, rows)
    return [
        MergedPaper(_paper(row, named.get(row.id, ()), [], []), _origins(row.origins))
        for row in rows.values()
    ]


def _with_addresses(paper: Paper) -> Paper:
    """Return a paper with the addresses that follow from its ids, where no source gave any."""
    if paper.links.abs and paper.links.pdf:
        return paper
    known = Links(**addresses((paper.id, *paper.aliases)))
    return replace(paper, links=fill_missing(known, paper.links))


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
        "links": {name: url for name, url in vars(paper.links).items() if url},
        "origins": {name: list(origin) for name, origin in merged.origins.items()},
    }


def _origins(stored: dict[str, Any]) -> dict[str, Origin]:
    return {name: Origin(*origin) for name, origin in stored.items()}


def _paper(row: Any, named: tuple[str, ...], seen: Sequence[Any], observed: Sequence[Any]) -> Paper:
    current = Signals()
    for observation in observed:
        current = fill_missing(current, read_signals(observation))
    described: dict[str, Any] = {name: getattr(row, name) for name in MERGED_FIELDS}
    lists = {name: tuple(value) for name, value in described.items() if isinstance(value, list)}
    return Paper(
        **described | lists,
        id=row.id,
        aliases=named,
        day=min((sighting.day for sighting in seen), default=date.max),
        featured_at=next((sighting.featured_at for sighting in seen if sighting.featured_at), None),
        links=Links(**row.links),
        signals=current,
        observed_at=observed[-1].observed_at if observed else None,
        sources=tuple(sorted(sighting.source for sighting in seen)),
    )
