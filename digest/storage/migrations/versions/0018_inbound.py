"""Mail that comes in: arrivals, bounces, mailboxes; and transactional mail that answers it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create three tables; nothing has come in yet."""
    subscriber = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("sender", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("handled_at", sa.DateTime),
        sa.Column("kind", sa.String, nullable=False, server_default=""),
        sa.Column("why", sa.String, nullable=False, server_default=""),
        sa.Column("result", sa.String, nullable=False, server_default=""),
        sa.Column("subscriber_id", subscriber),
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
    op.create_index("ix_bounces_at", "bounces", ["at"])
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("uid_validity", sa.BigInteger, nullable=False),
        sa.Column("last_uid", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
