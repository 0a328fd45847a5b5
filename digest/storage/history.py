"""Who got what, and why or why not: questions to the ledger. Nothing here changes a row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import SHOWN, DeliveryState
from digest.models.issue import NOTHING_SEEN, WITHDRAWN, Seen
from digest.storage import contents as filed
from digest.storage.schema import days, deliveries, due, edition_papers, editions, papers, states_of
from digest.text.wording import stands_for
from subscribers.models import Status
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date, datetime

    from digest.models.issue import IssueItem, Pick
    from digest.storage.editions import EditionStore


@dataclass(frozen=True, kw_only=True)
class DeliveryRecord:
    """One row of the ledger, for people who ask."""

    id: int
    day: date
    subscriber_id: int
    address: str
    state: DeliveryState
    reason: str | None
    subject: str | None
    message_id: str | None
    planned_at: datetime
    settled_at: datetime | None
    attempts: int
    next_at: datetime | None
    code: int | None
    status: str | None
    edition_id: int | None
    papers: int


@dataclass(frozen=True, kw_only=True)
class SentPaper:
    """A paper in a mail, and why it was there."""

    paper_id: str
    title: str
    topic: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DayTotals:
    """A day's account: its states must add up to what was planned."""

    day: date
    planned: int
    states: Counter[DeliveryState]
    closed_at: datetime | None

    @property
    def adds_up(self) -> bool:
        """Whether every planned delivery is accounted for."""
        return sum(self.states.values()) == self.planned


class DeliveryHistory:
    """The ledger's rows, to be looked at."""

    def __init__(self, engine: sa.Engine, desks: EditionStore) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._desks = desks

    def records(
        self,
        *,
        day: date | None = None,
        subscriber_id: int | None = None,
        states: Collection[DeliveryState] = (),
    ) -> list[DeliveryRecord]:
        """Return the rows of a day or of a subscriber, newest day first, then by address."""
        columns = [
            deliveries.c[name]
            for name in DeliveryRecord.__dataclass_fields__
            if name in deliveries.c
        ]
        query = (
            sa.select(*columns, subscribers.c.address, deliveries.c.contents)
            .join_from(deliveries, subscribers)
            .order_by(deliveries.c.day.desc(), subscribers.c.address)
        )
        if day is not None:
            query = query.where(deliveries.c.day == day)
        if subscriber_id is not None:
            query = query.where(deliveries.c.subscriber_id == subscriber_id)
        if states:
            query = query.where(deliveries.c.state.in_(states))
        with self._engine.connect() as db:
            return [_record(dict(row)) for row in db.execute(query).mappings()]

    def record(self, day: date, subscriber_id: int) -> DeliveryRecord | None:
        """Return a subscriber's row of a day."""
        return next(iter(self.records(day=day, subscriber_id=subscriber_id)), None)

    def contents(self, entry: DeliveryRecord) -> list[SentPaper]:
        """Return what was in one mail, in its order, with the reasons given."""
        rows = self.items([entry.id]).get(entry.id, [])
        picks = self._picks(entry.edition_id) if any(row.reasons is None for row in rows) else {}
        leaders = {row.position: row.paper_id for row in rows}
        followers = Counter(row.behind for row in rows)
        titles = sa.select(papers.c.id, papers.c.title).where(papers.c.id.in_(leaders.values()))
        with self._engine.connect() as db:
            named = {row.id: row.title for row in db.execute(titles)}
        return [
            _sent_paper(row, named[row.paper_id], picks, leaders, followers[row.position])
            for row in rows
        ]

    def _picks(self, edition_id: int | None) -> dict[tuple[str, str], Pick]:
        if edition_id is None:
            return {}
        ranked = self._desks.get(edition_id).edition.ranked
        return {(pick.topic, pick.paper.id): pick for picks in ranked.values() for pick in picks}

    def items(self, delivery_ids: Sequence[int]) -> dict[int, list[IssueItem]]:
        """Return what was filed as the contents of mails, with the papers' ids of today."""
        query = sa.select(deliveries.c.id, deliveries.c.edition_id, deliveries.c.contents).where(
            deliveries.c.id.in_(delivery_ids), deliveries.c.contents.is_not(None)
        )
        found: dict[int, list[IssueItem]] = {}
        ids: dict[int, dict[int, str]] = {}
        with self._engine.connect() as db:
            for delivery_id, edition_id, text in db.execute(query).all():
                if edition_id not in ids:
                    places = sa.select(edition_papers.c.position, edition_papers.c.paper_id).where(
                        edition_papers.c.edition_id == edition_id
                    )
                    ids[edition_id] = {row.position: row.paper_id for row in db.execute(places)}
                found[delivery_id] = filed.load(text, ids[edition_id])
        return found

    def seen(
        self, subscriber_ids: Sequence[int], paper_ids: Collection[str], *, apart_from: date
    ) -> dict[int, Seen]:
        """Return, by subscriber, which of these papers the mails of other days have shown.

        A subscriber who has seen none of them is absent. The mail of the day itself does not
        count, so that it can be made again. The query reads only days whose editions hold one of
        the papers.
        """
        found: dict[int, Seen] = {}
        with self._engine.connect() as db:
            desks_of: dict[int, dict[int, str]] = {}
            on_days: set[date] = set()
            for edition_id, day, place, paper_id in _positions(db, sorted(paper_ids), apart_from):
                desks_of.setdefault(edition_id, {})[place] = paper_id
                on_days.add(day)
            query = sa.select(
                deliveries.c.subscriber_id, deliveries.c.edition_id, deliveries.c.contents
            ).where(
                deliveries.c.day.in_(on_days),
                deliveries.c.subscriber_id.in_(subscriber_ids),
                deliveries.c.state.in_(SHOWN),
                deliveries.c.contents.is_not(None),
            )
            for subscriber_id, edition_id, text in db.execute(query) if on_days else ():
                known = filed.seen(text, desks_of.get(edition_id, {}))
                if known.papers or known.withdrawals:
                    found[subscriber_id] = found.get(subscriber_id, NOTHING_SEEN) | known
        return found

    def day_totals(self, day: date) -> DayTotals:
        """Return how a day stands."""
        with self._engine.connect() as db:
            plan = db.execute(sa.select(days).where(days.c.day == day)).first()
            states = states_of(db, day)
        return DayTotals(
            day=day,
            planned=plan.planned if plan else 0,
            states=states,
            closed_at=plan.closed_at if plan else None,
        )

    def not_planned(self, day: date) -> int:
        """Count the confirmed readers who have no row for a day yet."""
        planned = sa.exists().where(
            deliveries.c.day == day, deliveries.c.subscriber_id == subscribers.c.id
        )
        query = (
            sa.select(sa.func.count())
            .select_from(subscribers)
            .where(subscribers.c.status == Status.CONFIRMED, ~planned)
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def waiting(self, day: date, *, now: datetime) -> int:
        """Count the mails of a day that a sender would take up now."""
        query = (
            sa.select(sa.func.count())
            .select_from(deliveries)
            .where(deliveries.c.day == day, due(now))
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def days_waiting(self, *, now: datetime) -> list[date]:
        """Return the days that have mails a sender would take up now, oldest first."""
        some = sa.exists().where(deliveries.c.day == days.c.day, due(now))
        query = sa.select(days.c.day).where(days.c.closed_at.is_(None), some).order_by(days.c.day)
        with self._engine.connect() as db:
            return list(db.execute(query).scalars())

    def sent_since(self, moment: datetime) -> int:
        """Count the mails that left, or may have, since a time: what a warm-up allows less."""
        query = (
            sa.select(sa.func.count())
            .select_from(deliveries)
            .where(
                # No mail leaves so late; the days have an index.
                deliveries.c.day > moment.date() - timedelta(days=30),
                deliveries.c.settled_at >= moment,
                deliveries.c.state.in_(SHOWN),
            )
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def newest_day(self) -> date | None:
        """Return the last day on which anything was planned."""
        with self._engine.connect() as db:
            newest: date | None = db.execute(sa.select(sa.func.max(deliveries.c.day))).scalar_one()
        return newest


def _record(row: dict[str, Any]) -> DeliveryRecord:
    text = row.pop("contents")
    number = len(filed.shown_positions(text)) if text else 0
    return DeliveryRecord(**{**row, "state": DeliveryState(row["state"]), "papers": number})


def _positions(db: sa.Connection, paper_ids: Sequence[str], apart_from: date) -> Iterator[Any]:
    """Return desk, day and place of papers, on the desks of other days."""
    for start in range(0, len(paper_ids), 500):
        yield from db.execute(
            sa.select(
                editions.c.id, editions.c.day, edition_papers.c.position, edition_papers.c.paper_id
            )
            .join_from(edition_papers, editions)
            .where(
                edition_papers.c.paper_id.in_(paper_ids[start : start + 500]),
                editions.c.day != apart_from,
            )
        )


def _sent_paper(
    row: IssueItem,
    title: str,
    picks: dict[tuple[str, str], Pick],
    leaders: dict[int, str],
    followers: int,
) -> SentPaper:
    pick = picks.get((row.topic, row.paper_id))
    score, reasons = row.score, list(row.reasons or ())
    if row.topic == WITHDRAWN:
        reasons = ["told of its withdrawal"]
    elif row.behind is not None:
        leader = picks.get((row.topic, leaders[row.behind]))
        score, reasons = leader.score if leader else 0.0, [f"similar to {leaders[row.behind]}"]
    elif pick is not None and row.reasons is None:
        score, reasons = pick.score, [reason.text for reason in pick.reasons]
        if followers:
            reasons.append(stands_for(followers))
    return SentPaper(
        paper_id=row.paper_id,
        title=title,
        topic=row.topic,
        score=score or 0.0,
        reasons=tuple(reasons),
    )
