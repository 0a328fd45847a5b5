"""Stored editions: a second attempt at a mail gives the same bytes as the first."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.errors import NotFoundError
from digest.models.delivery import NOT_SENT
from digest.storage import explanations
from digest.storage.edition_codec import dump, load
from digest.storage.in_lists import rows_where_in
from digest.storage.schema import days, deliveries, edition_papers, editions, shown

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from digest.models.issue import Edition


@dataclass(frozen=True, kw_only=True)
class StoredEdition:
    """An edition that does not change any more."""

    id: int
    edition: Edition
    #: the Date of the mails that are made from it, but for those that are planned later
    at: datetime
    #: a hash of the templates and of everything else that shapes a mail
    mail_key: str
    #: papers that an edition of another day has too, so that a subscriber may have seen them
    also_elsewhere: frozenset[str]


class EditionStore:
    """The stored editions in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def save(
        self, edition: Edition, *, mail_key: str, now: datetime, since: date | None = None
    ) -> StoredEdition:
        """Store an edition, dated now; one with the same content on the same day is kept once.

        An edition `since` a day is for readers whose last issue was of that day; without one it is
        for everybody else. No two editions of a day have the same date, since the links of mails
        name them by it.
        """
        content = dump(edition)
        edition_id = self._find(edition, content, mail_key, since)
        if edition_id is None:
            with self._writer.begin() as db:
                row = editions.insert().values(
                    day=edition.coverage.day,
                    since=since,
                    saved_at=_free_second(db, edition.coverage.day, now, since),
                    content_key=_content_key(content),
                    mail_key=mail_key,
                    content=content,
                )
                (edition_id,) = db.execute(row).inserted_primary_key or (0,)
                positions = [
                    {"edition_id": edition_id, "position": position, "paper_id": paper.id}
                    for position, paper in enumerate(edition.all_papers)
                ]
                if positions:
                    db.execute(edition_papers.insert(), positions)
                explanations.save(db, int(edition_id or 0), edition)
        return self.get(int(edition_id or 0))

    def preview(
        self, edition: Edition, *, mail_key: str, now: datetime, since: date | None = None
    ) -> StoredEdition:
        """Return an edition as `save` would now, writing nothing; a new one has the id 0."""
        edition_id = self._find(edition, dump(edition), mail_key, since)
        if edition_id is not None:
            return self.get(edition_id)
        ids = [paper.id for paper in edition.all_papers]
        query = _in_editions(editions.c.day != edition.coverage.day)
        with self._engine.connect() as db:
            rows = rows_where_in(db, query, edition_papers.c.paper_id, ids)
            also_elsewhere = frozenset(row.paper_id for row in rows)
            at = _free_second(db, edition.coverage.day, now, since)
        return StoredEdition(
            id=0,
            edition=edition,
            at=at,
            mail_key=mail_key,
            also_elsewhere=also_elsewhere,
        )

    def _find(
        self, edition: Edition, content: bytes, mail_key: str, since: date | None
    ) -> int | None:
        same = (
            (editions.c.day == edition.coverage.day)
            & editions.c.since.is_not_distinct_from(since)
            & (editions.c.content_key == _content_key(content))
            & (editions.c.mail_key == mail_key)
        )
        with self._engine.connect() as db:
            return db.execute(sa.select(editions.c.id).where(same)).scalar()

    def get(self, edition_id: int) -> StoredEdition:
        """Return a stored edition.

        Raises:
            NotFoundError: there is none, or only its papers are known (from schemas before 0003).

        """
        positions = (
            sa.select(edition_papers.c.paper_id)
            .where(edition_papers.c.edition_id == edition_id)
            .order_by(edition_papers.c.position)
        )
        with self._engine.connect() as db:
            row = db.execute(sa.select(editions).where(editions.c.id == edition_id)).first()
            if row is None or not row.content:
                raise NotFoundError(f"the content of edition {edition_id} is not kept")
            ids = list(db.execute(positions).scalars())
            elsewhere = _in_editions(editions.c.day != row.day).where(
                edition_papers.c.paper_id.in_(positions.order_by(None))
            )
            also_elsewhere = frozenset(db.execute(elsewhere).scalars().all())
        return StoredEdition(
            id=row.id,
            edition=load(row.content, ids),
            at=row.saved_at,
            mail_key=row.mail_key,
            also_elsewhere=also_elsewhere,
        )

    def paper_ids(self, edition_id: int) -> set[str]:
        """Return the ids of the papers that a stored edition has."""
        with self._engine.connect() as db:
            return _papers(db, edition_id)

    def newest(self, day: date) -> int | None:
        """Return the id of the edition for everybody that was stored last for a day."""
        return self.newest_since(day).get(None)

    def newest_since(self, day: date) -> dict[date | None, int]:
        """Return the ids of the editions that were stored last for a day.

        Each is by the day of the last issue of the readers whom it is for; None for everybody else.
        """
        query = (
            sa.select(editions.c.since, sa.func.max(editions.c.id).label("id"))
            .where(editions.c.day == day, editions.c.content_key != "")
            .group_by(editions.c.since)
        )
        with self._engine.connect() as db:
            return {row.since: row.id for row in db.execute(query)}

    def mailed_days(self, *, most: int) -> list[date]:
        """Return the last days of which an edition was mailed, newest first."""
        mailed = editions.c.mailed_at.is_not(None)
        query = sa.select(editions.c.day).where(mailed).distinct().order_by(editions.c.day.desc())
        with self._engine.connect() as db:
            return list(db.execute(query.limit(most)).scalars())

    def newest_mailed(self, day: date) -> tuple[int, datetime] | None:
        """Return the id of the edition of a day that was stored last of those mailed, and when.

        One for everybody comes before those of several days.
        """
        query = (
            sa.select(editions.c.id, editions.c.mailed_at)
            .where(editions.c.day == day, editions.c.mailed_at.is_not(None))
            .order_by(editions.c.since.is_not(None), editions.c.id.desc())
            .limit(1)
        )
        with self._engine.connect() as db:
            row = db.execute(query).first()
        return row and (row.id, row.mailed_at)

    def last_mailed(self) -> tuple[int, datetime | None]:
        """Return how many editions were mailed, and when the last one was; it changes with each."""
        query = sa.select(
            sa.func.count(editions.c.mailed_at).label("number"),
            sa.func.max(editions.c.mailed_at).label("at"),
        )
        with self._engine.connect() as db:
            row = db.execute(query).one()
        return row.number, row.at

    def first_planned(self) -> date | None:
        """Return the first day for which mails were planned, whether or not any was made."""
        with self._engine.connect() as db:
            return db.execute(sa.select(sa.func.min(days.c.day))).scalar()

    def last_mailed_day(self, *, before: date) -> date | None:
        """Return the last day before another of which an edition was mailed."""
        query = sa.select(sa.func.max(editions.c.day)).where(
            editions.c.day < before, editions.c.mailed_at.is_not(None)
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar()

    def offered_to_all(self, paper_ids: Collection[str], *, since: date, before: date) -> set[str]:
        """Return the papers from `paper_ids` that were in every edition of at least one day.

        A day has several editions if a run was repeated. Editions whose mails never left do not
        count. Readers who were left out on a day have an edition of their own, see
        `ReaderSchedules.windows`.
        """
        used = (
            sa.select(editions.c.id, editions.c.day)
            .join_from(editions, deliveries, deliveries.c.edition_id == editions.c.id)
            .where(
                editions.c.day >= since,
                editions.c.day < before,
                deliveries.c.state.not_in(NOT_SENT),
            )
            .distinct()
        )
        pruned = (
            sa.select(editions.c.id, editions.c.day)
            .join_from(editions, days, days.c.day == editions.c.day)
            .where(
                editions.c.day >= since,
                editions.c.day < before,
                days.c.pruned_at.is_not(None),
                sa.exists().where(shown.c.edition_id == editions.c.id),
            )
        )
        found: set[str] = set()
        with self._engine.connect() as db:
            by_day: dict[date, set[int]] = {}
            for edition_id, day in chain(db.execute(used), db.execute(pruned)):
                by_day.setdefault(day, set()).add(edition_id)
            for edition_ids in by_day.values():
                papers = [_papers(db, edition_id) for edition_id in edition_ids]
                found |= set.intersection(*papers)
        return found & set(paper_ids)

    def last_held(
        self, paper_ids: Collection[str], *, since: date, before: date
    ) -> dict[str, datetime]:
        """Return when the last edition of some days that had each of these papers was stored."""
        query = (
            sa.select(edition_papers.c.paper_id, sa.func.max(editions.c.saved_at).label("at"))
            .join_from(edition_papers, editions)
            .where(editions.c.day >= since, editions.c.day < before)
            .group_by(edition_papers.c.paper_id)
        )
        with self._engine.connect() as db:
            rows = rows_where_in(db, query, edition_papers.c.paper_id, paper_ids)
            return {row.paper_id: row.at for row in rows}

    def included_before(self, paper_ids: Collection[str], *, before: date) -> set[str]:
        """Return which of these papers are in any edition of an earlier day."""
        query = _in_editions(editions.c.day < before)
        with self._engine.connect() as db:
            rows = rows_where_in(db, query, edition_papers.c.paper_id, paper_ids)
            return {row.paper_id for row in rows}


def _content_key(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _free_second(db: sa.Connection, day: date, now: datetime, since: date | None) -> datetime:
    """Return this second, or the next in which no edition of a day was stored.

    A mail's Date has no fractions of a second. Each edition since another day has a second of its
    own, so that a preview of one alone has the same.
    """
    at = now.replace(microsecond=0)
    if since is not None:
        at += timedelta(seconds=(day - since).days)
    query = sa.select(editions.c.saved_at).where(editions.c.day == day, editions.c.saved_at >= at)
    taken = set(db.execute(query).scalars())
    while at in taken:
        at += timedelta(seconds=1)
    return at


def _papers(db: sa.Connection, edition_id: int) -> set[str]:
    query = sa.select(edition_papers.c.paper_id).where(edition_papers.c.edition_id == edition_id)
    return set(db.execute(query).scalars())


def _in_editions(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select the ids of the papers in some editions."""
    return (
        sa.select(edition_papers.c.paper_id)
        .join_from(edition_papers, editions)
        .where(which)
        .distinct()
    )
