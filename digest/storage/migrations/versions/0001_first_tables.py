"""The first tables: papers, readers, deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables of the store, the book and the ledger."""
    _store()
    _book()
    _ledger()


def _store() -> None:
    op.create_table(
        "papers",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("title_key", sa.String, nullable=False, index=True),
        sa.Column("abstract", sa.String, nullable=False),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("author_count", sa.Integer),
        sa.Column("categories", sa.JSON, nullable=False),
        sa.Column("published_at", sa.DateTime),
        sa.Column("links", sa.JSON, nullable=False),
        sa.Column("precedence", sa.Integer, nullable=False),
    )
    op.create_table(
        "sightings",
        sa.Column("paper_id", sa.String, _paper(), primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("day", sa.Date, nullable=False, index=True),
        sa.Column("featured_at", sa.DateTime),
    )
    op.create_table(
        "signals",
        sa.Column("paper_id", sa.String, _paper(), primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("observed_at", sa.DateTime, primary_key=True),
        sa.Column("upvotes", sa.Integer),
        sa.Column("comments", sa.Integer),
        sa.Column("stars", sa.Integer),
    )
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
        sa.Column("error", sa.String),
    )


def _book() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", _ID, primary_key=True, autoincrement=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("address_key", sa.String, nullable=False, unique=True),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
    )
    op.create_table(
        "subscriptions",
        sa.Column("subscriber_id", _ID, _subscriber(), primary_key=True),
        sa.Column("topic", sa.String, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_index("subscriptions_by_topic", "subscriptions", ["topic"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("subscriber_id", _ID, _subscriber(), nullable=False, index=True),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("door", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False, server_default=""),
    )


def _ledger() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column(
            "subscriber_id", _ID, sa.ForeignKey("subscribers.id"), nullable=False, index=True
        ),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("subject", sa.String),
        sa.Column("message_id", sa.String),
        sa.Column("planned_at", sa.DateTime, nullable=False),
        sa.Column("settled_at", sa.DateTime),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.UniqueConstraint("day", "subscriber_id"),
    )
    op.create_table(
        "delivered_papers",
        sa.Column(
            "delivery_id",
            sa.Integer,
            sa.ForeignKey("deliveries.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("paper_id", sa.String, _paper(), primary_key=True, index=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
    )


def _paper() -> sa.ForeignKey:
    return sa.ForeignKey("papers.id", onupdate="CASCADE")


def _subscriber() -> sa.ForeignKey:
    return sa.ForeignKey("subscribers.id", ondelete="CASCADE")
