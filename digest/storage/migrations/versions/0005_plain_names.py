"""The field's own words for tables and columns; no row is touched."""

from alembic import op

revision = "0005"
down_revision = "0004"

_TABLES = {
    "desks": "editions",
    "desk_papers": "edition_papers",
    "senders": "workers",
    "letters": "transactional_mail",
}
#: by the table's new name
_COLUMNS = {
    "editions": {"frozen_at": "saved_at", "press_key": "mail_key"},
    "edition_papers": {"desk_id": "edition_id", "place": "position"},
    "deliveries": {"desk_id": "edition_id", "fence": "fencing_token"},
    "consent": {"door": "channel"},
    "suppressions": {"door": "channel"},
}
#: indexes bear the names of their tables: old name, new name, table, column
_INDEXES = (
    ("ix_desks_day", "ix_editions_day", "editions", "day"),
    ("desk_papers_by_paper", "edition_papers_by_paper", "edition_papers", "paper_id"),
    (
        "ix_letters_subscriber_id",
        "ix_transactional_mail_subscriber_id",
        "transactional_mail",
        "subscriber_id",
    ),
    ("ix_letters_next_at", "ix_transactional_mail_next_at", "transactional_mail", "next_at"),
)


def upgrade() -> None:
    """Rename in place: SQLite (since 3.25) and PostgreSQL carry keys and references along."""
    for old, new in _TABLES.items():
        op.rename_table(old, new)
    for table, columns in _COLUMNS.items():
        for old, new in columns.items():
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for old, new, table, column in _INDEXES:
        op.drop_index(old, table_name=table)
        op.create_index(new, table, [column])
