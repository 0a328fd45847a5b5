"""Deliveries that survive a kill: senders, frozen desks, days that add up."""

import json
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add days, desks and senders; make deliveries and their papers refer to them."""
    op.create_table(
        "days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("planned", sa.Integer, nullable=False),
        sa.Column("closed_at", sa.DateTime),
        sa.Column("named_at", sa.DateTime),
    )
    op.execute(
        "INSERT INTO days (day, planned, closed_at) SELECT day, count(*),"
        " CASE WHEN sum(state IN ('claimed', 'deferred')) = 0 THEN max(settled_at) END"
        " FROM deliveries GROUP BY day"
    )
    op.create_table(
        "desks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False, index=True),
        sa.Column("frozen_at", sa.DateTime, nullable=False),
        sa.Column("content_key", sa.String, nullable=False),
        sa.Column("press_key", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "desk_papers",
        sa.Column(
            "desk_id", sa.Integer, sa.ForeignKey("desks.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("paper_id", sa.String, _paper(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("desk_papers_by_paper", "desk_papers", ["paper_id"])
    op.create_table(
        "senders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("boot", sa.String, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    for column in (
        sa.Column("desk_id", sa.Integer),
        sa.Column("contents", sa.Text),
        sa.Column("fence", sa.Integer),
        sa.Column("next_at", sa.DateTime),
        sa.Column("code", sa.Integer),
        sa.Column("status", sa.String),
    ):
        op.add_column("deliveries", column)
    _delivered_papers()


def _delivered_papers() -> None:
    """Write what each mail held into its row, with a desk for each day of old.

    These desks have no content to make a mail from, but what they showed must be found.
    """
    db = op.get_bind()
    db.exec_driver_sql(
        "INSERT INTO desks (day, frozen_at, content_key, press_key, content)"
        " SELECT DISTINCT d.day, d.day || ' 00:00:00.000000', '', '', ''"
        " FROM delivered_papers p JOIN deliveries d ON d.id = p.delivery_id"
    )
    db.exec_driver_sql(
        "INSERT INTO desk_papers (desk_id, place, paper_id)"
        " SELECT id, row_number() OVER (PARTITION BY id ORDER BY paper_id), paper_id FROM"
        " (SELECT DISTINCT k.id, p.paper_id FROM delivered_papers p"
        " JOIN deliveries d ON d.id = p.delivery_id JOIN desks k ON k.day = d.day)"
    )
    held = db.exec_driver_sql(
        "SELECT d.id, k.id, q.place, p.topic, p.score, p.reasons FROM delivered_papers p"
        " JOIN deliveries d ON d.id = p.delivery_id JOIN desks k ON k.day = d.day"
        " JOIN desk_papers q ON q.desk_id = k.id AND q.paper_id = p.paper_id"
        " ORDER BY d.id, p.position"
    ).all()
    for (delivery_id, desk_id), rows in groupby(held, key=lambda row: (row[0], row[1])):
        topics = []
        for topic, of in groupby(rows, key=lambda row: row[3]):
            entries = ([row[2], None, row[4], None, json.loads(row[5])] for row in of)
            topics.append([topic, *entries])
        contents = json.dumps(topics, ensure_ascii=False, separators=(",", ":"))
        update = "UPDATE deliveries SET desk_id = ?, contents = ? WHERE id = ?"
        db.exec_driver_sql(update, (desk_id, contents, delivery_id))
    op.drop_table("delivered_papers")


def _paper() -> sa.ForeignKey:
    return sa.ForeignKey("papers.id", onupdate="CASCADE")
