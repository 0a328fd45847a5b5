"""Who got which papers, and why or why not: reads the ledger and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import SHOWN, DeliveryState
from digest.models.issue import NOTHING_SEEN, Seen
from digest.storage import contents, shown_papers
from digest.storage.delivery_states import (
    due,
    is_unread,
    row_states,
    rows_of,
    states_of,
    with_pruned,
)
from digest.storage.in_lists import rows_where_in
from digest.storage.reasons import ReasonGroup, group_by_reason
from digest.storage.schema import (
    days,
    deliveries,
    edition_papers,
    editions,
    is_not_sent,
    shown,
)
from digest.storage.sent_papers import of_contents
from subscribers.tables import is_not_confirmed, subscribers

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date, datetime

    from digest.models.issue import IssueItem
    from digest.storage.sent_papers import SentPaper


@dataclass(frozen=True, kw_only=True)
class DeliveryRecord:
    """One row of the ledger: one subscriber's mail of one day."""

    id: int
    day: date
    subscriber_id: int
    address: str
    state: DeliveryState
    reason: str | None = None
    # these are None where a delivery was pruned, or did not come as far
    subject: str | None = None
    message_id: str | None = None
    planned_at: datetime | None = None
    settled_at: datetime | None = None
    attempts: int | None = None
    next_at: datetime | None = None
    code: int | None = None
    status: str | None = None
    edition_id: int | None = None
    #: how many papers the mail shows
    papers: int


@dataclass(frozen=True, kw_only=True)
class DayTotals:
    """How many deliveries of a day there are in each state."""

    day: date
    #: how many deliveries were ever planned
    planned: int
    states: Counter[DeliveryState]
    closed_at: datetime | None
    #: when its deliveries began to be pruned
    pruned_at: datetime | None = None

    @property
    def adds_up(self) -> bool:
        """Whether every planned delivery is accounted for."""
        return sum(self.states.values()) == self.planned


class DeliveryHistory:
    """The deliveries of an open database, for reading."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine

    def records(
        self,
        *,
        day: date | None = None,
        subscriber_id: int | None = None,
        states: Collection[DeliveryState] = (),
    ) -> list[DeliveryRecord]:
        """Return the rows of a day or of a subscriber, newest day first, then by address."""
        return list(self.each(day=day, subscriber_id=subscriber_id, states=states))

    def each(
        self,
        *,
        day: date | None = None,
        subscriber_id: int | None = None,
        states: Collection[DeliveryState] = (),
    ) -> Iterator[DeliveryRecord]:
        """Yield what `records` returns; memory does not grow with the number of rows."""
        query = select_records()
        if day is not None:
            query = query.where(deliveries.c.day == day)
        if subscriber_id is not None:
            query = query.where(deliveries.c.subscriber_id == subscriber_id)
        if states:
            query = query.where(deliveries.c.state.in_(states))
        with self._engine.connect() as db:
            for row in db.execute(query.execution_options(yield_per=500)).mappings():
                yield delivery_record(row)

    def subscribers_apart_from(self, states: Collection[DeliveryState], *, day: date) -> set[int]:
        """Return the ids of those whose row of a day is in none of these states."""
        query = sa.select(deliveries.c.subscriber_id).where(
            deliveries.c.day == day, deliveries.c.state.not_in(states)
        )
        with self._engine.connect() as db:
            return set(db.execute(query).scalars())

    def record(self, day: date, subscriber_id: int) -> DeliveryRecord | None:
        """Return a subscriber's row of a day."""
        return next(iter(self.records(day=day, subscriber_id=subscriber_id)), None)

    def contents(self, record: DeliveryRecord) -> list[SentPaper]:
        """Return the papers of one mail, in its order, with the reasons it gave."""
        query = sa.select(deliveries.c.edition_id, deliveries.c.contents).where(
            deliveries.c.id == record.id, deliveries.c.contents.is_not(None)
        )
        with self._engine.connect() as db:
            row = db.execute(query).first()
            return [] if row is None else of_contents(db, row.edition_id, row.contents)

    def items(self, delivery_ids: Sequence[int]) -> dict[int, list[IssueItem]]:
        """Return the contents of mails, with the papers' ids of today, by delivery."""
        query = sa.select(deliveries.c.id, deliveries.c.edition_id, deliveries.c.contents).where(
            deliveries.c.contents.is_not(None)
        )
        found: dict[int, list[IssueItem]] = {}
        ids: dict[int, dict[int, str]] = {}
        with self._engine.connect() as db:
            for row in list(rows_where_in(db, query, deliveries.c.id, delivery_ids)):
                if row.edition_id not in ids:
                    ids[row.edition_id] = _ids_by_position(db, row.edition_id)
                found[row.id] = contents.load(row.contents, ids[row.edition_id])
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
            ids: dict[int, dict[int, str]] = {}
            on_days: set[date] = set()
            column = edition_papers.c.paper_id
            for row in rows_where_in(db, _positions(apart_from), column, paper_ids):
                ids.setdefault(row.id, {})[row.position] = row.paper_id
                on_days.add(row.day)
            query = sa.select(
                deliveries.c.subscriber_id, deliveries.c.edition_id, deliveries.c.contents
            ).where(
                deliveries.c.day.in_(on_days),
                deliveries.c.subscriber_id.in_(subscriber_ids),
                deliveries.c.state.in_(SHOWN),
                deliveries.c.contents.is_not(None),
            )
            for subscriber_id, edition_id, text in db.execute(query) if on_days else ():
                known = contents.seen(text, ids.get(edition_id, {}))
                if known.papers or known.withdrawals:
                    found[subscriber_id] = found.get(subscriber_id, NOTHING_SEEN) | known
            pruned = sa.select(shown.c.subscriber_id, shown.c.edition_id, shown.c.papers).where(
                shown.c.edition_id.in_(ids), shown.c.subscriber_id.in_(subscriber_ids)
            )
            for subscriber_id, edition_id, content in db.execute(pruned) if ids else ():
                known = shown_papers.seen(content, ids[edition_id])
                if known.papers or known.withdrawals:
                    found[subscriber_id] = found.get(subscriber_id, NOTHING_SEEN) | known
        return found

    def day_totals(self, day: date, *, only: int | None = None) -> DayTotals:
        """Count a day's deliveries by state, or the one delivery of a subscriber."""
        with self._engine.connect() as db:
            plan = db.execute(sa.select(days).where(days.c.day == day)).first()
            states = states_of(db, day, only=only)
        return _day_totals(day, plan, states)

    def summary(self, day: date) -> tuple[DayTotals, list[ReasonGroup]]:
        """Count a day's deliveries by state, and by state and reason; see `storage.reasons`.

        A pruned day has no reasons.
        """
        with self._engine.connect() as db:
            plan = db.execute(sa.select(days).where(days.c.day == day)).first()
            states = row_states(db, day)
            groups = group_by_reason(db, day, states)
            totals = _day_totals(day, plan, with_pruned(db, day, states))
        return totals, groups

    def not_planned(self, day: date, *, rows: int | None = None) -> int:
        """Count the confirmed subscribers who have no row for a day yet; a pruned day has none.

        Nearly all have one, so those are looked up who are not confirmed. The others are counted,
        but for the `rows` of the day where the caller knows how many these are.
        """
        number = sa.select(sa.func.count()).select_from(subscribers)
        planned = sa.exists().where(
            deliveries.c.day == day, deliveries.c.subscriber_id == subscribers.c.id
        )
        pruned = sa.select(days.c.day).where(days.c.day == day, days.c.pruned_at.is_not(None))
        with self._engine.connect() as db:
            if db.execute(pruned).first():
                return 0
            of_confirmed = rows_of(db, day) if rows is None else rows
            of_confirmed -= db.execute(number.where(is_not_confirmed, planned)).scalar_one()
            confirmed = db.execute(number).scalar_one()
            confirmed -= db.execute(number.where(is_not_confirmed)).scalar_one()
            return confirmed - of_confirmed

    def waiting(self, day: date, *, now: datetime, only: int | None = None) -> int:
        """Count the mails of a day, or of one subscriber that day, that are due now."""
        query = (
            sa.select(sa.func.count())
            .select_from(deliveries)
            .where(deliveries.c.day == day, due(now))
        )
        if only is not None:
            query = query.where(deliveries.c.subscriber_id == only)
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def unread_days(self, *, since: date) -> dict[date, datetime]:
        """Return the days on which readers got nothing because a source could not be read.

        Each is with the time when that was last found.
        """
        query = (
            sa.select(deliveries.c.day, sa.func.max(deliveries.c.settled_at).label("at"))
            .where(
                deliveries.c.day >= since,
                deliveries.c.state == DeliveryState.SKIPPED,
                is_not_sent,
                is_unread,
            )
            .group_by(deliveries.c.day)
        )
        with self._engine.connect() as db:
            return {row.day: row.at for row in db.execute(query)}

    def next_due(self, day: date) -> datetime | None:
        """Return when the first deferred mail of a day is due; None if none is deferred."""
        query = sa.select(deliveries.c.next_at).where(
            deliveries.c.day == day, deliveries.c.state == DeliveryState.DEFERRED, is_not_sent
        )
        with self._engine.connect() as db:
            return db.execute(query.order_by(deliveries.c.next_at).limit(1)).scalar()

    def days_waiting(self, *, now: datetime) -> list[date]:
        """Return the days that have mails due now, oldest first."""
        some = sa.exists().where(deliveries.c.day == days.c.day, due(now))
        query = sa.select(days.c.day).where(days.c.closed_at.is_(None), some).order_by(days.c.day)
        with self._engine.connect() as db:
            return list(db.execute(query).scalars())

    def sent_since(self, moment: datetime) -> int:
        """Count the mails that left, or may have left, since a time."""
        query = (
            sa.select(sa.func.count())
            .select_from(deliveries)
            .where(
                # No mail leaves later than that, and the day has an index.
                deliveries.c.day > moment.date() - timedelta(days=30),
                deliveries.c.settled_at >= moment,
                deliveries.c.state.in_(SHOWN),
            )
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def newest_day(self, *, until: date) -> date | None:
        """Return the last day, up to `until`, on which anything was planned."""
        query = sa.select(sa.func.max(days.c.day)).where(days.c.day <= until, days.c.planned > 0)
        with self._engine.connect() as db:
            newest: date | None = db.execute(query).scalar_one()
        return newest


def _day_totals(day: date, plan: Any, states: Counter[DeliveryState]) -> DayTotals:
    return DayTotals(
        day=day,
        planned=plan.planned if plan else 0,
        states=states,
        closed_at=plan.closed_at if plan else None,
        pruned_at=plan.pruned_at if plan else None,
    )


def select_records() -> sa.Select[Any]:
    """Select what `delivery_record` reads, the newest day first, then by address."""
    columns = [
        deliveries.c[name] for name in DeliveryRecord.__dataclass_fields__ if name in deliveries.c
    ]
    return (
        sa.select(*columns, subscribers.c.address, deliveries.c.contents)
        .join_from(deliveries, subscribers)
        .order_by(deliveries.c.day.desc(), subscribers.c.address)
    )


def delivery_record(row: sa.RowMapping) -> DeliveryRecord:
    """Return a row of `select_records`."""
    values = {str(name): value for name, value in row.items()}
    text = values.pop("contents")
    number = _paper_count(text) if text else 0
    return DeliveryRecord(**{**values, "state": DeliveryState(row["state"]), "papers": number})


@lru_cache(maxsize=1024)  # many subscribers of a day have the same papers
def _paper_count(text: str) -> int:
    return len(contents.shown_positions(text))


def _ids_by_position(db: sa.Connection, edition_id: int) -> dict[int, str]:
    query = sa.select(edition_papers.c.position, edition_papers.c.paper_id).where(
        edition_papers.c.edition_id == edition_id
    )
    return {row.position: row.paper_id for row in db.execute(query)}


def _positions(apart_from: date) -> sa.Select[Any]:
    """Select edition, day and position of the papers in the editions of other days."""
    return (
        sa.select(
            editions.c.id, editions.c.day, edition_papers.c.position, edition_papers.c.paper_id
        )
        .join_from(edition_papers, editions)
        .where(editions.c.day != apart_from)
    )
