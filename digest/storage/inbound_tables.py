"""The tables of mail that comes in: what arrived, what bounced, and how far mailboxes were read."""

from __future__ import annotations

import sqlalchemy as sa

from digest.storage.schema import metadata
from subscribers.tables import UTCDateTime, subscribers

# Messages as they were handed over, a row for each recipient of the envelope. The bytes go once a
# message was handled; its key stays, so that one that is handed over again is recognised.
arrivals = sa.Table(
    "arrivals",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # see `storage.arrivals.key_of`
    sa.Column("key", sa.LargeBinary, nullable=False, unique=True),
    # empty for the null sender
    sa.Column("sender", sa.String, nullable=False),
    sa.Column("recipient", sa.String, nullable=False),
    # lmtp, pipe, maildir or imap
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("received_at", UTCDateTime, nullable=False),
    # waiting, handled, or kept for the operator
    sa.Column("state", sa.String, nullable=False),
    sa.Column("handled_at", UTCDateTime),
    # what it is: a kind of message; empty while it waits
    sa.Column("kind", sa.String, nullable=False, server_default=""),
    # why it is that, and what was done
    sa.Column("why", sa.String, nullable=False, server_default=""),
    sa.Column("result", sa.String, nullable=False, server_default=""),
    # whom it is about, as far as that is known; whoever erases one removes these rows
    sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer, "sqlite")),
    # the last: SQLite reads through what stands before a column
    sa.Column("content", sa.LargeBinary),
    sa.Index("arrivals_by_state", "state", "id"),
    sa.Index("arrivals_by_subscriber", "subscriber_id"),
    # an id is never used twice
    sqlite_autoincrement=True,
)

# What came back of mails that had been accepted: one row for a mail and a class of bounce.
bounces = sa.Table(
    "bounces",
    metadata,
    sa.Column(
        "subscriber_id", sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True
    ),
    # of the mail
    sa.Column("day", sa.Date, primary_key=True),
    # hard, soft, policy, delayed, or complaint
    sa.Column("bounce_class", sa.String, primary_key=True),
    # when the last such report came
    sa.Column("at", UTCDateTime, nullable=False),
    # enhanced status code (RFC 3463), and the words of the server
    sa.Column("status", sa.String, nullable=False),
    sa.Column("diagnostic", sa.String, nullable=False),
    sa.Index("bounces_by_class", "bounce_class", "at"),
    sqlite_with_rowid=False,
)

# How far each IMAP mailbox was read: the last UID, and the UIDVALIDITY that it belongs to.
mailboxes = sa.Table(
    "mailboxes",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("uid_validity", sa.BigInteger, nullable=False),
    sa.Column("last_uid", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
