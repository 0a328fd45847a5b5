"""Signals with a time in the future, which a wrong clock has stored, freeze nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.builders import NOON, paper
from support.examples import share

from digest.models.paper import Signals
from digest.sources import get_kind
from digest.storage.papers import PaperStore
from digest.storage.schema import signals

if TYPE_CHECKING:
    import sqlalchemy as sa

AHEAD = datetime(2099, 1, 1, tzinfo=NOON.tzinfo)
LATER = NOON + timedelta(hours=6)


@pytest.fixture
def store(engine: sa.Engine) -> PaperStore:
    return PaperStore(engine)


def save(
    store: PaperStore,
    at: datetime,
    *,
    source: str = "hf",
    now: datetime | None = None,
    **known: int,
) -> None:
    """Save the signals of a paper; without `now` as a version did that knew no future."""
    seen = paper("1", signals=Signals(**known), observed_at=at)
    authority = get_kind("huggingface").authority
    store.save([seen], source=source, authority=authority, now=now)


def current(store: PaperStore) -> Signals:
    found = store.paper("1")
    assert found is not None
    return found.signals


@pytest.mark.parametrize("votes", [5, 7])
@pytest.mark.parametrize("source", ["hf", "file"])
def test_a_stored_time_in_the_future_is_overcome_by_the_next_reading(
    store: PaperStore, source: str, votes: int
) -> None:
    save(store, NOON, upvotes=5)
    save(store, AHEAD, source=source, upvotes=900)

    save(store, LATER, now=LATER, upvotes=votes)

    assert current(store).upvotes == votes
    assert all(one.at <= LATER for one in store.observations("1"))


def test_what_another_source_read_ahead_still_fills_in_what_is_unknown(store: PaperStore) -> None:
    save(store, AHEAD, source="file", upvotes=900, stars=3)
    save(store, AHEAD + timedelta(days=1), source="file", upvotes=901, stars=4)

    save(store, LATER, now=LATER, upvotes=7)

    assert current(store) == Signals(upvotes=7, stars=4)


def test_signals_of_the_past_stay_as_they_are(store: PaperStore) -> None:
    save(store, NOON, now=NOON, upvotes=5)
    save(store, LATER, now=LATER, upvotes=6)

    save(store, NOON + timedelta(hours=1), now=LATER, upvotes=1)

    assert current(store).upvotes == 6
    assert len(store.observations("1")) == 3


def test_a_file_of_an_earlier_time_may_be_read_again(store: PaperStore) -> None:
    save(store, NOON, upvotes=5)
    save(store, LATER, upvotes=6)

    save(store, NOON, now=LATER, upvotes=5)

    assert current(store).upvotes == 6


READINGS = st.tuples(
    st.sampled_from(["hf", "file"]), st.integers(0, 9), st.integers(-5, 5).filter(bool)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=share(25))
@given(st.lists(READINGS, max_size=6), st.integers(0, 9))
def test_whatever_was_stored_the_votes_that_are_read_now_count(
    engine: sa.Engine, before: list[tuple[str, int, int]], votes: int
) -> None:
    with engine.begin() as db:
        db.execute(signals.delete())
    store = PaperStore(engine)
    for source, number, hours in before:
        save(store, NOON + timedelta(hours=hours), source=source, upvotes=number)

    save(store, NOON, now=NOON, upvotes=votes)

    assert current(store).upvotes == votes
    assert all(one.at <= NOON for one in store.observations("1"))
