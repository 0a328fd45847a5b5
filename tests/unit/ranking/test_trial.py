"""What a topic would have brought, and why the next papers are not shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from support.builders import DAY, ids, paper, topic

from digest.models.issue import Coverage, Quotas
from digest.ranking.background import Background
from digest.ranking.edition import make_edition
from digest.ranking.relevance import Relevance
from digest.ranking.trend import trends
from digest.ranking.trial import TrialDay, notes, try_topic

if TYPE_CHECKING:
    from digest.models.paper import Paper


def tried(*papers: Paper, per_topic: int = 2, **of_topic: Any) -> TrialDay:
    """Try the topic of agents on papers that come without any past."""
    chosen, background = topic("agents", **of_topic), Background()
    edition = make_edition(
        papers,
        [chosen],
        background=background,
        trends=trends(papers),
        quotas=Quotas(per_topic=per_topic, max_papers=20, trend_weight=0.3),
        coverage=Coverage(day=DAY, considered=len(papers)),
    )
    return try_topic(edition, chosen, Relevance(papers, background))


PLANS = paper("1", title="An agent plans", abstract="Agents plan. The agent plans again.")
SAILS = paper("2", title="An agent sails", abstract="Over seas that nobody knows.")
PASSING = paper("3", title="Snow falls", abstract="An agent saw it, among many other things there.")
ELSE = paper("4", title="Towels", abstract="They dry well.")


def test_picks_are_what_a_reader_of_the_topic_alone_gets() -> None:
    found = tried(PLANS, SAILS, PASSING, ELSE)

    assert (found.day, found.considered) == (DAY, 4)
    assert set(ids(found.picks)) == {"1", "2"}
    assert all(pick.reasons for pick in found.picks)


def test_a_full_list_says_how_far_the_next_paper_was() -> None:
    found = tried(PLANS, SAILS, per_topic=1)

    ((shown,), (missed,)) = found.picks, found.missed
    assert {shown.paper.id, missed.paper.id} == {"1", "2"}
    assert missed.why.startswith(f"the list is full, its last paper scores {shown.score:.2f}")


def test_words_that_are_only_in_the_abstract_are_said() -> None:
    missed = {miss.paper.id: miss.why for miss in tried(PLANS, SAILS, PASSING, ELSE).missed}

    assert missed["3"].startswith("has the words only in the abstract: ")
    assert missed["4"] == "has none of the words: too little to be about the topic"


def test_a_near_duplicate_names_the_paper_it_stands_behind() -> None:
    twin = paper("9", title="An agent plans", abstract=PLANS.abstract)

    (missed,) = tried(PLANS, twin).missed

    assert missed.why == "nearly the same as “An agent plans”"


def test_an_excluded_word_is_the_reason() -> None:
    (missed,) = tried(PLANS, SAILS, words_out=("sea",)).missed

    assert (missed.paper.id, missed.why) == ("2", "has an excluded word")


def test_three_are_named_at_most_and_none_of_a_day_without_papers() -> None:
    many = [paper(str(number), title=f"Towel {number}") for number in range(9)]

    assert len(tried(*many).missed) == 3
    assert (tried().picks, tried().missed) == ((), [])


def test_a_topic_without_words_says_nothing_of_words() -> None:
    of_topic: dict[str, Any] = {"words_in": (), "words_out": ("sea",), "categories": ("cs.RO",)}
    papers = [replace(paper_, categories=("cs.RO",)) for paper_ in (PLANS, SAILS, PASSING)]

    found = tried(*papers, ELSE, per_topic=1, **of_topic)
    trending = tried(*papers, ELSE, per_topic=1, words_in=(), trending=True)

    full, out = (miss.why for miss in found.missed)
    assert full.startswith("the list is full")
    assert out == "has an excluded word"
    assert all(miss.why.startswith("the list is full") for miss in trending.missed)


def test_what_can_bring_nothing_is_named() -> None:
    named = {"categories": ("cs.RO", "cs.AI"), "authors": ("Ann Lamp", "ANN, Bob"), "words_in": ()}
    known = [replace(PLANS, categories=("cs.AI",), authors=("Bob Ann",), organization="Ann Bob")]

    assert notes(topic(words_in=("the of", "agent")), [PLANS]) == [
        "“the of” has only words such as “the” and “paper”, which hardly tell papers apart"
    ]
    assert notes(topic(**named), known) == [
        "no paper of these days has the category cs.RO",
        "no paper of these days has an author or an institution named Ann Lamp",
    ]
    assert notes(topic(words_in=(), categories=("cs.RO",)), [ELSE]) == [
        "no paper of these days has categories"
    ]
    assert notes(topic("agents"), [PLANS]) == []
