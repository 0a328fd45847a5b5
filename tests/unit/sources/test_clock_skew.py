"""No time from outside is later than now."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON, paper

from digest.models.paper import Signals
from digest.models.source import Batch
from digest.sources.clock_skew import ahead_by, without_future

TIMES = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds the zone)
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2099, 1, 1))


@given(
    published_at=TIMES,
    featured_at=TIMES,
    observed_at=TIMES,
    withdrawn_on=DAYS,
    is_update=st.booleans(),
)
def test_times_of_the_past_stay_and_others_are_now(
    *,
    published_at: datetime | None,
    featured_at: datetime | None,
    observed_at: datetime | None,
    withdrawn_on: date | None,
    is_update: bool,
) -> None:
    given_ = paper(
        published_at=published_at,
        featured_at=featured_at,
        observed_at=observed_at,
        withdrawn_on=withdrawn_on,
        signals=Signals(upvotes=1),
    )
    batch = Batch(updates=(given_,)) if is_update else Batch(papers=(given_,))

    joined = without_future(batch, day=DAY, now=NOON)

    (found,) = (*joined.papers, *joined.updates)
    for name in ("published_at", "featured_at", "observed_at"):
        before, after = getattr(given_, name), getattr(found, name)
        assert after == (before and min(before, NOON))
    assert found.withdrawn_on == (withdrawn_on and min(withdrawn_on, DAY))
    assert (found.day, found.signals) == (given_.day, given_.signals)


def test_a_day_that_has_begun_somewhere_may_be_the_day_of_a_withdrawal() -> None:
    tomorrow = DAY + timedelta(days=1)
    batch = Batch(updates=(paper(withdrawn_on=tomorrow),))

    assert without_future(batch, day=tomorrow, now=NOON) == batch


@given(st.timedeltas(-timedelta(days=900), timedelta(days=900)))
def test_our_clock_is_ahead_of_a_server_s_by_its_date(ahead: timedelta) -> None:
    header = format_datetime(NOON, usegmt=True)

    assert ahead_by(header, now=NOON + ahead) == ahead


@pytest.mark.parametrize("header", [None, "", "yesterday", "Mon, 99 Feb 2026 12:00:00 GMT"])
def test_a_date_that_says_nothing_compares_with_nothing(header: str | None) -> None:
    assert ahead_by(header, now=NOON) is None
