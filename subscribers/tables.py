"""The tables of the address book, and the column type of all times."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """A time in UTC, although SQLite stores no time zone; naive times are refused."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Convert to UTC and drop the zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        """Return what converts a parameter; rows that are written together share a few times."""
        convert = super().bind_processor(dialect)
        return lru_cache(maxsize=1000)(convert) if convert else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Attach the zone again."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = sa.MetaData()

subscribers = sa.Table(
    "subscribers",
    metadata,
    # Random, so that a link does not reveal the number of subscribers.
    sa.Column(
        "id",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("address", sa.String, nullable=False),
    sa.Column("address_key", sa.String, nullable=False, unique=True),
    # where its mail arrives, by the rules of the provider; several addresses may share one
    sa.Column("mailbox", sa.String, nullable=False, server_default="", index=True),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("since", UTCDateTime, nullable=False),
    sa.Column("preferences", sa.JSON, nullable=False, server_default="{}"),
)

#: Whether a subscriber gets no mail. SQLite uses the index for a query that says just this.
is_not_confirmed = subscribers.c.status != sa.literal_column("'confirmed'")
# Few are not confirmed, so these are counted and not the others.
sa.Index(
    "subscribers_not_confirmed",
    subscribers.c.status,
    sqlite_where=is_not_confirmed,  # to say so for PostgreSQL too would import its dialect
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
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("note", sa.String, nullable=False, server_default=""),
    sa.Column("wording", sa.String, nullable=False, server_default=""),
    sa.Column("network", sa.String, nullable=False, server_default=""),
)

# The different wishes of when mail comes, each once; readers share them.
schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # the weekdays on which mail may come, such as "mon fri"
    sa.Column("days", sa.String, nullable=False),
    # null for the hour of the site, in its time zone
    sa.Column("hour", sa.Integer),
    # a name such as Europe/Paris; empty for the site's
    sa.Column("timezone", sa.String, nullable=False),
    sa.UniqueConstraint("days", "hour", "timezone"),
)

# By how many readers each status grew or shrank on a day (UTC), see `subscribers.status_changes`.
status_changes = sa.Table(
    "status_changes",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("status", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

# When each reader gets mail, and up to which day they have.
reader_schedules = sa.Table(
    "reader_schedules",
    metadata,
    sa.Column(
        "subscriber_id",
        sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("schedule_id", sa.ForeignKey(schedules.c.id), nullable=False),
    # mail is wanted from this time on; null while the reader is not confirmed
    sa.Column("since", UTCDateTime),
    # the reader's local day that was served last; the first of all days if none was
    sa.Column("served_on", sa.Date, nullable=False),
    # the day under which the ledger has that issue
    sa.Column("issue_day", sa.Date),
    # the day of the last issue before that one that left, or may have; of who has had none, the
    # day before they were confirmed; null if they never were
    sa.Column("covered", sa.Date),
    sqlite_with_rowid=False,
)
# The readers of a schedule who were served longest ago come first.
sa.Index(
    "reader_schedules_due",
    reader_schedules.c.schedule_id,
    reader_schedules.c.served_on,
    reader_schedules.c.since,
    sqlite_where=reader_schedules.c.since.is_not(None),
)

# Hashes of erased addresses. They recognise an address, but do not reveal it.
suppressions = sa.Table(
    "suppressions",
    metadata,
    sa.Column("key_hash", sa.String, primary_key=True),
    # whether even the owner's own sign-up is ignored
    sa.Column("for_ever", sa.Boolean, nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    # the channel of the erasure, such as web
    sa.Column("channel", sa.String, nullable=False),
)

# The sign-ups of the last day, by which further ones are limited. All but the time is hashed.
signups = sa.Table(
    "signups",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UTCDateTime, nullable=False, index=True),
    sa.Column("mailbox", sa.String, nullable=False, index=True),
    sa.Column("domain", sa.String, nullable=False, index=True),
    # an IPv4 address, or the /64 of an IPv6 address
    sa.Column("network", sa.String, nullable=False, index=True),
    # its /24 or /48
    sa.Column("site", sa.String, nullable=False, index=True),
)

# The attempts to log in to the operator's page, by which further ones are limited.
login_attempts = sa.Table(
    "login_attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UTCDateTime, nullable=False, index=True),
    # a keyed hash of an IPv4 address, or of the /64 of an IPv6 address
    sa.Column("network", sa.String, nullable=False, index=True),
    # whether the password was right
    sa.Column("succeeded", sa.Boolean, nullable=False),
)


def truncate_log(engine: sa.Engine) -> None:
    """Truncate SQLite's write-ahead log, which still holds what was deleted."""
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
