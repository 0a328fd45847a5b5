"""Deliveries that survive a kill: senders, frozen desks, days that add up."""

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
    )
    op.execute("INSERT INTO days (day, planned) SELECT day, count(*) FROM deliveries GROUP BY day")
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
        sa.Column("fence", sa.Integer),
        sa.Column("next_at", sa.DateTime),
        sa.Column("code", sa.Integer),
        sa.Column("status", sa.String),
    ):
        op.add_column("deliveries", column)
    _delivered_papers()


def _delivered_papers() -> None:
    op.rename_table("delivered_papers", "delivered_papers_before")
    op.drop_index("ix_delivered_papers_paper_id", "delivered_papers_before")
    op.create_table(
        "delivered_papers",
        sa.Column(
            "delivery_id",
            sa.Integer,
            sa.ForeignKey("deliveries.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("paper_id", sa.String, _paper(), primary_key=True),
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("behind", sa.Integer),
        sa.Column("score", sa.Float),
        sa.Column("trend", sa.Float),
        sa.Column("reasons", sa.JSON),
        sqlite_with_rowid=False,
    )
    op.create_index("delivered_papers_by_paper", "delivered_papers", ["paper_id", "subscriber_id"])
    op.execute(
        "INSERT INTO delivered_papers"
        " (delivery_id, paper_id, subscriber_id, position, topic, score, reasons)"
        " SELECT p.delivery_id, p.paper_id, d.subscriber_id, p.position, p.topic, p.score,"
        " p.reasons FROM delivered_papers_before p JOIN deliveries d ON d.id = p.delivery_id"
    )
    op.drop_table("delivered_papers_before")
    # Days of old have no desk to make a mail from, but what they showed must be found.
    op.execute(
        "INSERT INTO desks (day, frozen_at, content_key, press_key, content)"
        " SELECT DISTINCT d.day, d.day || ' 00:00:00.000000', '', '', ''"
        " FROM delivered_papers p JOIN deliveries d ON d.id = p.delivery_id"
    )
    op.execute(
        "INSERT INTO desk_papers (desk_id, place, paper_id)"
        " SELECT id, row_number() OVER (PARTITION BY id ORDER BY paper_id), paper_id FROM"
        " (SELECT DISTINCT k.id, p.paper_id FROM delivered_papers p"
        " JOIN deliveries d ON d.id = p.delivery_id JOIN desks k ON k.day = d.day)"
    )


def _paper() -> sa.ForeignKey:
    return sa.ForeignKey("papers.id", onupdate="CASCADE")
