"""How long a run waits for another, without a clock that goes by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.app.lock_wait import POLL_INTERVAL, polls


@dataclass
class ManualTime:
    """A clock that only goes on while somebody sleeps."""

    at: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@given(minutes=st.integers(0, 600_000).map(lambda milliseconds: milliseconds / 60_000))
def test_it_waits_for_the_minutes_and_no_longer(minutes: float) -> None:
    time = ManualTime()

    items = list(polls(minutes, should_continue=lambda: True, clock=time.clock, sleep=time.sleep))

    assert sum(time.slept) == pytest.approx(minutes * 60)
    assert len(items) == len(time.slept)
    assert all(0 < seconds <= POLL_INTERVAL for seconds in time.slept)


def test_it_stops_waiting_as_soon_as_the_work_must_stop() -> None:
    time = ManualTime()

    def should_continue() -> bool:
        return time.at < 1001

    found = polls(60, should_continue=should_continue, clock=time.clock, sleep=time.sleep)

    assert len(list(found)) == 2
    assert time.at == 1001


def test_it_sleeps_only_between_two_looks() -> None:
    time = ManualTime()

    first = list(
        islice(polls(60, should_continue=lambda: True, clock=time.clock, sleep=time.sleep), 1)
    )

    assert (first, time.slept) == ([3600], [POLL_INTERVAL])


def test_it_says_once_for_how_long(caplog: pytest.LogCaptureFixture) -> None:
    time = ManualTime()

    list(polls(2, should_continue=lambda: True, clock=time.clock, sleep=time.sleep))

    (record,) = caplog.records
    assert (record.getMessage(), vars(record)["minutes"]) == ("waiting for another run", 2)


def test_where_nobody_waits_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    found = list(polls(0, should_continue=lambda: True))

    assert (found, caplog.records) == ([], [])
