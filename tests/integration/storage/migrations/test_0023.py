"""The history of all readers, added up from the consent of each that an older version kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from support import older_database

from digest.storage.engine import open_database

if TYPE_CHECKING:
    from pathlib import Path

NOON = "2026-02-0{} 12:00:00.000000"
#: By reader: the status, and the day and status of each step of consent.
READERS: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "ada": ("paused", [(1, "pending"), (1, "confirmed"), (3, "paused")]),
    "bo": ("confirmed", [(2, "pending"), (2, "confirmed"), (3, "confirmed")]),
    "without a history": ("pending", []),
    "whose history lacks the end": ("left", [(2, "confirmed")]),
}


def test_the_changes_of_all_readers_add_up_to_their_statuses(tmp_path: Path) -> None:
    db = older_database.database(tmp_path, "0022")
    for number, (name, (status, steps)) in enumerate(READERS.items()):
        db.execute(
            "INSERT INTO subscribers (id, address, address_key, mailbox, status, since)"
            " VALUES (?, ?, ?, '', ?, ?)",
            (number, name, name, status, NOON.format(1)),
        )
        db.executemany(
            "INSERT INTO consent (subscriber_id, event, status, at, channel)"
            " VALUES (?, 'confirm', ?, ?, 'web')",
            [(number, after, NOON.format(day)) for day, after in steps],
        )
    db.close()

    engine = open_database("sqlite:///digest.db", folder=tmp_path)

    query = sa.text("SELECT day, status, number FROM status_changes ORDER BY day, status")
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(query)] == [
            ("2026-02-01", "confirmed", 1),
            ("2026-02-01", "pending", 1),
            ("2026-02-02", "confirmed", 1),
            ("2026-02-02", "left", 1),
            ("2026-02-03", "confirmed", -1),
            ("2026-02-03", "paused", 1),
        ]
    engine.dispose()
