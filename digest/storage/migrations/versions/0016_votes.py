"""When votes of complete days were read again, and what was learned from votes."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add a column to fetches and a table; no votes were read again, and nothing is learned."""
    op.add_column("fetches", sa.Column("recounted_at", sa.DateTime))
    op.create_table(
        "trained_priors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("trained_at", sa.DateTime, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("papers", sa.Integer, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
    )
