"""On which days sources have papers, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models.source import Forecast, Outlook
from digest.sources import calendars

LATE = datetime(2030, 1, 1, tzinfo=UTC)
HOLIDAYS = [
    date(2026, month, day)
    for month, day in (
        *((1, 1), (1, 19), (6, 19), (7, 3), (9, 7)),
        *((11, 26), (12, 25), (12, 29), (12, 31)),
    )
]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_t8_arxiv_announces_nothing_on_a_saturday() -> None:
    forecast = calendars.arxiv(date(2026, 2, 7), utc(2026, 2, 7, 12))

    assert forecast == Forecast(Outlook.NOTHING, "arXiv announces nothing on Saturdays")


@pytest.mark.parametrize("day", HOLIDAYS, ids=str)
def test_t8_arxiv_announces_nothing_on_its_holidays(day: date) -> None:
    forecast = calendars.arxiv(day, LATE)

    assert forecast.outlook is Outlook.NOTHING
    assert f"{day.day} {day:%B}" in forecast.reason


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        pytest.param(date(2026, 9, 8), "Monday 7 September", id="Labor Day"),
        pytest.param(date(2026, 6, 22), "Friday 19 June", id="over a weekend"),
        pytest.param(date(2026, 11, 27), "Thursday 26 November", id="Thanksgiving"),
    ],
)
def test_t8_the_announcement_of_a_holidays_evening_is_missing_on_the_next_working_day(
    day: date, holiday: str
) -> None:
    forecast = calendars.arxiv(day, LATE)

    reason = f"arXiv put off the announcement of {holiday}, a holiday"
    assert forecast == Forecast(Outlook.NOTHING, reason)


@pytest.mark.parametrize(
    "day", [date(2026, 2, 16), date(2026, 5, 25), date(2026, 9, 9), date(2026, 6, 23)], ids=str
)
def test_on_other_working_days_papers_are_due(day: date) -> None:
    assert calendars.arxiv(day, LATE) == Forecast(Outlook.DUE)


@pytest.mark.parametrize(
    ("day", "first_minute", "clock"),
    [
        pytest.param(date(2026, 2, 10), utc(2026, 2, 10, 5, 30), "05:30", id="winter"),
        pytest.param(date(2026, 8, 11), utc(2026, 8, 11, 4, 30), "04:30", id="summer"),
        pytest.param(date(2026, 3, 9), utc(2026, 3, 9, 4, 30), "04:30", id="after the change"),
    ],
)
def test_t8_the_feed_is_early_until_half_an_hour_after_midnight_in_the_us_east(
    day: date, first_minute: datetime, clock: str
) -> None:
    early = calendars.arxiv(day, first_minute - timedelta(seconds=1))
    due = calendars.arxiv(day, first_minute)

    reason = f"arXiv's announcement of {day:%A} {day.day} {day:%B} is out by {clock} UTC"
    assert early == Forecast(Outlook.EARLY, reason)
    assert due == Forecast(Outlook.DUE)


@pytest.mark.parametrize(
    ("day", "now", "outlook"),
    [
        pytest.param(date(2026, 2, 7), LATE, Outlook.LITTLE, id="Saturday"),
        pytest.param(date(2026, 2, 8), LATE, Outlook.LITTLE, id="Sunday"),
        pytest.param(date(2026, 7, 3), LATE, Outlook.LITTLE, id="holiday"),
        pytest.param(date(2026, 12, 29), LATE, Outlook.DUE, id="a holiday of arXiv alone"),
        pytest.param(date(2026, 2, 10), utc(2026, 2, 10, 0, 40), Outlook.EARLY, id="first hour"),
        pytest.param(date(2026, 2, 10), utc(2026, 2, 10, 5, 59), Outlook.EARLY, id="before six"),
        pytest.param(date(2026, 2, 10), utc(2026, 2, 10, 6), Outlook.DUE, id="six"),
    ],
)
def test_t8_hugging_face_has_quiet_days_and_a_slow_morning(
    day: date, now: datetime, outlook: Outlook
) -> None:
    assert calendars.huggingface(day, now).outlook is outlook


@given(day=st.dates(), now=st.datetimes(timezones=st.just(UTC)))
def test_there_is_a_forecast_for_every_day_and_a_reason_unless_papers_are_due(
    day: date, now: datetime
) -> None:
    for forecast in (calendars.arxiv(day, now), calendars.huggingface(day, now)):
        assert (forecast.outlook is Outlook.DUE) == (forecast.reason == "")


@given(day=st.dates().filter(lambda day: day.weekday() >= 5), now=st.datetimes())
def test_papers_are_never_due_at_the_weekend(day: date, now: datetime) -> None:
    forecast = calendars.arxiv(day, now.replace(tzinfo=UTC))

    assert forecast.outlook is Outlook.NOTHING


@pytest.mark.parametrize(
    ("submitted", "listed"),
    [
        # 14:00 Eastern is 19:00 UTC in winter and 18:00 UTC in summer.
        pytest.param(utc(2026, 2, 9, 18, 59), date(2026, 2, 10), id="Monday, in time"),
        pytest.param(utc(2026, 2, 9, 19, 0), date(2026, 2, 11), id="Monday, too late"),
        pytest.param(utc(2026, 8, 10, 17, 59), date(2026, 8, 11), id="in summer, in time"),
        pytest.param(utc(2026, 8, 10, 18, 0), date(2026, 8, 12), id="in summer, too late"),
        pytest.param(utc(2026, 2, 5, 20, 0), date(2026, 2, 9), id="Thursday evening: Monday"),
        pytest.param(utc(2026, 2, 6, 18, 0), date(2026, 2, 9), id="Friday, in time: Monday"),
        pytest.param(utc(2026, 2, 6, 20, 0), date(2026, 2, 10), id="Friday evening: Tuesday"),
        pytest.param(utc(2026, 2, 8, 3, 0), date(2026, 2, 10), id="weekend: Tuesday"),
        pytest.param(utc(2026, 9, 4, 17, 0), date(2026, 9, 7), id="listed on a holiday"),
        pytest.param(utc(2026, 9, 7, 15, 0), date(2026, 9, 9), id="submitted on a holiday"),
        pytest.param(utc(2026, 6, 19, 15, 0), date(2026, 6, 23), id="holiday on a Friday"),
    ],
)
def test_a_submission_is_listed_after_the_next_deadline_of_a_working_day(
    submitted: datetime, listed: date
) -> None:
    assert calendars.listing_day(submitted) == listed


@given(st.datetimes(datetime(1991, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_listing_is_of_a_weekday_after_the_submission_and_never_goes_back(
    submitted: datetime,
) -> None:
    listed = calendars.listing_day(submitted)
    later = calendars.listing_day(submitted + timedelta(hours=1))

    assert listed.weekday() < 5
    assert calendars.eastern_day(submitted) < listed <= later
    assert calendars.arxiv(listed, LATE).reason.startswith("arXiv put off") is False
