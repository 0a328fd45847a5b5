"""Runs are recorded, summed up in one line, and reported; nothing of that fails a run."""

from __future__ import annotations

import logging
import stat
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON
from support.installation import Installation, record
from support.machine_clock import set_clock

from digest.app import after_run, clock, recorded_runs, runs
from digest.errors import RunInProgressError, StoreError
from digest.storage.run_lock import lock_path, run_lock
from digest.storage.run_log import RunLog

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from digest.storage.run_log import RunRecord

TODAY = NOON.date()
OPS = "ops@example.net"


@pytest.fixture
def installation(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    """A paper and two readers; metrics and alerts are on."""
    set_clock(monkeypatch, NOON)
    installation = Installation(engine, tmp_path)
    settings = installation.app.config
    changed = settings.model_copy(
        update={
            "metrics": settings.metrics.model_copy(update={"file": "digest.prom"}),
            "alerts": settings.alerts.model_copy(update={"mail": OPS}),
            "delivery": settings.delivery.model_copy(update={"max_wait": 0.0}),
        }
    )
    installation.app.__dict__["config"] = changed
    installation.write_source("first", record(id="2602.00001", day=str(TODAY)))
    installation.write_source("second")
    for name in ("ada", "bo"):
        installation.subscribe(name)
    return installation


def last(installation: Installation) -> RunRecord:
    return installation.app.run_log.last(1)[0]


def alerts(installation: Installation) -> list[str]:
    """The subjects of the mails to the operator, in the order of their names."""
    return [
        str(message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"])
        for path in sorted(installation.folder.glob(f"outbox/*/{OPS}.*.eml"))
    ]


def lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [line for line in caplog.records if line.message == "run finished"]


def test_a_good_run_is_recorded_and_logged_in_one_line(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="digest")

    recorded_runs.run(installation.app)

    found = last(installation)
    assert found.result is not None
    assert (found.what, found.day, found.ended_at) == ("run", TODAY, NOON)
    assert (found.result.sent, found.result.papers, found.result.is_complete) == (2, 1, True)
    [line] = lines(caplog)
    assert (line.levelname, vars(line)["sent"], vars(line)["day"]) == ("INFO", 2, str(TODAY))
    assert alerts(installation) == []


def test_the_metrics_are_written_for_everybody_to_read(installation: Installation) -> None:
    recorded_runs.run(installation.app)

    file = installation.folder / "digest.prom"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert "digest_mails_sent_total 2.0\n" in file.read_text(encoding="utf-8")
    assert [path.name for path in installation.folder.glob("digest.prom*")] == ["digest.prom"]


def test_a_source_that_failed_is_told_once_and_so_is_its_end(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = installation.folder / "second.jsonl"
    file.unlink()

    recorded_runs.run(installation.app)
    recorded_runs.run(installation.app)
    told = alerts(installation)
    set_clock(monkeypatch, NOON + timedelta(hours=1))
    installation.write_source("second")
    recorded_runs.run(installation.app)

    assert last(installation).result is not None
    assert told == ["Trending Papers: second could not be read in full"]
    assert alerts(installation) == [*told, "Trending Papers: all is well again"]
    assert [line.levelname for line in lines(caplog)][:2] == ["WARNING", "WARNING"]


def test_a_run_that_could_not_be_done_is_recorded_with_its_error(
    installation: Installation,
) -> None:
    with run_lock(lock_path(installation.app.engine)), pytest.raises(RunInProgressError):
        recorded_runs.run(installation.app)

    found = last(installation).result
    assert found is not None
    assert not found.is_complete
    assert str(found.error).startswith("another run is sending")


def test_a_daemon_beside_another_run_leaves_no_trace_and_alarms_nobody(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="digest")
    set_clock(monkeypatch, NOON.replace(hour=18))

    with run_lock(lock_path(installation.app.engine)), pytest.raises(RunInProgressError):
        recorded_runs.run_due(installation.app)

    assert installation.app.run_log.last(9) == []
    assert alerts(installation) == []
    assert lines(caplog) == []


def test_an_unexpected_error_is_recorded_too(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(runs, "run", fail)

    with pytest.raises(ZeroDivisionError):
        recorded_runs.run(installation.app)

    found = last(installation).result
    assert found is not None
    assert found.error == "it was interrupted, or there is an internal error"


def test_a_retry_with_nothing_to_do_leaves_no_trace(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="digest")

    report = recorded_runs.retry(installation.app)

    assert report.days == []
    assert installation.app.run_log.last(9) == []
    assert lines(caplog) == []


def test_a_retry_that_leaves_the_work_to_another_run_leaves_no_trace(
    installation: Installation,
) -> None:
    installation.app.begun_days.begin(TODAY, now=NOON)

    with run_lock(lock_path(installation.app.engine)), pytest.raises(RunInProgressError):
        recorded_runs.retry(installation.app)

    assert installation.app.run_log.last(9) == []


def test_a_retry_that_sends_is_recorded(installation: Installation) -> None:
    installation.app.begun_days.begin(TODAY, now=NOON)

    recorded_runs.retry(installation.app)

    found = last(installation)
    assert found.result is not None
    assert (found.what, found.day, found.result.sent) == ("retry", None, 2)


def test_a_run_for_one_reader_tells_nobody(installation: Installation) -> None:
    (installation.folder / "second.jsonl").unlink()
    reader = installation.book.find("ada@example.org")
    assert reader is not None

    report = recorded_runs.run(installation.app, TODAY, only=reader.id)

    assert not report.is_complete
    assert alerts(installation) == []
    assert len(installation.app.run_log.last(9)) == 1


def test_addresses_in_the_words_of_a_server_are_not_recorded(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = runs.run

    def stopped(*arguments: object, **options: object) -> runs.DayReport:
        report = original(*arguments, **options)  # type: ignore[arg-type]
        words = "550 <ada@example.org>:\r\nnot owned by user bo@example.org"
        return replace(report, deliveries=replace(report.deliveries, stopped=words))

    monkeypatch.setattr(runs, "run", stopped)

    recorded_runs.run(installation.app)

    found = last(installation).result
    assert found is not None
    assert found.stopped == "550 <(address)>:\r\nnot owned by user (address)"
    assert alerts(installation) == [
        "Trending Papers: the run stopped: 550 <(address)>: not owned by user (address)"
    ]


def test_what_cannot_be_recorded_or_reported_fails_no_run(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    (installation.folder / "digest.prom").mkdir()
    (installation.folder / "second.jsonl").unlink()
    monkeypatch.setattr(RunLog, "begin", fail)
    monkeypatch.setattr(RunLog, "end", fail)
    monkeypatch.setattr("digest.app.alert.send_one", fail)

    report = recorded_runs.run(installation.app)

    assert report.deliveries.counts == {"sent": 2}
    events = {"run not recorded", "metrics not written", "alert not sent"}
    assert events <= set(caplog.messages)


def test_without_settings_nothing_is_reported(installation: Installation) -> None:
    (installation.folder / "second.jsonl").unlink()
    settings = installation.app.config
    blank = settings.model_copy(
        update={"metrics": type(settings.metrics)(), "alerts": type(settings.alerts)()}
    )
    installation.app.__dict__["config"] = blank

    recorded_runs.run(installation.app)
    after_run.write_metrics(installation.app)

    assert alerts(installation) == []
    assert not (installation.folder / "digest.prom").exists()
    assert clock.now() == NOON


def test_a_run_records_how_long_each_of_its_steps_took(installation: Installation) -> None:
    recorded_runs.run(installation.app)

    result = last(installation).result
    assert result is not None
    assert set(result.steps) == {
        *("read first", "read second", "look up", "rank", "learn", "send", "follow up")
    }
    assert all(seconds >= 0 for seconds in result.steps.values())


def test_a_run_has_no_steps_of_the_one_before(installation: Installation) -> None:
    with installation.app.steps.timed("of another"):
        pass

    recorded_runs.run(installation.app)

    result = last(installation).result
    assert result is not None
    assert "of another" not in result.steps
