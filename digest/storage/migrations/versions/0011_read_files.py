"""What files were read, so that those that have not changed are not read again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add a table; every file is read once more."""
    op.create_table(
        "read_files",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("path", sa.String, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("modified", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("read_at", sa.DateTime, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("parser", sa.String, nullable=False),
        sa.Column("only_day", sa.Date),
        sa.Column("contents", sa.JSON, nullable=False),
    )
