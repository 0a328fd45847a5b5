"""The other ids of papers: those of their sources, and DOIs of later versions."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the table; sources bring the ids when they are read again."""
    op.create_table(
        "aliases",
        sa.Column("alias", sa.String, primary_key=True),
        sa.Column(
            "paper_id",
            sa.String,
            sa.ForeignKey("papers.id", onupdate="CASCADE", ondelete="CASCADE"),
            nullable=False,
        ),
    )
    op.create_index("aliases_by_paper", "aliases", ["paper_id"])
