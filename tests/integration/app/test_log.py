"""The log: one line per event on standard error, with its fields."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from digest.app import log

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("digest", "subscribers", "apscheduler")


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Give the loggers back as they were."""
    loggers = [logging.getLogger(name) for name in NAMES]
    before = [(it.handlers[:], it.level, it.propagate) for it in loggers]
    yield
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def test_an_event_is_a_line_of_json_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "json")

    logging.getLogger("digest.anything").warning("source asked again", extra={"attempt": 2})

    out, err = capsys.readouterr()
    found = json.loads(err)
    assert out == ""
    assert (found["event"], found["level"], found["attempt"]) == (
        "source asked again", "warning", 2,
    )  # fmt: skip
    assert found["timestamp"].endswith("Z")


def test_an_event_is_a_line_of_text_without_colours_in_a_pipe(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure("info", "text")

    logging.getLogger("subscribers.book").info("confirmed", extra={"subscriber": 7})

    err = capsys.readouterr().err
    assert "confirmed subscriber=7" in err
    assert "\x1b" not in err
    assert err.count("\n") == 1


def test_events_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("warning", "json")

    logging.getLogger("digest.anything").info("quiet")
    logging.getLogger("apscheduler.scheduler").info("quiet too")

    assert capsys.readouterr().err == ""


def test_a_log_that_is_configured_again_writes_every_line_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for _ in range(2):
        log.configure("info", "json")

    logging.getLogger("digest").info("once")

    assert capsys.readouterr().err.count("once") == 1
