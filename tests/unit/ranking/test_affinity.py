"""How close papers are to profiles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper
from support.fields import COUNTS, FIELDS, day_paper, feedback, learn, vectors_of

from digest.models.feedback import Verdict
from digest.models.issue import WordCounts
from digest.models.profile import Profile
from digest.ranking.affinity import FARTHEST, Affinity
from digest.ranking.index import PaperIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.models.feedback import Feedback

PAPERS = [day_paper(name, number) for name in FIELDS for number in range(6)]
VECTORS = vectors_of(
    {one.id: one.id.split("-")[1] for one in PAPERS}
    | {f"{name}-{number}": name for name in FIELDS for number in range(20)}
)
#: Without the extra, and with it.
WAYS = {"words": None, "words and vectors": VECTORS}
AFFINITIES = {way: Affinity(PaperIndex(PAPERS), COUNTS, WAYS[way]) for way in WAYS}
AFFINITY = AFFINITIES["words"]
both_ways = pytest.mark.parametrize("way", WAYS)
PAPERS_OF_FIELDS = st.tuples(st.sampled_from(list(FIELDS)), st.integers(0, 5))
#: As many as make several interests.
LIKES = st.lists(PAPERS_OF_FIELDS, unique=True, max_size=24)


def learned(way: str, *given: Feedback) -> Profile:
    return learn(*given, vectors=WAYS[way])


def closeness(way: str, profile: Profile, unlearned: Sequence[str] = ()) -> dict[str, float]:
    """The closeness of the day's papers, by id."""
    affinity = AFFINITIES[way]
    (found,) = affinity.closeness([affinity.find(profile, unlearned)])
    return {one.id: float(value) for one, value in zip(PAPERS, found, strict=True)}


@both_ways
def test_papers_like_those_that_were_liked_are_closest(way: str) -> None:
    found = closeness(way, learned(way, feedback("whales", 4)))

    best = sorted(found, key=lambda paper_id: -found[paper_id])[:6]
    assert {paper_id.split("-")[1] for paper_id in best} == {"whales"}
    assert found[best[-1]] > 1
    assert found["day-bread-0"] < 0.5


@both_ways
def test_papers_like_those_of_which_less_is_wanted_are_farther_than_others(way: str) -> None:
    less = feedback("bees", 4, Verdict.LESS)
    found = closeness(way, learned(way, feedback("whales", 4), less))

    assert found["day-bees-0"] < found["day-bread-0"] < found["day-whales-0"]
    alone = closeness(way, learned(way, feedback("whales", 4)))
    assert found["day-whales-0"] == pytest.approx(alone["day-whales-0"], rel=0.2)
    assert closeness(way, learned(way, less))["day-bees-0"] < -1


@both_ways
def test_who_has_no_interest_is_as_far_from_all(way: str) -> None:
    affinity, some = AFFINITIES[way], learned(way, feedback("bees"))
    found = affinity.closeness([(), affinity.find(some)])

    assert not found[0].any()
    assert found[1].any()


@both_ways
def test_a_small_interest_is_not_averaged_away(way: str) -> None:
    many = [feedback("whales", n) for n in range(15)]
    few = [feedback("bread", n) for n in range(5)]

    found = closeness(way, learned(way, *many, *few))

    assert found["day-bread-0"] > 1
    assert found["day-whales-0"] > 1
    assert found["day-trains-0"] < 0.5


@both_ways
def test_words_that_must_not_be_learned_count_no_more(way: str) -> None:
    profile = learned(way, feedback("whales", 4))
    unlearned = ("whales", "song", "migrations", "ocean", "krill", "sonar")
    without = closeness(way, profile, unlearned)

    assert without["day-whales-0"] < 0.5 < closeness(way, profile)["day-whales-0"]


@both_ways
def test_the_words_by_which_a_paper_is_close_are_quoted_from_it(way: str) -> None:
    profile, affinity = learned(way, feedback("whales", 4)), AFFINITIES[way]

    interests = affinity.find(profile)

    quoted, of_bread = affinity.words(interests, ["day-whales-0", "day-bread-0"])
    assert quoted
    assert set(quoted) <= set(FIELDS["whales"].split())
    assert of_bread == ()


def test_words_of_a_title_are_quoted_before_those_that_are_said_once_and_pairs_before_stems() -> (
    None
):
    counts = replace(COUNTS, papers_with={**COUNTS.papers_with, "whale song": 20})
    day = paper("day", title="On krill", abstract="Of ocean and whale song. We hear whale song.")
    like = replace(feedback("whales"), title="Whale song", abstract="Of krill and of the ocean.")
    affinity = Affinity(PaperIndex([*PAPERS, day]), counts)
    interests = affinity.find(learn(like, counts=counts))

    assert affinity.words(interests, ["day"]) == [("whale song", "krill", "ocean")]


def test_a_paper_in_other_words_is_close_in_meaning_only_with_vectors() -> None:
    in_other_words = paper("whales-0", title="Humpbacks", abstract="Their calls at depth.")
    index = PaperIndex([*PAPERS, in_other_words])
    profile = learned("words and vectors", feedback("whales", 4))
    close = {}
    for way, vectors in WAYS.items():
        affinity = Affinity(index, COUNTS, vectors)
        interests = affinity.find(profile)
        (found,) = affinity.closeness([interests])
        close[way] = found[-1] > 0.5, affinity.is_close_in_meaning(interests, in_other_words.id)
        assert affinity.words(interests, [in_other_words.id]) == [()]
        assert not affinity.is_close_in_meaning(interests, "day-bread-0")

    assert close == {"words": (False, False), "words and vectors": (True, True)}


def test_where_a_reader_or_a_day_has_no_vectors_words_alone_count() -> None:
    like = feedback("whales", 4)
    with_vectors = learned("words and vectors", like)
    few = PaperIndex(PAPERS[:9])
    of_few = [Affinity(few, COUNTS, vectors) for vectors in WAYS.values()]

    assert closeness("words and vectors", learn(like)) == closeness("words", learn(like))
    assert closeness("words", with_vectors) == closeness("words", learn(like))
    np.testing.assert_array_equal(*(it.closeness([it.find(with_vectors)]) for it in of_few))


def test_a_paper_without_a_vector_is_as_close_as_its_words_say() -> None:
    index = PaperIndex([*PAPERS, paper("new", title="The whale", abstract="Of song and ocean.")])
    profile = learned("words and vectors", feedback("whales", 4))
    ways = [Affinity(index, COUNTS, vectors) for vectors in WAYS.values()]

    without, having = (it.closeness([it.find(profile)])[0, -1] for it in ways)

    assert having == pytest.approx(without, abs=0.3)


def test_on_a_first_day_its_own_papers_say_how_common_words_are() -> None:
    affinity = Affinity(PaperIndex(PAPERS), WordCounts())

    (found,) = affinity.closeness([affinity.find(learn(feedback("whales", 4)))])

    assert int(np.argmax(found)) in range(6)


@both_ways
@given(likes=LIKES, others=st.lists(LIKES, max_size=3))
def test_readers_are_compared_alike_together_and_alone(
    way: str, likes: list[tuple[str, int]], others: list[list[tuple[str, int]]]
) -> None:
    affinity = AFFINITIES[way]
    profiles = [learned(way, *(feedback(*one) for one in each)) for each in (likes, *others)]
    profiles.append(learned(way, feedback("bees", 1, Verdict.LESS)))
    profiles.append(learn(feedback("bread", 1)))  # without a vector
    interests = [affinity.find(profile) for profile in profiles]

    together = affinity.closeness(interests)
    alone = [affinity.closeness([one])[0] for one in interests]

    np.testing.assert_allclose(together, np.array(alone), atol=1e-5)
    assert together.min(initial=0) >= FARTHEST


@both_ways
@given(
    likes=LIKES,
    less=st.lists(PAPERS_OF_FIELDS, unique=True, max_size=4),
    name=st.sampled_from(list(FIELDS)),
)
def test_to_like_a_paper_never_lowers_the_closeness_of_its_like(
    way: str, likes: list[tuple[str, int]], less: list[tuple[str, int]], name: str
) -> None:
    given = [feedback(*one) for one in likes]
    given += [feedback(field, number + 10, Verdict.LESS) for field, number in less]
    like = feedback(name, 6)
    twin = paper(like.paper_id, title=like.title, abstract=like.abstract)
    affinity = Affinity(PaperIndex([*PAPERS, twin]), COUNTS, WAYS[way])

    was, now = (
        affinity.closeness([affinity.find(learned(way, *each))])[0, -1]
        for each in (given, [*given, like])
    )
    assert now >= was - 1e-3
