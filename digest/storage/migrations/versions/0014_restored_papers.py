"""The day on which a paper's withdrawal ended, and what of a source was not understood."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add a column to papers and one to fetches; nothing is known of either yet."""
    op.add_column("papers", sa.Column("restored_on", sa.Date))
    op.add_column("fetches", sa.Column("warnings", sa.JSON, nullable=False, server_default="[]"))
