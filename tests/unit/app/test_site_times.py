"""The times of a site, as its readers are told."""

from __future__ import annotations

import pytest

from digest.app.config.schema import Schedule
from digest.app.site_times import site_times
from subscribers.models import WEEK, WEEKDAYS


@pytest.mark.parametrize(
    ("schedule", "hour"),
    [
        (Schedule(at="18:00", timezone="Europe/Berlin"), "18:00, Europe/Berlin"),
        (Schedule(at="18:00"), "18:00"),
    ],
)
def test_the_hour_has_the_zone_that_the_configuration_names(schedule: Schedule, hour: str) -> None:
    found = site_times(schedule)

    assert (found.hour, found.days) == (hour, WEEKDAYS)


def test_the_daemon_has_an_hour_in_any_case() -> None:
    found = site_times(Schedule(timezone="Europe/Berlin"), is_daemon=True)

    assert (found.hour, found.days) == ("18:00, Europe/Berlin", WEEKDAYS)


@pytest.mark.parametrize("timezone", ["local", "Europe/Berlin"])
def test_where_cron_alone_knows_the_hour_neither_it_nor_a_day_is_named(timezone: str) -> None:
    found = site_times(Schedule(timezone=timezone))

    assert (found.hour, found.days) == ("", WEEK)
