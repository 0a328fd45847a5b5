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
        sa.Column("door", sa.String, nullable=False),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "subscriber_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.ForeignKey("subscribers.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("next_at", sa.DateTime, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
    )
