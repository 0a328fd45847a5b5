"""What mails were made from, kept so that a second attempt is the same bytes as the first."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.errors import NotFoundError
from digest.models.delivery import NOT_SENT
from digest.storage.edition_codec import dump, load
from digest.storage.schema import days, deliveries, edition_papers, editions
from subscribers.models import Status
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from digest.models.issue import Edition


@dataclass(frozen=True, kw_only=True)
class StoredEdition:
    """A desk that does not change any more."""

    id: int
    edition: Edition
    #: the Date of the mails that are made from it
    at: datetime
    #: a hash of the templates, and of all else that shaped the mails
    mail_key: str
    #: papers that a desk of another day had too, so that somebody may have seen them
    also_elsewhere: frozenset[str]


class EditionStore:
    """The frozen desks in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def save(self, desk: Edition, *, mail_key: str, now: datetime) -> StoredEdition:
        """Keep a desk, dated now; one with the same content on the same day is kept once."""
        content = dump(desk)
        found = self._find(desk, content, mail_key)
        if found is None:
            with self._writer.begin() as db:
                row = editions.insert().values(
                    day=desk.coverage.day,
                    # A mail's Date has no fractions of a second.
                    saved_at=now.replace(microsecond=0),
                    content_key=hashlib.sha256(content).hexdigest(),
                    mail_key=mail_key,
                    content=content,
                )
                (found,) = db.execute(row).inserted_primary_key or (0,)
                places = [
                    {"edition_id": found, "position": place, "paper_id": paper.id}
                    for place, paper in enumerate(desk.all_papers)
                ]
                if places:
                    db.execute(edition_papers.insert(), places)
        return self.get(int(found or 0))

    def preview(self, desk: Edition, *, mail_key: str, now: datetime) -> StoredEdition:
        """Return a desk as it would be frozen now, keeping nothing; its id is 0 if it is new."""
        found = self._find(desk, dump(desk), mail_key)
        if found is not None:
            return self.get(found)
        day, ids = desk.coverage.day, [paper.id for paper in desk.all_papers]
        familiar: set[str] = set()
        with self._engine.connect() as db:
            for start in range(0, len(ids), 500):
                query = _also_elsewhere(
                    day, edition_papers.c.paper_id.in_(ids[start : start + 500])
                )
                familiar.update(db.execute(query).scalars().all())
        at = now.replace(microsecond=0)
        return StoredEdition(
            id=0, edition=desk, at=at, mail_key=mail_key, also_elsewhere=frozenset(familiar)
        )

    def _find(self, desk: Edition, content: bytes, mail_key: str) -> int | None:
        same = (
            (editions.c.day == desk.coverage.day)
            & (editions.c.content_key == hashlib.sha256(content).hexdigest())
            & (editions.c.mail_key == mail_key)
        )
        with self._engine.connect() as db:
            return db.execute(sa.select(editions.c.id).where(same)).scalar()

    def get(self, edition_id: int) -> StoredEdition:
        """Return a frozen desk.

        Raises:
            NotFoundError: there is none, or it is of a time when desks were not kept.

        """
        places = (
            sa.select(edition_papers.c.paper_id)
            .where(edition_papers.c.edition_id == edition_id)
            .order_by(edition_papers.c.position)
        )
        with self._engine.connect() as db:
            row = db.execute(sa.select(editions).where(editions.c.id == edition_id)).first()
            if row is None or not row.content:
                raise NotFoundError(f"what was mailed from desk {edition_id} is not kept")
            ids = list(db.execute(places).scalars())
            known = edition_papers.c.paper_id.in_(places.order_by(None))
            familiar = frozenset(db.execute(_also_elsewhere(row.day, known)).scalars().all())
        desk = load(row.content, ids)
        return StoredEdition(
            id=row.id,
            edition=desk,
            at=row.saved_at,
            mail_key=row.mail_key,
            also_elsewhere=familiar,
        )

    def newest(self, day: date) -> int | None:
        """Return the desk that was frozen last for a day."""
        kept = (editions.c.day == day) & (editions.c.content_key != "")
        with self._engine.connect() as db:
            return db.execute(sa.select(sa.func.max(editions.c.id)).where(kept)).scalar()

    def first_planned(self) -> date | None:
        """Return the first day on which mail was planned, whether or not any was made."""
        with self._engine.connect() as db:
            return db.execute(sa.select(sa.func.min(days.c.day))).scalar()

    def offered_to_all(self, paper_ids: Collection[str], *, since: date, before: date) -> set[str]:
        """Return which of these papers lay on every desk that mails of some day were made from.

        What lay on one of them alone, because a run was repeated, was not offered to all; nor was
        anything on a day whose only run served one reader. Mails that never left, and will not any
        more, count for nothing.
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
        found: set[str] = set()
        with self._engine.connect() as db:
            by_day: dict[date, list[int]] = {}
            for edition_id, day in db.execute(used):
                by_day.setdefault(day, []).append(edition_id)
            for day, edition_ids in by_day.items():
                if db.execute(_left_out(day)).scalar():
                    continue
                papers = [self._papers(db, edition_id) for edition_id in edition_ids]
                found |= set.intersection(*papers)
        return found & set(paper_ids)

    def _papers(self, db: sa.Connection, edition_id: int) -> set[str]:
        query = sa.select(edition_papers.c.paper_id).where(
            edition_papers.c.edition_id == edition_id
        )
        return set(db.execute(query).scalars())

    def included_before(self, paper_ids: Sequence[str], *, before: date) -> set[str]:
        """Return which of these papers lay on any desk of an earlier day."""
        found: set[str] = set()
        with self._engine.connect() as db:
            for start in range(0, len(paper_ids), 500):
                query = (
                    sa.select(edition_papers.c.paper_id)
                    .join_from(edition_papers, editions)
                    .where(
                        editions.c.day < before,
                        edition_papers.c.paper_id.in_(paper_ids[start : start + 500]),
                    )
                )
                found.update(db.execute(query).scalars())
        return found


def _left_out(day: date) -> sa.Select[tuple[bool]]:
    """Whether somebody who was a reader when a day's mails were planned has no row of that day."""
    planned = sa.select(sa.func.min(deliveries.c.planned_at)).where(deliveries.c.day == day)
    row = sa.exists().where(deliveries.c.day == day, deliveries.c.subscriber_id == subscribers.c.id)
    reader = (subscribers.c.status == Status.CONFIRMED) & (
        subscribers.c.since <= planned.scalar_subquery()
    )
    return sa.select(sa.exists().where(reader, ~row))


def _also_elsewhere(day: date, papers: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Which of some papers lay on a desk of another day."""
    return (
        sa.select(edition_papers.c.paper_id)
        .join_from(edition_papers, editions)
        .where(editions.c.day != day, papers)
        .distinct()
    )
