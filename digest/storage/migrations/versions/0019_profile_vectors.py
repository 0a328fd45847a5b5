"""What made the sentence vectors of a profile, so that other ones are not compared with it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column; profiles have no vectors yet."""
    op.add_column("profiles", sa.Column("model", sa.String, nullable=False, server_default=""))
