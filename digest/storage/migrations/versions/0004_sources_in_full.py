"""Where each field of a paper came from, how it was announced, and how sources were fetched."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


#: The authority of the source that described a paper: the old number and the new one.
_AUTHORITY = {1: 10, 2: 40, 3: 90}
_FIELDS = ("title", "abstract", "authors", "author_count", "categories", "published_at")


def upgrade() -> None:
    """Add the fields of more sources; each field keeps the authority that it had."""
    op.add_column("papers", sa.Column("version", sa.Integer))
    for name in ("comment", "venue", "tldr", "organization"):
        op.add_column("papers", sa.Column(name, sa.String, nullable=False, server_default=""))
    op.add_column("papers", sa.Column("withdrawn_on", sa.Date))
    op.add_column("papers", sa.Column("origins", sa.JSON, nullable=False, server_default="{}"))
    op.create_index("ix_papers_withdrawn_on", "papers", ["withdrawn_on"])
    _trace()
    # Not by Alembic's batches: they make a table anew, and the papers' is referred to by others.
    op.execute("ALTER TABLE papers DROP COLUMN precedence")
    op.add_column("signals", sa.Column("citations", sa.Integer))
    op.create_table(
        "announcements",
        sa.Column(
            "paper_id",
            sa.String,
            sa.ForeignKey("papers.id", onupdate="CASCADE"),
            primary_key=True,
        ),
        sa.Column("category", sa.String, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("version", sa.Integer),
    )
    op.create_index("announcements_by_day", "announcements", ["category", "day"])
    op.execute("ALTER TABLE fetches RENAME COLUMN error TO reason")
    for name in ("new", "merged"):
        op.add_column("fetches", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column("fetches", sa.Column("channels", sa.JSON, nullable=False, server_default="[]"))


def _trace() -> None:
    """Store the authority of each field's source. The name of that source was never stored."""
    db = op.get_bind()
    columns = ", ".join(("id", "precedence", "links", *_FIELDS))
    update = sa.text("UPDATE papers SET origins = :origins WHERE id = :id")
    for row in db.execute(sa.text(f"SELECT {columns} FROM papers")).mappings().all():  # noqa: S608
        origin = ["", _AUTHORITY.get(row["precedence"], 0)]
        origins = {name: origin for name in _FIELDS if row[name] not in (None, "", "[]")}
        origins |= {f"links.{name}": origin for name in _links(row["links"])}
        db.execute(update, {"origins": json.dumps(origins), "id": row["id"]})


def _links(stored: object) -> list[str]:
    found = json.loads(stored) if isinstance(stored, str) else stored
    return list(found) if isinstance(found, dict) else []
