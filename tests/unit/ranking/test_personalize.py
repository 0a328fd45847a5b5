"""An edition adapted to one subscriber."""

from __future__ import annotations

from typing import Any

import pytest
from support.builders import DAY, covered, ids, paper, subscriber, topic

from digest.models.issue import NOTHING_SEEN, Coverage, Edition, Issue
from digest.ranking.compose import compose
from digest.ranking.personalize import personalize
from digest.ranking.rank import rank
from subscribers.models import Preferences

PAPERS = [
    paper("1", title="Agents that plan", votes=9),
    paper("2", title="Agents: a survey", votes=5),
    paper("3", title="Sorting with whales", authors=("Ada Lovelace",), votes=1),
    *(paper(f"other {n}", title="Napkins", abstract="They fold.") for n in range(40)),
]


def shown(**preferences: Any) -> list[tuple[str, list[str]]]:
    """The sections of the issue of a subscriber to agents with these preferences."""
    topics = [topic()]
    edition = Edition(
        coverage=Coverage(day=DAY, sources=(covered("list", 3),), considered=3),
        papers=PAPERS,
        topics={found.slug: found for found in topics},
        ranked=rank(PAPERS, topics, trend_weight=1.0),
        similar={},
        per_topic=5,
        max_papers=9,
        trend_weight=1.0,
    )
    personal, wanted = personalize(edition, subscriber(preferences=Preferences(**preferences)))
    found = compose(personal, wanted, seen=NOTHING_SEEN)
    assert isinstance(found, Issue)
    return [(section.name, ids(section)) for section in found.sections]


def test_without_preferences_nothing_changes() -> None:
    assert shown() == [("Agents", ["1", "2"])]


@pytest.mark.parametrize(
    "own",
    [{"words_in": ("whale",)}, {"authors": ("ada lovelace",)}],
    ids=["a word", "an author"],
)
def test_words_and_authors_of_ones_own_make_a_section_that_comes_first(own: Any) -> None:
    assert shown(**own) == [("Your own words", ["3"]), ("Agents", ["1", "2"])]


def test_words_out_keep_papers_out_of_every_topic() -> None:
    assert shown(words_out=("surveys",), words_in=("survey",)) == [("Agents", ["1"])]


def test_a_subscriber_can_have_fewer_papers_but_not_more_than_the_site_gives() -> None:
    assert shown(papers=1) == [("Agents", ["1"])]
    assert shown(papers=50) == shown()
