"""What explains the picks of editions, by topic; and what is left of deliveries once pruned."""

import json
import zlib
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the tables; take out of each stored edition what explains its picks."""
    op.create_table(
        "edition_topics",
        sa.Column(
            "edition_id",
            sa.Integer,
            sa.ForeignKey("editions.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("topic", sa.String, primary_key=True),
        sa.Column("picks", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "shown",
        sa.Column("edition_id", sa.Integer, sa.ForeignKey("editions.id"), primary_key=True),
        sa.Column(
            "subscriber_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
        ),
        sa.Column("is_unknown", sa.Boolean, nullable=False),
        sa.Column("papers", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pruned_states",
        sa.Column("day", sa.Date, sa.ForeignKey("days.day"), primary_key=True),
        sa.Column("state", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.add_column("days", sa.Column("pruned_at", sa.DateTime))
    _explain_stored_editions(op.get_bind())


def _explain_stored_editions(db: sa.Connection) -> None:
    """Copy score and reasons of every pick; one edition at a time, since all would fill memory."""
    for edition_id in db.execute(sa.text("SELECT id FROM editions ORDER BY id")).scalars().all():
        content = db.execute(
            sa.text("SELECT content FROM editions WHERE id = :id"), {"id": edition_id}
        ).scalar_one()
        if not content:  # of a schema before 0003: the mails have the reasons
            continue
        ranked = json.loads(zlib.decompress(content))["ranked"]
        rows = [
            {"id": edition_id, "topic": topic, "picks": _explanation(picks)}
            for topic, picks in ranked.items()
            if picks
        ]
        if rows:
            insert = "INSERT INTO edition_topics VALUES (:id, :topic, :picks)"
            db.execute(sa.text(insert), rows)


def _explanation(picks: list[Any]) -> bytes:
    found = [
        [position, score, [text for _kind, text in reasons]]
        for position, _relevance, _trend, score, reasons in picks
    ]
    return zlib.compress(json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode(), 6)
