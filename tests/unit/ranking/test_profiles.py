"""What feedback teaches: interests of weighted terms, with words that people can read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON, paper
from support.fields import COUNTS, FIELDS, feedback, learn, of_field, vectors_of

from digest.models.feedback import Feedback, Verdict
from digest.models.issue import WordCounts
from digest.models.profile import Profile
from digest.ranking.affinity import learned_counts
from digest.ranking.index import PaperIndex
from digest.ranking.profiles import MOST_TERMS

if TYPE_CHECKING:
    from collections.abc import Sequence


def heaviest(profile: Profile, interest: int = 0) -> list[str]:
    return [term for term, weight in profile.interests[interest].terms.items() if weight > 0]


def test_without_feedback_there_is_no_interest() -> None:
    assert learn() == Profile(interests=(), likes=0)


def test_a_like_teaches_the_words_of_the_paper() -> None:
    profile = learn(feedback("whales"))

    (interest,) = profile.interests
    assert (profile.likes, profile.less, interest.likes) == (1, 0, 1)
    assert {"song", "ocean", "krill", "sonar"} <= set(heaviest(profile))
    assert "ocean" in interest.words
    assert "the" not in interest.words


def named(number: int, title: str, abstract: str) -> Feedback:
    return replace(feedback("lamps", number), title=title, abstract=abstract)


def test_words_that_papers_share_tell_an_interest_before_the_names_that_they_made_up() -> None:
    names = dict.fromkeys(("zork", "quux", "blorp"), 5)
    counts = replace(COUNTS, papers_with={**COUNTS.papers_with, **names, "whale song": 20})
    given = [
        named(number, f"{name}: hearing whale song", "A study of krill and of sonar.")
        for number, name in enumerate(names)
    ]

    (interest,) = learn(*given, counts=counts).interests

    assert interest.words[0] == "whale song"
    assert {"krill", "sonar"} >= set(interest.words[1:])
    assert heaviest(learn(*given[:1], counts=counts))[0] in names


def test_a_common_word_tells_an_interest_if_it_is_in_several_titles() -> None:
    counts = replace(COUNTS, papers_with={**COUNTS.papers_with, "graph": 1_000})
    first = named(0, "Graphs of krill", "On sonar.")
    once = learn(first, named(1, "Krill and sonar", "On graphs."), counts=counts)
    twice = learn(first, named(1, "Graphs of sonar", "On krill."), counts=counts)

    assert "graphs" not in map(str.casefold, once.interests[0].words)
    assert "graphs" in map(str.casefold, twice.interests[0].words)


def test_a_paper_of_which_less_is_wanted_weighs_against_its_words() -> None:
    profile = learn(feedback("whales"), feedback("bees", verdict=Verdict.LESS))

    weights = profile.interests[0].terms
    assert (profile.likes, profile.less) == (1, 1)
    assert weights["hive"] < 0 < weights["ocean"]


def test_less_alone_is_an_interest_that_only_weighs_against() -> None:
    profile = learn(feedback("bees", verdict=Verdict.LESS))

    (interest,) = profile.interests
    assert (profile.likes, profile.less, interest.words) == (0, 1, ())
    assert all(weight < 0 for weight in interest.terms.values())


def test_papers_that_are_unlike_make_interests_of_their_own() -> None:
    given = [feedback("whales", number) for number in range(15)]
    given += [feedback("bread", number) for number in range(5)]

    profile = learn(*given)

    of_bread = [one for one in profile.interests if "dough" in one.words]
    assert [one.likes for one in of_bread] == [5]
    assert sum(one.likes for one in profile.interests) == profile.likes == 20
    assert of_bread[0].terms["dough"] > profile.interests[0].terms.get("dough", 0)


def test_interests_have_a_sentence_vector_where_papers_have_one() -> None:
    given = [feedback("whales", number) for number in range(15)]
    given += [feedback("bread", number) for number in range(5)]
    unwanted = feedback("bees", verdict=Verdict.LESS)
    vectors = vectors_of({one.paper_id: one.paper_id.split("-")[0] for one in (*given, unwanted)})

    without, having = learn(*given, unwanted), learn(*given, unwanted, vectors=vectors)

    assert [replace(one, vector=()) for one in having.interests] == list(without.interests)
    bread, whales, bees = vectors.directions(["bread-0", "whales-0", "bees-0"])
    for one in having.interests:
        near, far = (bread, whales) if "dough" in one.words else (whales, bread)
        assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-3)
        assert near @ one.vector > max(far @ one.vector, 0) > bees @ one.vector


def test_feedback_on_papers_without_a_vector_teaches_none() -> None:
    vectors = vectors_of({"whales-0": "whales"} | {f"bees-{n}": "bees" for n in range(9)})
    some = learn(feedback("whales"), feedback("bread"), vectors=vectors)
    less = learn(feedback("bees", 0, Verdict.LESS), vectors=vectors)

    assert learn(feedback("bread"), vectors=vectors).interests[0].vector == ()
    assert (
        some.interests[0].vector == learn(feedback("whales"), vectors=vectors).interests[0].vector
    )
    assert less.interests[0].vector @ vectors.directions(["bees-0"])[0] == pytest.approx(
        -1, abs=1e-3
    )


def test_a_paper_without_text_teaches_nothing() -> None:
    nameless = Feedback(paper_id="x", verdict=Verdict.LIKE, at=NOON, channel="cli")

    assert learn(nameless) == Profile(interests=(), likes=0)
    assert learn(nameless, feedback("bees")) == learn(feedback("bees"))


def test_no_interest_has_too_many_terms() -> None:
    words = [f"word{number}" for number in range(2 * MOST_TERMS)]
    counts = WordCounts(papers=5_000, papers_with=dict.fromkeys(words, 5))
    nameless = Feedback(paper_id="x", verdict=Verdict.LIKE, at=NOON, channel="cli")
    long = replace(nameless, title="All", abstract=" ".join(words))

    assert len(learn(long, counts=counts).interests[0].terms) == MOST_TERMS


@given(st.permutations([feedback(name, n) for name in FIELDS for n in range(4)]))
def test_the_order_of_feedback_does_not_matter(given: Sequence[Feedback]) -> None:
    in_order = sorted(given, key=lambda one: one.paper_id)

    assert learn(*given) == learn(*in_order)


def test_on_a_first_day_its_own_papers_say_how_common_words_are() -> None:
    papers = [
        paper(f"{name}-{n}", title=of_field(name, n)[0], abstract=of_field(name, n)[1])
        for name in FIELDS
        for n in range(6)
    ]
    counts = learned_counts(WordCounts(), PaperIndex(papers))

    profile = learn(feedback("whales"), counts=counts)

    assert counts.papers == len(papers)
    assert counts.papers_with["ocean"] == 5
    assert set(heaviest(profile)[:8]) & {"ocean", "song", "krill", "sonar", "migrat"}
    assert "the" not in heaviest(profile)[:8]
