"""The mailbox of each address, by which mail is limited."""

import sqlalchemy as sa
from alembic import op

from subscribers import addresses

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column, and fill it for the addresses that are there."""
    op.add_column(
        "subscribers", sa.Column("mailbox", sa.String(), nullable=False, server_default="")
    )
    db = op.get_bind()
    rows = db.execute(sa.text("SELECT id, address_key FROM subscribers")).all()
    if rows:
        db.execute(
            sa.text("UPDATE subscribers SET mailbox = :mailbox WHERE id = :id"),
            [{"id": row.id, "mailbox": addresses.mailbox(row.address_key)} for row in rows],
        )
    op.create_index("ix_subscribers_mailbox", "subscribers", ["mailbox"])
