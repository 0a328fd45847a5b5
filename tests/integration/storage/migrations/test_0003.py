"""Deliveries of the version before: what they showed still counts, claimed rows become unknown."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from support import older_database
from support.builders import DAY
from support.installation import Installation, RecordingTransport, address, agents_paper

from digest.models.delivery import DeliveryState
from digest.storage.engine import open_database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

AT = "2026-02-02 12:00:00.000000"
YESTERDAY, LAST_WEEK = DAY - timedelta(days=1), DAY - timedelta(days=7)
#: Deliveries: id, day, subscriber, state.
ROWS = [
    (1, LAST_WEEK, 1, "sent"),
    (2, LAST_WEEK, 2, "unknown"),
    (3, LAST_WEEK, 3, "deferred"),
    (4, YESTERDAY, 1, "claimed"),
    (5, YESTERDAY, 2, "deferred"),
    (6, YESTERDAY, 3, "skipped"),
]
NAMES = {1: "ada", 2: "bo", 3: "cy"}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A database of schema 0002 that has seen two days, opened by this version."""
    db = older_database.database(tmp_path, "0002")
    fill(db)
    db.close()
    opened = open_database("sqlite:///digest.db", folder=tmp_path)
    yield Installation(opened, tmp_path)
    opened.dispose()


def fill(db: sqlite3.Connection) -> None:
    """Write what a run of the version before wrote: a paper of each day for all."""
    for number, day in ((1, LAST_WEEK), (2, YESTERDAY)):
        db.execute(
            "INSERT INTO papers (id, title, title_key, abstract, authors, categories, links,"
            " precedence) VALUES (?, ?, ?, 'An agent.', '[]', '[]', '{}', 1)",
            (f"2602.0000{number}", f"An agent named 2602.0000{number}", f"key {number}"),
        )
        db.execute(
            "INSERT INTO sightings VALUES (?, 'first', ?, NULL)", (f"2602.0000{number}", day)
        )
    for subscriber, name in NAMES.items():
        db.execute(
            "INSERT INTO subscribers (id, address, address_key, status, since)"
            " VALUES (?, ?, ?, 'confirmed', ?)",
            (subscriber, address(name), address(name), AT),
        )
        db.execute("INSERT INTO subscriptions VALUES (?, 'agents', 0)", (subscriber,))
    for delivery, day, subscriber, state in ROWS:
        db.execute(
            "INSERT INTO deliveries VALUES (?, ?, ?, ?, NULL, 'Agents', '<1@example>', ?, ?, 1)",
            (delivery, day, subscriber, state, AT, AT),
        )
        if state != "skipped":
            db.execute(
                "INSERT INTO delivered_papers VALUES (?, ?, 0, 'agents', 0.5, ?)",
                (delivery, f"2602.0000{1 if day == LAST_WEEK else 2}", json.dumps(["“agent”"])),
            )


def seen(installation: Installation, paper: str) -> set[int]:
    found = installation.app.history.seen([1, 2, 3], [paper], apart_from=date(2026, 3, 1))
    return set(found)


def test_what_the_version_before_showed_was_seen(installation: Installation) -> None:
    assert seen(installation, "2602.00001") == {1, 2}
    assert seen(installation, "2602.00002") == set()


def test_why_the_version_before_showed_a_paper_is_still_known(installation: Installation) -> None:
    (shown,) = installation.app.history.contents(installation.delivery("ada", LAST_WEEK))

    assert (shown.paper_id, shown.title) == ("2602.00001", "An agent named 2602.00001")
    assert (shown.topic, shown.score, shown.reasons) == ("agents", 0.5, ("“agent”",))


def test_the_days_of_the_version_before_add_up(installation: Installation) -> None:
    assert installation.totals(LAST_WEEK) == {"sent": 1, "deferred": 1, "unknown": 1}
    assert installation.totals(YESTERDAY) == {"claimed": 1, "deferred": 1, "skipped": 1}
    assert installation.app.ledger.open_days() == [LAST_WEEK, YESTERDAY]


def test_every_foreign_key_holds(installation: Installation) -> None:
    with installation.app.engine.connect() as db:
        assert db.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_the_first_run_makes_claimed_rows_unknown_and_expires_old_ones(
    installation: Installation,
) -> None:
    installation.send()

    assert installation.totals(LAST_WEEK) == {"sent": 1, "unknown": 1, "expired": 1}
    assert installation.states(YESTERDAY) == {"ada": "unknown", "bo": "deferred", "cy": "skipped"}
    assert installation.app.ledger.open_days() == [YESTERDAY]


def test_yesterday_s_deferred_mail_is_made_anew_and_sent(installation: Installation) -> None:
    transport = RecordingTransport()

    report = installation.send(transport, day=YESTERDAY)

    assert transport.recipients == [address("bo"), address("cy")]
    assert report.counts == {DeliveryState.SENT: 2, DeliveryState.UNKNOWN: 1}
    assert installation.shown("bo", YESTERDAY) == ["2602.00002"]


@pytest.mark.parametrize("runs", [0, 1, 2])
def test_what_the_version_before_showed_is_not_shown_again_after_any_number_of_runs(
    installation: Installation, runs: int
) -> None:
    for _ in range(runs):
        installation.send(allow_late=True, day=LAST_WEEK)
    again = agents_paper("2602.00001", day=DAY)
    installation.add_papers(again, agents_paper("2602.00003"), source="second")

    installation.send()

    assert installation.shown("ada") == ["2602.00003"]
    # Bo's mail of yesterday still waits.
    assert installation.shown("bo") == ["2602.00003", "2602.00002"]


def test_a_preview_of_a_day_of_the_version_before_is_made_anew(installation: Installation) -> None:
    (ada, *_) = installation.book.confirmed()

    mail = installation.preview(ada, day=LAST_WEEK).message

    assert mail is not None
    assert [it.paper.id for it in mail.issue.picks] == ["2602.00001"]


def test_the_version_before_left_no_edition_to_send_from(installation: Installation) -> None:
    assert installation.app.editions.newest(LAST_WEEK) is None
