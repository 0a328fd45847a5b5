"""What readers say of papers, what that teaches, and what teaching needs: texts and vectors."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Create five tables; nobody has said anything yet."""
    subscriber = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "feedback",
        sa.Column(
            "subscriber_id",
            subscriber,
            sa.ForeignKey("subscribers.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("paper_id", sa.String, primary_key=True),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("abstract", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "profiles",
        sa.Column(
            "subscriber_id",
            subscriber,
            sa.ForeignKey("subscribers.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("learned_at", sa.DateTime, nullable=False),
        sa.Column("likes", sa.Integer, nullable=False),
        sa.Column("model", sa.String, nullable=False, server_default=""),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "lookups",
        sa.Column("paper_id", sa.String, primary_key=True),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "word_counts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "paper_vectors",
        sa.Column(
            "paper_id",
            sa.String,
            sa.ForeignKey("papers.id", onupdate="CASCADE", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("model", sa.String, primary_key=True),
        sa.Column("text_key", sa.String, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
