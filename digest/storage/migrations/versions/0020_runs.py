"""What runs did, what the operator was told of them, and how many mails of erased readers left."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Create three tables, in which nothing is yet."""
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("boot", sa.String, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("papers", sa.Integer),
        sa.Column("failed_sources", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("is_complete", sa.Boolean),
        sa.Column("stopped", sa.String),
        sa.Column("error", sa.String),
        sa.Column("silence", sa.String),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("sent_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "erased_mails",
        sa.Column("state", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
