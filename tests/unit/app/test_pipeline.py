"""How many processes send a day's messages, and which sources are read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from digest.app import config, pipeline
from digest.errors import NotFoundError
from digest.sources import Source

if TYPE_CHECKING:
    from pathlib import Path

SMTP = {"transport": "smtp"}
SOURCES = [Source(name=name, kind="jsonl") for name in ("first", "second")]


@pytest.mark.parametrize(
    ("tables", "messages", "processes"),
    [
        pytest.param({"mail": SMTP}, 999, 1, id="few messages"),
        pytest.param({"mail": SMTP}, 2000, 3, id="many messages"),
        pytest.param({"mail": SMTP}, 90_000, 4, id="more messages than processor cores"),
        pytest.param({}, 90_000, 1, id="a folder"),
        pytest.param({"delivery": {"senders": 2}}, 1, 2, id="a number that is configured"),
        pytest.param(
            {"mail": {"transport": "stdout"}, "delivery": {"senders": 2}}, 9, 1, id="one stream"
        ),
        pytest.param(
            {"pace": {"total": "9/second"}, "delivery": {"senders": 2}}, 9, 1, id="a rate for all"
        ),
    ],
)
def test_there_are_as_many_processes_as_the_messages_are_worth(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tables: dict[str, Any],
    messages: int,
    processes: int,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    settings = config.build(tables, folder=tmp_path, where="the test")

    assert pipeline.worker_count(settings, messages) == processes


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ([], ["first", "second"]),
        (["second"], ["second"]),
        (["second", "first"], ["first", "second"]),
    ],
)
def test_sources_are_chosen_by_name_in_the_order_of_the_file(
    names: list[str], found: list[str]
) -> None:
    assert [source.name for source in pipeline.named_sources(SOURCES, names)] == found


def test_a_source_that_is_not_configured_is_an_error_that_names_the_others() -> None:
    with pytest.raises(NotFoundError, match="no source 'third'; there are: first, second"):
        pipeline.named_sources(SOURCES, ["third"])


def test_a_mistyped_source_is_an_error_that_names_the_most_similar() -> None:
    with pytest.raises(NotFoundError, match=r"did you mean second\?$"):
        pipeline.named_sources(SOURCES, ["secnod"])
