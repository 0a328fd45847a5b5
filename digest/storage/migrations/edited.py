"""What migration 0002 was given after databases had been made with it.

Two of its tables were changed in the days after it landed, and migrations 0003 to 0005 take the
changes for granted. So they are made before those run; migration 0006 makes the others. A landed
migration does not change any more (`tests/integration/storage/migrations/landed.txt`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations


def add_missing(connection: sa.Connection) -> None:
    """Add what a database of schema 0002 to 0004 lacks; change nothing in any other."""
    context = MigrationContext.configure(connection)
    if context.get_current_revision() not in ("0002", "0003", "0004"):
        return
    op, inspector = Operations(context), sa.inspect(connection)
    if not inspector.has_table("letters"):
        _create_letters(op)
    if "door" not in {column["name"] for column in inspector.get_columns("suppressions")}:
        _add_door(op)


def _create_letters(op: Operations) -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "subscriber_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.ForeignKey("subscribers.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("next_at", sa.DateTime, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
    )


def _add_door(op: Operations) -> None:
    """Make the table anew, since SQLite adds such a column only with a default."""
    op.rename_table("suppressions", "suppressions_before")
    op.create_table(
        "suppressions",
        sa.Column("key_hash", sa.String, primary_key=True),
        sa.Column("for_ever", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("door", sa.String, nullable=False),
    )
    op.execute(
        "INSERT INTO suppressions (key_hash, for_ever, at, door)"
        " SELECT key_hash, for_ever, at, 'unknown' FROM suppressions_before"
    )
    op.drop_table("suppressions_before")
