"""The days of the store, and the votes that were known on each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON, ids, paper

from digest.models.paper import Signals
from digest.sources import get_kind
from digest.storage.papers import PaperStore
from digest.storage.past_days import PastDays

if TYPE_CHECKING:
    import sqlalchemy as sa

MONDAY, TUESDAY, FRIDAY = date(2026, 2, 2), date(2026, 2, 3), date(2026, 2, 6)
MIDNIGHT = NOON + timedelta(hours=12)


@pytest.fixture
def store(engine: sa.Engine) -> PaperStore:
    return PaperStore(engine)


def save(store: PaperStore, at: datetime = NOON, *, source: str = "hf", **known: int) -> None:
    """Save a reading of Monday's paper."""
    seen = paper("1", signals=Signals(**known), observed_at=at)
    store.save([seen], source=source, authority=get_kind("huggingface").authority)


def first_read(engine: sa.Engine, store: PaperStore) -> Signals:
    """Monday's paper as it was first read before Tuesday began."""
    (found,) = PastDays(engine).as_first_read(store.papers(MONDAY), before=MIDNIGHT)
    assert (found.observed_at is None) == (found.signals == Signals())
    return found.signals


def test_days_are_those_with_papers(engine: sa.Engine, store: PaperStore) -> None:
    for number, day in enumerate((FRIDAY, MONDAY, TUESDAY, TUESDAY)):
        authority = get_kind("jsonl").authority
        store.save([paper(str(number), day=day)], source="hf", authority=authority)
    days = PastDays(engine)

    assert days.between(MONDAY, date(2026, 2, 5)) == [MONDAY, TUESDAY]
    assert days.newest(2, until=FRIDAY) == [FRIDAY, TUESDAY]
    assert days.newest(9, until=TUESDAY) == [TUESDAY, MONDAY]
    assert days.bounds() == (MONDAY, FRIDAY)


def test_an_empty_store_has_no_days(engine: sa.Engine) -> None:
    assert PastDays(engine).bounds() is None
    assert PastDays(engine).newest(3, until=FRIDAY) == []


def test_the_first_reading_of_the_day_counts(engine: sa.Engine, store: PaperStore) -> None:
    save(store, upvotes=3)
    save(store, NOON + timedelta(hours=4), upvotes=8)
    save(store, NOON + timedelta(days=9), upvotes=90)

    assert first_read(engine, store) == Signals(upvotes=3)
    (now,) = store.papers(MONDAY)
    assert now.signals.upvotes == 90


def test_readings_after_the_day_were_not_known_on_it(engine: sa.Engine, store: PaperStore) -> None:
    save(store, MIDNIGHT, upvotes=90)

    assert first_read(engine, store) == Signals()


def test_each_source_has_its_own_first_reading(engine: sa.Engine, store: PaperStore) -> None:
    save(store, upvotes=3)
    save(store, NOON + timedelta(hours=1), source="github", stars=50)
    save(store, NOON + timedelta(hours=2), source="github", stars=70)

    assert first_read(engine, store) == Signals(upvotes=3, stars=50)


def test_papers_keep_their_order_and_the_rest(engine: sa.Engine, store: PaperStore) -> None:
    papers = [paper("2", title="Two"), paper("1", title="One")]

    found = PastDays(engine).as_first_read(papers, before=MIDNIGHT)

    assert ids(found) == ["2", "1"]
    assert found[0].title == "Two"
