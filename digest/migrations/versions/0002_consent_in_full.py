"""What readers choose, better evidence of consent, and who must not come back."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add preferences, wording and network, and the suppression list."""
    op.add_column(
        "subscribers", sa.Column("preferences", sa.JSON, nullable=False, server_default="{}")
    )
    for name in ("wording", "network"):
        op.add_column("consent", sa.Column(name, sa.String, nullable=False, server_default=""))
    op.create_table(
        "suppressions",
        sa.Column("key_hash", sa.String, primary_key=True),
        sa.Column("for_ever", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
