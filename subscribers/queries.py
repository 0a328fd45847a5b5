"""Reads subscribers, and the times of their consent, from an open database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from subscribers.models import INACTIVE, Event, Preferences, Status, Subscriber
from subscribers.tables import consent, subscribers, subscriptions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

#: The most values in one query; databases limit the number of parameters.
_BATCH = 400
#: The channels by which an operator speaks for a subscriber.
BY_OPERATOR = ("cli", "import")


@dataclass(frozen=True, kw_only=True)
class ConsentTimes:
    """When a subscriber's consent changed; None for what never happened."""

    #: when the present status began
    status_since: datetime
    #: when they last left; since then only their own confirmation counts
    left: datetime | None = None
    #: when they last signed up, confirmed or resumed themselves, and not through an operator
    own_sign_up: datetime | None = None
    own_yes: datetime | None = None


class Standing(NamedTuple):
    """A subscriber, and whether they may be written to."""

    id: int
    status: Status


def read_subscribers(
    db: sa.Connection, *conditions: sa.ColumnElement[bool]
) -> Iterator[Subscriber]:
    """Yield the subscribers that fulfil all conditions, by id."""
    columns = [
        *(subscribers.c[name] for name in ("id", "address", "status", "since")),
        sa.cast(subscribers.c.preferences, sa.Text),
    ]
    people = sa.select(*columns).where(*conditions).order_by(subscribers.c.id)
    topics_query = (
        sa.select(subscriptions.c.subscriber_id, subscriptions.c.topic)
        .join_from(subscriptions, subscribers)
        .where(*conditions)
        .order_by(subscriptions.c.subscriber_id, subscriptions.c.position)
    )
    topics = _topics_by_id(db.execute(topics_query))
    for subscriber_id, address, status, since, preferences in db.execute(people):
        yield Subscriber(
            id=subscriber_id,
            address=address,
            status=Status(status),
            since=since,
            topics=tuple(topics.get(subscriber_id, ())),
            preferences=read_preferences(preferences),
        )


def read_subscribers_by_address(db: sa.Connection) -> Iterator[Subscriber]:
    """Yield all subscribers, sorted by address; memory does not grow with their number."""
    query = (
        sa.select(subscribers.c.id)
        .order_by(sa.func.lower(subscribers.c.address), subscribers.c.id)
        .execution_options(yield_per=_BATCH)
    )
    for ids in db.execute(query).scalars().partitions():
        found = {one.id: one for one in read_subscribers(db, subscribers.c.id.in_(ids))}
        yield from (found[number] for number in ids if number in found)


def read_by_key(db: sa.Connection, keys: Collection[str]) -> dict[str, Subscriber]:
    """Return the subscribers of these keys of addresses, by key; unknown keys are left out."""
    found: dict[str, Subscriber] = {}
    for some in batches(keys):
        this = subscribers.c.address_key.in_(some)
        columns = (subscribers.c.id, subscribers.c.address_key)
        key_of = {row.id: row.address_key for row in db.execute(sa.select(*columns).where(this))}
        if key_of:  # of a new list, nobody is known
            found.update((key_of[one.id], one) for one in read_subscribers(db, this))
    return found


def read_standings(db: sa.Connection, keys: Collection[str]) -> dict[str, Standing]:
    """Return the ids and statuses of these keys of addresses; unknown keys are left out."""
    columns = (subscribers.c.address_key, subscribers.c.id, subscribers.c.status)
    return {
        key: Standing(subscriber_id, Status(status))
        for some in batches(keys)
        for key, subscriber_id, status in db.execute(
            sa.select(*columns).where(subscribers.c.address_key.in_(some))
        )
    }


def read_refusals(
    db: sa.Connection, mailboxes: Collection[str]
) -> dict[str, list[tuple[str, str]]]:
    """Return who left or is suppressed in these mailboxes: pairs of key and address, by mailbox."""
    columns = (subscribers.c.mailbox, subscribers.c.address_key, subscribers.c.address)
    gone = subscribers.c.status.in_(INACTIVE)
    found: dict[str, list[tuple[str, str]]] = {}
    for some in batches(mailboxes):
        query = sa.select(*columns).where(subscribers.c.mailbox.in_(some), gone)
        for mailbox, key, address in db.execute(query):
            found.setdefault(mailbox, []).append((key, address))
    return found


def is_refused_for_ever(db: sa.Connection, mailbox: str) -> bool:
    """Return whether anybody with this mailbox said "never write to me again"."""
    query = (
        sa.select(consent.c.id)
        .join_from(consent, subscribers)
        .where(subscribers.c.mailbox == mailbox, consent.c.event == Event.COMPLAINT)
    )
    return db.execute(query).first() is not None


def read_consent_times(
    db: sa.Connection, subscriber_ids: Collection[int] | None = None
) -> dict[int, ConsentTimes]:
    """Return the times of consent of these subscribers, or of all, by id."""
    query = sa.select(
        consent.c.subscriber_id, consent.c.event, consent.c.status, consent.c.at, consent.c.channel
    ).order_by(consent.c.id)
    queries = (
        [query]
        if subscriber_ids is None
        else [query.where(consent.c.subscriber_id.in_(some)) for some in batches(subscriber_ids)]
    )
    steps: dict[int, list[Any]] = {}
    for one in queries:
        for row in db.execute(one):
            steps.setdefault(row.subscriber_id, []).append(row)
    return {subscriber_id: _consent_times(rows) for subscriber_id, rows in steps.items()}


def _consent_times(rows: Iterable[Any]) -> ConsentTimes:
    times: dict[str, Any] = {}
    status = None
    for row in rows:
        if row.status != status:
            status, times["status_since"] = row.status, row.at
        own = row.channel not in BY_OPERATOR
        if row.event == Event.LEAVE:
            times["left"] = row.at
        elif own and row.event == Event.SIGN_UP:
            times["own_sign_up"] = row.at
        elif own and row.event in (Event.CONFIRM, Event.RESUME):
            times["own_yes"] = row.at
    return ConsentTimes(**times)


def batches(values: Collection[Any]) -> Iterator[list[Any]]:
    """Yield values in lists that are short enough for the parameters of one query."""
    items = list(values)
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _topics_by_id(rows: Iterable[Any]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = {}
    for subscriber_id, topic in rows:
        grouped.setdefault(subscriber_id, []).append(topic)
    return grouped


@lru_cache(maxsize=4096)  # most subscribers share their preferences with others
def read_preferences(stored: str) -> Preferences:
    """Return preferences as they are stored; what is missing is as for those who chose nothing."""
    tuples: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(stored).items()
    }
    return Preferences(**tuples)


def unconfirmed(before: datetime) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Return which sign-ups before a time were never confirmed: new ones, and of who had left."""

    def consent_time(which: Any) -> sa.ScalarSelect[Any]:
        this = consent.c.subscriber_id == subscribers.c.id
        return sa.select(which(consent.c.at)).where(this).scalar_subquery()

    pending = subscribers.c.status == Status.PENDING
    had_left = subscribers.c.id.in_(
        sa.select(consent.c.subscriber_id).where(consent.c.event == Event.LEAVE)
    )
    # Counted from the first sign-up: repeated sign-ups do not extend the deadline.
    never = pending & ~had_left & (consent_time(sa.func.min) < before)
    overdue = pending & had_left & (consent_time(sa.func.max) < before)
    return never, overdue
