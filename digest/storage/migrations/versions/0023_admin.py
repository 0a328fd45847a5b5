"""The operator's page: readers by status over time, steps of runs, and attempts to log in."""

from collections import Counter
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Create two tables and two columns, and add up the history of all readers there are."""
    changes = op.create_table(
        "status_changes",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("status", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "login_attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("network", sa.String, nullable=False),
        sa.Column("succeeded", sa.Boolean, nullable=False),
    )
    op.create_index("ix_login_attempts_at", "login_attempts", ["at"])
    op.create_index("ix_login_attempts_network", "login_attempts", ["network"])
    op.add_column("runs", sa.Column("steps", sa.JSON, nullable=False, server_default="{}"))
    op.add_column("runs", sa.Column("topic_readers", sa.JSON))
    rows = [
        {"day": day, "status": status, "number": number}
        for (day, status), number in _changes(op.get_bind()).items()
        if number
    ]
    if rows:
        op.bulk_insert(changes, rows)


def _changes(db: sa.Connection) -> Counter[tuple[date, str]]:
    """Return by how many readers each status grew or shrank on each day.

    The changes of a reader add up to their status of today, whatever their history lacks.
    """
    subscribers = sa.table(
        "subscribers", sa.column("id"), sa.column("status"), sa.column("since", sa.DateTime)
    )
    consent = sa.table(
        "consent",
        sa.column("id"),
        sa.column("subscriber_id"),
        sa.column("status"),
        sa.column("at", sa.DateTime),
    )
    query = (
        sa.select(
            subscribers.c.id,
            subscribers.c.status,
            subscribers.c.since,
            consent.c.status.label("after"),
            consent.c.at,
        )
        .select_from(subscribers.outerjoin(consent, consent.c.subscriber_id == subscribers.c.id))
        .order_by(subscribers.c.id, consent.c.id)
    )
    changes: Counter[tuple[date, str]] = Counter()
    reader, before, present, last = None, None, None, date.min
    for row in db.execute(query.execution_options(yield_per=1000)):
        if row.id != reader:
            _end(changes, before, present, last)
            reader, before, present, last = row.id, None, row.status, row.since.date()
        if row.after is None:  # a reader without a history
            continue
        last = row.at.date()
        if before is not None:
            changes[last, before] -= 1
        changes[last, row.after] += 1
        before = row.after
    _end(changes, before, present, last)
    return changes


def _end(
    changes: Counter[tuple[date, str]], before: str | None, present: str | None, day: date
) -> None:
    if before == present:
        return
    if before is not None:
        changes[day, before] -= 1
    if present is not None:
        changes[day, present] += 1
