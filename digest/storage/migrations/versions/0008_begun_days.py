"""When a run of a day began that has not planned it yet, so that a later run can."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the time; no run of an older version has left one."""
    op.add_column("days", sa.Column("begun_at", sa.DateTime))
