"""The deliveries: one row per day and subscriber, and every step that it takes.

    planned ─▶ claimed ─▶ inflight ─▶ sent
       ▲          │           ├─▶ deferred ─▶ (claimed again)
       └──────────┘           ├─▶ failed
                              └─▶ unknown

Rows are claimed in batches, with one durable commit each. A quick commit makes a row inflight
before the first byte of its mail leaves. Its outcome is recorded before the next mail leaves. So
after a kill claimed mails have not left. Inflight ones, at most one per connection, may or may not
have arrived (RFC 1047), so they are unknown, unless the transport can see where they are.

Every step is an update with a condition (the row's state and fencing token), and its row count is
checked. So the database makes "once" true, even if two crons run, a run is killed or a machine is
restored from a backup.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.errors import LedgerError
from digest.models.delivery import IN_PROGRESS, UNSETTLED, WAITING, DeliveryState, states_before
from digest.storage.claims import Claims, DueDelivery
from digest.storage.delivery_states import due, states_of
from digest.storage.delivery_sums import keep_sums
from digest.storage.inbound_tables import arrivals
from digest.storage.planning import plan
from digest.storage.pruning import forget_shown, refuse_pruned
from digest.storage.recovery import end_worker, nobody_knows, settle_doubtful
from digest.storage.schema import days, deliveries, editions, shown, workers
from subscribers.models import Status
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date, datetime

    from digest.models.delivery import WasSent, WorkerHost
    from digest.models.due import Turn


LATE = "the day was too old before this mail could leave"


class Ledger:
    """The deliveries in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        # Asks for the write lock at once: SQLite cannot wait for it in mid-transaction.
        self._writer = engine.execution_options(writes=True)

    # -- a run ------------------------------------------------------------------------------

    def recover(
        self, *, boot: str, resend: bool, now: datetime, was_sent: WasSent = nobody_knows
    ) -> Counter[DeliveryState]:
        """Take back the claims of dead workers; return how many rows went into each state.

        After a power cut (another `boot`) quick commits may be lost, so that claimed mails may have
        left too. `was_sent` says of each mail that may have left whether it did. With `resend`
        unknown mails are planned again.
        """
        found: Counter[DeliveryState] = Counter()
        with self._writer.begin() as db:
            for worker in db.execute(sa.select(workers).where(workers.c.ended_at.is_(None))).all():
                certain = bool(boot) and worker.boot == boot
                found += end_worker(
                    db, worker, certain=certain, resend=resend, now=now, was_sent=was_sent
                )
            # Rows that were claimed before schema 0003 have no fencing token.
            not_closed = sa.select(days.c.day).where(days.c.closed_at.is_(None))
            orphans = (
                deliveries.c.day.in_(not_closed)
                & deliveries.c.fencing_token.is_(None)
                & deliveries.c.state.in_(IN_PROGRESS)
            )
            found += settle_doubtful(db, orphans, resend=resend, now=now, was_sent=was_sent)
        return +found

    def deregister(
        self, fencing_token: int, *, now: datetime, resend: bool = False
    ) -> Counter[DeliveryState]:
        """End a living worker, and take back the claims that it still has."""
        with self._writer.begin() as db:
            worker = db.execute(sa.select(workers).where(workers.c.id == fencing_token)).one()
            return +end_worker(db, worker, certain=True, resend=resend, now=now)

    def register(self, day: date, host: WorkerHost, *, now: datetime) -> int:
        """Register a worker; return the fencing token that all of its claims carry."""
        with self._writer.begin() as db:
            row = workers.insert().values(
                day=day, started_at=now, host=host.host, boot=host.boot, pid=host.pid
            )
            (fencing_token,) = db.execute(row).inserted_primary_key or (0,)
        return int(fencing_token)

    # -- a day ------------------------------------------------------------------------------

    def plan(
        self,
        day: date,
        *,
        now: datetime,
        only: int | None = None,
        turns: Sequence[Turn] | None = None,
        confirmed_by: datetime | None = None,
    ) -> int:
        """Plan a mail of a day for confirmed subscribers who have no row for it; return how many.

        One transaction does it, so that a kill leaves nobody out, and nobody has two turns for one.
        Skipped rows are planned again, because a list of papers grows through the day. Unless it
        serves one subscriber `only`, the runs that began by then are done with planning.

        With `turns`, it plans those who are due in them. With `confirmed_by`, it plans only those
        who were confirmed at that time too: a day that is planned late must not mail those who came
        since. It then plans those for whom the run was that began then.

        Raises:
            PrunedError: the deliveries of the day are pruned.

        """
        with self._writer.begin() as db:
            return plan(db, day, now=now, only=only, turns=turns, confirmed_by=confirmed_by)

    def allow_late(self, day: date, *, now: datetime) -> None:
        """Record that an operator named a day, so that its mails may be late for a while.

        Raises:
            PrunedError: the deliveries of the day are pruned.

        """
        with self._writer.begin() as db:
            refuse_pruned(db, day)
            named = days.update().where(days.c.day == day).values(named_at=now)
            if not db.execute(named).rowcount:
                db.execute(days.insert().values(day=day, planned=0, named_at=now))

    def allowed_late_since(self, moment: datetime) -> set[date]:
        """Return the days that an operator named after a time."""
        query = sa.select(days.c.day).where(days.c.named_at >= moment)
        with self._engine.connect() as db:
            return set(db.execute(query).scalars())

    def plan_again(
        self, day: date, states: Collection[DeliveryState], *, only: int | None = None
    ) -> int:
        """Plan mails again that ended in one of these states; return how many.

        Rows that a worker has claimed stay as they are, and so do the rows of subscribers who are
        not confirmed.

        Raises:
            PrunedError: the deliveries of the day are pruned.

        """
        may = [state for state in states_before(DeliveryState.PLANNED) if state not in IN_PROGRESS]
        which = (deliveries.c.day == day) & deliveries.c.state.in_(
            [state for state in states if state in may]
        )
        confirmed = sa.select(subscribers.c.id).where(subscribers.c.status == Status.CONFIRMED)
        which &= deliveries.c.state.in_(WAITING) | deliveries.c.subscriber_id.in_(confirmed)
        if only is not None:
            which &= deliveries.c.subscriber_id == only
        with self._writer.begin() as db:
            refuse_pruned(db, day)
            again = db.execute(
                deliveries.update()
                .where(which)
                .values(state=DeliveryState.PLANNED, reason=None, settled_at=None, next_at=None)
            ).rowcount
            if again:
                db.execute(days.update().where(days.c.day == day).values(closed_at=None))
        return int(again)

    def hold_back(self, day: date, *, beyond: int, reason: str, now: datetime) -> int:
        """Keep the first `beyond` planned mails of a day, by subscriber id; skip the rest."""
        kept = (
            sa.select(deliveries.c.id)
            .where(deliveries.c.day == day, deliveries.c.state == DeliveryState.PLANNED)
            .order_by(deliveries.c.subscriber_id)
            .limit(max(beyond, 0))
        )
        with self._writer.begin() as db:
            return db.execute(
                deliveries.update()
                .where(
                    deliveries.c.day == day,
                    deliveries.c.state == DeliveryState.PLANNED,
                    deliveries.c.id.not_in(kept),
                )
                .values(state=DeliveryState.SKIPPED, reason=reason, settled_at=now)
            ).rowcount

    def expire(self, *, before: date, apart_from: Collection[date], now: datetime) -> int:
        """Expire the waiting mails of earlier days; return how many.

        A machine that was restored from a backup must not mail last week's papers. Days in
        `apart_from` do not expire, because an operator named them.
        """
        stale = sa.select(days.c.day).where(
            days.c.closed_at.is_(None), days.c.day < before, days.c.day.not_in(apart_from)
        )
        which = deliveries.c.day.in_(stale) & deliveries.c.state.in_(WAITING)
        with self._writer.begin() as db:
            return db.execute(
                deliveries.update()
                .where(which)
                .values(state=DeliveryState.EXPIRED, reason=LATE, settled_at=now, next_at=None)
            ).rowcount

    def refuse_pruned(self, day: date) -> None:
        """Refuse a day whose deliveries are pruned.

        Raises:
            PrunedError: they are.

        """
        with self._engine.connect() as db:
            refuse_pruned(db, day)

    def open_days(self) -> list[date]:
        """Return the days that are not closed, oldest first."""
        query = sa.select(days.c.day).where(days.c.closed_at.is_(None)).order_by(days.c.day)
        with self._engine.connect() as db:
            return list(db.execute(query).scalars())

    def close(self, day: date, *, asks: bool = False, now: datetime) -> bool:
        """Close a day whose mails are all settled; return whether it is closed.

        It stays open while a run that began has not planned it. With `asks`, it stays open until an
        operator has decided about its unknown mails.

        Raises:
            LedgerError: the states do not add up to what was planned: rows were lost or doubled.

        """
        with self._writer.begin() as db:
            states = states_of(db, day)
            plan = db.execute(sa.select(days).where(days.c.day == day)).first()
            if plan is None:
                return False
            if sum(states.values()) != plan.planned:
                raise LedgerError(
                    f"the ledger of {day} does not add up: {plan.planned} planned, but"
                    f" {sum(states.values())} accounted for; restore a backup, or report this"
                )
            is_unsettled = any(states[state] for state in UNSETTLED)
            is_doubtful = asks and bool(states[DeliveryState.UNKNOWN])
            if is_unsettled or is_doubtful or plan.begun_at is not None:
                return False
            db.execute(
                days.update()
                .where(days.c.day == day, days.c.closed_at.is_(None))
                .values(closed_at=now)
            )
            # Lists grow through the day, so some editions were stored and never used. Those without
            # content are from schemas before 0003; they say what was shown that day.
            used = sa.select(deliveries.c.edition_id).where(
                deliveries.c.day == day, deliveries.c.edition_id.is_not(None)
            )
            pruned = sa.exists().where(shown.c.edition_id == editions.c.id)
            kept = editions.c.id.in_(used) | pruned | (editions.c.content_key == "")
            db.execute(editions.delete().where(editions.c.day == day, ~kept))
        return True

    def forget(self, subscriber_id: int) -> None:
        """Remove every row of a subscriber who asked to be forgotten, also of what they wrote."""
        this = deliveries.c.subscriber_id == subscriber_id
        with self._writer.begin() as db:
            keep_sums(db, subscriber_id)
            theirs = sa.select(deliveries.c.day).where(this)
            db.execute(
                days.update().where(days.c.day.in_(theirs)).values(planned=days.c.planned - 1)
            )
            db.execute(deliveries.delete().where(this))
            forget_shown(db, subscriber_id)
            db.execute(arrivals.delete().where(arrivals.c.subscriber_id == subscriber_id))

    # -- a batch ----------------------------------------------------------------------------

    def fetch_due(
        self,
        day: date,
        *,
        after: int,
        limit: int,
        share: tuple[int, int] = (0, 1),
        only: int | None = None,
        now: datetime,
    ) -> list[DueDelivery]:
        """Return the next rows to claim, in the order of subscriber ids, after one of them.

        `share` is a worker's number, from 0, and the number of workers.
        """
        number, worker_count = share
        query = (
            sa.select(
                deliveries.c.id,
                deliveries.c.subscriber_id,
                deliveries.c.edition_id,
                deliveries.c.attempts,
                deliveries.c.planned_at,
            )
            .where(deliveries.c.day == day, deliveries.c.subscriber_id > after, due(now))
            .order_by(deliveries.c.subscriber_id)
            .limit(limit)
        )
        if only is not None:
            query = query.where(deliveries.c.subscriber_id == only)
        if worker_count > 1:
            query = query.where(deliveries.c.subscriber_id % worker_count == number)
        with self._engine.connect() as db:
            return [
                DueDelivery(
                    delivery_id=row.id,
                    subscriber_id=row.subscriber_id,
                    edition_id=row.edition_id,
                    attempts=row.attempts,
                    planned_at=row.planned_at,
                )
                for row in db.execute(query)
            ]

    def settle(
        self, delivery_ids: Collection[int], state: DeliveryState, *, reason: str, now: datetime
    ) -> int:
        """Record that there is no mail to send, and why; return for how many rows."""
        with self._writer.begin() as db:
            return db.execute(
                deliveries.update()
                .where(
                    deliveries.c.id.in_(delivery_ids),
                    deliveries.c.state.in_([one for one in states_before(state) if one in WAITING]),
                )
                .values(state=state, reason=reason, settled_at=now, next_at=None)
            ).rowcount

    @contextmanager
    def claims(self, day: date, fencing_token: int) -> Iterator[Claims]:
        """Open one worker's connection for as long as the block lasts."""
        with closing(Claims(self._engine, day=day, fencing_token=fencing_token)) as claims:
            yield claims
