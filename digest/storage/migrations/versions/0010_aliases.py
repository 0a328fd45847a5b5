"""The other ids of papers: those of their sources, and DOIs of later versions."""

from urllib.parse import unquote

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_FORUM = "https://openreview.net/forum?id="


def upgrade() -> None:
    """Add the table, with the notes of OpenReview that papers link to; sources bring the others."""
    aliases = op.create_table(
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
    papers = sa.table("papers", sa.column("id", sa.String), sa.column("links", sa.JSON))
    query = sa.select(papers).order_by(papers.c.id)
    notes = {
        f"openreview:{unquote(page.removeprefix(_FORUM))}": row.id
        for row in op.get_bind().execute(query)
        if (page := (row.links or {}).get("abs") or "").startswith(_FORUM)
    }
    rows = [{"alias": note, "paper_id": paper_id} for note, paper_id in notes.items()]
    op.bulk_insert(aliases, rows)
