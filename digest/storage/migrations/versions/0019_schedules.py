"""When each reader wants mail, and up to which day they have; editions over several days."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_WEEK = "mon tue wed thu fri sat sun"
_SHOWN = ("sent", "unknown")


def upgrade() -> None:
    """Create the tables, and fill them for the readers there are."""
    subscriber = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "schedules",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("days", sa.String, nullable=False),
        sa.Column("hour", sa.Integer),
        sa.Column("timezone", sa.String, nullable=False),
        sa.UniqueConstraint("days", "hour", "timezone"),
    )
    op.create_table(
        "reader_schedules",
        sa.Column(
            "subscriber_id",
            subscriber,
            sa.ForeignKey("subscribers.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("schedule_id", sa.Integer, sa.ForeignKey("schedules.id"), nullable=False),
        sa.Column("since", sa.DateTime),
        sa.Column("served_on", sa.Date, nullable=False),
        sa.Column("issue_day", sa.Date),
        sa.Column("covered", sa.Date),
        sqlite_with_rowid=False,
    )
    op.add_column("editions", sa.Column("since", sa.Date))
    op.add_column(
        "days", sa.Column("is_for_all", sa.Boolean, nullable=False, server_default=sa.true())
    )
    _fill()
    wanted = sa.text("since IS NOT NULL")
    op.create_index(
        "reader_schedules_due",
        "reader_schedules",
        ["schedule_id", "served_on", "since"],
        sqlite_where=wanted,
        postgresql_where=wanted,
    )


def _fill() -> None:
    """Take what readers chose, and what the ledger knows of their issues.

    Until now nothing heeded the hour, and everybody was given 18:00 UTC who chose none: these go by
    the site's hour.
    """
    db = op.get_bind()
    people = sa.table(
        "subscribers",
        sa.column("id"),
        sa.column("status", sa.String),
        sa.column("since", sa.DateTime),
        sa.column("preferences", sa.JSON),
    )
    rows = sa.table(
        "deliveries", sa.column("subscriber_id"), sa.column("day", sa.Date), sa.column("state")
    )
    days = sa.select(
        rows.c.subscriber_id,
        sa.func.max(rows.c.day).label("last"),
        sa.func.max(sa.case((rows.c.state.in_(_SHOWN), rows.c.day))).label("covered"),
    ).group_by(rows.c.subscriber_id)
    known = {row.subscriber_id: row for row in db.execute(days)}
    wishes: dict[tuple[str, int | None, str], int] = {}
    new, unset = [], []
    for row in db.execute(sa.select(people)).all():
        chosen = dict(row.preferences or {})
        if chosen.get("hour") == 18 and chosen.get("timezone", "UTC") == "UTC":
            chosen["hour"] = None
            unset.append({"this": row.id, "preferences": chosen})
        hour = chosen.get("hour")
        wish = (
            " ".join(chosen.get("days") or _WEEK.split()),
            hour,
            "" if hour is None else chosen.get("timezone", "UTC"),
        )
        issues = known.get(row.id)
        new.append(
            {
                "subscriber_id": row.id,
                "schedule_id": wishes.setdefault(wish, len(wishes) + 1),
                "since": row.since if row.status == "confirmed" else None,
                "served_on": issues.last if issues else date.min,
                "issue_day": issues.last if issues else None,
                "covered": issues.covered if issues else None,
            }
        )
    if unset:
        this = people.c.id == sa.bindparam("this")
        db.execute(people.update().where(this), unset)
    schedules = sa.table(
        "schedules", sa.column("id"), sa.column("days"), sa.column("hour"), sa.column("timezone")
    )
    if wishes:
        db.execute(
            schedules.insert(),
            [
                {"id": number, "days": days, "hour": hour, "timezone": zone}
                for (days, hour, zone), number in wishes.items()
            ],
        )
        reader_schedules = sa.table(
            "reader_schedules",
            sa.column("subscriber_id"),
            sa.column("schedule_id"),
            sa.column("since", sa.DateTime),
            sa.column("served_on", sa.Date),
            sa.column("issue_day", sa.Date),
            sa.column("covered", sa.Date),
        )
        db.execute(reader_schedules.insert(), new)
