"""When an edition was first mailed, and the sign-ups of the last day, by which more are limited."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add both; an edition of which a mail left, or may have left, was mailed when it was stored.

    Of editions from schemas before 0003 only the papers are known, so they cannot be shown.
    """
    op.add_column("editions", sa.Column("mailed_at", sa.DateTime))
    op.execute(
        "UPDATE editions SET mailed_at = saved_at WHERE content_key != '' AND EXISTS"
        " (SELECT 1 FROM deliveries WHERE deliveries.day = editions.day"
        " AND deliveries.edition_id = editions.id AND deliveries.state IN ('sent', 'unknown'))"
    )
    op.create_index("editions_mailed", "editions", ["day", "mailed_at"])
    op.create_table(
        "signups",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("mailbox", sa.String, nullable=False, index=True),
        sa.Column("domain", sa.String, nullable=False, index=True),
        sa.Column("network", sa.String, nullable=False, index=True),
        sa.Column("site", sa.String, nullable=False, index=True),
    )
