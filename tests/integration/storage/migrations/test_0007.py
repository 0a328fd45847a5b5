"""The mailbox of the addresses that an older version stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from support import older_database

from digest.storage.engine import open_database

if TYPE_CHECKING:
    from pathlib import Path


def test_known_addresses_get_their_mailbox(tmp_path: Path) -> None:
    db = older_database.database(tmp_path, "0005")
    keys = ["ada.b+x@gmail.com", "adab@googlemail.com", "o'neil@xn--bcher-kva.example"]
    for number, key in enumerate(keys):
        db.execute(
            "INSERT INTO subscribers (id, address, address_key, status, since)"
            " VALUES (?, ?, ?, 'confirmed', '2026-02-02 12:00:00.000000')",
            (number, key, key),
        )
    db.close()

    engine = open_database("sqlite:///digest.db", folder=tmp_path)

    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT mailbox FROM subscribers ORDER BY id"))
        assert found.scalars().all() == [
            "adab@gmail.com",
            "adab@gmail.com",
            "o'neil@xn--bcher-kva.example",
        ]
    engine.dispose()
