"""The address book: every change of consent, with its evidence.

Nobody's row is deleted when they leave: that they left is what keeps them from being
written to again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from subscribers import addresses
from subscribers.models import Event, Status, Subscriber, move

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """A time zone that SQLite does not forget: naive times are refused, UTC comes back."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Store UTC without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = sa.MetaData()

subscribers = sa.Table(
    "subscribers",
    metadata,
    # Random, so that a link does not tell how many readers there are.
    sa.Column(
        "id",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("address", sa.String, nullable=False),
    sa.Column("address_key", sa.String, nullable=False, unique=True),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("since", UTCDateTime, nullable=False),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column(
        "subscriber_id", sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("topic", sa.String, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Index("subscriptions_by_topic", "topic"),
)

consent = sa.Table(
    "consent",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "subscriber_id",
        sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("event", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.Column("door", sa.String, nullable=False),
    sa.Column("note", sa.String, nullable=False, server_default=""),
)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """How a change of consent came about."""

    at: datetime
    #: the way it came in by, such as cli
    door: str
    #: who said so, or other circumstances
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of a subscriber's history."""

    event: Event
    status: Status
    evidence: Evidence


class Book:
    """The address book on an open database."""

    def __init__(self, engine: sa.Engine, *, new_id: Callable[[], int]) -> None:
        """Use an engine whose tables exist; `new_id` gives unused random ids."""
        self._engine = engine
        # Asks for the write lock at once: SQLite cannot wait for it in mid-transaction.
        self._writer = engine.execution_options(writes=True)
        self._new_id = new_id

    def add(
        self, text: str, topics: Sequence[str], *, confirmed: bool, evidence: Evidence
    ) -> Subscriber:
        """Sign an address up for topics, and confirm it if somebody vouches for the consent.

        A known address gets these topics instead of its old ones.

        Raises:
            AddressError: the text is not an address.

        """
        address = addresses.parse(text)
        with self._writer.begin() as db:
            known = db.execute(
                sa.select(subscribers).where(subscribers.c.address_key == address.key)
            ).first()
            subscriber_id = known.id if known else self._new_id()
            status = Status(known.status) if known else None
            if not known:
                db.execute(
                    subscribers.insert().values(
                        id=subscriber_id,
                        address=address.original,
                        address_key=address.key,
                        status=Status.PENDING,
                        since=evidence.at,
                    )
                )
            for event in (Event.SIGN_UP, Event.CONFIRM) if confirmed else (Event.SIGN_UP,):
                status = self._move(db, subscriber_id, status, event, evidence)
            db.execute(subscriptions.delete().where(subscriptions.c.subscriber_id == subscriber_id))
            if topics:
                db.execute(
                    subscriptions.insert(),
                    [
                        {"subscriber_id": subscriber_id, "topic": topic, "position": position}
                        for position, topic in enumerate(dict.fromkeys(topics))
                    ],
                )
        found = self.find(address.original)
        assert found is not None  # noqa: S101 (written just above)
        return found

    def leave(self, text: str, *, evidence: Evidence) -> Subscriber | None:
        """Let an address go; return it as it now stands, or None if it was never here."""
        found = self.find(text)
        if found is None:
            return None
        with self._writer.begin() as db:
            self._move(db, found.id, found.status, Event.LEAVE, evidence)
        return self.find(text)

    def find(self, text: str) -> Subscriber | None:
        """Return the subscriber of an address in any spelling, or None.

        Raises:
            AddressError: the text is not an address.

        """
        key = addresses.parse(text).key
        return next(self._select(subscribers.c.address_key == key), None)

    def all(self) -> list[Subscriber]:
        """Return everybody who ever signed up, by address."""
        return sorted(self._select(), key=lambda reader: reader.address.casefold())

    def confirmed(self) -> list[Subscriber]:
        """Return those who want a digest, by id, so that every run goes in the same order."""
        return list(self._select(subscribers.c.status == Status.CONFIRMED))

    def wanting(self, topic: str) -> int:
        """Count the subscribers of a topic who have not left."""
        query = (
            sa.select(sa.func.count())
            .select_from(subscriptions.join(subscribers))
            .where(subscriptions.c.topic == topic, subscribers.c.status != Status.LEFT)
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def history(self, subscriber_id: int) -> list[Step]:
        """Return every change of a subscriber's consent, oldest first."""
        query = sa.select(consent).where(consent.c.subscriber_id == subscriber_id).order_by("id")
        with self._engine.connect() as db:
            return [
                Step(
                    event=Event(row.event),
                    status=Status(row.status),
                    evidence=Evidence(at=row.at, door=row.door, note=row.note),
                )
                for row in db.execute(query)
            ]

    def _move(
        self,
        db: sa.Connection,
        subscriber_id: int,
        status: Status | None,
        event: Event,
        evidence: Evidence,
    ) -> Status:
        after = move(status, event)
        db.execute(
            subscribers.update().where(subscribers.c.id == subscriber_id).values(status=after)
        )
        db.execute(
            consent.insert().values(
                subscriber_id=subscriber_id,
                event=event,
                status=after,
                at=evidence.at,
                door=evidence.door,
                note=evidence.note,
            )
        )
        return after

    def _select(self, *conditions: sa.ColumnElement[bool]) -> Iterator[Subscriber]:
        who = sa.select(subscribers).where(*conditions).order_by(subscribers.c.id)
        wants = (
            sa.select(subscriptions)
            .join(subscribers)
            .where(*conditions)
            .order_by(subscriptions.c.subscriber_id, subscriptions.c.position)
        )
        with self._engine.connect() as db:
            topics = _grouped(db.execute(wants))
            for row in db.execute(who):
                yield Subscriber(
                    id=row.id,
                    address=row.address,
                    status=Status(row.status),
                    since=row.since,
                    topics=tuple(topics.get(row.id, ())),
                )


def _grouped(rows: Iterable[Any]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = {}
    for row in rows:
        grouped.setdefault(row.subscriber_id, []).append(row.topic)
    return grouped
