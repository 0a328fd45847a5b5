"""The coefficients of the prior, fitted and judged in time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.builders import paper

from digest.errors import ArchiveError
from digest.ranking.prior import Coefficients
from digest.ranking.training import (
    fit,
    rank_correlations,
    train,
    training_days,
)

if TYPE_CHECKING:
    from digest.models.paper import Paper

FIRST = date(2026, 1, 1)
BAD = Coefficients(authors_record=-1, words_record=0, author_count=-1, newness=0)


def archive(days: int, *, effect: float = 40.0, papers: int = 10) -> list[Paper]:
    """Days on which papers of many authors get more votes, by an effect for each author."""
    random = np.random.default_rng(7)
    return [
        paper(
            f"26{day // 28 + 1:02}.{day % 28:02}{number:03}",
            title=f"Paper {number}",
            day=FIRST + timedelta(days=day),
            authors=tuple(f"Ann {day} {number} {k}" for k in range(size)),
            votes=int(random.poisson(1 + effect * size)),
        )
        for day in range(days)
        for number, size in enumerate(random.integers(1, 9, papers))
    ]


def test_what_decides_the_votes_gets_the_coefficient() -> None:
    found = fit(training_days(archive(30)))

    assert found.author_count > 0.5
    assert abs(found.newness) < 0.3


def test_without_days_nothing_has_an_effect() -> None:
    assert fit([]) == Coefficients(authors_record=0, words_record=0, author_count=0, newness=0)


def test_no_day_is_judged_by_its_own_votes() -> None:
    papers = [
        paper(f"2601.0000{n}", votes=n, day=FIRST, authors=(f"Ann {n}",), title="Lamps")
        for n in range(9)
    ]
    (day,) = training_days(papers)

    assert not day.features[:, :2].any()


def test_the_training_is_kept_only_if_it_is_better_on_the_last_days() -> None:
    days = training_days(archive(40))

    better, worse = train(days, BAD), train(days, fit(days))

    assert better.is_better
    assert better.after.mean > 0.8 > better.before.mean
    assert not worse.is_better
    assert better.judged_days == 10
    assert better.days == 40
    assert better.papers == 400


def test_a_small_archive_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(ArchiveError, match=r"12 days .* of 30 .*; 18 more such") as refused:
        train(training_days(archive(12)), Coefficients())

    assert (refused.value.days, refused.value.needed) == (12, 30)


def test_small_days_are_not_judged() -> None:
    assert rank_correlations(training_days(archive(3, papers=7)), BAD) == []


def test_a_day_without_an_order_counts_as_nothing() -> None:
    alike = [paper(f"2601.0000{n}", votes=3, day=FIRST, title="Lamps") for n in range(9)]

    assert rank_correlations(training_days(alike), BAD) == [0.0]


def test_the_same_archive_gives_the_same_training() -> None:
    days = training_days(archive(30))

    assert train(days, BAD) == train(days, BAD)
