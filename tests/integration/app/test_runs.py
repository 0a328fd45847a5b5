"""Which days a command sends: open ones first, its own, and those that begin meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON
from support.installation import Installation, record
from support.machine_clock import set_clock

from digest.app import clock, runs
from digest.errors import RunInProgressError
from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import sqlalchemy as sa

TODAY = NOON.date()
YESTERDAY, LONG_AGO = TODAY - timedelta(days=1), TODAY - timedelta(days=9)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no day begin while a test runs."""
    set_clock(monkeypatch, NOON)


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    """Two days with a paper each, a day of long ago with another, and two subscribers."""
    installation = Installation(engine, tmp_path)
    papers = [
        record(id=f"2602.0000{number}", title=f"An agent {word}", abstract=word, day=str(day))
        for number, (day, word) in enumerate(
            {TODAY: "climbs", YESTERDAY: "swims", LONG_AGO: "sings"}.items()
        )
    ]
    installation.write_source("first", *papers)
    installation.write_source("second")
    for name in ("ada", "bo"):
        installation.subscribe(name)
    return installation


def begin(installation: Installation, day: date) -> None:
    """Let a run of a day begin and go no further."""
    installation.app.begun_days.begin(day, now=clock.now())


def counts(report: runs.DayReport | runs.RetryReport) -> dict[date, dict[DeliveryState, int]]:
    days = report.days if isinstance(report, runs.RetryReport) else report.open_days
    return {day.day: dict(day.counts) for day in days}


BOTH = {DeliveryState.SENT: 2}


def test_a_run_finishes_the_open_days_before_its_own(installation: Installation) -> None:
    begin(installation, YESTERDAY)

    report = runs.run(installation.app)

    assert counts(report) == {YESTERDAY: BOTH}
    assert (report.deliveries.day, report.deliveries.counts) == (TODAY, BOTH)
    assert report.is_complete
    assert installation.app.ledger.open_days() == []


def test_a_day_that_is_too_late_makes_a_run_incomplete_once(installation: Installation) -> None:
    begin(installation, LONG_AGO)

    report, again = runs.run(installation.app), runs.run(installation.app)

    assert counts(report) == {LONG_AGO: {DeliveryState.EXPIRED: 2}}
    assert (report.deliveries.counts, report.is_complete) == (BOTH, False)
    assert (counts(again), again.is_complete) == ({}, True)


@pytest.mark.parametrize("begins", [YESTERDAY, TODAY])
def test_who_has_the_lock_does_the_days_that_begin_meanwhile(
    installation: Installation, begins: date
) -> None:
    begin(installation, YESTERDAY)
    has_begun = False

    def should_continue() -> bool:
        nonlocal has_begun
        if not has_begun and installation.totals(YESTERDAY).get("sent") == 1:
            has_begun = True
            installation.subscribe("cy")
            begin(installation, begins)
        return True

    runs.retry(installation.app, should_continue=should_continue)

    assert has_begun
    assert installation.totals(YESTERDAY) == {"sent": 3 if begins == YESTERDAY else 2}
    assert installation.totals(TODAY) == ({} if begins == YESTERDAY else {"sent": 3})
    assert installation.app.ledger.open_days() == []


def test_a_run_for_one_reader_does_nobody_else_s_day(installation: Installation) -> None:
    begin(installation, TODAY)
    begin(installation, YESTERDAY)
    ada = installation.book.find("ada@example.org")
    assert ada is not None

    report = runs.run(installation.app, only=ada.id)

    assert (report.deliveries.counts, report.open_days) == ({DeliveryState.SENT: 1}, [])
    assert list(installation.app.begun_days.to_plan(until=TODAY)) == [YESTERDAY, TODAY]


def test_a_named_day_is_run_without_those_that_were_open_before(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(installation, TODAY)
    set_clock(monkeypatch, NOON + timedelta(minutes=1))

    report = runs.run(installation.app, YESTERDAY)

    assert (report.deliveries.day, report.deliveries.counts) == (YESTERDAY, BOTH)
    assert report.open_days == []
    assert list(installation.app.begun_days.to_plan(until=TODAY)) == [TODAY]


def test_sources_that_its_own_run_has_read_are_not_read_again(installation: Installation) -> None:
    begin(installation, YESTERDAY)
    runs.pipeline.fetch(installation.app, YESTERDAY)
    (installation.folder / "first.jsonl").unlink()

    report = runs.retry(installation.app)

    assert (report.sources, report.is_complete) == ([], True)
    assert counts(report) == {YESTERDAY: BOTH}


def test_a_source_that_fails_for_an_open_day_leaves_the_run_incomplete(
    installation: Installation,
) -> None:
    begin(installation, YESTERDAY)
    (installation.folder / "second.jsonl").unlink()

    report = runs.retry(installation.app)

    assert [source.source for source in report.sources if source.error] == ["second"]
    assert counts(report) == {YESTERDAY: BOTH}
    assert not report.is_complete


def test_a_run_that_was_told_to_stop_leaves_what_was_not_planned_to_the_next(
    installation: Installation,
) -> None:
    begin(installation, YESTERDAY)

    report = runs.retry(installation.app, should_continue=lambda: False)
    again = runs.retry(installation.app)

    (stopped,) = report.days
    assert stopped.stopped == f"told to stop; the next run plans {YESTERDAY}"
    assert not report.is_complete
    assert counts(again) == {YESTERDAY: BOTH}


def test_a_run_registers_its_day_before_it_waits(installation: Installation) -> None:
    with (
        installation.app.delivery_services.run_lock(),
        pytest.raises(RunInProgressError, match=f"told to stop; it sends {TODAY} too"),
    ):
        runs.run(installation.app, should_continue=lambda: False)

    assert list(installation.app.begun_days.to_plan(until=TODAY)) == [TODAY]
    assert counts(runs.retry(installation.app)) == {TODAY: BOTH}


def test_a_retry_of_a_day_that_no_run_knows_records_nothing(installation: Installation) -> None:
    before = installation.dump()

    report = runs.retry(installation.app, LONG_AGO)

    assert (report.days, report.is_complete) == ([], True)
    assert installation.dump() == before


def test_a_day_of_the_future_waits_until_it_comes(installation: Installation) -> None:
    # No reader's day is as far ahead.
    tomorrow = TODAY + timedelta(days=2)
    installation.app.ledger.plan(tomorrow, now=clock.now())
    begin(installation, tomorrow)

    runs.run(installation.app)
    report = runs.retry(installation.app)

    assert report.days == []
    assert installation.totals(tomorrow) == {"planned": 2}
