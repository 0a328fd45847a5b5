"""The clock beside the libraries, the database and the Date of a server."""

from __future__ import annotations

from datetime import date, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON
from support.doctor import installation
from support.http_server import Response, WebServer

from digest.app.doctor import clock
from digest.app.doctor.clock import check
from digest.app.services import App
from digest.models.source import SourceReport, SourceState

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from digest.app.doctor.finding import Finding


@pytest.fixture(autouse=True)
def _old_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "newest_version", lambda: date(2026, 1, 1))


def beside(folder: Path) -> Finding:
    """What is found beside a server; our time is noon."""
    with WebServer(Response()) as server:
        source = {"name": "one", "kind": "huggingface", "url": server.base}
        (seen,) = check(installation(folder, {"sources": [source]}))
    return seen


@pytest.mark.parametrize(
    ("ahead", "level", "words"),
    [
        (timedelta(seconds=10), "ok", "agrees"),
        (timedelta(seconds=90), "warn", "2 minutes ahead of"),
        (timedelta(hours=-1), "fail", "60 minutes behind"),
    ],
)
def test_it_is_compared_with_a_server(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ahead: timedelta,
    level: str,
    words: str,
) -> None:
    said = format_datetime(NOON - ahead, usegmt=True)
    monkeypatch.setattr("support.http_server._Handler.date_time_string", lambda _self: said)

    seen = beside(tmp_path)

    assert (seen.level, words in seen.text) == (level, True), seen


def test_a_clock_before_its_libraries_is_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "newest_version", lambda: date(2026, 3, 1))

    (seen,) = check(installation(tmp_path))

    assert (seen.level, "before the day of our libraries, 2026-03-01" in seen.text) == (
        "fail",
        True,
    )


def test_a_clock_before_what_is_stored_is_behind(tmp_path: Path, engine: sa.Engine) -> None:
    app = App(config=installation(tmp_path).config, engine=engine)
    at = NOON + timedelta(days=2)
    report = SourceReport(source="one", day=at.date(), state=SourceState.OK)
    app.fetch_log.record(report, at=at)

    (seen,) = check(installation(tmp_path, app=app))

    assert (seen.level, "was read at 2026-02-04 12:00 UTC" in seen.text) == ("fail", True)


def test_without_any_server_it_is_said_that_nobody_knows(tmp_path: Path) -> None:
    sources = [{"name": "one", "kind": "jsonl", "path": "papers.jsonl"}]

    (seen,) = check(installation(tmp_path, {"sources": sources}))

    assert seen.level == "not checked"


def test_the_versions_of_libraries_are_days() -> None:
    assert clock._day_of("2026.2.25") == date(2026, 2, 25)
    assert clock._day_of("2026.1") == date(2026, 1, 1)
    assert clock._day_of("1.2.3") is None
    assert clock._day_of("2026.13.1") is None
