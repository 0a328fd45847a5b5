"""What migrations 0001 and 0003 were given after databases had been made with them."""

import json
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add what a database lacks; one that was made by the migrations as they are lacks nothing."""
    if "other_days" not in _columns("fetches"):
        _count_other_days()
    if "named_at" not in _columns("days"):
        op.add_column("days", sa.Column("named_at", sa.DateTime))
    if "contents" not in _columns("deliveries"):
        op.add_column("deliveries", sa.Column("contents", sa.Text))
    if sa.inspect(op.get_bind()).has_table("delivered_papers"):
        _write_contents()
        op.drop_table("delivered_papers")


def _columns(table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}


def _count_other_days() -> None:
    """Make the table anew, since SQLite adds such a column only with a default."""
    op.rename_table("fetches", "fetches_before")
    op.create_table(
        "fetches",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("fetched_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("declared", sa.Integer, nullable=False),
        sa.Column("parsed", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("other_days", sa.Integer, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("new", sa.Integer, nullable=False, server_default="0"),
        sa.Column("merged", sa.Integer, nullable=False, server_default="0"),
        sa.Column("channels", sa.JSON, nullable=False, server_default="[]"),
    )
    op.execute(
        "INSERT INTO fetches (day, source, fetched_at, state, declared, parsed, rejected,"
        " other_days, reason, new, merged, channels) SELECT day, source, fetched_at, state,"
        " declared, parsed, rejected, 0, reason, new, merged, channels FROM fetches_before"
    )
    op.drop_table("fetches_before")


def _write_contents() -> None:
    """Write what each mail held into its row, as 0003 does now for the mails before it.

    For a while 0003 kept a row for each paper of a mail. The mails of days before that have no
    edition yet: theirs is the one without content that 0003 made for the day.
    """
    db = op.get_bind()
    db.exec_driver_sql(
        "UPDATE deliveries SET edition_id = (SELECT min(e.id) FROM editions e"
        " WHERE e.day = deliveries.day AND e.content_key = '') WHERE edition_id IS NULL"
        " AND id IN (SELECT delivery_id FROM delivered_papers)"
    )
    held = db.exec_driver_sql(
        "SELECT d.id, e.position, p.topic, p.behind, p.score, p.trend, p.reasons"
        " FROM delivered_papers p JOIN deliveries d ON d.id = p.delivery_id"
        " JOIN edition_papers e ON e.edition_id = d.edition_id AND e.paper_id = p.paper_id"
        " ORDER BY d.id, p.position"
    ).all()
    for delivery_id, rows in groupby(held, key=lambda row: row[0]):
        topics = [
            [topic, *(_entry(*row[1:2], *row[3:]) for row in of)]
            for topic, of in groupby(rows, key=lambda row: row[2])
        ]
        contents = json.dumps(topics, ensure_ascii=False, separators=(",", ":"))
        db.exec_driver_sql(
            "UPDATE deliveries SET contents = ? WHERE id = ?", (contents, delivery_id)
        )


def _entry(position: int, *details: object) -> object:
    """Return a paper as `storage.contents` writes it; `details` end with the reasons as JSON."""
    *numbers, reasons = details
    entry = [position, *numbers, None if reasons is None else json.loads(str(reasons))]
    while len(entry) > 1 and entry[-1] is None:
        entry.pop()
    return entry if len(entry) > 1 else position
