"""The votes of earlier papers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, paper

from digest.models.paper import Signals
from digest.storage.papers import PaperStore
from digest.storage.votes import VoteHistory

if TYPE_CHECKING:
    import sqlalchemy as sa

    from digest.models.paper import Paper

EVER, LATER = date(2020, 1, 1), DAY + timedelta(days=9)


@pytest.fixture
def votes(engine: sa.Engine) -> VoteHistory:
    return VoteHistory(engine)


@pytest.fixture
def store(engine: sa.Engine) -> PaperStore:
    return PaperStore(engine)


def save(store: PaperStore, *papers: Paper, source: str = "HF") -> None:
    store.save(papers, source=source, authority=lambda _field: 50)


def counted(votes: int | None, *, hours: int = 0, **details: object) -> Paper:
    return paper(
        authors=("Ada", "Bo"),
        signals=Signals(upvotes=votes),
        observed_at=NOON + timedelta(hours=hours),
        **details,
    )


def test_the_last_known_votes_count(store: PaperStore, votes: VoteHistory) -> None:
    for number, hours in ((3, 0), (9, 5), (None, 7)):
        save(store, counted(number, hours=hours))

    (found,) = votes.voted(since=EVER, before=LATER)

    assert (found.signals.upvotes, found.authors, found.day) == (9, ("Ada", "Bo"), DAY)
    assert found.observed_at == NOON + timedelta(hours=5)


def test_a_paper_without_votes_is_left_out(store: PaperStore, votes: VoteHistory) -> None:
    save(store, paper())

    assert votes.voted(since=EVER, before=LATER) == []


def test_the_day_is_that_of_the_source_that_counts(store: PaperStore, votes: VoteHistory) -> None:
    save(store, paper(day=DAY - timedelta(days=3)), source="arXiv")
    save(store, counted(3))

    (found,) = votes.voted(since=DAY, before=LATER)

    assert found.day == DAY


@pytest.mark.parametrize(
    ("since", "before", "number"),
    [(DAY, LATER, 1), (DAY + timedelta(days=1), LATER, 0), (EVER, DAY, 0)],
)
def test_only_the_days_that_are_asked_for(
    store: PaperStore, votes: VoteHistory, since: date, before: date, number: int
) -> None:
    save(store, counted(3))

    assert len(votes.voted(since=since, before=before)) == number


def test_withdrawn_papers_are_left_out(store: PaperStore, votes: VoteHistory) -> None:
    save(store, counted(3, withdrawn_on=DAY))

    assert votes.voted(since=EVER, before=LATER) == []


def test_two_sources_of_one_paper_are_one(store: PaperStore, votes: VoteHistory) -> None:
    save(store, counted(3))
    save(store, counted(8, hours=1), source="page")

    (found,) = votes.voted(since=EVER, before=LATER)

    assert found.signals.upvotes == 8


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOON - timedelta(hours=1), {}),
        (NOON, {"2602.00001": 3}),
        (NOON + timedelta(days=1), {"2602.00001": 9}),
    ],
)
def test_votes_are_known_as_they_were(
    store: PaperStore, votes: VoteHistory, at: datetime, expected: dict[str, int]
) -> None:
    save(store, counted(3))
    save(store, counted(9, hours=5))

    assert votes.at({"2602.00001": at, "2602.00002": at}) == expected


def test_the_reading_of_a_day_is_the_newest_that_counts_votes(
    store: PaperStore, votes: VoteHistory
) -> None:
    save(store, counted(3), counted(4, id="2602.00002", hours=2))
    save(store, counted(9, id="2602.00003", hours=50, day=DAY + timedelta(days=1)))

    assert votes.read_at(DAY) == NOON + timedelta(hours=2)
    assert votes.read_at(LATER) is None
