"""Readers, consent and deliveries of the first version."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from support import older_database
from support.builders import NOON, PEPPER
from support.readers import CHOSEN_AT

from digest.errors import StoreError
from digest.storage.engine import open_database
from subscribers.book import Book, ConsentRecord, Evidence
from subscribers.models import Event, Preferences, Status, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa

AT = "2026-02-02 12:00:00.000000"


@pytest.fixture
def first_version(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A database of schema 0001 with one reader, open to be filled further."""
    db = older_database.database(tmp_path, "0001")
    db.execute(
        "INSERT INTO subscribers VALUES (7, 'Ada@example.org', 'ada@example.org', 'left', ?)", (AT,)
    )
    db.execute("INSERT INTO subscriptions VALUES (7, 'speech', 0), (7, 'agents', 1)")
    db.execute("INSERT INTO consent VALUES (1, 7, 'sign-up', 'pending', ?, 'cli', 'ada')", (AT,))
    db.execute("INSERT INTO consent VALUES (2, 7, 'leave', 'left', ?, 'cli', '')", (AT,))
    db.execute(
        "INSERT INTO deliveries VALUES"
        " (3, '2026-02-02', 7, 'sent', NULL, 'Agents', '<1@example.org>', ?, ?, 1)",
        (AT, AT),
    )
    yield db
    db.close()


@pytest.fixture
def migrated(first_version: sqlite3.Connection, tmp_path: Path) -> Iterator[sa.Engine]:
    first_version.close()
    engine = open_database("sqlite:///digest.db", folder=tmp_path)
    yield engine
    engine.dispose()


def book_of(engine: sa.Engine) -> Book:
    return Book(engine, new_id=iter([8]).__next__, pepper=PEPPER)


def test_readers_of_the_first_version_keep_all_they_had(migrated: sa.Engine) -> None:
    assert book_of(migrated).all() == [
        Subscriber(
            id=7,
            address="Ada@example.org",
            status=Status.LEFT,
            topics=("speech", "agents"),
            since=NOON,
            preferences=Preferences(),
        )
    ]


def test_consent_of_the_first_version_keeps_its_evidence(migrated: sa.Engine) -> None:
    assert book_of(migrated).history(7) == [
        ConsentRecord(
            event=Event.SIGN_UP,
            status=Status.PENDING,
            evidence=Evidence(at=NOON, channel="cli", note="ada", wording="", network=""),
        ),
        ConsentRecord(
            event=Event.LEAVE,
            status=Status.LEFT,
            evidence=Evidence(at=NOON, channel="cli", note=""),
        ),
    ]


def test_deliveries_of_the_first_version_still_belong_to_their_reader(migrated: sa.Engine) -> None:
    with migrated.connect() as db:
        rows = db.exec_driver_sql("SELECT id, subscriber_id, subject FROM deliveries").all()
        orphans = db.exec_driver_sql("PRAGMA foreign_key_check").all()

    assert rows == [(3, 7, "Agents")]
    assert orphans == []


def test_a_reader_of_the_first_version_can_choose_what_is_new(migrated: sa.Engine) -> None:
    chosen = Preferences(papers=5, days=("mon", "thu"), timezone="Asia/Tokyo", hour=6)

    reader = book_of(migrated).choose(7, ["agents"], chosen, at=CHOSEN_AT)

    assert reader is not None
    assert (reader.topics, reader.preferences) == (("agents",), chosen)


def test_a_migration_that_fails_changes_nothing(
    first_version: sqlite3.Connection, tmp_path: Path
) -> None:
    first_version.execute("CREATE TABLE suppressions (in_the_way TEXT)")
    first_version.close()

    with pytest.raises(StoreError, match="suppressions already exists"):
        open_database("sqlite:///digest.db", folder=tmp_path)

    db = sqlite3.connect(tmp_path / "digest.db")
    assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    assert db.execute("SELECT count(*) FROM pragma_table_info('subscribers')").fetchone() == (5,)
    db.close()
