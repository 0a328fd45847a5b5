"""The log: one line per event on standard error, with its fields."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from apscheduler.events import EVENT_JOB_MAX_INSTANCES
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digest.app import log
from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("digest", "subscribers", "apscheduler", "asyncio", "uvicorn")


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Give the loggers back as they were."""
    loggers = [logging.getLogger(name) for name in NAMES]
    before = [(it.handlers[:], it.level, it.propagate) for it in loggers]
    yield
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        for opened in logger.handlers:
            with suppress(OSError):
                opened.close()
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


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_brief_command_writes_the_same_lines(
    style: Literal["text", "json"], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = []
    for is_brief in (False, True):
        log.configure("info", style, is_brief=is_brief)
        logging.getLogger("digest.anything").warning("confirmed", extra={"to": "ada@example.org"})
        lines.append(re.sub(r"20[\d-]+T[\d:.]+Z", "", capsys.readouterr().err))

    assert lines[0] == lines[1]
    assert "[address]" in lines[0]


def test_events_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("warning", "json")

    logging.getLogger("digest.anything").info("quiet")
    logging.getLogger("apscheduler.scheduler").info("quiet too")

    assert capsys.readouterr().err == ""


def test_a_look_that_is_left_out_for_a_long_run_is_no_event(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure("info", "json")
    begun, go_on = threading.Event(), threading.Event()
    scheduler = BackgroundScheduler(timezone=UTC)
    at_once = datetime.now(UTC)
    scheduler.add_job(
        lambda: (begun.set(), go_on.wait(30)),
        IntervalTrigger(hours=1),
        id="due",
        next_run_time=at_once,
        misfire_grace_time=None,
    )
    scheduler.add_listener(lambda _: go_on.set(), EVENT_JOB_MAX_INSTANCES)

    scheduler.start()
    assert begun.wait(30)
    scheduler.modify_job("due", next_run_time=at_once)
    assert go_on.wait(30)
    scheduler.shutdown()

    assert capsys.readouterr().err == ""


def test_a_log_that_is_configured_again_writes_every_line_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for _ in range(2):
        log.configure("info", "json")

    logging.getLogger("digest").info("once")

    assert capsys.readouterr().err.count("once") == 1


# -- what strangers can cause ---------------------------------------------------------------------


def requests(logger: str, *minutes: float, **fields: str) -> None:
    """Log the same event at these minutes."""
    for minute in minutes:
        record = logging.makeLogRecord(
            {
                "name": logger,
                "levelno": logging.WARNING,
                "levelname": "WARNING",
                "msg": "bad request",
            }
            | {"created": minute * 60}
            | fields
        )
        logging.getLogger(logger).handle(record)


@pytest.mark.parametrize("logger", ["uvicorn.error", "asyncio", "digest.app.connections"])
def test_what_strangers_can_cause_is_a_line_a_minute(
    capsys: pytest.CaptureFixture[str], logger: str
) -> None:
    log.configure("info", "json")

    requests(logger, *[0.01 * number for number in range(100)], 1.5)

    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert "left_out" not in first
    assert second["left_out"] == 99


def test_reasons_are_throttled_each_by_itself_and_other_events_not_at_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure("info", "json")

    requests("uvicorn.error", 0, 0.1, reason="one")
    requests("uvicorn.error", 0, 0.1, reason="two")
    requests("digest.delivery", 0, 0.1)

    assert len(capsys.readouterr().err.splitlines()) == 4


def test_a_clock_that_was_set_back_silences_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "json")

    requests("uvicorn.error", 1000, 0)

    assert len(capsys.readouterr().err.splitlines()) == 2


# -- in a file ------------------------------------------------------------------------------------


def events(file: Path) -> list[str]:
    return [json.loads(line)["event"] for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_log_in_a_file_is_private_and_is_appended_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "digest.log"

    for event in ("first", "second"):
        log.configure("info", "json", file)
        logging.getLogger("digest.anything").info(event)

    assert events(file) == ["first", "second"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert capsys.readouterr().err == ""


def test_text_in_a_file_has_no_colours(tmp_path: Path) -> None:
    log.configure("info", "text", tmp_path / "digest.log")

    logging.getLogger("digest").warning("an event", extra={"name of": "ü 研究"})

    text = (tmp_path / "digest.log").read_text(encoding="utf-8")
    assert "an event" in text
    assert "研究" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("reopened", [True, False], ids=["after a signal", "by itself"])
def test_after_a_rotation_the_log_goes_on_in_a_new_file(tmp_path: Path, *, reopened: bool) -> None:
    file, old = tmp_path / "digest.log", tmp_path / "digest.log.1"
    log.configure("info", "json", file)
    logging.getLogger("digest").info("before")
    file.rename(old)

    if reopened:
        log.reopen()
        assert file.exists()
    logging.getLogger("digest").info("after")

    assert (events(old), events(file)) == (["before"], ["after"])
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_not_renamed_is_not_opened_again(tmp_path: Path) -> None:
    log.configure("info", "json", tmp_path / "digest.log")
    (handler,) = logging.getLogger("digest").handlers
    assert isinstance(handler, logging.FileHandler)
    before = handler.stream

    log.reopen()

    assert handler.stream is before


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"cannot write the log to .*/no/digest\.log: No such file"
    ):
        log.configure("info", "json", tmp_path / "no" / "digest.log")


def test_what_a_file_cannot_take_goes_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure("info", "json", tmp_path / "digest.log")
    (tmp_path / "digest.log").unlink()
    tmp_path.rename(tmp_path.with_name("elsewhere"))

    logging.getLogger("digest").info("an event")
    log.reopen()

    assert json.loads(capsys.readouterr().err)["event"] == "an event"
    assert not tmp_path.exists()


def test_a_full_disk_sends_the_log_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "json", Path("/dev/full"))

    logging.getLogger("digest").info("an event")

    assert json.loads(capsys.readouterr().err)["event"] == "an event"


class FullTerminal(io.StringIO):
    """A stream that takes nothing, and counts what it is given."""

    given = 0

    def write(self, text: str) -> int:
        self.given += 1
        raise OSError(28, os.strerror(28))


def test_a_line_that_no_place_takes_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = FullTerminal()
    monkeypatch.setattr("sys.stderr", terminal)
    log.configure("info", "json")

    logging.getLogger("digest").info("an event")

    assert terminal.given == 1  # and no traceback


def test_files_that_are_not_used_any_more_are_closed(tmp_path: Path) -> None:
    for _ in range(3):
        log.configure("info", "json", tmp_path / "digest.log")

    opened = [path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    assert opened.count(tmp_path / "digest.log") == 1


def test_no_control_character_of_a_text_reaches_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure("info", "text")

    evil = {"where": "b\x1b[31m.jsonl", "reason": "no \x1b]0;owned\x07"}
    logging.getLogger("digest.anything").info("read \x9b2J", extra=evil)

    err = capsys.readouterr().err
    assert "read �2J reason='no �]0;owned�' where=b�[31m.jsonl" in err


@pytest.mark.parametrize("style", ["json", "text"])
@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 <ada@example.org>: no such user",
        "550 forwarded to ada@example.org, which is full",
        "550 ada@example.org;kept for ada@example.org.",
        '550 "ada"@example.org is not here',
        "553 Message-ID <20260202.7.ada@example.org>",
    ],
)
def test_no_line_names_an_address_that_a_reply_names(
    capsys: pytest.CaptureFixture[str], style: Literal["json", "text"], reply: str
) -> None:
    log.configure("info", style)

    logging.getLogger("digest.anything").warning("digest not sent", extra={"reason": reply})

    err = capsys.readouterr().err
    assert "ada" not in err
    assert "example.org" not in err
    assert "[address]" in err


def test_what_a_long_text_is_searched_for_takes_no_longer_than_its_length() -> None:
    event = {"reason": "a" * 200_000 + "@" * 10}

    started = time.process_time()
    log._without_addresses(None, "", event)

    assert time.process_time() - started < 5
