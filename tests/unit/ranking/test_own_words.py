"""Readers' own words: what one product finds is what a ranking for each reader would find."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, paper, subscriber

from digest.models.issue import Coverage, Edition, WordCounts
from digest.ranking import evidence, index, own_words
from digest.ranking.background import Background
from digest.ranking.own_words import OwnWords
from digest.ranking.rank import rank_by
from digest.ranking.relevance import Relevance
from digest.ranking.trend import trends
from subscribers.models import OWN, Preferences, own_topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.models.paper import Paper
    from digest.models.picks import Pick

COUNTS = WordCounts(papers=400, papers_with={"agent": 90, "robot": 7, "plan": 30})
NAMES = ("Ada Lovelace", "Émile Borel", "Institute of Maps")
ENTRIES = (
    "agent", "agents", "Robots", "multi-agent planning", "fine tuning", "agent AND NOT robot",
    "robot OR (sea AND map)", "how do robots plan at sea?", "NOT agent", "agent AND", "?",
    "whale", "map of robots", "maps",
)  # fmt: skip
EXCLUDED = ("robots", "multiagent", "fine-tuning", "sea", "nowhere", "!")


def lookup(of_the_day: Edition) -> OwnWords:
    return OwnWords(of_the_day, Relevance(of_the_day.papers, Background(counts=of_the_day.counts)))


def edition(papers: Sequence[Paper], *, trend_weight: float = 0.5) -> Edition:
    """A day with these papers, and what the days before it teach."""
    return Edition(
        coverage=Coverage(day=DAY, considered=len(papers)),
        papers=papers,
        topics={},
        ranked={},
        similar={},
        per_topic=5,
        max_papers=9,
        trend_weight=trend_weight,
        trends=trends(papers),
        counts=COUNTS,
    )


def plainly(of_the_day: Edition, choice: Preferences) -> list[Pick]:
    """A reader's picks by a ranking of their own."""
    relevance = Relevance(of_the_day.papers, Background(counts=of_the_day.counts))
    own = own_topic(subscriber(preferences=choice))
    if own is None:
        return []
    own = replace(own, words_out=choice.words_out)
    picks = rank_by(
        relevance, [own], trends=of_the_day.trends, trend_weight=of_the_day.trend_weight
    )[OWN]
    return [pick._replace(is_personal=True) for pick in picks]


def explained(found: OwnWords, choice: Preferences, picks: Sequence[Pick]) -> list[Pick]:
    """The picks with their reasons."""
    own = own_topic(subscriber(preferences=choice))
    assert own or not picks
    return [it._replace(reasons=found.reasons(own, it)) for it in picks if own]


texts = st.lists(
    st.sampled_from(
        ["Agents", "robot", "multi-agent", "multiagent", "plans", "planning", "the", "sea", "map",
         "fine-tuning", "fine", "tuning", "maps of robots", "NOT"]
    ), min_size=1, max_size=8,
).map(" ".join)  # fmt: skip


@st.composite
def days(draw: st.DrawFn) -> list[Paper]:
    """Papers of a few words in all places, with and without votes."""
    return [
        paper(
            str(number),
            title=draw(texts),
            abstract=draw(texts),
            keywords=tuple(draw(st.lists(texts, max_size=2))),
            tldr=draw(st.none() | texts),
            authors=tuple(draw(st.lists(st.sampled_from(NAMES[:2]), unique=True))),
            organization=draw(st.sampled_from([None, NAMES[2]])),
            votes=draw(st.none() | st.integers(0, 9)),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


def some_of(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of these, one of them perhaps twice."""
    return st.lists(st.sampled_from(values), max_size=4).map(tuple)


WORDS = [entry for entry in ENTRIES if any(map(str.isalnum, entry))]
choices = st.builds(
    lambda words, out, names: Preferences(words_in=words, words_out=out, authors=names),
    some_of(WORDS),
    some_of([word for word in EXCLUDED if word != "!"]),
    some_of(["ada lovelace", "Emile Borel", "institute of maps", "Nobody"]),
)


@given(days(), st.lists(choices, max_size=5), st.sampled_from([0.0, 0.3, 2.0]))
def test_readers_get_what_a_ranking_for_each_of_them_gives(
    papers: list[Paper], readers: list[Preferences], trend_weight: float
) -> None:
    of_the_day = edition(papers, trend_weight=trend_weight)
    found = lookup(of_the_day)

    picks = list(found.rank(readers))

    assert [explained(found, *one) for one in zip(readers, picks, strict=True)] == [
        plainly(of_the_day, choice) for choice in readers
    ]


@pytest.mark.parametrize("words", [1, 9, 50])
def test_many_words_of_one_reader_add_up_alike(words: int) -> None:
    nouns = [f"{letter}{other}ling" for letter in "bcdfghk" for other in "aeiouyw"][:words]
    of_the_day = edition([paper(str(n), title=" ".join(nouns[n::3])) for n in range(3)])
    choice = Preferences(words_in=tuple(nouns))

    [picks] = lookup(of_the_day).rank([choice])

    assert [it._replace(reasons=()) for it in plainly(of_the_day, choice)] == list(picks)


def test_a_block_of_readers_ends_where_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_words, "_BLOCK", 4)
    found = lookup(edition([paper("1", title="A robot"), paper("2", title="A whale")]))
    readers = [Preferences(words_in=(word,)) for word in ("robot", "whale", "robot", "x", "whale")]

    picks = found.rank(readers)

    assert [[it.paper.id for it in one] for one in picks] == [["1"], ["2"], ["1"], [], ["2"]]


def test_words_that_were_forgotten_are_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered does not grow with the readers, and no pick depends on it."""
    for module in (evidence, index):
        monkeypatch.setattr(module, "_REMEMBERED", 3)
    nouns = [f"{letter}ale" for letter in "bdghmprstvw"]
    of_the_day = edition([paper(noun, title=f"A {noun} of a {noun}") for noun in nouns])
    readers = [Preferences(words_in=(one,), words_out=(f"x{one}",)) for one in (*nouns, *nouns)]
    found = lookup(of_the_day)

    picks = [explained(found, *one) for one in zip(readers, found.rank(readers), strict=True)]

    assert [[it.paper.id for it in one] for one in picks] == [[one] for one in (*nouns, *nouns)]
    words = found._relevance.evidence
    caches = (words._strengths, words._excluded, words._idfs, words.index._found)
    assert max(cache.cache_info().currsize for cache in caches) == 3


@given(days(), choices, st.sampled_from(EXCLUDED))
def test_t17_muting_beats_boosting(papers: list[Paper], choice: Preferences, muted: str) -> None:
    """A word that is excluded keeps a paper out, whatever speaks for it."""
    muting = replace(choice, words_out=("sea",), words_in=(*choice.words_in, "sea"))
    found = lookup(edition(papers))

    [picks] = found.rank([muting])

    shown = {it.paper.id for it in picks}
    assert shown.isdisjoint(found.excluded(("sea",)))
    assert found.excluded((muted, "sea")) >= found.excluded(("sea",))
    has_sea = {
        it.id for it in papers if "sea" in str((it.title, it.abstract, it.keywords, it.tldr))
    }
    assert found.excluded(("sea",)) == has_sea


@pytest.mark.parametrize(
    ("word", "spelled"),
    [
        ("survey", "Surveys"),
        ("surveys", "survey"),
        ("multi-agent", "multiagent"),
        ("multi-agent", "multi agents"),
        ("multiagent", "Multi-Agents"),
        ("fine-tuning", "finetuning"),
        ("fine-tuning", "fine tuning"),
        ("finetuning", "fine-tuning"),
        ("fine tuning", "fine-tuning"),
        ("LLM", "LLMs"),
        ("naïve bayes", "Naive Bayes"),
        ("matrix", "matrices"),
    ],
)
@pytest.mark.parametrize("place", ["title", "abstract", "tldr", "keywords"])
def test_a_word_is_excluded_in_all_its_forms_and_places(
    word: str, spelled: str, place: str
) -> None:
    text: Any = f"On {spelled} again"
    details: dict[str, Any] = {place: (text,) if place == "keywords" else text}
    found = lookup(edition([paper("1", **details), paper("2")]))

    assert found.excluded((word,)) == {"1"}


@pytest.mark.parametrize(
    "title", ["A smart party", "Artificial cartilage", "Arty starts"], ids=["in", "begins", "ends"]
)
def test_no_part_of_a_word_is_excluded(title: str) -> None:
    assert not lookup(edition([paper("1", title=title)])).excluded(("art",))
