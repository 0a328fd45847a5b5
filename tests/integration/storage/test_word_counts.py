"""Word counts as they are stored: only those of the newest day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from digest.models.issue import WordCounts
from digest.storage.word_counts import WordCountsStore

if TYPE_CHECKING:
    import sqlalchemy as sa

COUNTS = WordCounts(
    papers=900, papers_with={"graph": 40, "graph network": 7}, means={"graph": 0.1 + 0.2}
)


def test_without_an_edition_nothing_is_counted(engine: sa.Engine) -> None:
    store = WordCountsStore(engine)

    assert store.newest() == WordCounts()
    assert store.day() is None


def test_the_counts_of_the_newest_day_stay(engine: sa.Engine) -> None:
    store = WordCountsStore(engine)
    for day, counts in ((4, WordCounts()), (5, COUNTS), (3, WordCounts(papers=1))):
        store.save(date(2026, 2, day), counts)

    assert store.newest() == COUNTS
    assert store.day() == date(2026, 2, 5)
