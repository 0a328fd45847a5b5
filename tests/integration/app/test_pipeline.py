"""Runs at the hour of a place: which lists are mailed, to whom, and what comes late.

The service's list of a working day has its first paper at 06:00 UTC and its last at 20:00.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from support.machine_clock import machine_in
from support.readers import CHOSEN_AT
from support.scripted_source import FRIDAY, MONDAY

from digest.app import runs
from digest.models.clock_times import instant
from digest.models.source import SourceState
from subscribers.models import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.installation import Installation
    from support.scripted_source import Service

    Run = Callable[[str, str], runs.DayReport]

DAY = timedelta(days=1)
LOS_ANGELES, TOKYO = "America/Los_Angeles", "Asia/Tokyo"


@pytest.fixture
def run(installation: Installation, service: Service) -> Run:
    """Run at a local time of the machine, such as `2026-01-30 18:00`, as cron does."""

    def at(zone: str, local: str) -> runs.DayReport:
        wanted = datetime.fromisoformat(local)
        now = instant(wanted.date(), wanted.time(), ZoneInfo(zone))
        list_until(service, now)
        with machine_in(zone, now=now):
            return runs.run(installation.app)

    return at


def list_until(service: Service, now: datetime) -> None:
    for number in range(-10, 1):
        day = now.date() + DAY * number
        hours = [hour for hour in (6, 20) if now >= instant(day, time(hour), UTC)]
        if day.weekday() < 5 and hours:
            service.list(day, *(paper_of(day, hour) for hour in hours))


def paper_of(day: date, hour: int) -> str:
    return f"{day:%y%m}.{day:%d}0{hour:02}"


def configure(installation: Installation, *, timezone: str) -> None:
    config = installation.app.config
    schedule = config.schedule.model_copy(update={"timezone": timezone})
    object.__setattr__(installation.app, "config", config.model_copy(update={"schedule": schedule}))


@pytest.mark.parametrize("timezone", ["local", "UTC", LOS_ANGELES])
def test_friday_evening_in_los_angeles_makes_fridays_edition(
    installation: Installation, run: Run, timezone: str
) -> None:
    """It is Saturday in UTC, and `digest init` wrote UTC into the file."""
    configure(installation, timezone=timezone)

    report = run(LOS_ANGELES, "2026-01-30 18:00")

    assert (report.deliveries.day, report.reason) == (FRIDAY, "it is 18:00 on Friday")
    assert report.is_complete
    assert installation.shown("ada", FRIDAY) == [paper_of(FRIDAY, 20), paper_of(FRIDAY, 6)]


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        pytest.param("UTC", "2026-01-31 02:00", id="Los Angeles, by a machine in UTC"),
        pytest.param(TOKYO, "2026-02-02 06:00", id="Monday morning in Tokyo"),
        pytest.param("Asia/Kolkata", "2026-02-02 06:00", id="Monday morning in Delhi"),
        pytest.param("Pacific/Auckland", "2026-02-02 18:00", id="Monday evening in Auckland"),
    ],
)
def test_before_the_lists_of_a_day_are_out_a_run_makes_the_last_day_that_had_lists(
    installation: Installation, run: Run, zone: str, local: str
) -> None:
    """It is mailed although it ended more than `max_lateness` hours ago."""
    report = run(zone, local)

    assert report.deliveries.day == FRIDAY
    assert report.is_complete
    assert installation.totals(FRIDAY) == {"sent": 1}


def test_an_evening_makes_its_own_day_and_the_next_issue_has_what_came_later(
    installation: Installation, run: Run
) -> None:
    run("UTC", "2026-01-30 18:00")
    run("UTC", "2026-02-02 18:00")

    assert installation.shown("ada", FRIDAY) == [paper_of(FRIDAY, 6)]
    assert set(installation.shown("ada", MONDAY)) == {paper_of(MONDAY, 6), paper_of(FRIDAY, 20)}


def test_a_list_that_is_empty_when_its_day_is_over_in_utc_is_an_error_all_the_same(
    installation: Installation, run: Run, service: Service
) -> None:
    """The run is the first to read it, so it may be an outage."""
    run(LOS_ANGELES, "2026-01-29 18:00")
    empty = date(2026, 1, 30)
    list_nothing_on(service, empty)

    report = run(LOS_ANGELES, "2026-01-30 18:00")

    assert [one.state for one in report.sources if one.day == empty] == [SourceState.FAILED]
    assert not report.is_complete


def list_nothing_on(service: Service, day: date) -> None:
    original = service.list

    def listing(of: date, *ids: str, **details: object) -> None:
        original(of, *(() if of == day else ids), **details)

    service.list = listing  # type: ignore[method-assign]


@pytest.mark.parametrize("at", ["06:00", "18:00"])
@pytest.mark.parametrize(
    "zone",
    [
        *("Pacific/Honolulu", LOS_ANGELES, "America/New_York", "UTC", "Europe/Berlin"),
        *("Asia/Kolkata", TOKYO, "Pacific/Auckland", "Pacific/Kiritimati"),
    ],
)
def test_in_every_zone_each_paper_is_mailed_once_and_no_issue_is_empty(
    installation: Installation, run: Run, zone: str, at: str
) -> None:
    """Two weeks of cron's line for Monday to Friday; nothing is lost, whatever the weekday."""
    bo = installation.subscribe("bo")
    installation.book.choose(bo.id, bo.topics, Preferences(days=("fri",)), at=CHOSEN_AT)
    days = [MONDAY + DAY * number for number in range(12)]
    workdays = [day for day in days if day.weekday() < 5]

    reports = [run(zone, f"{day} {at}") for day in workdays]

    made = [report.deliveries.day for report in reports]
    assert all(report.is_complete for report in reports)
    assert [installation.states(day)["ada"] for day in made] == ["sent"] * len(workdays)
    assert len(set(made)) == len(workdays)
    mailed = Counter(paper for day in made for paper in installation.shown("ada", day))
    whole = [day for day in workdays if made[0] <= day < made[-1]]
    assert {paper_of(day, hour) for day in whole for hour in (6, 20)} <= set(mailed)
    assert set(mailed.values()) == {1}
    fridays = [installation.states(day)["bo"] for day in made if day.weekday() == 4]
    assert fridays == ["sent", "sent"]
