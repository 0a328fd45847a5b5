"""`digest doctor EMAIL` of readers who had not confirmed, had paused or had left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.command import DAY
from support.machine_clock import set_clock
from support.reader_doctor import ADA, MONDAY, commands, explained, levels

from digest.app import config, services
from subscribers.book import Evidence
from subscribers.models import Event

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from support.command import Command


@pytest.fixture(autouse=True)
def _monday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, MONDAY)


@pytest.fixture
def reader(home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ada wants papers on agents since Sunday; nothing has run yet."""
    set_clock(monkeypatch, MONDAY - timedelta(days=1))
    digest("subscribers", "add", ADA, "--topic", "agents", "--confirmed")
    set_clock(monkeypatch, MONDAY)
    return home


def record(home: Path, event: Event, at: datetime, *, address: str = ADA) -> None:
    """Let something happen to a reader's consent."""
    app = services.open_app(config.load(home / "config.toml"))
    found = app.book.find(address)
    assert found is not None
    app.book.record(found.id, event, evidence=Evidence(at=at, channel="web"))
    app.close()


def test_a_pause_of_then_is_the_reason_though_they_have_resumed(
    reader: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(reader, Event.PAUSE, MONDAY - timedelta(hours=20))
    paused = explained(digest)
    record(reader, Event.RESUME, MONDAY + timedelta(days=2))
    set_clock(monkeypatch, MONDAY + timedelta(days=3))

    found = explained(digest)

    assert levels(paused) == levels(found) == {"consent": "fail"}
    assert (
        found["answer"]
        == paused["answer"]
        == ("no issue of 2026-02-02: was paused on that day: paused at 2026-02-01T16:00:00Z (web)")
    )
    assert paused["consent"]["remedy"].startswith("they resume on their page")
    assert found["consent"]["remedy"] == (
        "nothing is to be done: resumed at 2026-02-04T12:00:00Z (web)"
    )


def test_a_pause_of_today_is_told_beside_the_issue_of_yesterday(
    reader: Path, digest: Command
) -> None:
    digest("run", *DAY)
    record(reader, Event.PAUSE, MONDAY + timedelta(days=1))

    found = explained(digest)

    assert found["answer"] == "got the issue of 2026-02-02"
    assert found["consent"]["level"] == "warn"
    assert found["consent"]["text"].startswith("was confirmed on that day, and is paused now: ")


def test_who_signed_up_later_missed_nothing(reader: Path, digest: Command) -> None:
    found = explained(digest, "2026-01-30")

    assert levels(found) == {"consent": "fail"}
    assert found["answer"] == (
        "no issue of 2026-01-30: signed up at 2026-02-01T12:00:00Z, after the day"
    )


def test_who_signed_up_later_and_got_it_is_not_said_to_have_failed(
    reader: Path, digest: Command
) -> None:
    digest("run", "--day", "2026-01-30")

    assert "fail" not in levels(explained(digest, "2026-01-30")).values()


def test_who_has_not_confirmed_can_be_vouched_for(home: Path, digest: Command) -> None:
    digest("subscribers", "add", ADA)

    found = explained(digest)

    assert found["answer"].startswith("no issue of 2026-02-02: was pending on that day: signed up")
    [command] = commands(found["consent"]["remedy"])
    assert digest(*command).code == 0
    assert explained(digest)["consent"]["level"] == "ok"


def test_who_left_can_be_asked_by_a_letter(
    reader: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest("subscribers", "remove", ADA)
    set_clock(monkeypatch, MONDAY + timedelta(days=1))

    found = explained(digest, "2026-02-03")

    assert "was left on that day" not in found["answer"]
    assert found["answer"].startswith("no issue of 2026-02-03: had left: left at 2026-02-02T12:00")
    [command] = commands(found["consent"]["remedy"])
    assert digest(*command).code == 0


def test_who_paused_after_their_hour_was_due_all_the_same(reader: Path, digest: Command) -> None:
    record(reader, Event.PAUSE, MONDAY - timedelta(hours=1))

    found = explained(digest)

    assert levels(found) == {"consent": "warn", "due": "ok", "run": "fail"}
    assert found["consent"]["text"].startswith("was confirmed, and paused later on that day: ")
