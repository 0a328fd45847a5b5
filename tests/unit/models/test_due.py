"""Turns: each local day that is wanted has one, in order, whatever a zone does to its clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.year import ZONES

from digest.models.clock_times import midnight
from digest.models.due import SiteHours, Turn, TurnClock, filed
from subscribers.models import WEEK
from subscribers.schedules import ANY_TIME, Wish

SITE = SiteHours(at=time(18), weekdays=frozenset(range(5)), zone=ZoneInfo("Europe/Berlin"))
ANY_RUN = replace(SITE, at=None)
#: A Monday.
DAY = date(2026, 2, 2)
NOON = datetime(2026, 2, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

#: Zones that left out a day, beside those of the year.
zones = st.sampled_from([*ZONES, "Pacific/Apia", "Pacific/Kwajalein", "America/Asuncion"])
wishes = st.builds(
    Wish,
    days=st.sets(st.sampled_from(WEEK), min_size=1).map(
        lambda days: " ".join(day for day in WEEK if day in days)
    ),
    hour=st.integers(0, 23),
    timezone=zones,
)
moments = st.integers(0, 47 * 365 * 24 * 60).map(
    lambda minutes: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def clock(site: SiteHours = SITE) -> TurnClock:
    return TurnClock(site=site, zone=ZoneInfo)


def turn_of(wish: Wish, now: datetime, *, by: TurnClock | None = None) -> Turn:
    """The turn that is open at a time for the readers of one wish."""
    (turn,) = (by or clock()).open_turns({1: wish}, now=now, site_day=DAY)
    return turn


@given(wish=wishes, start=moments, steps=st.lists(st.integers(0, 40), max_size=30))
def test_the_local_day_of_a_turn_never_goes_back(
    wish: Wish, start: datetime, steps: list[int]
) -> None:
    found, now, one_clock = [], start, clock()
    for hours in steps:
        now += hours * HOUR
        found.append(turn_of(wish, now, by=one_clock).local_day)

    assert found == sorted(found)


@given(wish=wishes, start=moments)
def test_each_local_day_that_is_wanted_has_one_turn_and_others_have_none(
    wish: Wish, start: datetime
) -> None:
    zone, one_clock = ZoneInfo(wish.timezone), clock()
    quarters = [start + number * HOUR / 4 for number in range(4 * 24 * 10)]
    found = [turn_of(wish, now, by=one_clock).local_day for now in quarters]

    begun = list(dict.fromkeys(found))
    lived = dict.fromkeys(now.astimezone(zone).date() for now in quarters)
    # The turns of the first and the last day may begin before, or after.
    wanted = [day for day in lived if WEEK[day.weekday()] in wish.days.split()]
    assert begun == sorted(set(found)), "none comes twice"
    assert all(WEEK[day.weekday()] in wish.days.split() for day in begun)
    whole = [day for day in wanted if midnight(day + timedelta(days=1), zone) <= quarters[-1]]
    first = start.astimezone(zone).date()
    assert [day for day in begun if day > first and day in whole] == [
        day for day in whole if day > first
    ]


@given(wish=wishes, now=moments)
def test_a_turn_begins_at_the_hour_and_ends_for_newcomers_with_its_day(
    wish: Wish, now: datetime
) -> None:
    turn, zone = turn_of(wish, now), ZoneInfo(wish.timezone)
    begins = datetime.combine(turn.local_day, time(wish.hour or 0), zone).astimezone(UTC)

    assert begins <= now
    assert turn_of(wish, begins) == turn
    assert turn_of(wish, begins - timedelta(microseconds=1)).local_day < turn.local_day
    assert turn.ends_at.astimezone(zone).date() > turn.local_day
    assert (turn.ends_at - timedelta(microseconds=1)).astimezone(zone).date() == turn.local_day
    assert (turn.day, turn.is_site) == (turn.local_day, False)


@given(
    some=st.dictionaries(st.integers(1, 9), wishes, min_size=1, max_size=5),
    times=st.lists(moments, min_size=1, max_size=3),
    steps=st.lists(st.integers(-30, 30), max_size=12),
)
def test_what_is_remembered_changes_nothing(
    some: dict[int, Wish], times: list[datetime], steps: list[int]
) -> None:
    """Also if the clock is put back."""
    remembers = clock()
    for start in times:
        now = start
        for hours in [0, *steps]:
            now += hours * HOUR
            found = remembers.open_turns(some, now=now, site_day=DAY)
            assert found == clock().open_turns(some, now=now, site_day=DAY)


def test_a_wish_under_an_id_that_another_had_is_not_taken_for_it() -> None:
    remembers = clock()
    berlin, tokyo = Wish("mon", 8, "Europe/Berlin"), Wish("tue", 8, "Asia/Tokyo")

    turn_of(berlin, NOON, by=remembers)

    assert turn_of(tokyo, NOON, by=remembers) == turn_of(tokyo, NOON)


@pytest.mark.parametrize(
    ("now", "local_day"),
    [
        (datetime(2026, 2, 2, 16, 59, tzinfo=UTC), date(2026, 1, 30)),
        (datetime(2026, 2, 2, 17, tzinfo=UTC), DAY),
    ],
)
def test_who_chose_no_hour_has_the_turn_of_the_site_and_the_day_of_its_run(
    now: datetime, local_day: date
) -> None:
    turn = turn_of(ANY_TIME, now)

    assert (turn.local_day, turn.day, turn.is_site) == (local_day, DAY, True)
    assert turn.ends_at == midnight(local_day + timedelta(days=1), SITE.zone)


def test_where_any_run_will_do_each_day_of_the_site_is_a_turn() -> None:
    late = datetime(2026, 2, 2, 23, 30, tzinfo=UTC)

    assert turn_of(ANY_TIME, late, by=clock(ANY_RUN)).local_day == date(2026, 2, 3)


def test_the_times_of_the_site_need_an_hour() -> None:
    with pytest.raises(ValueError, match="any run serves these readers"):
        clock(ANY_RUN).times_of(ANY_TIME)
    assert clock().times_of(ANY_TIME) == SITE.times
    assert clock(ANY_RUN).times_of(Wish("mon", 8, "UTC")).at == time(8)


def test_a_turn_whose_day_may_not_be_mailed_any_more_is_filed_under_the_readers_today() -> None:
    turn = turn_of(Wish("mon", 8, "Asia/Tokyo"), NOON)
    late = datetime(2026, 2, 4, 20, tzinfo=UTC)

    assert filed(turn, now=NOON, oldest=DAY) == turn
    moved = filed(turn, now=late, oldest=date(2026, 2, 3))
    assert moved == replace(turn, day=date(2026, 2, 5)), "it is the 5th in Tokyo by then"


def test_the_day_of_the_sites_run_stays_as_it_is() -> None:
    turn = turn_of(ANY_TIME, NOON)

    assert filed(turn, now=NOON, oldest=date(2027, 1, 1)) == turn
