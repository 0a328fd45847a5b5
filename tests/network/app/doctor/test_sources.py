"""The sources: reached or read now, and when they were read last."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import DAY, NOON
from support.doctor import installation
from support.http_server import Response, WebServer

from digest.app.doctor.sources import addresses, check, stale_after
from digest.app.services import App
from digest.models.source import SourceReport, SourceState
from digest.sources.http.backoff import Backoffs

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from digest.app.doctor.finding import Finding


def found(folder: Path, source: dict[str, Any], engine: sa.Engine | None = None) -> list[Finding]:
    """What is found of one source, with a log of readings if there is one."""
    seen = installation(folder, {"sources": [{"name": "one", **source}]})
    if engine is None:
        return list(check(seen))
    app = App(config=seen.config, engine=engine, only_reads=True)
    return list(check(installation(folder, {"sources": [{"name": "one", **source}]}, app=app)))


def read(engine: sa.Engine, folder: Path, *, days_ago: float, **report: Any) -> None:
    app = App(config=installation(folder).config, engine=engine)
    details: dict[str, Any] = {"state": SourceState.OK, "parsed": 3} | report
    at = NOON - timedelta(days=days_ago)
    app.fetch_log.record(SourceReport(source="one", day=at.date(), **details), at=at)


FILE = {"kind": "jsonl", "path": "papers.jsonl"}


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    (tmp_path / "papers.jsonl").write_text("{}")
    return tmp_path


@pytest.mark.parametrize(("status", "level"), [(200, "ok"), (404, "ok"), (503, "warn")])
def test_a_service_that_answers_is_reached(tmp_path: Path, status: int, level: str) -> None:
    with WebServer(Response(status=status)) as server:
        seen, _ = found(tmp_path, {"kind": "huggingface", "url": server.base})

    assert seen.level == level
    assert [request.method for request in server.requests] == ["HEAD"]


def test_a_service_that_does_not_answer_fails(tmp_path: Path) -> None:
    with WebServer(Response()) as server:
        url = server.base

    seen, _ = found(tmp_path, {"kind": "huggingface", "url": url})

    assert seen.level == "fail"
    assert seen.remedy.startswith(f"curl -I {url}")


def test_a_path_without_files_fails(tmp_path: Path) -> None:
    seen, _ = found(tmp_path, FILE)

    assert (seen.level, seen.text.startswith("no file matches")) == ("fail", True)


def test_a_source_that_was_never_read_is_a_warning(papers: Path, engine: sa.Engine) -> None:
    _, seen = found(papers, FILE, engine)

    assert (seen.level, seen.remedy) == ("warn", "digest fetch --source 'one'")


@pytest.mark.parametrize(("days", "level"), [(0.5, "ok"), (3, "ok"), (4.5, "fail")])
def test_a_source_is_stale_after_the_longest_gap_between_runs_and_a_day(
    papers: Path, engine: sa.Engine, days: float, level: str
) -> None:
    read(engine, papers, days_ago=days)

    _, seen = found(papers, FILE, engine)

    assert seen.level == level
    if level == "fail":
        assert "4 days ago: nothing runs" in seen.text


def test_the_last_reading_counts_and_its_trouble_is_named(papers: Path, engine: sa.Engine) -> None:
    read(engine, papers, days_ago=1.5)
    read(engine, papers, days_ago=0.5, state=SourceState.FAILED, reason="it was busy; wait")

    _, seen = found(papers, FILE, engine)

    assert seen.level == "fail"
    assert seen.text == "its last reading is failed: it was busy, wait"


def test_an_empty_reading_is_explained(papers: Path, engine: sa.Engine) -> None:
    reason = "arXiv announces nothing on Sundays"
    read(engine, papers, days_ago=0.5, state=SourceState.EMPTY, parsed=0, reason=reason)

    _, seen = found(papers, FILE, engine)

    assert seen.level == "ok"
    assert seen.text.endswith(f"UTC: empty, 0 papers ({reason})")


def test_days_that_are_still_owed_are_named(tmp_path: Path, engine: sa.Engine) -> None:
    read(engine, tmp_path, days_ago=4, state=SourceState.FAILED, reason="down")
    read(engine, tmp_path, days_ago=0.1)

    with WebServer(Response()) as server:
        *_, seen = found(tmp_path, {"kind": "huggingface", "url": server.base}, engine)

    owed = DAY - timedelta(days=4)
    assert (seen.level, str(owed) in seen.text) == ("warn", True)


@pytest.mark.parametrize(
    ("weekdays", "days"),
    [
        (["mon", "tue", "wed", "thu", "fri"], 4),
        (["mon"], 8),
        (["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 2),
        (["tue", "fri"], 5),
    ],
)
def test_the_longest_gap_between_the_days_of_runs_and_a_day(weekdays: list[str], days: int) -> None:
    assert stale_after(weekdays) == timedelta(days=days)


def test_each_service_is_asked_once(tmp_path: Path) -> None:
    sources = [
        {"name": name, "kind": "huggingface", "url": "https://mirror.test"} for name in ("a", "b")
    ]

    assert addresses(installation(tmp_path, {"sources": sources}).config) == ["https://mirror.test"]


def test_a_service_that_wants_a_pause_is_left_alone(tmp_path: Path) -> None:
    with WebServer(Response()) as server:
        backoffs = Backoffs(tmp_path / "cache/closed", clock=lambda: NOON)
        backoffs.start("127.0.0.1", NOON + timedelta(hours=2), "429")
        seen, _ = found(tmp_path, {"kind": "huggingface", "url": server.base})

    assert (seen.level, "asked to be left alone until 14:00 UTC (429)" in seen.text) == (
        "warn",
        True,
    )
    assert server.requests == []
