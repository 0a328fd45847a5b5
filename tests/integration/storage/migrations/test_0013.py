"""The editions that an older version mailed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from support import older_database

from digest.storage.engine import open_database

if TYPE_CHECKING:
    from pathlib import Path

#: The states of the mails of one edition each; only the papers are known of the last.
EDITIONS = [("sent", "a"), ("unknown", "b"), ("deferred", "c"), ("failed", "d"), ("sent", "")]


def test_an_edition_was_mailed_if_a_mail_of_it_left_or_may_have(tmp_path: Path) -> None:
    db = older_database.database(tmp_path, "0009")
    for number, (state, content_key) in enumerate(EDITIONS):
        day = f"2026-02-0{number + 1}"
        db.execute(
            "INSERT INTO subscribers (id, address, address_key, status, since)"
            " VALUES (?, ?, ?, 'confirmed', '2026-02-02 12:00:00.000000')",
            (number, f"{number}@example.org", f"{number}@example.org"),
        )
        db.execute(
            "INSERT INTO editions (id, day, saved_at, content_key, mail_key, content)"
            " VALUES (?, ?, ?, ?, '', '')",
            (number, day, f"{day} 18:00:00.000000", content_key),
        )
        db.execute(
            "INSERT INTO deliveries (day, subscriber_id, state, planned_at, attempts, edition_id)"
            " VALUES (?, ?, ?, '2026-02-02 18:00:00.000000', 1, ?)",
            (day, number, state, number),
        )
    db.close()

    engine = open_database("sqlite:///digest.db", folder=tmp_path)

    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT mailed_at FROM editions ORDER BY id"))
        first = ["2026-02-01 18:00:00.000000", "2026-02-02 18:00:00.000000"]
        assert found.scalars().all() == [*first, None, None, None]
    engine.dispose()
