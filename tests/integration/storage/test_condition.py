"""In what condition a database is."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from digest.storage.condition import faults_of, has_log, schema_of

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa


def test_a_new_database_is_up_to_date_and_undamaged(engine: sa.Engine) -> None:
    found = schema_of(engine)

    assert (found.is_newest, found.revision is not None) == (True, True)
    assert list(faults_of(engine)) == []


def test_the_head_of_a_file_says_whether_it_has_a_log(tmp_path: Path) -> None:
    for name, mode in (("with.db", "wal"), ("without.db", "delete")):
        db = sqlite3.connect(tmp_path / name)
        db.execute(f"PRAGMA journal_mode = {mode}")
        db.execute("CREATE TABLE one (x)")
        db.close()

    assert has_log(tmp_path / "with.db")
    assert not has_log(tmp_path / "without.db")
