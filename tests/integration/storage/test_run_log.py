"""What each run did: begun, ended, forgotten; a killed one has no end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON

from digest.models.delivery import DeliveryState, WorkerHost
from digest.storage.run_log import KEPT, RunLog, RunResult

if TYPE_CHECKING:
    import sqlalchemy as sa

PROCESS = WorkerHost(host="tests", boot="the first", pid=7)
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def runs(engine: sa.Engine) -> RunLog:
    return RunLog(engine)


def test_a_run_is_read_as_it_was_recorded(runs: RunLog) -> None:
    result = RunResult(
        counts={DeliveryState.SENT: 3, DeliveryState.DEFERRED: 1},
        papers=8,
        steps={"rank": 0.25, "send": 3.0},
        failed_sources=("arXiv",),
        is_complete=False,
        stopped="five in a row did not leave",
        silence="nothing was sent",
    )

    number = runs.begin("run", DAY, PROCESS, now=NOON)
    runs.end(number, result, day=DAY, now=LATER)

    [found] = runs.last(9)
    assert (found.id, found.what, found.day, found.process) == (number, "run", DAY, PROCESS)
    assert (found.started_at, found.ended_at, found.seconds) == (NOON, LATER, 300)
    assert found.result == result
    assert (result.sent, result.waiting) == (3, 1)


def test_a_run_that_was_killed_has_no_end(runs: RunLog) -> None:
    runs.begin("run", DAY, PROCESS, now=NOON)

    [found] = runs.last(9)

    assert (found.ended_at, found.seconds, found.result) == (None, None, None)
    assert runs.last_ended() is None


def test_the_newest_runs_come_with_the_oldest_of_them_first(runs: RunLog) -> None:
    numbers = [runs.begin("run", DAY, PROCESS, now=NOON) for _ in range(5)]

    assert [one.id for one in runs.last(2)] == numbers[-2:]


def test_the_last_run_and_the_last_good_run_are_told_apart(runs: RunLog) -> None:
    good, bad = (runs.begin("run", DAY, PROCESS, now=NOON) for _ in range(2))
    runs.end(good, RunResult(), day=DAY, now=NOON)
    runs.end(bad, RunResult(is_complete=False, error="no"), day=DAY, now=NOON)

    last, complete = runs.last_ended(), runs.last_ended(complete=True)

    assert last is not None
    assert complete is not None
    assert (last.id, complete.id) == (bad, good)


def test_how_many_runs_there_were_never_falls(runs: RunLog) -> None:
    runs.begin("run", DAY, PROCESS, now=NOON)
    forgotten = runs.begin("retry", None, PROCESS, now=NOON)
    runs.forget(forgotten)
    runs.begin("run", DAY, PROCESS, now=NOON + KEPT + timedelta(days=1))

    assert len(runs.last(9)) == 1
    assert runs.number() == 3


def test_a_run_for_one_reader_is_not_the_last(runs: RunLog) -> None:
    for_all, for_one = (runs.begin(what, DAY, PROCESS, now=NOON) for what in ("run", "run --only"))
    for number in (for_all, for_one):
        runs.end(number, RunResult(), day=DAY, now=NOON)

    last, complete = runs.last_ended(), runs.last_ended(complete=True)

    assert last is not None
    assert complete is not None
    assert last.id == complete.id == for_all


def test_the_day_that_was_mailed_last_is_known(runs: RunLog) -> None:
    tomorrow, sent = DAY + timedelta(days=1), {DeliveryState.SENT: 1}
    for day, counts in ((DAY, sent), (tomorrow, sent), (DAY, {})):
        number = runs.begin("run", day, PROCESS, now=NOON)
        runs.end(number, RunResult(counts=counts), day=day, now=NOON)

    assert runs.last_day() == tomorrow


def test_the_silent_day_is_that_of_the_run_that_found_it(runs: RunLog) -> None:
    assert runs.last_day() is None
    for day in (DAY, DAY + timedelta(days=1)):
        number = runs.begin("run", day, PROCESS, now=NOON)
        runs.end(number, RunResult(silence="nothing was sent"), day=day, now=NOON)

    assert runs.day_of_silence("nothing was sent") == DAY
    assert runs.day_of_silence("other words") is None
