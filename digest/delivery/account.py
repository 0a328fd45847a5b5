"""Who got what, and why or why not: questions to the ledger. Nothing here changes a row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.delivery.states import SHOWN, WAITING
from digest.delivery.tables import days, delivered_papers, deliveries
from digest.models import State
from digest.ranking.select import standing_for
from digest.store import papers
from subscribers.models import Status
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from digest.delivery.desks import Desks
    from digest.models import Pick


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of the ledger, for people who ask."""

    id: int
    day: date
    subscriber_id: int
    address: str
    state: State
    reason: str | None
    subject: str | None
    message_id: str | None
    planned_at: datetime
    settled_at: datetime | None
    attempts: int
    next_at: datetime | None
    code: int | None
    status: str | None
    desk_id: int | None
    papers: int


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A paper in a mail, and why it was there."""

    paper_id: str
    title: str
    topic: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Balance:
    """A day's account: its states must add up to what was planned."""

    day: date
    planned: int
    states: Counter[State]
    closed_at: datetime | None

    @property
    def is_even(self) -> bool:
        """Whether every planned delivery is accounted for."""
        return sum(self.states.values()) == self.planned


class Account:
    """The ledger's rows, to be looked at."""

    def __init__(self, engine: sa.Engine, desks: Desks) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._desks = desks

    def entries(
        self,
        *,
        day: date | None = None,
        subscriber_id: int | None = None,
        states: Collection[State] = (),
    ) -> list[Entry]:
        """Return the rows of a day or of a subscriber, newest day first, then by address."""
        number = (
            sa.select(sa.func.count())
            .where(delivered_papers.c.delivery_id == deliveries.c.id)
            .scalar_subquery()
        )
        columns = [
            deliveries.c[name] for name in Entry.__dataclass_fields__ if name in deliveries.c
        ]
        query = (
            sa.select(*columns, subscribers.c.address, number.label("papers"))
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
            return [
                Entry(**{**row, "state": State(row["state"])})
                for row in db.execute(query).mappings()
            ]

    def row(self, day: date, subscriber_id: int) -> Entry | None:
        """Return a subscriber's row of a day."""
        return next(iter(self.entries(day=day, subscriber_id=subscriber_id)), None)

    def contents(self, entry: Entry) -> list[Shown]:
        """Return what was in one mail, in its order, with the reasons given."""
        query = (
            sa.select(delivered_papers, papers.c.title)
            .join_from(delivered_papers, papers)
            .where(delivered_papers.c.delivery_id == entry.id)
            .order_by(delivered_papers.c.position)
        )
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        picks = self._picks(entry.desk_id) if any(row.reasons is None for row in rows) else {}
        leaders = {row.position: row.paper_id for row in rows}
        followers = Counter(row.behind for row in rows)
        return [_shown(row, picks, leaders, followers[row.position]) for row in rows]

    def _picks(self, desk_id: int | None) -> dict[tuple[str, str], Pick]:
        if desk_id is None:
            return {}
        ranked = self._desks.open(desk_id).desk.ranked
        return {(pick.topic, pick.paper.id): pick for picks in ranked.values() for pick in picks}

    def recorded(self, delivery_ids: Sequence[int]) -> dict[int, list[Any]]:
        """Return the rows of what was filed as the contents of mails, in order."""
        query = (
            sa.select(delivered_papers)
            .where(delivered_papers.c.delivery_id.in_(delivery_ids))
            .order_by(delivered_papers.c.delivery_id, delivered_papers.c.position)
        )
        found: dict[int, list[Any]] = {}
        with self._engine.connect() as db:
            for row in db.execute(query):
                found.setdefault(row.delivery_id, []).append(row)
        return found

    def seen(
        self, subscriber_ids: Sequence[int], paper_ids: Collection[str], *, apart_from: date
    ) -> dict[int, set[str]]:
        """Return, by subscriber, which of these papers the mails of other days have shown.

        The day itself is left out, so that its mail can be made again.
        """
        found: dict[int, set[str]] = {}
        wanted = sorted(paper_ids)
        with self._engine.connect() as db:
            for start in range(0, len(wanted), 500):
                query = (
                    sa.select(delivered_papers.c.subscriber_id, delivered_papers.c.paper_id)
                    .join_from(delivered_papers, deliveries)
                    .where(
                        delivered_papers.c.paper_id.in_(wanted[start : start + 500]),
                        delivered_papers.c.subscriber_id.in_(subscriber_ids),
                        deliveries.c.state.in_(SHOWN),
                        deliveries.c.day != apart_from,
                    )
                )
                for subscriber_id, paper_id in db.execute(query):
                    found.setdefault(subscriber_id, set()).add(paper_id)
        return found

    def balance(self, day: date) -> Balance:
        """Return how a day stands."""
        states = (
            sa.select(deliveries.c.state, sa.func.count())
            .where(deliveries.c.day == day)
            .group_by(deliveries.c.state)
        )
        with self._engine.connect() as db:
            plan = db.execute(sa.select(days).where(days.c.day == day)).first()
            counted = {State(state): number for state, number in db.execute(states)}
        return Balance(
            day=day,
            planned=plan.planned if plan else 0,
            states=Counter({state: counted[state] for state in State if state in counted}),
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
            .where(deliveries.c.day == day, _due(now))
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def days_waiting(self, *, now: datetime) -> list[date]:
        """Return the days that have mails a sender would take up now, oldest first."""
        due = sa.exists().where(deliveries.c.day == days.c.day, _due(now))
        query = sa.select(days.c.day).where(days.c.closed_at.is_(None), due).order_by(days.c.day)
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


def _due(now: datetime) -> sa.ColumnElement[bool]:
    later = deliveries.c.next_at.is_not(None) & (deliveries.c.next_at > now)
    return deliveries.c.state.in_(WAITING) & ~later


def _shown(
    row: Any, picks: dict[tuple[str, str], Pick], leaders: dict[int, str], followers: int
) -> Shown:
    pick = picks.get((row.topic, row.paper_id))
    score, reasons = row.score, row.reasons
    if row.behind is not None:
        leader = picks.get((row.topic, leaders[row.behind]))
        score, reasons = leader.score if leader else 0.0, [f"similar to {leaders[row.behind]}"]
    elif pick is not None and reasons is None:
        score, reasons = pick.score, [reason.text for reason in pick.reasons]
        if followers:
            reasons.append(standing_for(followers).text)
    return Shown(
        paper_id=row.paper_id,
        title=row.title,
        topic=row.topic,
        score=score or 0.0,
        reasons=tuple(reasons or ()),
    )
