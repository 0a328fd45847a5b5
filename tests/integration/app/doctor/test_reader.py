"""Why a reader got an issue of a day, or none: the first condition that failed is the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import DAY, NOON
from support.installation import Installation, RecordingTransport, failing
from support.machine_clock import set_clock

from digest.app.doctor.finding import Level
from digest.app.doctor.reader import explain
from digest.models.delivery import DeliveryState, Outcome, WorkerHost
from digest.storage.run_log import RunResult
from subscribers.book import Evidence
from subscribers.models import Event, Preferences

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    import sqlalchemy as sa

    from digest.app.doctor.finding import Finding
    from subscribers.models import Subscriber


@pytest.fixture
def installation(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    """A day with a paper."""
    set_clock(monkeypatch, NOON)
    installation = Installation(engine, tmp_path)
    installation.add_agents_papers("2602.00001", day=DAY)
    return installation


@pytest.fixture
def ada(installation: Installation) -> Subscriber:
    return installation.subscribe("ada")


def choose(installation: Installation, reader: Subscriber, wish: Preferences) -> Subscriber:
    installation.book.choose(reader.id, ["agents"], wish, at=NOON - timedelta(days=1))
    return again(installation, reader)


def again(installation: Installation, reader: Subscriber) -> Subscriber:
    found = installation.book.get(reader.id)
    assert found is not None
    return found


def checks(installation: Installation, reader: Subscriber, day: date = DAY) -> dict[str, Finding]:
    found = explain(installation.app, again(installation, reader), day)
    return {one.check: one for one in found.findings}


def answer(installation: Installation, reader: Subscriber, day: date = DAY) -> str:
    return explain(installation.app, again(installation, reader), day).answer


def test_of_an_issue_that_left_every_condition_is_well(
    installation: Installation, ada: Subscriber
) -> None:
    installation.send()

    found = checks(installation, ada)

    assert {one.level for one in found.values()} <= {Level.OK, Level.NOT_CHECKED}
    assert "1 paper, after 1 attempt" in found["mail"].text
    assert answer(installation, ada) == f"got the issue of {DAY}"


def test_without_a_run_that_is_the_reason_and_its_command_the_remedy(
    installation: Installation, ada: Subscriber
) -> None:
    found = checks(installation, ada)

    assert list(found) == ["consent", "due", "run"], "nothing after it matters"
    assert f"`digest run --day {DAY} --only {ada.address}`" in found["run"].remedy
    assert "no run began since" in answer(installation, ada)


def test_on_a_day_that_was_not_chosen_nobody_is_due(
    installation: Installation, ada: Subscriber
) -> None:
    friday = Preferences(frequency="weekly", days=("fri",), hour=7, timezone="Europe/Berlin")
    choose(installation, ada, friday)

    found = checks(installation, ada)

    assert list(found) == ["consent", "due"]
    assert found["due"].text == f"wants weekly mail on fri, and {DAY} is a Monday"
    assert "the next mail is due at 2026-02-06 07:00 CET" in found["due"].remedy


@pytest.mark.parametrize(
    ("hour", "at", "level"),
    [
        pytest.param(20, "2026-02-02T19:00:00Z", Level.FAIL, id="to come"),
        pytest.param(7, "2026-02-02T06:00:00Z", Level.OK, id="past"),
    ],
)
def test_the_hour_is_that_of_the_reader(
    installation: Installation, ada: Subscriber, hour: int, at: str, level: Level
) -> None:
    choose(installation, ada, Preferences(hour=hour, timezone="Europe/Berlin"))

    due = checks(installation, ada)["due"]

    assert due.level is level
    assert at in due.text


@pytest.mark.parametrize(
    ("event", "status"),
    [(Event.PAUSE, "paused"), (Event.LEAVE, "left"), (Event.BOUNCE, "suppressed")],
)
def test_who_may_not_be_written_to_gets_nothing(
    installation: Installation,
    ada: Subscriber,
    monkeypatch: pytest.MonkeyPatch,
    event: Event,
    status: str,
) -> None:
    installation.book.record(ada.id, event, evidence=evidence(NOON))
    set_clock(monkeypatch, NOON + timedelta(days=1))

    found = checks(installation, ada, DAY + timedelta(days=1))

    assert list(found) == ["consent"]
    assert status in found["consent"].text
    assert found["consent"].level is Level.FAIL


def test_who_left_since_was_confirmed_then(installation: Installation, ada: Subscriber) -> None:
    installation.send()
    installation.book.record(ada.id, Event.LEAVE, evidence=evidence(NOON + timedelta(days=2)))

    found = checks(installation, ada)

    assert found["consent"].level is Level.WARN
    assert "was confirmed on that day, and is left now" in found["consent"].text
    assert answer(installation, ada) == f"got the issue of {DAY}"


def test_nothing_new_is_no_fault(installation: Installation, ada: Subscriber) -> None:
    installation.send()
    tomorrow = DAY + timedelta(days=1)
    installation.wait(days=1)
    installation.send(day=tomorrow)

    found = checks(installation, ada, tomorrow)

    assert found["mail"].level is Level.OK
    assert "nothing was to be sent" in found["mail"].text


def test_a_mail_that_is_deferred_comes_with_the_server_s_words_and_its_time(
    installation: Installation, ada: Subscriber
) -> None:
    busy = Outcome(state=DeliveryState.DEFERRED, code=451, status="4.7.1", reason="come back later")
    installation.send(failing(busy, "ada"))

    mail = checks(installation, ada)["mail"]

    assert mail.level is Level.WARN
    assert "451 4.7.1" in mail.text
    assert "come back later" in mail.text
    assert "it is tried again at 2026-02-02T12:" in mail.text
    assert mail.remedy.startswith(f"`digest retry --day {DAY} --only {ada.address}`")


def test_before_a_reader_signed_up_there_was_nothing(
    installation: Installation, ada: Subscriber
) -> None:
    found = checks(installation, ada, DAY - timedelta(days=30))

    assert list(found) == ["consent"]
    assert "after the day" in found["consent"].text


def evidence(at: datetime) -> Evidence:
    return Evidence(at=at, channel="cli")


def test_looking_changes_nothing(installation: Installation, ada: Subscriber) -> None:
    installation.send(RecordingTransport())
    before = installation.dump()

    explain(installation.app, ada, DAY)

    assert installation.dump() == before


def record_run(
    installation: Installation, at: datetime, *, day: date = DAY, what: str = "run", **result: Any
) -> None:
    runs, process = installation.app.run_log, WorkerHost(host="tests", boot="", pid=1)
    number = runs.begin(what, day, process, now=at)
    runs.end(number, RunResult(**result), day=day, now=at)


@pytest.mark.parametrize(
    ("zone", "begin"),
    [
        ("Asia/Kolkata", NOON.replace(hour=2, minute=30)),
        ("America/Los_Angeles", NOON.replace(hour=16)),
    ],
)
def test_only_runs_of_the_turn_count(
    installation: Installation,
    ada: Subscriber,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    begin: datetime,
) -> None:
    choose(installation, ada, Preferences(hour=8, timezone=zone))
    end = begin + timedelta(days=1)
    set_clock(monkeypatch, end + timedelta(hours=12))
    for at in (begin - timedelta(hours=1), end, end + timedelta(hours=1)):
        record_run(installation, at)
    record_run(installation, begin + timedelta(hours=1), what="run --only")
    without = checks(installation, ada)["run"]
    record_run(installation, end - timedelta(hours=1))

    assert without.text.startswith("no run began from ")
    assert checks(installation, ada)["run"].text.startswith("one run, at ")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({}, "it went well"),
        ({"is_complete": False}, "it was incomplete: a mail waits or was refused"),
        ({"is_complete": False, "failed_sources": ("arXiv",)},
         "it was incomplete: arXiv could not be read in full"),
        ({"is_complete": False, "error": "no room"}, "no room"),
    ],
)  # fmt: skip
def test_how_the_last_run_ended_is_said(
    installation: Installation, ada: Subscriber, result: dict[str, Any], words: str
) -> None:
    record_run(installation, NOON, **result)

    assert checks(installation, ada)["run"].text.endswith(f"planned no mail for them: {words}")


def test_a_mail_to_a_reader_who_left_is_not_awaited(
    installation: Installation, ada: Subscriber
) -> None:
    busy = Outcome(state=DeliveryState.DEFERRED, code=451, reason="come back later")
    installation.send(failing(busy, "ada"))
    waits = answer(installation, ada)
    installation.book.record(ada.id, Event.LEAVE, evidence=evidence(NOON + timedelta(hours=1)))

    assert waits.startswith(f"no issue of {DAY} yet: ")
    assert answer(installation, ada).startswith(f"no issue of {DAY}: ")
