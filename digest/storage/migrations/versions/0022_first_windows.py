"""The first issue of a reader who waits for one gathers the papers since they were confirmed."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Write the day before they were confirmed, of confirmed readers who have had no issue."""
    db = op.get_bind()
    waiting = sa.table(
        "reader_schedules",
        sa.column("subscriber_id"),
        sa.column("since", sa.DateTime),
        sa.column("covered", sa.Date),
    )
    has_none = waiting.c.covered.is_(None) & waiting.c.since.is_not(None)
    rows = db.execute(sa.select(waiting.c.subscriber_id, waiting.c.since).where(has_none)).all()
    if rows:
        db.execute(
            waiting.update().where(waiting.c.subscriber_id == sa.bindparam("this")),
            [
                {"this": row.subscriber_id, "covered": row.since.date() - timedelta(days=1)}
                for row in rows
            ],
        )
