"""The papers that a service was asked for and did not know."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the table; nobody has been asked yet."""
    op.create_table(
        "lookups",
        sa.Column("paper_id", sa.String, primary_key=True),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sqlite_with_rowid=False,
    )
