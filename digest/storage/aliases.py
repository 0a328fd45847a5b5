"""The other ids of papers, and papers that turn out to be one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.models.identity import spellings, strength
from digest.storage.in_lists import rows_where_in
from digest.storage.schema import aliases, feedback, metadata, papers, sightings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.models.paper import Paper


def find(db: sa.Connection, names: Iterable[str]) -> dict[str, str]:
    """Return the ids of the papers that have these ids, by each id that is known."""
    written = {name: spellings(name) for name in names}
    wanted = {spelling for some in written.values() for spelling in some}
    others = rows_where_in(db, sa.select(aliases), aliases.c.alias, wanted)
    own = rows_where_in(db, sa.select(papers.c.id), papers.c.id, wanted)
    known = {row.alias: row.paper_id for row in others} | {row.id: row.id for row in own}
    found = {name: next(filter(None, map(known.get, some)), None) for name, some in written.items()}
    return {name: paper_id for name, paper_id in found.items() if paper_id is not None}


def of_papers(db: sa.Connection, paper_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the aliases of papers, the strongest first, by the papers' ids."""
    found: dict[str, list[str]] = {}
    for row in rows_where_in(db, sa.select(aliases), aliases.c.paper_id, paper_ids):
        found.setdefault(row.paper_id, []).append(row.alias)
    return {paper_id: tuple(sorted(some, key=strength)) for paper_id, some in found.items()}


def save(db: sa.Connection, changed: Iterable[Paper]) -> None:
    """Store the aliases of papers; one that another paper had is taken from it."""
    wanted = {alias: paper.id for paper in changed for alias in paper.aliases}
    before = {
        row.alias: row.paper_id
        for row in rows_where_in(db, sa.select(aliases), aliases.c.alias, wanted)
    }
    for alias, paper_id in wanted.items():
        if before.get(alias, paper_id) != paper_id:
            moved = aliases.update().where(aliases.c.alias == alias)
            db.execute(moved.values(paper_id=paper_id))
    rows = [
        {"alias": alias, "paper_id": paper_id}
        for alias, paper_id in wanted.items()
        if alias not in before
    ]
    if rows:
        db.execute(aliases.insert(), rows)


def rename(db: sa.Connection, former: str, now: str) -> None:
    """Give a paper another id, which may have been an alias."""
    db.execute(aliases.delete().where(aliases.c.alias == now))
    db.execute(papers.update().where(papers.c.id == former).values(id=now))
    _move(db, feedback.c.paper_id, former, now)


def absorb(db: sa.Connection, absorbed: Mapping[str, str]) -> None:
    """Give papers all that is stored of others that are the same, and remove these.

    Of two rows that would be one, the one of the paper that stays is kept; of two sightings by one
    source it keeps the earlier day.
    """
    for gone, kept in absorbed.items():
        _keep_first_days(db, gone, kept)
        for table in metadata.sorted_tables:
            for column in table.columns:
                if column.references(papers.c.id):
                    _move(db, column, gone, kept)
        _move(db, feedback.c.paper_id, gone, kept)
        db.execute(papers.delete().where(papers.c.id == gone))


def _keep_first_days(db: sa.Connection, gone: str, kept: str) -> None:
    both = sa.select(sightings).where(sightings.c.paper_id.in_([gone, kept]))
    rows = {(row.paper_id, row.source): row for row in db.execute(both)}
    for (paper_id, source), row in rows.items():
        other = rows.get((kept, source))
        if paper_id == gone and other is not None and row.day < other.day:
            mine = (sightings.c.paper_id == kept) & (sightings.c.source == source)
            values = {"day": row.day, "featured_at": row.featured_at}
            db.execute(sightings.update().where(mine).values(values))


def _move(db: sa.Connection, column: sa.Column[str], gone: str, kept: str) -> None:
    """Let the rows of a table name another paper, but remove those that it has already."""
    table = column.table
    keys = [key for key in table.primary_key.columns if key is not column]
    if column.primary_key:
        other = table.alias()
        same = [other.c[key.name] == key for key in keys]
        there = sa.exists().where(other.c[column.name] == kept, *same)
        db.execute(sa.delete(table).where(column == gone, there))
    db.execute(sa.update(table).where(column == gone).values({column.name: kept}))
