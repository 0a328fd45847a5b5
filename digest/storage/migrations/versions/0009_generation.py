"""A number that every run raises, so that a database that was restored is recognised."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add a table of one row; no run has raised the number yet."""
    op.create_table(
        "generation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("restored_at", sa.DateTime),
        sa.Column("certain_from", sa.Date),
    )
    op.execute("INSERT INTO generation (id, number) VALUES (1, 0)")
