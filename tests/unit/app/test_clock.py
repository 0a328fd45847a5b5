"""The machine's time zone, and which date it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.machine_clock import machine_in

from digest.app import clock
from digest.models.clock_times import instant

if TYPE_CHECKING:
    from pathlib import Path

ODD_ZONES = (
    *("Africa/Cairo", "America/Asuncion", "America/Havana", "America/Los_Angeles"),
    *("America/Nuuk", "America/Sao_Paulo", "America/Santiago", "Asia/Beirut", "Asia/Kathmandu"),
    *("Atlantic/Azores", "Australia/Lord_Howe", "Europe/Berlin", "Pacific/Apia"),
)
SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "hour", "day"),
    [
        pytest.param("UTC", 12, 2, id="UTC"),
        pytest.param("America/New_York", 3, 1, id="a day that has not begun there"),
        pytest.param("Asia/Tokyo", 20, 2, id="a day that has not begun in UTC"),
    ],
)
def test_today(timezone: str, hour: int, day: int) -> None:
    with machine_in("UTC", now=datetime(2026, 2, 2, hour, tzinfo=UTC)):
        assert clock.today(timezone) == date(2026, 2, day)


@pytest.mark.parametrize("timezone", ["local", "UTC"])
def test_today_is_that_of_the_machine_unless_a_zone_is_configured(timezone: str) -> None:
    friday_evening = datetime(2026, 2, 7, 2, tzinfo=UTC)

    with machine_in("America/Los_Angeles", now=friday_evening):
        assert clock.today(timezone) == date(2026, 2, 6)
        assert clock.today("Asia/Tokyo") == date(2026, 2, 7)


@pytest.mark.parametrize(
    ("written", "offset"),
    [
        pytest.param("America/Los_Angeles", -7, id="a name"),
        pytest.param(":America/Los_Angeles", -7, id="a name after a colon"),
        pytest.param("EST5EDT,M3.2.0,M11.1.0", -4, id="a rule of POSIX"),
        pytest.param("<+0530>-5:30", 5.5, id="an offset"),
        pytest.param("", 0, id="empty"),
        pytest.param("Mars/Base", 0, id="unknown"),
    ],
)
def test_the_machines_zone_is_what_the_c_library_makes_of_tz(written: str, offset: float) -> None:
    with machine_in(written):
        assert SUMMER.astimezone(clock.zone("local")).utcoffset() == timedelta(hours=offset)


def test_the_machines_zone_may_be_a_file(tmp_path: Path) -> None:
    with machine_in(f":{tmp_path / 'missing'}"):
        assert SUMMER.astimezone(clock.zone("local")).utcoffset() == timedelta()


@given(
    st.sampled_from(ODD_ZONES),
    st.datetimes(datetime(2000, 1, 1), datetime(2036, 1, 1)),  # noqa: DTZ001
)
def test_the_machines_zone_counts_as_the_zone_of_that_name(name: str, moment: datetime) -> None:
    named = ZoneInfo(name)
    with machine_in(name):
        machine = clock.zone("local")
        there, here = (moment.replace(tzinfo=UTC).astimezone(zone) for zone in (named, machine))
        assert (there.replace(tzinfo=None), there.fold) == (here.replace(tzinfo=None), here.fold)
        for at in (moment.time(), time(0), time(0, 30), time(2, 30), time(23, 45)):
            assert instant(moment.date(), at, machine) == instant(moment.date(), at, named)


@pytest.mark.parametrize("name", ODD_ZONES)
def test_the_machines_zone_has_the_same_odd_times(name: str) -> None:
    named = ZoneInfo(name)
    days = [date(2011, 1, 1) + timedelta(days=number) for number in range(6000)]
    odd = [
        day
        for day, after in pairwise(days)
        if instant(after, time(4), named) - instant(day, time(4), named) != timedelta(days=1)
    ]
    with machine_in(name):
        machine = clock.zone("local")
        for day in odd + [day + timedelta(days=1) for day in odd]:
            for minute in range(0, 24 * 60, 15):
                at = time(minute // 60, minute % 60)
                assert instant(day, at, machine) == instant(day, at, named)
