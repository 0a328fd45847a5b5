"""What a sender writes down while it works: what it claims, what leaves, and how that ended.

These few statements are run for every mail. They are compiled once and handed to the database's
driver as they are, which costs a fifth of going the usual way.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.errors import LedgerError, StoreError
from digest.models.delivery import IN_PROGRESS, DeliveryState, retry_delay, states_before
from digest.storage.schema import deliveries, workers
from subscribers.models import Status
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from digest.models.delivery import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class DueDelivery:
    """A row that a sender may take up."""

    delivery_id: int
    subscriber_id: int
    #: what its mail was made from at an earlier attempt, if there was one
    edition_id: int | None
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What is written down when a row is claimed: what its mail holds, so that it can be remade."""

    row: DueDelivery
    edition_id: int
    subject: str
    message_id: str
    #: see digest.filed; None when it was filed at an earlier attempt
    contents: str | None


class Claims:
    """The writings of one sender on one day, on a connection of its own.

    A claim is durable. The other commits are quick: they survive the death of the process, though
    not of the machine (SQLite's synchronous=NORMAL), so a power cut costs certainty and nothing
    else.
    """

    def __init__(self, engine: sa.Engine, *, day: date, fencing_token: int) -> None:
        """Open a connection; `close` it."""
        self._fence = fencing_token
        self._day = _processor(deliveries.c.day, engine)(day)
        self._moment = _processor(deliveries.c.settled_at, engine)
        self._name = engine.url.database
        self._errors = engine.dialect.loaded_dbapi.Error
        self._lite = engine.dialect.name == "sqlite"
        self._durable = True
        self._db = engine.raw_connection()
        self._db.detach()
        self._cursor: Any = self._db.cursor()
        self._claim = _Statement(engine, _CLAIM)
        self._ours = _Statement(engine, _OURS)
        self._ended = _Statement(engine, _ENDED)
        self._settle = _Statement(engine, _SETTLE)
        self._leave = _Statement(engine, _LEAVE)
        self._there = _Statement(engine, _THERE)
        self._wanted = _Statement(engine, _WANTED)
        if self._lite:
            # Nothing that is overwritten here needs to be wiped off the disk.
            self._cursor.execute("PRAGMA secure_delete=OFF")

    def close(self) -> None:
        """Let go of the connection."""
        self._db.close()

    def claim(self, filings: Sequence[Claim]) -> set[int]:
        """Take up a batch, in the order of subscribers, durably; return which are ours.

        In the same statement everybody's consent is looked at once more: who left since the
        batch was looked at is not written to.

        Raises:
            LedgerError: this sender was taken for dead.
            StoreError: it cannot be written down.

        """
        if not filings:
            return set()
        rows = [
            {
                "this": filing.row.delivery_id,
                "mine": self._fence,
                "desk": filing.edition_id,
                "title": filing.subject,
                "name": filing.message_id,
                "filed": filing.contents,
            }
            for filing in filings
        ]
        between = {
            "today": self._day,
            "first": filings[0].row.subscriber_id,
            "last": filings[-1].row.subscriber_id,
            "mine": self._fence,
        }
        with self._transaction(durable=True):
            if self._ended.rows(self._cursor, {"mine": self._fence}):
                raise LedgerError(
                    "this sender was taken for dead and its mails were given to another"
                )
            self._claim.many(self._cursor, rows)
            return {row[0] for row in self._ours.rows(self._cursor, between)}

    def record(
        self,
        answers: Sequence[tuple[DueDelivery, Outcome]],
        leaving: Sequence[DueDelivery],
        *,
        now: datetime,
    ) -> None:
        """Write down how mails ended and which leave next, all or nothing.

        The row of a reader who was erased in the meantime is gone, and nobody else has it.

        Raises:
            LedgerError: a row is not ours any more; nothing more must leave.
            StoreError: it cannot be written down.

        """
        settled = [self._outcome(row, answer, now) for row, answer in answers]
        with self._transaction(durable=False):
            done = self._settle.many(self._cursor, settled)
            done += self._leave.many(
                self._cursor, [{"this": row.delivery_id, "mine": self._fence} for row in leaving]
            )
            missing = len(answers) + len(leaving) - done
            if missing and missing != self._erased([*(row for row, _ in answers), *leaving]):
                raise LedgerError("a mail in hand was taken by another sender; this one stops")

    def is_wanted(self, row: DueDelivery) -> bool:
        """Whether a claimed mail's reader still wants it."""
        return bool(self._wanted.rows(self._cursor, {"whose": row.subscriber_id}))

    def _erased(self, rows: Sequence[DueDelivery]) -> int:
        return sum(not self._there.rows(self._cursor, {"this": row.delivery_id}) for row in rows)

    def _outcome(self, row: DueDelivery, answer: Outcome, now: datetime) -> dict[str, Any]:
        deferred = answer.state is DeliveryState.DEFERRED
        again = now + retry_delay(row.delivery_id, row.attempts + 1) if deferred else None
        return {
            "this": row.delivery_id,
            "mine": self._fence,
            "new_state": answer.state.value,
            "new_reason": answer.reason,
            "new_settled_at": None if answer.state is DeliveryState.PLANNED else self._moment(now),
            "new_next_at": again and self._moment(again),
            "new_code": answer.code or None,
            "new_status": answer.status or None,
            # What is given back was no attempt.
            "none": int(answer.state is DeliveryState.PLANNED),
        }

    @contextmanager
    def _transaction(self, *, durable: bool) -> Iterator[None]:
        """Do all or nothing, with the driver's errors in our words."""
        try:
            if self._lite:
                if durable is not self._durable:
                    self._cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                    self._durable = durable
                self._cursor.execute("BEGIN IMMEDIATE")
            yield
            self._db.commit()
        except self._errors as error:
            with suppress(self._errors):
                self._db.rollback()
            raise StoreError(f"cannot write to {self._name}: {error}") from error
        except LedgerError:
            self._db.rollback()
            raise


class _Statement:
    """A statement as the driver takes it."""

    def __init__(self, engine: sa.Engine, statement: sa.ClauseElement) -> None:
        style = "qmark" if engine.dialect.name == "sqlite" else "format"
        dialect: Any = type(engine.dialect)
        compiled: Any = statement.compile(
            dialect=dialect(paramstyle=style), compile_kwargs={"render_postcompile": True}
        )
        self.sql = str(compiled)
        self._order = tuple(compiled.positiontup)
        self._constants = {k: v for k, v in compiled.params.items() if v is not None}

    def many(self, cursor: Any, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run it for each of some rows, return how many rows of the table it changed."""
        if not rows:
            return 0
        cursor.executemany(self.sql, [self._values(row) for row in rows])
        return int(cursor.rowcount)

    def rows(self, cursor: Any, values: Mapping[str, Any]) -> list[Any]:
        """Run it once, return the rows it finds."""
        return list(cursor.execute(self.sql, self._values(values)).fetchall())

    def _values(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        constants = self._constants
        return tuple([row[name] if name in row else constants[name] for name in self._order])


def _given(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, None)


_this = deliveries.c.id == _given("this")
_mine = deliveries.c.fencing_token == _given("mine")
_ENDED = sa.select(workers.c.id).where(
    workers.c.id == _given("mine"), workers.c.ended_at.is_not(None)
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
        fencing_token=_given("mine"),
        attempts=deliveries.c.attempts + 1,
        edition_id=_given("desk"),
        subject=_given("title"),
        message_id=_given("name"),
        contents=sa.func.coalesce(_given("filed"), deliveries.c.contents),
        reason=sa.null(),
        settled_at=sa.null(),
        next_at=sa.null(),
    )
)
_OURS = sa.select(deliveries.c.id).where(
    deliveries.c.day == _given("today"),
    deliveries.c.subscriber_id.between(_given("first"), _given("last")),
    _mine,
    deliveries.c.state == DeliveryState.CLAIMED.value,
)
_SETTLE = (
    deliveries.update()
    .where(_this, _mine, deliveries.c.state.in_([state.value for state in IN_PROGRESS]))
    .values(
        {
            name: _given(f"new_{name}")
            for name in ("state", "reason", "settled_at", "next_at", "code", "status")
        }
        | {"attempts": deliveries.c.attempts - _given("none")}
    )
)
_LEAVE = (
    deliveries.update()
    .where(_this, _mine, deliveries.c.state == DeliveryState.CLAIMED.value)
    .values(state=DeliveryState.INFLIGHT.value)
)


_WANTED = sa.select(subscribers.c.id).where(
    subscribers.c.id == _given("whose"), subscribers.c.status == Status.CONFIRMED.value
)
_THERE = sa.select(deliveries.c.id).where(_this)


def _processor(column: sa.Column[Any], engine: sa.Engine) -> Callable[[Any], Any]:
    """Return what turns a value of a column into what the driver takes."""
    process: Callable[[Any], Any] | None = column.type.dialect_impl(engine.dialect).bind_processor(
        engine.dialect
    )
    return process or (lambda value: value)
