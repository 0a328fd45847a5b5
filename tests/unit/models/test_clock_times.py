"""Clock times that a zone leaves out, or has twice, and the next occurrence of a time of day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import assume, given
from hypothesis import strategies as st

from digest.models.clock_times import WeeklyTime, instant, midnight

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import tzinfo

EVERY_DAY = frozenset(range(7))
SUNDAY = frozenset({6})
DAY, HOUR, MICROSECOND = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
#: The years in which zones are compared; the oldest zones began in 1840, the rules go on for ever.
FIRST, LAST = date(1850, 1, 1), date(2040, 1, 1)

#: A zone, the day, a time of that day, and the instant it means.
ODD_TIMES = [
    *(
        pytest.param(zone, day, at, instant, id=f"{zone} {at}, left out")
        for zone, day, at, instant in (
            ("Africa/Cairo", "2026-04-24", "00:30", "2026-04-23 22:30"),
            ("Asia/Beirut", "2026-03-29", "00:00", "2026-03-28 22:00"),
            ("America/Santiago", "2026-09-06", "00:30", "2026-09-06 04:30"),
            ("America/Havana", "2026-03-08", "00:59", "2026-03-08 05:59"),
            ("Atlantic/Azores", "2026-03-29", "00:30", "2026-03-29 01:30"),
            ("America/Asuncion", "2024-10-06", "00:15", "2024-10-06 04:15"),
            ("America/Sao_Paulo", "2018-11-04", "00:30", "2018-11-04 03:30"),
            ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29 01:30"),
            ("America/New_York", "2026-03-08", "02:30", "2026-03-08 07:30"),
            ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03 15:45"),
            ("America/Nuuk", "2026-03-28", "23:30", "2026-03-29 01:30"),
            ("Antarctica/Casey", "2020-10-04", "01:30", "2020-10-03 17:30"),
        )
    ),
    *(
        pytest.param(zone, day, at, instant, id=f"{zone} {at}, twice")
        for zone, day, at, instant in (
            ("America/Havana", "2026-11-01", "00:30", "2026-11-01 04:30"),
            ("Atlantic/Azores", "2026-10-25", "00:00", "2026-10-25 00:00"),
            ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25 00:30"),
            ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04 14:45"),
            ("Pacific/Kwajalein", "1969-09-30", "12:00", "1969-09-30 01:00"),
        )
    ),
]


def next_occurrence(
    moment: datetime, *, at: time, weekdays: Collection[int], zone: tzinfo
) -> datetime:
    """The first instant of a clock time on some weekdays, not before a moment."""
    return WeeklyTime(at=at, weekdays=weekdays, zone=zone).next(moment).at


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("zone", "day", "at", "found"), ODD_TIMES)
def test_a_time_left_out_has_the_offset_before_it_and_a_doubled_one_is_the_first(
    zone: str, day: str, at: str, found: str
) -> None:
    clock = time.fromisoformat(at)

    assert instant(date.fromisoformat(day), clock, ZoneInfo(zone)) == utc(found)
    assert instant(date.fromisoformat(day), clock.replace(fold=1), ZoneInfo(zone)) == utc(found)


@pytest.mark.parametrize(("zone", "day", "at", "found"), ODD_TIMES)
@pytest.mark.parametrize("minutes_before", [1500, 91, 61, 31, 1, 0])
def test_the_odd_day_has_its_occurrence_also_when_asked_shortly_before_it(
    zone: str, day: str, at: str, found: str, minutes_before: int
) -> None:
    moment = utc(found) - timedelta(minutes=minutes_before)
    weekday = {date.fromisoformat(day).weekday()}

    asked = next_occurrence(
        moment, at=time.fromisoformat(at), weekdays=weekday, zone=ZoneInfo(zone)
    )

    assert asked == utc(found)


@pytest.mark.parametrize(("zone", "day", "at", "found"), ODD_TIMES)
def test_after_its_occurrence_the_odd_day_has_none(
    zone: str, day: str, at: str, found: str
) -> None:
    clock, tomorrow = time.fromisoformat(at), date.fromisoformat(day) + DAY

    for wait in (MICROSECOND, HOUR / 4, HOUR / 2, HOUR, 23 * HOUR / 2):
        asked = next_occurrence(
            utc(found) + wait, at=clock, weekdays=EVERY_DAY, zone=ZoneInfo(zone)
        )
        assert asked == instant(tomorrow, clock, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "missing"),
    [
        ("Pacific/Apia", "2011-12-30"),
        ("Pacific/Fakaofo", "2011-12-30"),
        ("Pacific/Kwajalein", "1993-08-21"),
        ("Pacific/Kiritimati", "1994-12-31"),
        ("Asia/Manila", "1844-12-31"),
    ],
)
@pytest.mark.parametrize("at", ["00:00", "10:00", "23:59"])
def test_a_day_that_a_zone_left_out_has_no_occurrence(zone: str, missing: str, at: str) -> None:
    clock, place, day = time.fromisoformat(at), ZoneInfo(zone), date.fromisoformat(missing)
    before, after = (instant(day + step, clock, place) for step in (-DAY, DAY))

    def following(weekdays: frozenset[int]) -> datetime:
        return next_occurrence(before + MICROSECOND, at=clock, weekdays=weekdays, zone=place)

    assert following(EVERY_DAY) == after
    assert following(frozenset({day.weekday()})) == instant(day + 7 * DAY, clock, place)


def test_a_day_begins_at_its_first_instant() -> None:
    azores = ZoneInfo("Atlantic/Azores")

    assert midnight(date(2026, 3, 29), azores) == utc("2026-03-29 01:00")  # 00:00 is left out
    assert midnight(date(2026, 10, 25), azores) == utc("2026-10-25 00:00")  # and here it is twice
    assert midnight(date(2026, 2, 2)) == utc("2026-02-02 00:00")


@cache
def changes(name: str) -> list[datetime]:
    """The instants, to five days, at which a zone changed its offset."""
    zone = ZoneInfo(name)
    days = [utc(FIRST.isoformat()) + 5 * DAY * n for n in range((LAST - FIRST).days // 5)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    return [days[n] for n, offset in enumerate(offsets[1:]) if offset != offsets[n]]


ZONES = st.sampled_from(sorted(available_timezones()))
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1)


@st.composite
def near_a_change(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and a moment, most often near a change of its clocks."""
    name = draw(ZONES)
    known = changes(name) or [utc("2026-02-02")]
    moment = draw(st.sampled_from(known)) + timedelta(minutes=draw(st.integers(-3000, 8 * 1440)))
    return name, moment


@given(near_a_change(), TIMES, WEEKDAYS)
def test_every_chosen_day_of_every_zone_has_one_occurrence(
    place: tuple[str, datetime], at: time, weekdays: frozenset[int]
) -> None:
    """The days are counted by sampling the zone's clock, not by the code under test."""
    zone, start = ZoneInfo(place[0]), place[1]
    end = start + 30 * DAY
    seen = {(start + HOUR / 4 * n).astimezone(zone).date() for n in range(30 * 96)}
    whole = sorted(day for day in seen if day.weekday() in weekdays)
    expected = [found for day in whole if start <= (found := instant(day, at, zone)) < end]

    asked, found = start, []
    while (one := next_occurrence(asked, at=at, weekdays=weekdays, zone=zone)) < end:
        found.append(one)
        asked = one + MICROSECOND

    # A time left out at the very end of a day before the first falls into the first.
    assert [one for one in found if one in expected] == expected
    assert len(found) - len(expected) in (0, 1)
    assert found == sorted(set(found))


@given(near_a_change(), TIMES)
def test_an_occurrence_shows_its_time_on_the_clock_unless_the_zone_left_it_out(
    place: tuple[str, datetime], at: time
) -> None:
    zone, day = ZoneInfo(place[0]), place[1].date()
    found = instant(day, at, zone)
    shown = found.astimezone(zone)

    if (shown.date(), shown.time()) == (day, at):
        assert shown.fold == 0
        return
    # No instant shows it: look at every offset in force within a day and a half.
    around = [place[1] + HOUR * n for n in range(-60, 61)]
    offsets = {moment.astimezone(zone).utcoffset() or timedelta() for moment in around}
    wanted = datetime.combine(day, at)
    shows = {(wanted - offset).replace(tzinfo=UTC).astimezone(zone) for offset in offsets}
    assert wanted not in {one.replace(tzinfo=None) for one in shows}
    # The offset before the gap is the smaller one, and gives the later instant.
    assert found == max((wanted - offset).replace(tzinfo=UTC) for offset in offsets)


@given(ZONES, st.datetimes(datetime(2000, 1, 1), datetime(2036, 1, 1)), TIMES, WEEKDAYS)  # noqa: DTZ001
def test_where_no_clock_changes_the_next_occurrence_is_that_of_cron(
    name: str, moment: datetime, at: time, weekdays: frozenset[int]
) -> None:
    zone, start = ZoneInfo(name), moment.replace(tzinfo=UTC)
    offsets = {(start + DAY / 2 * n).astimezone(zone).utcoffset() for n in range(-4, 22)}
    assume(len(offsets) == 1)
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    cron = CronTrigger(
        day_of_week=",".join(names[day] for day in sorted(weekdays)),
        hour=at.hour,
        minute=at.minute,
        timezone=zone,
    )

    found = next_occurrence(start, at=at, weekdays=weekdays, zone=zone)

    assert found == cron.get_next_fire_time(None, start).astimezone(UTC)
