"""What holds from a day's papers to a reader's sections: ranking, diversity and selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, ids, paper, subscriber, topic

from digest.models.issue import Coverage, Edition, Issue
from digest.ranking.diversity import diversify
from digest.ranking.near_duplicates import near_duplicates
from digest.ranking.personalize import Personalizer, Reader
from digest.ranking.rank import rank
from digest.ranking.tfidf import Vectors
from subscribers.models import Preferences

if TYPE_CHECKING:
    from digest.models.paper import Paper

TOPICS = [
    topic("agents"),
    topic("robots", words_in=("robot", "robot arm")),
    topic("trending", words_in=(), trending=True),
]
#: Words that no topic has, a different one for each paper, so that no two are nearly the same.
SETTINGS = ("kitchen", "harbour", "orchard", "library", "quarry", "bakery", "theatre", "meadow")


def sections(papers: list[Paper], **preferences: Any) -> dict[str, list[str]]:
    """The sections of a reader of all topics."""
    vectors = Vectors.of(papers)
    ranked = rank(papers, TOPICS, trend_weight=0.3)
    edition = Edition(
        coverage=Coverage(day=DAY, considered=len(papers)),
        papers=papers,
        topics={it.slug: it for it in TOPICS},
        ranked=diversify(ranked, vectors, last=["trending"]),
        similar=near_duplicates(papers, vectors),
        per_topic=2,
        max_papers=5,
        trend_weight=0.3,
    )
    reader = subscriber(
        topics=tuple(it.slug for it in TOPICS), preferences=Preferences(**preferences)
    )
    [found] = Personalizer(edition).compose([Reader(reader)])
    return {it.slug: ids(it) for it in found.sections} if isinstance(found, Issue) else {}


@st.composite
def days(draw: st.DrawFn) -> list[Paper]:
    """Papers of some topics, with few different numbers of votes."""
    found = []
    for number in range(draw(st.integers(1, len(SETTINGS)))):
        about = draw(st.sampled_from(("Agents", "A robot arm", "Agents and robots", "Whales")))
        text = " ".join(f"{SETTINGS[number]}{letter}" for letter in "abcdefghij")
        votes = draw(st.none() | st.sampled_from((0, 3, 3, 40)))
        title = f"{about} in a {SETTINGS[number]}"
        found.append(paper(f"2602.{number:05}", title=title, abstract=text, votes=votes))
    return found


@given(days(), st.randoms())
def test_t14_the_same_papers_in_another_order_give_the_same_sections(
    papers: list[Paper], random: Any
) -> None:
    shuffled = random.sample(papers, len(papers))

    assert sections(shuffled) == sections(papers)


@given(days(), st.data())
def test_more_votes_never_remove_a_paper_nor_lower_it_in_its_section(
    papers: list[Paper], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(papers) - 1))
    voted = paper(
        papers[place].id, title=papers[place].title, abstract=papers[place].abstract, votes=500
    )
    before, after = sections(papers), sections([*papers[:place], voted, *papers[place + 1 :]])

    for slug, shown in before.items():
        if voted.id in shown:
            (now,) = [it for it in after if voted.id in after[it]]
            assert now != slug or after[slug].index(voted.id) <= shown.index(voted.id)


@given(days(), st.sampled_from(("robot", "robots", "agent", "whale")))
def test_t17_nobody_gets_a_paper_that_holds_an_excluded_word(
    papers: list[Paper], word: str
) -> None:
    shown = sections(papers, words_out=(word,), words_in=(word, "kitchen"))

    titles = {it.id: it.title.lower() for it in papers}
    for section in shown.values():
        assert not any(word.rstrip("s") in titles[paper_id] for paper_id in section)
