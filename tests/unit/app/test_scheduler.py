"""When the daemon runs: weekdays, time zones, odd days of summer time, and machines that sleep."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from apscheduler.executors import base as executors
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers import base as schedulers
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler

from digest.app import scheduler
from digest.app.scheduler import Jobs, next_run, run_jobs, trigger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WORKDAYS, "sat", "sun")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param("2026-02-02 06:59", "2026-02-02 07:00", id="a Monday, before the hour"),
        pytest.param("2026-02-02 07:00", "2026-02-02 07:00", id="at the hour itself"),
        pytest.param("2026-02-02 07:01", "2026-02-03 07:00", id="after the hour"),
        pytest.param("2026-02-06 07:01", "2026-02-09 07:00", id="a Friday, after the hour"),
        pytest.param("2026-02-07 00:00", "2026-02-09 07:00", id="a Saturday"),
        pytest.param("2026-12-31 08:00", "2027-01-01 07:00", id="the last day of a year"),
        pytest.param("2028-02-28 08:00", "2028-02-29 07:00", id="a leap year"),
    ],
)
def test_the_next_run_is_the_next_workday_s_hour(after: str, expected: str) -> None:
    found = next_run(at="07:00", weekdays=WORKDAYS, timezone="UTC", after=utc(after))

    assert found == utc(expected)


@pytest.mark.parametrize(
    ("timezone", "after", "expected"),
    [
        pytest.param("Europe/Paris", "2026-01-05 00:00", "2026-01-05 06:00", id="winter"),
        pytest.param("Europe/Paris", "2026-07-06 00:00", "2026-07-06 05:00", id="summer"),
        pytest.param("Asia/Tokyo", "2026-01-05 00:00", "2026-01-05 22:00", id="Tokyo"),
        pytest.param("America/New_York", "2026-01-05 00:00", "2026-01-05 12:00", id="New York"),
        pytest.param("Asia/Kathmandu", "2026-01-05 00:00", "2026-01-05 01:15", id="Kathmandu"),
    ],
)
def test_the_hour_is_read_in_the_configured_time_zone(
    timezone: str, after: str, expected: str
) -> None:
    found = next_run(at="07:00", weekdays=EVERY_DAY, timezone=timezone, after=utc(after))

    assert found == utc(expected)


def test_the_weekday_is_read_in_the_configured_time_zone() -> None:
    sunday_evening_utc = utc("2026-02-01 21:00")

    found = next_run(at="07:00", weekdays=("mon",), timezone="Asia/Tokyo", after=sunday_evening_utc)

    assert found == utc("2026-02-01 22:00")


@pytest.mark.parametrize(
    ("at", "after", "expected"),
    [
        pytest.param("07:00", "2026-03-28 06:01", "2026-03-29 05:00", id="spring, in the morning"),
        pytest.param("07:00", "2026-10-24 05:01", "2026-10-25 06:00", id="autumn, in the morning"),
        pytest.param("02:30", "2026-03-28 01:31", "2026-03-29 01:30", id="an hour left out"),
        pytest.param("02:30", "2026-03-29 01:31", "2026-03-30 00:30", id="after the hour left out"),
        pytest.param("02:30", "2026-10-24 00:31", "2026-10-25 00:30", id="an hour met twice"),
    ],
)
def test_the_days_on_which_the_clock_changes_are_not_left_out(
    at: str, after: str, expected: str
) -> None:
    found = next_run(at=at, weekdays=EVERY_DAY, timezone="Europe/Paris", after=utc(after))

    # Python holds a time in such an hour to be equal to no time of another zone.
    assert found.astimezone(UTC) == utc(expected)


@pytest.mark.parametrize(
    ("timezone", "changes"),
    [
        pytest.param("Africa/Cairo", "2026-04-24", id="Cairo"),
        pytest.param("Asia/Beirut", "2026-03-29", id="Beirut"),
        pytest.param("America/Santiago", "2026-09-06", id="Santiago"),
        pytest.param("America/Havana", "2026-03-08", id="Havana"),
        pytest.param("America/Havana", "2026-11-01", id="Havana, doubled"),
        pytest.param("Atlantic/Azores", "2026-03-29", id="Azores"),
        pytest.param("Atlantic/Azores", "2026-10-25", id="Azores, doubled"),
    ],
)
@pytest.mark.parametrize("weekdays", [EVERY_DAY, None], ids=["every day", "that weekday only"])
def test_a_midnight_that_is_left_out_or_doubled_costs_no_run_and_makes_none(
    timezone: str, changes: str, weekdays: tuple[str, ...] | None
) -> None:
    day, zone = datetime.fromisoformat(changes).date(), ZoneInfo(timezone)
    chosen = weekdays or (EVERY_DAY[day.weekday()],)
    first, last = utc(changes) - timedelta(days=15), utc(changes) + timedelta(days=15)

    fired = fires(trigger(at="00:30", weekdays=chosen, timezone=timezone), first, last)

    steps = {later - earlier for earlier, later in pairwise(fired_on(fired, zone))}
    assert steps == {timedelta(days=1 if weekdays else 7)}
    assert day in fired_on(fired, zone)


def fired_on(fired: list[datetime], zone: ZoneInfo) -> list[date]:
    return [at.astimezone(zone).date() for at in fired]


def fires(one: Any, first: datetime, last: datetime) -> list[datetime]:
    """All times of a trigger, asked as APScheduler asks."""
    fired = []
    found = one.get_next_fire_time(None, first)
    while found < last:
        fired.append(found)
        found = one.get_next_fire_time(found, found)
    return fired


def test_a_clock_that_is_set_back_makes_no_second_run() -> None:
    daily = trigger(at="18:00", weekdays=EVERY_DAY, timezone="UTC")
    ran = utc("2026-02-02 18:00")

    assert daily.get_next_fire_time(ran, ran - timedelta(seconds=2)) == utc("2026-02-03 18:00")


# -- the jobs, on a clock that the test moves ----------------------------------------------------


class Simulated(BackgroundScheduler):
    """A scheduler whose clock shows the given times, one after the other."""

    clock: datetime
    moments: Iterable[datetime]
    #: the handler of the signal that ends the daemon
    end: Callable[[], None]

    def __init__(self, **options: Any) -> None:
        """Do jobs at once, in this thread."""
        super().__init__(**options | {"executors": {"default": DebugExecutor()}})

    def start(self, *_: object, **__: object) -> None:
        BaseScheduler.start(self)
        for moment in self.moments:
            type(self).clock = moment
            self._process_jobs()
        type(self).end()

    def shutdown(self, *_: object, **__: object) -> None:
        BaseScheduler.shutdown(self)

    def wakeup(self) -> None:
        """Nothing waits."""


@pytest.fixture
def at_moments(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., list[tuple[str, datetime]]]:
    """Run the daemon's jobs over the given moments; return what was done, and when."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return Simulated.clock.astimezone(tz)

    for module in (schedulers, executors):
        monkeypatch.setattr(module, "datetime", Clock)
    monkeypatch.setattr("apscheduler.triggers.interval.datetime", Clock)
    monkeypatch.setattr(scheduler, "BackgroundScheduler", Simulated)
    monkeypatch.setattr(
        signal, "signal", lambda _number, handler: setattr(Simulated, "end", staticmethod(handler))
    )
    monkeypatch.setattr(signal, "alarm", lambda _seconds: None)

    def live(moments: Iterable[datetime], **schedule: Any) -> list[tuple[str, datetime]]:
        Simulated.moments = moments = list(moments)
        Simulated.clock = moments[0]
        done: list[tuple[str, datetime]] = []

        def job(name: str) -> Callable[[], None]:
            return lambda: done.append((name, Simulated.clock))

        jobs = Jobs(
            serve_due=job("due"),
            fetch=job("fetch"),
            fetch_hours=4,
            **{"at": "18:00", "weekdays": WORKDAYS, "timezone": "UTC"} | schedule,
        )
        run_jobs(jobs, stopped=threading.Event())
        return done

    return live


def minutes(first: str, last: str, step: int = 5) -> list[datetime]:
    start, end = utc(first), utc(last)
    count = int((end - start) / timedelta(minutes=step))
    return [start + timedelta(minutes=step) * number for number in range(count + 1)]


def times(done: list[tuple[str, datetime]], job: str) -> list[datetime]:
    return [at for name, at in done if name == job]


def test_the_daemon_looks_who_is_due_every_five_minutes_and_reads_the_sources_between(
    at_moments: Callable[..., list[tuple[str, datetime]]],
) -> None:
    moments = minutes("2026-02-07 00:00", "2026-02-08 23:55")

    done = at_moments(moments)

    assert times(done, "due") == moments
    assert len(times(done, "fetch")) == 2 * 6 - 1


def test_the_daemon_looks_at_the_sites_minute_too(
    at_moments: Callable[..., list[tuple[str, datetime]]],
) -> None:
    moments = minutes("2026-02-02 17:56", "2026-02-02 18:04", step=1)

    done = at_moments(moments, at="18:02")

    assert times(done, "due") == [utc("2026-02-02 18:00"), utc("2026-02-02 18:02")]


@pytest.mark.parametrize(
    ("hours", "readings"),
    [
        pytest.param(1, 0, id="an hour"),
        pytest.param(12, 1, id="a night"),
        pytest.param(7 * 24, 1, id="a week"),
    ],
)
def test_a_machine_that_slept_looks_once_as_soon_as_it_wakes(
    at_moments: Callable[..., list[tuple[str, datetime]]], hours: int, readings: int
) -> None:
    before = minutes("2026-02-02 12:00", "2026-02-02 17:55")
    woken = before[-1] + timedelta(hours=hours, minutes=2)
    after = [woken, woken + timedelta(minutes=1)]

    done = at_moments([*before, *after])

    looked = [at for at in times(done, "due") if at >= woken]
    assert set(looked) == {woken}
    # The site's hour is looked at on its own; who was served by the first is not due any more.
    assert len(looked) <= 2
    assert times(done, "fetch").count(woken) == readings


def test_a_reading_that_had_to_wait_is_made_later_and_not_left_out(
    at_moments: Callable[..., list[tuple[str, datetime]]],
) -> None:
    """It is due at the same moment as a look, which is done first and may take its time."""
    moments = [utc("2026-02-02 00:01"), utc("2026-02-02 04:01:30")]

    done = at_moments(moments)

    assert [name for name, at in done if at == moments[1]] == ["due", "fetch"]


@pytest.mark.parametrize("broken", ["EST5EDT,M3.2.0,M11.1.0", "nonsense", ""])
def test_a_machine_with_an_unusual_time_zone_has_a_daemon_too(
    at_moments: Callable[..., list[tuple[str, datetime]]],
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    monkeypatch.setenv("TZ", broken)
    moments = minutes("2026-02-02 12:00", "2026-02-02 13:00")

    done = at_moments(moments)

    assert times(done, "due") == moments
