"""What topics would have brought: by the papers of the sources, or by those of the sample day."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.command import PAPERS
from support.http_server import Response, WebServer

from digest.app.config.schema import SourceSettings
from digest.app.config.starter_topics import starter_topics
from digest.app.setup.week import Week, look

if TYPE_CHECKING:
    from pathlib import Path


def seen(folder: Path, *sources: SourceSettings) -> Week:
    return look(
        starter_topics(),
        sources,
        folder=folder,
        cache=folder / "cache",
        contact="ada@example.net",
    )


def write_papers(folder: Path, *days_ago: int) -> SourceSettings:
    """Write a file with the same papers on some days, and return the source that reads it."""
    lines = [
        json.dumps(
            paper
            | {"id": f"2602.{10 * back + number:05}"}
            | {"day": f"{datetime.now(UTC) - timedelta(days=back):%Y-%m-%d}"}
        )
        for back in days_ago
        for number, paper in enumerate(PAPERS, start=1)
    ]
    (folder / "papers.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return SourceSettings(name="Papers", kind="jsonl", path="papers.jsonl")


def test_the_papers_of_all_days_are_counted_for_each_topic(tmp_path: Path) -> None:
    found = seen(tmp_path, write_papers(tmp_path, 0, 2, 3))

    assert (found.papers, found.days, found.is_sample) == (6, 3, False)
    assert (found.matched["agents"], found.matched["robotics"]) == (3, 3)
    assert found.best["agents"] == "An Agent that Reads Maps"
    assert found.matched["speech-audio"] == 0
    assert "speech-audio" not in found.best


def test_papers_of_long_ago_count_as_the_newest_that_there_are(tmp_path: Path) -> None:
    found = seen(tmp_path, write_papers(tmp_path, 300))

    assert (found.papers, found.days, found.is_sample) == (2, 1, False)


@pytest.mark.parametrize("is_another_read", [False, True])
def test_a_source_that_cannot_be_read_is_named(tmp_path: Path, *, is_another_read: bool) -> None:
    with WebServer(route=lambda _request: Response(status=404)) as web:
        broken = SourceSettings(name="Hugging Face", url=web.base)
        others = [write_papers(tmp_path, 0)] if is_another_read else []
        found = seen(tmp_path, broken, *others)

    assert found.is_sample is not is_another_read
    assert "Hugging Face: " in found.unread[0]
    assert found.papers == (2 if is_another_read else 40)
    assert found.matched["agents"] > 0


def test_nothing_of_the_look_is_kept(tmp_path: Path) -> None:
    seen(tmp_path, write_papers(tmp_path, 0))

    assert {path.name for path in tmp_path.iterdir()} <= {"papers.jsonl", "cache"}
