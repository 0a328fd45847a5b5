"""Mail that comes in: arrivals, bounces, mailboxes; and transactional mail that answers it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create three tables, in which nothing is yet; make room for answers in a fourth."""
    subscriber = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("sender", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("handled_at", sa.DateTime),
        sa.Column("kind", sa.String, nullable=False, server_default=""),
        sa.Column("why", sa.String, nullable=False, server_default=""),
        sa.Column("result", sa.String, nullable=False, server_default=""),
        sa.Column("subscriber_id", subscriber),
        sa.Column("content", sa.LargeBinary),
        sqlite_autoincrement=True,
    )
    op.create_index("arrivals_by_state", "arrivals", ["state", "id"])
    op.create_index("arrivals_by_subscriber", "arrivals", ["subscriber_id"])
    op.create_table(
        "bounces",
        sa.Column(
            "subscriber_id",
            subscriber,
            sa.ForeignKey("subscribers.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("bounce_class", sa.String, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("diagnostic", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("bounces_by_class", "bounces", ["bounce_class", "at"])
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("uid_validity", sa.BigInteger, nullable=False),
        sa.Column("last_uid", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    _rebuild_transactional_mail()


def _rebuild_transactional_mail() -> None:
    """Let a mail be to an address alone, say what it answers, and count by mailbox.

    SQLite makes the table anew to drop NOT NULL. It is described as it was, since Alembic
    would forget the ON DELETE of its foreign key.
    """
    tables, number = sa.MetaData(), sa.BigInteger().with_variant(sa.Integer, "sqlite")
    sa.Table("subscribers", tables, sa.Column("id", number, primary_key=True))
    before = sa.Table(
        "transactional_mail",
        tables,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "subscriber_id",
            number,
            sa.ForeignKey("subscribers.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("next_at", sa.DateTime),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Index("ix_transactional_mail_subscriber_id", "subscriber_id"),
        sa.Index("ix_transactional_mail_next_at", "next_at"),
    )
    with op.batch_alter_table("transactional_mail", copy_from=before) as table:
        table.alter_column("subscriber_id", existing_type=number, nullable=True)
        table.add_column(sa.Column("address", sa.String))
        table.add_column(sa.Column("details", sa.JSON, nullable=False, server_default="{}"))
        table.add_column(sa.Column("in_reply_to", sa.String, nullable=False, server_default=""))
        table.add_column(sa.Column("mailbox_hash", sa.String))
    op.create_index("ix_transactional_mail_made_at", "transactional_mail", ["made_at"])
    op.create_index("ix_transactional_mail_mailbox_hash", "transactional_mail", ["mailbox_hash"])
