"""Who said what of a paper, how it was announced, and how its sources were read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add what more sources say; what is known already may be said better by any of them."""
    # Not Alembic's batches: they make a table anew, and the papers' is referred to by others.
    op.execute("ALTER TABLE papers DROP COLUMN precedence")
    op.add_column("papers", sa.Column("version", sa.Integer))
    for name in ("comment", "venue", "tldr", "organization"):
        op.add_column("papers", sa.Column(name, sa.String, nullable=False, server_default=""))
    op.add_column("papers", sa.Column("withdrawn_on", sa.Date))
    op.add_column("papers", sa.Column("origins", sa.JSON, nullable=False, server_default="{}"))
    op.create_index("ix_papers_withdrawn_on", "papers", ["withdrawn_on"])
    op.add_column("signals", sa.Column("citations", sa.Integer))
    op.create_table(
        "announcements",
        sa.Column(
            "paper_id",
            sa.String,
            sa.ForeignKey("papers.id", onupdate="CASCADE"),
            primary_key=True,
        ),
        sa.Column("category", sa.String, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("version", sa.Integer),
    )
    op.create_index("announcements_by_day", "announcements", ["category", "day"])
    op.execute("ALTER TABLE fetches RENAME COLUMN error TO reason")
    for name in ("new", "merged"):
        op.add_column("fetches", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column("fetches", sa.Column("channels", sa.JSON, nullable=False, server_default="[]"))
