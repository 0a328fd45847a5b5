"""What sums up a day: the mails that have not left, and the readers who are not confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Create two indexes of a few rows each."""
    not_sent = sa.text("state != 'sent'")
    op.create_index(
        "deliveries_not_sent",
        "deliveries",
        ["day", "state", "reason"],
        sqlite_where=not_sent,
        postgresql_where=not_sent,
    )
    not_confirmed = sa.text("status != 'confirmed'")
    op.create_index(
        "subscribers_not_confirmed",
        "subscribers",
        ["status"],
        sqlite_where=not_confirmed,
        postgresql_where=not_confirmed,
    )
