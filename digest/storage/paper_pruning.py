"""Old papers shrink to what keeps them from being shown twice, and old votes to what is needed.

A paper that no edition has was shown to nobody, so it goes as a whole. Of any other its ids, title
and authors stay, with the days and the editions that had it: by these it is recognised whatever
source brings it again. Its texts go; a page of the archive has them in its edition. A paper of
which a reader said something stays as it is.

Of the votes that a source had counted before a time the first and the last count stay: what a paper
began with, and what it had at any time since.

Papers are pruned by the days on which they were featured, some days in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.storage.in_lists import pieces, rows_where_in
from digest.storage.schema import (
    announcements,
    edition_papers,
    feedback,
    paper_vectors,
    papers,
    sightings,
    signals,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

#: What goes of a paper that stays.
_TEXTS: dict[str, Any] = {"abstract": "", "keywords": [], "tldr": "", "comment": ""}


@dataclass(frozen=True, kw_only=True)
class OldPapers:
    """The papers of some days that are to be pruned, by their ids."""

    #: those that no edition has
    unused: frozenset[str]
    #: those whose texts go
    to_shorten: frozenset[str]


class PaperPruning:
    """Prunes the papers and the votes of an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def days(self, *, before: date, since: date | None = None) -> list[date]:
        """Return the days before another on which papers were featured, oldest first."""
        query = sa.select(sightings.c.day).where(sightings.c.day < before).distinct()
        if since is not None:
            query = query.where(sightings.c.day >= since)
        with self._engine.connect() as db:
            return sorted(db.execute(query).scalars())

    def old(self, first: date, last: date, *, before: date, spared: Collection[str]) -> OldPapers:
        """Return the papers of some days that no source featured since, but for some by id."""
        with self._engine.connect() as db:
            return _old(db, first, last, before, spared)

    def prune(self, first: date, last: date, *, before: date, spared: Collection[str]) -> OldPapers:
        """Prune what `old` returns."""
        with self._writer.begin() as db:
            found = _old(db, first, last, before, spared)
            for some in pieces(found.unused):
                for column in (
                    signals.c.paper_id, announcements.c.paper_id, sightings.c.paper_id, papers.c.id,
                ):  # fmt: skip
                    db.execute(column.table.delete().where(column.in_(some)))
            origins = sa.select(papers.c.id, papers.c.origins)
            for row in list(rows_where_in(db, origins, papers.c.id, found.to_shorten)):
                kept = {name: one for name, one in row.origins.items() if name not in _TEXTS}
                this = papers.update().where(papers.c.id == row.id)
                db.execute(this.values(**_TEXTS, origins=kept))
            for some in pieces(found.to_shorten):
                db.execute(paper_vectors.delete().where(paper_vectors.c.paper_id.in_(some)))
        return found

    def old_votes(self, first: date, last: date, *, before: datetime) -> int:
        """Count the votes that `prune_votes` would delete."""
        query = sa.select(sa.func.count()).select_from(_between(first, last, before).subquery())
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def prune_votes(self, first: date, last: date, *, before: datetime) -> int:
        """Delete what was counted between the first and the last time before `before`.

        Args:
            first: the first of the days on which the papers were featured.
            last: the last of them.
            before: what was counted later stays.

        Returns:
            How many rows that were.

        """
        key = sa.tuple_(signals.c.paper_id, signals.c.source, signals.c.observed_at)
        with self._writer.begin() as db:
            old = key.in_(_between(first, last, before))
            return db.execute(signals.delete().where(old)).rowcount


def _old(
    db: sa.Connection, first: date, last: date, before: date, spared: Collection[str]
) -> OldPapers:
    later = sightings.alias()
    featured_since = sa.exists().where(later.c.paper_id == papers.c.id, later.c.day >= before)
    judged = sa.exists().where(feedback.c.paper_id == papers.c.id)
    in_edition = sa.exists().where(edition_papers.c.paper_id == papers.c.id).label("in_edition")
    has_texts = sa.or_(papers.c.abstract != "", papers.c.tldr != "", papers.c.comment != "")
    query = sa.select(papers.c.id, in_edition, has_texts.label("has_texts")).where(
        papers.c.id.in_(
            sa.select(sightings.c.paper_id).where(sightings.c.day.between(first, last))
        ),
        ~featured_since,
        ~judged,
    )
    rows = [row for row in db.execute(query) if row.id not in spared]
    return OldPapers(
        unused=frozenset(row.id for row in rows if not row.in_edition),
        to_shorten=frozenset(row.id for row in rows if row.in_edition and row.has_texts),
    )


def _between(first: date, last: date, before: datetime) -> sa.Select[Any]:
    """Select the keys of votes that have an earlier one, and a later one that is old too."""
    earlier, later = signals.alias(), signals.alias()

    def same(other: Any) -> sa.ColumnElement[bool]:
        found: sa.ColumnElement[bool] = (other.c.paper_id == signals.c.paper_id) & (
            other.c.source == signals.c.source
        )
        return found

    featured = sa.select(sightings.c.paper_id).where(sightings.c.day.between(first, last))
    return sa.select(signals.c.paper_id, signals.c.source, signals.c.observed_at).where(
        signals.c.paper_id.in_(featured),
        signals.c.observed_at < before,
        sa.exists().where(same(earlier), earlier.c.observed_at < signals.c.observed_at),
        sa.exists().where(
            same(later), later.c.observed_at > signals.c.observed_at, later.c.observed_at < before
        ),
    )
