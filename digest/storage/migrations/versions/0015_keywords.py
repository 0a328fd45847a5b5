"""The keywords of papers."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add a column to papers; no paper's keywords are known yet."""
    op.add_column("papers", sa.Column("keywords", sa.JSON, nullable=False, server_default="[]"))
