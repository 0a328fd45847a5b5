"""Who got what: one row per day and subscriber, which makes "once" true.

A row is claimed before its mail leaves and settled after. `UNIQUE(day, subscriber_id)` is the
guard, not care: two crons, a killed run, a restarted machine come to the same result. A row left
claimed by a dead run becomes unknown, since nobody can say whether its mail left (RFC 1047).
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.errors import RunInProgressError
from digest.models import State
from digest.store import papers
from subscribers.tables import UTCDateTime, subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from digest.models import Issue

metadata = sa.MetaData()

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("subscriber_id", sa.ForeignKey(subscribers.c.id), nullable=False, index=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("reason", sa.String),
    sa.Column("subject", sa.String),
    sa.Column("message_id", sa.String),
    # the mail's Date, so that another attempt sends the same bytes
    sa.Column("planned_at", UTCDateTime, nullable=False),
    sa.Column("settled_at", UTCDateTime),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.UniqueConstraint("day", "subscriber_id"),
)

delivered_papers = sa.Table(
    "delivered_papers",
    metadata,
    sa.Column("delivery_id", sa.ForeignKey(deliveries.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column(
        "paper_id", sa.ForeignKey(papers.c.id, onupdate="CASCADE"), primary_key=True, index=True
    ),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("topic", sa.String, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
)

#: A run of the same day may take these up again.
OPEN = (State.DEFERRED, State.SKIPPED)
#: What counts as shown to a reader. Unknown does: a paper that may have come is not sent again.
SHOWN = (State.SENT, State.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to send one mail."""

    delivery_id: int
    planned_at: datetime


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
    papers: int


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A paper in a mail, and why it was there."""

    paper_id: str
    title: str
    topic: str
    score: float
    reasons: tuple[str, ...]


class Ledger:
    """The deliveries in an open database."""

    def __init__(self, engine: sa.Engine, *, lock: Path | None) -> None:
        """Use an engine whose tables exist; `lock` is held while sending."""
        self._engine = engine
        # Asks for the write lock at once: SQLite cannot wait for it in mid-transaction.
        self._writer = engine.execution_options(writes=True)
        self._lock = lock

    @contextmanager
    def sending(self, *, now: datetime) -> Iterator[int]:
        """Be the only sender, for as long as the block runs; yield how many claims were stale.

        The lock is the kernel's and ends with the process, so whatever is claimed when it is
        taken was claimed by a run that died: those rows become unknown.

        Raises:
            RunInProgressError: another process is sending.

        """
        with self._only_one():
            stale = deliveries.c.state == State.CLAIMED
            reason = "the run ended while this mail was being sent; it may or may not have arrived"
            with self._writer.begin() as db:
                stale_rows = db.execute(
                    deliveries.update()
                    .where(stale)
                    .values(state=State.UNKNOWN, reason=reason, settled_at=now)
                ).rowcount
            yield stale_rows

    @contextmanager
    def _only_one(self) -> Iterator[None]:
        if self._lock is None:
            yield
            return
        with self._lock.open("a") as file:
            self._lock.chmod(0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RunInProgressError(
                    "another run is sending from this database; it will finish by itself"
                ) from error
            yield

    def settled(self, day: date) -> set[int]:
        """Return the subscribers who need nothing more on this day."""
        query = sa.select(deliveries.c.subscriber_id).where(
            deliveries.c.day == day, deliveries.c.state.not_in(OPEN)
        )
        with self._engine.connect() as db:
            return set(db.execute(query).scalars())

    def planned(self, day: date) -> dict[int, datetime]:
        """Return the dates of a day's mails, so that one made again has the same bytes."""
        query = sa.select(deliveries.c.subscriber_id, deliveries.c.planned_at).where(
            deliveries.c.day == day, deliveries.c.state != State.SKIPPED
        )
        with self._engine.connect() as db:
            return {row.subscriber_id: row.planned_at for row in db.execute(query)}

    def seen(self, paper_ids: Iterable[str], *, apart_from: date) -> dict[int, set[str]]:
        """Return, by subscriber, which papers the mails of other days have shown.

        One query for everybody. The day itself is left out, so that its mail can be made again.
        """
        wanted = sorted(set(paper_ids))
        found: dict[int, set[str]] = {}
        with self._engine.connect() as db:
            for start in range(0, len(wanted), 500):
                query = (
                    sa.select(deliveries.c.subscriber_id, delivered_papers.c.paper_id)
                    .join(deliveries)
                    .where(
                        deliveries.c.state.in_(SHOWN),
                        deliveries.c.day != apart_from,
                        delivered_papers.c.paper_id.in_(wanted[start : start + 500]),
                    )
                )
                for row in db.execute(query):
                    found.setdefault(row.subscriber_id, set()).add(row.paper_id)
        return found

    def claim(
        self,
        day: date,
        subscriber_id: int,
        issue: Issue,
        *,
        subject: str,
        message_id: str,
        planned_at: datetime,
    ) -> Claim | None:
        """Take up one subscriber's mail, noting what is in it; None when it is settled already.

        `planned_at` is the mail's Date; a mail deferred before keeps the one it had.
        """
        values = {
            "state": State.CLAIMED,
            "reason": None,
            "subject": subject,
            "message_id": message_id,
            "settled_at": None,
        }
        with self._writer.begin() as db:
            claim = self._take(db, day, subscriber_id, values, planned_at=planned_at)
            if claim is not None:
                this = delivered_papers.c.delivery_id == claim.delivery_id
                db.execute(delivered_papers.delete().where(this))
                db.execute(delivered_papers.insert(), _contents(claim.delivery_id, issue))
        return claim

    def settle(
        self, claim: Claim, state: State, *, reason: str | None = None, now: datetime
    ) -> None:
        """Write down how a claimed mail ended."""
        with self._writer.begin() as db:
            db.execute(
                deliveries.update()
                .where(deliveries.c.id == claim.delivery_id, deliveries.c.state == State.CLAIMED)
                .values(state=state, reason=reason, settled_at=now)
            )

    def close(
        self, day: date, subscriber_id: int, state: State, *, reason: str, now: datetime
    ) -> None:
        """Write down that there is no mail to send, and why: skipped, or failed."""
        values = {
            "state": state,
            "reason": reason,
            "subject": None,
            "message_id": None,
            "settled_at": now,
        }
        with self._writer.begin() as db:
            self._take(db, day, subscriber_id, values, planned_at=now)

    def entries(self, *, day: date | None = None, subscriber_id: int | None = None) -> list[Entry]:
        """Return the rows of a day or of a subscriber, newest day first, then by address."""
        number = (
            sa.select(sa.func.count())
            .where(delivered_papers.c.delivery_id == deliveries.c.id)
            .scalar_subquery()
        )
        query = (
            sa.select(deliveries, subscribers.c.address, number.label("papers"))
            .join(subscribers)
            .order_by(deliveries.c.day.desc(), subscribers.c.address)
        )
        if day is not None:
            query = query.where(deliveries.c.day == day)
        if subscriber_id is not None:
            query = query.where(deliveries.c.subscriber_id == subscriber_id)
        with self._engine.connect() as db:
            return [
                Entry(**{**row, "state": State(row["state"])})
                for row in db.execute(query).mappings()
            ]

    def contents(self, delivery_id: int) -> list[Shown]:
        """Return what was in one mail, in its order, with the reasons given."""
        query = (
            sa.select(delivered_papers, papers.c.title)
            .join(papers)
            .where(delivered_papers.c.delivery_id == delivery_id)
            .order_by(delivered_papers.c.position)
        )
        with self._engine.connect() as db:
            return [
                Shown(
                    paper_id=row.paper_id,
                    title=row.title,
                    topic=row.topic,
                    score=row.score,
                    reasons=tuple(row.reasons),
                )
                for row in db.execute(query)
            ]

    def forget(self, subscriber_id: int) -> None:
        """Remove every row of a subscriber, because they asked to be forgotten."""
        with self._writer.begin() as db:
            db.execute(deliveries.delete().where(deliveries.c.subscriber_id == subscriber_id))

    def newest_day(self) -> date | None:
        """Return the last day on which anything was planned."""
        with self._engine.connect() as db:
            newest: date | None = db.execute(sa.select(sa.func.max(deliveries.c.day))).scalar_one()
        return newest

    def _take(
        self,
        db: sa.Connection,
        day: date,
        subscriber_id: int,
        values: dict[str, Any],
        *,
        planned_at: datetime,
    ) -> Claim | None:
        """Insert the row, or take over an open one; None when it is neither new nor open."""
        this = (deliveries.c.day == day) & (deliveries.c.subscriber_id == subscriber_id)
        row = db.execute(
            sa.select(deliveries.c.id, deliveries.c.state, deliveries.c.planned_at).where(this)
        ).first()
        if row is None:
            try:
                with db.begin_nested():
                    inserted = db.execute(
                        deliveries.insert().values(
                            day=day,
                            subscriber_id=subscriber_id,
                            planned_at=planned_at,
                            attempts=1,
                            **values,
                        )
                    )
            except sa.exc.IntegrityError:
                return None  # another sender was quicker
            return Claim(delivery_id=_new_id(inserted), planned_at=planned_at)
        # A skipped row never had a mail, so its mail begins now; a deferred one keeps its date.
        if row.state == State.DEFERRED:
            planned_at = row.planned_at
        taken = db.execute(
            deliveries.update()
            .where(this, deliveries.c.state.in_(OPEN))
            .values(planned_at=planned_at, attempts=deliveries.c.attempts + 1, **values)
        )
        return Claim(delivery_id=row.id, planned_at=planned_at) if taken.rowcount else None


def _contents(delivery_id: int, issue: Issue) -> Sequence[dict[str, Any]]:
    """List the papers of an issue, near-duplicates behind the paper that stands for them."""
    rows: dict[str, dict[str, Any]] = {}
    for pick in issue.picks:
        reasons = [reason.text for reason in pick.reasons]
        entries = [(pick.paper.id, reasons)]
        entries += [(other.id, [f"similar to {pick.paper.id}"]) for other in pick.similar]
        for paper_id, why in entries:
            rows.setdefault(
                paper_id,
                {
                    "delivery_id": delivery_id,
                    "paper_id": paper_id,
                    "position": len(rows),
                    "topic": pick.topic,
                    "score": pick.score,
                    "reasons": why,
                },
            )
    return list(rows.values())


def _new_id(result: sa.CursorResult[Any]) -> int:
    (delivery_id,) = result.inserted_primary_key or (0,)
    return int(delivery_id)
