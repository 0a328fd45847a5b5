"""The steps of one worker in the ledger: what it claims, what leaves next, and each outcome.

These statements run for every mail, so they bypass SQLAlchemy, see `raw_statement`.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.errors import LedgerError, StoreError
from digest.models.delivery import IN_PROGRESS, SHOWN, DeliveryState, retry_delay, states_before
from digest.storage.raw_statement import RawStatement
from digest.storage.schema import deliveries, editions, workers
from subscribers.models import Status
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from digest.models.delivery import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class DueDelivery:
    """A row that a worker may claim."""

    delivery_id: int
    subscriber_id: int
    #: the edition of an earlier attempt, if there was one
    edition_id: int | None
    attempts: int
    planned_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What is recorded when a row is claimed: enough to make the same mail again."""

    row: DueDelivery
    edition_id: int
    subject: str
    message_id: str
    #: the papers in the mail, see `storage.contents`; None where an earlier attempt recorded them
    contents: str | None


class Claims:
    """One worker's claims and outcomes on one day, on a connection of its own.

    A claim is durable. The other commits are quick: they survive the death of the process, but not
    of the machine (SQLite's synchronous=NORMAL). After a power cut the outcomes of the last mails
    are unknown, and nothing else is lost.
    """

    def __init__(self, engine: sa.Engine, *, day: date, fencing_token: int) -> None:
        """Open a connection; `close` it."""
        self._fencing_token = fencing_token
        self._day = _converter(deliveries.c.day, engine)(day)
        self._stored_time = _converter(deliveries.c.settled_at, engine)
        self._database = engine.url.database
        self._errors = engine.dialect.loaded_dbapi.Error
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._is_durable = True
        #: the editions of claimed mails by the ids of their rows, and those known to be mailed
        self._edition_of: dict[int, int] = {}
        self._mailed: set[int] = set()
        self._connection = engine.raw_connection()
        self._connection.detach()
        self._cursor: Any = self._connection.cursor()
        self._claim = RawStatement(engine, _CLAIM)
        self._claimed = RawStatement(engine, _CLAIMED)
        self._ended_worker = RawStatement(engine, _ENDED_WORKER)
        self._settle = RawStatement(engine, _SETTLE)
        self._start = RawStatement(engine, _START)
        self._mail = RawStatement(engine, _MAIL)
        self._judge = RawStatement(engine, _JUDGE)
        self._exists = RawStatement(engine, _EXISTS)
        self._confirmed = RawStatement(engine, _CONFIRMED)
        if self._is_sqlite:
            # Nothing that is overwritten here needs to be wiped off the disk.
            self._cursor.execute("PRAGMA secure_delete=OFF")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def claim(self, claims: Sequence[Claim]) -> set[int]:
        """Claim a batch, in the order of subscribers, durably; return the ids that are claimed.

        The same statement checks each subscriber's consent once more, because somebody may have
        left since the batch was read.

        Raises:
            LedgerError: this worker was declared dead.
            StoreError: the database cannot be written to.

        """
        if not claims:
            return set()
        rows = [
            {
                "delivery": claim.row.delivery_id,
                "token": self._fencing_token,
                "edition": claim.edition_id,
                "title": claim.subject,
                "message": claim.message_id,
                "items": claim.contents,
            }
            for claim in claims
        ]
        batch = {
            "on_day": self._day,
            "first": claims[0].row.subscriber_id,
            "last": claims[-1].row.subscriber_id,
            "token": self._fencing_token,
        }
        with self._transaction(durable=True):
            if self._ended_worker.fetch_all(self._cursor, {"token": self._fencing_token}):
                raise LedgerError(
                    "this sender was taken for dead and its mails were given to another"
                )
            self._claim.execute_many(self._cursor, rows)
            self._edition_of |= {claim.row.delivery_id: claim.edition_id for claim in claims}
            return {row[0] for row in self._claimed.fetch_all(self._cursor, batch)}

    def record(
        self,
        outcomes: Sequence[tuple[DueDelivery, Outcome]],
        leaving: Sequence[DueDelivery],
        *,
        now: datetime,
    ) -> None:
        """Record how mails ended and which leave next, all or nothing.

        A row may be missing because its subscriber was erased in the meantime.

        Raises:
            LedgerError: another worker has a row now; nothing more must leave.
            StoreError: the database cannot be written to.

        """
        settled = [self._settled(row, outcome, now) for row, outcome in outcomes]
        started = [{"delivery": row.delivery_id, "token": self._fencing_token} for row in leaving]
        with self._transaction(durable=False):
            changed = self._settle.execute_many(self._cursor, settled)
            changed += self._start.execute_many(self._cursor, started)
            self._mark_mailed(outcomes, now)
            missing = len(outcomes) + len(leaving) - changed
            if missing and missing != self._erased([*(row for row, _ in outcomes), *leaving]):
                raise LedgerError("a mail in hand was taken by another sender; this one stops")

    def _mark_mailed(self, outcomes: Sequence[tuple[DueDelivery, Outcome]], now: datetime) -> None:
        """Record of each edition, once, that the first of its mails has left."""
        mailed = set()
        for row, outcome in outcomes:
            edition_id = self._edition_of.pop(row.delivery_id, None)
            if outcome.state in SHOWN and edition_id is not None:
                mailed.add(edition_id)
        new = mailed - self._mailed
        at = self._stored_time(now)
        self._mail.execute_many(self._cursor, [{"edition": one, "at": at} for one in new])
        self._mailed |= new

    def judge(self, rows: Sequence[DueDelivery], state: DeliveryState, *, now: datetime) -> None:
        """Give this worker's deferred mails the verdict that their refusals waited for.

        Those that are planned again keep their reason and their number of attempts. A row may be
        missing because its subscriber was erased in the meantime.

        Raises:
            StoreError: the database cannot be written to.

        """
        settled_at = None if state is DeliveryState.PLANNED else self._stored_time(now)
        judged = [
            {
                "delivery": row.delivery_id,
                "token": self._fencing_token,
                "new_state": state.value,
                "new_settled_at": settled_at,
            }
            for row in rows
        ]
        with self._transaction(durable=False):
            self._judge.execute_many(self._cursor, judged)

    def is_wanted(self, row: DueDelivery) -> bool:
        """Whether the subscriber of a claimed mail is still confirmed."""
        return bool(self._confirmed.fetch_all(self._cursor, {"subscriber": row.subscriber_id}))

    def _erased(self, rows: Sequence[DueDelivery]) -> int:
        """Count the rows that are gone."""
        return sum(
            not self._exists.fetch_all(self._cursor, {"delivery": row.delivery_id}) for row in rows
        )

    def _settled(self, row: DueDelivery, outcome: Outcome, now: datetime) -> dict[str, Any]:
        is_given_back = outcome.state is DeliveryState.PLANNED
        is_deferred = outcome.state is DeliveryState.DEFERRED
        again = now + retry_delay(row.delivery_id, row.attempts + 1) if is_deferred else None
        return {
            "delivery": row.delivery_id,
            "token": self._fencing_token,
            "new_state": outcome.state.value,
            "new_reason": outcome.reason,
            "new_settled_at": None if is_given_back else self._stored_time(now),
            "new_next_at": again and self._stored_time(again),
            "new_code": outcome.code or None,
            "new_status": outcome.status or None,
            # A mail that was given back was not attempted.
            "not_attempted": int(is_given_back),
        }

    @contextmanager
    def _transaction(self, *, durable: bool) -> Iterator[None]:
        """Commit all or nothing; the driver's errors become `StoreError`."""
        try:
            if self._is_sqlite:
                if durable is not self._is_durable:
                    self._cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                    self._is_durable = durable
                self._cursor.execute("BEGIN IMMEDIATE")
            yield
            self._connection.commit()
        except self._errors as error:
            with suppress(self._errors):
                self._connection.rollback()
            raise StoreError(f"cannot write to {self._database}: {error}") from error
        except LedgerError:
            self._connection.rollback()
            raise


def _value(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, None)


_this = deliveries.c.id == _value("delivery")
_is_ours = deliveries.c.fencing_token == _value("token")
_ENDED_WORKER = sa.select(workers.c.id).where(
    workers.c.id == _value("token"), workers.c.ended_at.is_not(None)
)
_CLAIM = (
    deliveries.update()
    .where(
        _this,
        deliveries.c.state.in_([state.value for state in states_before(DeliveryState.CLAIMED)]),
        sa.exists().where(
            subscribers.c.id == deliveries.c.subscriber_id,
            subscribers.c.status == Status.CONFIRMED.value,
        ),
    )
    .values(
        state=DeliveryState.CLAIMED.value,
        fencing_token=_value("token"),
        attempts=deliveries.c.attempts + 1,
        edition_id=_value("edition"),
        subject=_value("title"),
        message_id=_value("message"),
        contents=sa.func.coalesce(_value("items"), deliveries.c.contents),
        reason=sa.null(),
        settled_at=sa.null(),
        next_at=sa.null(),
    )
)
_CLAIMED = sa.select(deliveries.c.id).where(
    deliveries.c.day == _value("on_day"),
    deliveries.c.subscriber_id.between(_value("first"), _value("last")),
    _is_ours,
    deliveries.c.state == DeliveryState.CLAIMED.value,
)
_SETTLE = (
    deliveries.update()
    .where(_this, _is_ours, deliveries.c.state.in_([state.value for state in IN_PROGRESS]))
    .values(
        {
            name: _value(f"new_{name}")
            for name in ("state", "reason", "settled_at", "next_at", "code", "status")
        }
        | {"attempts": deliveries.c.attempts - _value("not_attempted")}
    )
)
_START = (
    deliveries.update()
    .where(_this, _is_ours, deliveries.c.state == DeliveryState.CLAIMED.value)
    .values(state=DeliveryState.INFLIGHT.value)
)
_MAIL = (
    editions.update()
    .where(editions.c.id == _value("edition"), editions.c.mailed_at.is_(None))
    .values(mailed_at=_value("at"))
)
_JUDGE = (
    deliveries.update()
    .where(_this, _is_ours, deliveries.c.state == DeliveryState.DEFERRED.value)
    .values(state=_value("new_state"), settled_at=_value("new_settled_at"), next_at=sa.null())
)
_CONFIRMED = sa.select(subscribers.c.id).where(
    subscribers.c.id == _value("subscriber"), subscribers.c.status == Status.CONFIRMED.value
)
_EXISTS = sa.select(deliveries.c.id).where(_this)


def _converter(column: sa.Column[Any], engine: sa.Engine) -> Callable[[Any], Any]:
    """Return the function that converts a column's values for the driver."""
    process: Callable[[Any], Any] | None = column.type.dialect_impl(engine.dialect).bind_processor(
        engine.dialect
    )
    return process or (lambda value: value)
