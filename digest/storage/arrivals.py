"""Messages that came in: stored before they are read, and settled in the transaction that acts.

Whoever hands a message over hears "yes" only after it is stored, so a killed process loses none. A
message that is handed over twice is stored once.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.inbound import Arrival, Envelope, Incoming, MessageKind
from digest.storage.in_lists import rows_where_in
from digest.storage.inbound_tables import arrivals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

#: The octets of a message that are kept: a report with the head of the mail it is about is smaller,
#: and the rest of a long one says nothing more.
LONGEST = 524_288
#: The octets of all messages together that are kept for the operator; those of the oldest go.
MOST_KEPT = 200_000_000
#: Said of them.
DROPPED = f"its text was dropped: messages like it took more than {MOST_KEPT // 1_000_000} MB"
#: The octets of a body that tell messages apart.
_BODY = 65_536
_LONGEST_TEXT = 500
_REMOVED: dict[str, str | None] = {"content": None, "sender": ""}
_WITHOUT_CONTENT = sa.select(*[one for one in arrivals.c if one is not arrivals.c.content])
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_NAMING = re.compile(
    rb"^(message-id|date|subject)[ \t]*:(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE
)


class ArrivalState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    HANDLED = "handled"
    #: it was not understood; an operator looks at it
    KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What a message turned out to be, and what was done."""

    state: ArrivalState
    #: a `MessageKind`
    kind: str
    why: str
    result: str
    #: whom it is about, if that is known
    subscriber_id: int | None = None
    #: whether the sender stays once it was handled
    keeps_sender: bool = False


@dataclass(frozen=True, kw_only=True)
class SettledArrival:
    """A message with what became of it, for an operator."""

    arrival: Arrival
    state: ArrivalState
    kind: str
    why: str
    result: str


class Arrivals:
    """The messages in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def store(
        self,
        content: bytes,
        *,
        sender: str,
        recipients: Sequence[str],
        channel: str,
        now: datetime,
    ) -> int:
        """Store a message for each recipient who does not have it; return for how many.

        It is on the disk when this returns. Only its first `LONGEST` octets are kept.

        Raises:
            StoreError: the database cannot be written now; hand the message over again.

        """
        message = Incoming(
            content=content,
            sender=sender,
            recipients=tuple(recipients),
            channel=channel,
            received_at=now,
        )
        return self.store_all([message])[0]

    def store_all(self, messages: Sequence[Incoming]) -> list[int]:
        """Store messages in one transaction, each as `store` does; return for how many each is new.

        To wait for the disk once takes no longer than for a single message.

        Raises:
            StoreError: the database cannot be written now; hand all of them over again.

        """
        rows: dict[bytes, dict[str, Any]] = {}
        new = [0] * len(messages)
        number_of: dict[bytes, int] = {}
        for number, message in enumerate(messages):
            for recipient in message.recipients:
                key = key_of(message.content, recipient)
                rows.setdefault(key, _row(key, message, recipient))
                number_of.setdefault(key, number)
        with self._writer.begin() as db:
            known = rows_where_in(db, sa.select(arrivals.c.key), arrivals.c.key, rows)
            for (key,) in list(known):
                del rows[key]
            if rows:
                db.execute(arrivals.insert(), list(rows.values()))
        for key in rows:
            new[number_of[key]] += 1
        return new

    def waiting(self, most: int) -> list[Arrival]:
        """Return the messages that wait, at most so many, in the order in which they came."""
        query = (
            sa.select(arrivals)
            .where(arrivals.c.state == ArrivalState.WAITING)
            .order_by(arrivals.c.id)
            .limit(most)
        )
        with self._engine.connect() as db:
            return [_arrival(row) for row in db.execute(query)]

    def lock(self, db: sa.Connection, arrival_ids: Sequence[int]) -> set[int]:
        """Return which messages still wait; no other process settles them in this transaction."""
        waits = arrivals.c.id.in_(arrival_ids) & (arrivals.c.state == ArrivalState.WAITING)
        query = sa.select(arrivals.c.id).where(waits).with_for_update(skip_locked=True)
        return set(db.execute(query).scalars())

    def settle(
        self, db: sa.Connection, settled: Mapping[int, Settlement], *, now: datetime
    ) -> None:
        """Record what became of messages, by id, in the transaction that locked them.

        Of those that were handled the bytes are removed, and mostly the sender: nobody needs them.
        """
        values = [
            {
                "this": arrival_id,
                "state": one.state,
                "kind": one.kind,
                "why": one.why[:_LONGEST_TEXT],
                "result": one.result[:_LONGEST_TEXT],
                "subscriber_id": one.subscriber_id,
                "handled_at": now,
            }
            for arrival_id, one in settled.items()
        ]
        update = arrivals.update().where(arrivals.c.id == sa.bindparam("this"))
        removed: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row, one in zip(values, settled.values(), strict=True):
            removed.setdefault(_removed(one), []).append(row)
        for names, rows in removed.items():
            db.execute(update.values({name: _REMOVED[name] for name in names}), rows)

    def retry(self, arrival_ids: Sequence[int] = ()) -> int:
        """Have messages that were kept handled again, all without ids; return how many.

        Those whose bytes were dropped are left as they are.
        """
        kept = (arrivals.c.state == ArrivalState.KEPT) & arrivals.c.content.is_not(None)
        if arrival_ids:
            kept &= arrivals.c.id.in_(arrival_ids)
        with self._writer.begin() as db:
            again = arrivals.update().where(kept).values(state=ArrivalState.WAITING)
            return db.execute(again).rowcount

    def drop_oldest(self, *, most: int = MOST_KEPT) -> int:
        """Remove the bytes of the oldest messages that are kept, if all have more than so many.

        What is known of them stays, with a word on that. Return how many they were.

        Raises:
            StoreError: the database cannot be written now.

        """
        has_bytes = (arrivals.c.state == ArrivalState.KEPT) & arrivals.c.content.is_not(None)
        size = sa.func.length(arrivals.c.content)
        with_newer = sa.func.sum(size).over(order_by=arrivals.c.id.desc()).label("octets")
        sizes = sa.select(arrivals.c.id, with_newer).where(has_bytes).subquery()
        newest = sa.select(sa.func.max(sizes.c.id)).where(sizes.c.octets > most)
        with self._engine.connect() as db:
            last = db.execute(newest).scalar()
        if last is None:
            return 0
        dropping = arrivals.update().where(has_bytes, arrivals.c.id <= last)
        with self._writer.begin() as db:
            return db.execute(dropping.values(content=None, result=DROPPED)).rowcount

    def get(self, arrival_id: int) -> SettledArrival | None:
        """Return a message with what became of it, or None."""
        query = sa.select(arrivals).where(arrivals.c.id == arrival_id)
        with self._engine.connect() as db:
            row = db.execute(query).first()
        return _settled(row) if row else None

    def find(self, keys: Sequence[bytes]) -> Arrival | None:
        """Return the first message with one of these keys, without its bytes, or None."""
        query = _WITHOUT_CONTENT.where(arrivals.c.key.in_(keys)).order_by(arrivals.c.id).limit(1)
        with self._engine.connect() as db:
            row = db.execute(query).first()
        return _arrival(row) if row else None

    def newest(
        self,
        *,
        most: int,
        state: ArrivalState | None = None,
        subscriber_id: int | None = None,
    ) -> list[SettledArrival]:
        """Return the newest messages without their bytes, the newest first."""
        query = _WITHOUT_CONTENT
        if state is not None:
            query = query.where(arrivals.c.state == state)
        if subscriber_id is not None:
            query = query.where(arrivals.c.subscriber_id == subscriber_id)
        with self._engine.connect() as db:
            return [
                _settled(row)
                for row in db.execute(query.order_by(arrivals.c.id.desc()).limit(most))
            ]

    def counts(self) -> Mapping[ArrivalState, int]:
        """Count the messages by state."""
        number = sa.func.count().label("number")
        query = sa.select(arrivals.c.state, number).group_by(arrivals.c.state)
        with self._engine.connect() as db:
            return {ArrivalState(row.state): row.number for row in db.execute(query)}

    def total(self) -> int:
        """Return how many messages ever came in."""
        with self._engine.connect() as db:
            return db.execute(sa.select(sa.func.max(arrivals.c.id))).scalar() or 0

    def kinds_since(self, moment: datetime) -> Mapping[str, int]:
        """Count the messages that were handled since then, by kind."""
        query = (
            sa.select(arrivals.c.kind, sa.func.count().label("number"))
            .where(arrivals.c.handled_at >= moment)
            .group_by(arrivals.c.kind)
        )
        with self._engine.connect() as db:
            return {row.kind: row.number for row in db.execute(query)}

    def unproven_since(self, moment: datetime) -> int:
        """Count the bounces that were handled since then and named no mail of ours for certain."""
        unproven = (arrivals.c.kind == MessageKind.BOUNCE) & arrivals.c.subscriber_id.is_(None)
        query = sa.select(sa.func.count()).where(unproven, arrivals.c.handled_at >= moment)
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def old(self, *, before: datetime) -> int:
        """Count the messages that `prune` would delete."""
        query = sa.select(sa.func.count()).select_from(arrivals).where(_is_old(before))
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def prune(self, *, before: datetime, limit: int) -> int:
        """Delete some messages that came before a time and do not wait; return how many."""
        old = sa.select(arrivals.c.id).where(_is_old(before)).limit(limit)
        with self._writer.begin() as db:
            return db.execute(arrivals.delete().where(arrivals.c.id.in_(old))).rowcount


def _is_old(before: datetime) -> sa.ColumnElement[bool]:
    return (arrivals.c.received_at < before) & (arrivals.c.state != ArrivalState.WAITING)


def key_of(content: bytes, recipient: str) -> bytes:
    """Return what is equal for a message that is handed over again to the same recipient.

    Each program on the way may add lines of its own on top, and change the ends of lines. So it is
    a hash of the recipient, Message-ID, Date, Subject, and the beginning of the body.
    """
    content = content[:LONGEST]
    end = _HEAD_END.search(content)
    head, body = (content[: end.start()], content[end.end() :]) if end else (b"", content)
    named = sorted({(name.lower(), _plain(value)) for name, value in _NAMING.findall(head)})
    parts = [recipient.casefold().encode(), *[part for pair in named for part in pair]]
    parts.append(body[:_BODY].replace(b"\r\n", b"\n").strip())
    lengths = b",".join(b"%d" % len(part) for part in parts)
    return hashlib.sha256(lengths + b"\n" + b"".join(parts)).digest()


def _row(key: bytes, message: Incoming, recipient: str) -> dict[str, Any]:
    return {
        "key": key,
        "sender": message.sender[:_LONGEST_TEXT],
        "recipient": recipient[:_LONGEST_TEXT],
        "channel": message.channel,
        "received_at": message.received_at,
        "content": message.content[:LONGEST],
        "state": ArrivalState.WAITING,
    }


def _removed(settlement: Settlement) -> tuple[str, ...]:
    """Return the columns of a message that become empty as it is settled."""
    if settlement.state is not ArrivalState.HANDLED:
        return ()
    return ("content",) if settlement.keeps_sender else ("content", "sender")


def _plain(value: bytes) -> bytes:
    return b" ".join(value.split())


def _arrival(row: Any) -> Arrival:
    return Arrival(
        id=row.id,
        envelope=Envelope(sender=row.sender, recipient=row.recipient),
        content=getattr(row, "content", None) or b"",
        received_at=row.received_at,
        channel=row.channel,
    )


def _settled(row: Any) -> SettledArrival:
    return SettledArrival(
        arrival=_arrival(row),
        state=ArrivalState(row.state),
        kind=row.kind,
        why=row.why,
        result=row.result,
    )
