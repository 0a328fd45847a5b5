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
from digest.app.scheduler import next_run, run_jobs, trigger

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

        run_jobs(
            daily=job("daily"),
            retry=job("retry"),
            retry_minutes=5,
            fetch=job("fetch"),
            fetch_hours=4,
            stopped=threading.Event(),
            **{"at": "18:00", "weekdays": WORKDAYS, "timezone": "UTC"} | schedule,
        )
        return done

    return live


def minutes(first: str, last: str, step: int = 5) -> list[datetime]:
    start, end = utc(first), utc(last)
    count = int((end - start) / timedelta(minutes=step))
    return [start + timedelta(minutes=step) * number for number in range(count + 1)]


def test_in_a_week_the_daemon_runs_once_on_each_working_day(
    at_moments: Callable[..., list[tuple[str, datetime]]],
) -> None:
    done = at_moments(minutes("2026-02-02 00:00", "2026-02-08 23:55"))

    runs = [at for name, at in done if name == "daily"]
    assert runs == [utc(f"2026-02-0{day} 18:00") for day in range(2, 7)]
    assert sum(name == "fetch" for name, _ in done) == 7 * 6 - 1


def test_where_clocks_are_set_back_a_doubled_hour_has_one_run(
    at_moments: Callable[..., list[tuple[str, datetime]]],
) -> None:
    done = at_moments(
        minutes("2026-10-31 12:00", "2026-11-01 12:00"),
        at="00:30",
        weekdays=EVERY_DAY,
        timezone="America/Havana",
    )

    assert [at for name, at in done if name == "daily"] == [utc("2026-11-01 04:30")]


@pytest.mark.parametrize(
    ("awake", "runs"),
    [
        pytest.param("2026-02-02 20:30", ["2026-02-02 20:30"], id="two hours late"),
        pytest.param("2026-02-03 08:00", [], id="the next morning, too late"),
        pytest.param("2026-02-06 19:00", ["2026-02-06 19:00"], id="on Friday: only Friday's"),
    ],
)
def test_a_machine_that_slept_makes_the_last_run_if_that_is_not_too_late(
    at_moments: Callable[..., list[tuple[str, datetime]]], awake: str, runs: list[str]
) -> None:
    asleep = minutes("2026-02-02 12:00", "2026-02-02 17:55")
    woken = utc(awake)
    after = [woken + timedelta(minutes=5) * number for number in range(24)]

    done = at_moments([*asleep, *after])

    since = [at for name, at in done if name == "daily" and at < woken + timedelta(hours=2)]
    assert since == [utc(run) for run in runs]


def test_the_next_day_is_run_as_always_after_a_sleep(
    at_moments: Callable[..., list[tuple[str, datetime]]],
) -> None:
    asleep = minutes("2026-02-02 12:00", "2026-02-02 17:55")
    awake = minutes("2026-02-03 08:00", "2026-02-03 19:00")

    done = at_moments([*asleep, *awake])

    assert [at for name, at in done if name == "daily"] == [utc("2026-02-03 18:00")]


def test_a_reading_that_had_to_wait_is_made_later_and_not_left_out(
    at_moments: Callable[..., list[tuple[str, datetime]]],
) -> None:
    """It is due at the same moment as a retry, which is done first and may take its time."""
    moments = [utc("2026-02-02 00:00"), utc("2026-02-02 04:00:30")]

    done = at_moments(moments)

    assert [name for name, _ in done] == ["retry", "fetch"]


@pytest.mark.parametrize("broken", ["EST5EDT,M3.2.0,M11.1.0", "nonsense", ""])
def test_a_machine_with_an_unusual_time_zone_has_a_daemon_too(
    at_moments: Callable[..., list[tuple[str, datetime]]],
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    monkeypatch.setenv("TZ", broken)

    done = at_moments(minutes("2026-02-02 12:00", "2026-02-02 19:00"))

    assert [at for name, at in done if name == "daily"] == [utc("2026-02-02 18:00")]
