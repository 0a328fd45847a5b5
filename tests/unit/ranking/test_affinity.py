"""How close papers are to profiles."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper
from support.fields import COUNTS, FIELDS, day_paper, feedback, learn

from digest.models.feedback import Verdict
from digest.models.issue import WordCounts
from digest.models.profile import Profile
from digest.ranking.affinity import FARTHEST, Affinity
from digest.ranking.index import PaperIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

PAPERS = [day_paper(name, number) for name in FIELDS for number in range(3)]
AFFINITY = Affinity(PaperIndex(PAPERS), COUNTS)
LIKES = st.lists(
    st.tuples(st.sampled_from(list(FIELDS)), st.integers(0, 5)), unique=True, max_size=8
)


def closeness(profile: Profile, unlearned: Sequence[str] = ()) -> dict[str, float]:
    """The closeness of the day's papers, by id."""
    (found,) = AFFINITY.closeness([AFFINITY.find(profile, unlearned)])
    return {one.id: float(value) for one, value in zip(PAPERS, found, strict=True)}


def test_papers_like_those_that_were_liked_are_closest() -> None:
    found = closeness(learn(feedback("whales", 4)))

    best = sorted(found, key=lambda paper_id: -found[paper_id])[:3]
    assert {paper_id.split("-")[1] for paper_id in best} == {"whales"}
    assert found[best[-1]] > 1
    assert found["day-bread-0"] < 0.5


def test_papers_like_those_of_which_less_is_wanted_are_farther_than_others() -> None:
    found = closeness(learn(feedback("whales", 4), feedback("bees", 4, Verdict.LESS)))

    assert found["day-bees-0"] < found["day-bread-0"] < found["day-whales-0"]


def test_who_has_no_interest_is_as_far_from_all() -> None:
    some = learn(feedback("bees"))
    found = AFFINITY.closeness([(), AFFINITY.find(some)])

    assert not found[0].any()
    assert found[1].any()


def test_a_small_interest_is_not_averaged_away() -> None:
    many = [feedback("whales", n) for n in range(15)]
    few = [feedback("bread", n) for n in range(5)]

    found = closeness(learn(*many, *few))

    assert found["day-bread-0"] > 1
    assert found["day-whales-0"] > 1
    assert found["day-trains-0"] < 0.5


def test_words_that_must_not_be_learned_count_no_more() -> None:
    profile = learn(feedback("whales", 4))
    without = closeness(profile, ("whales", "song", "migrations", "ocean", "krill", "sonar"))

    assert without["day-whales-0"] < 0.5 < closeness(profile)["day-whales-0"]


def test_the_words_by_which_a_paper_is_close_are_quoted_from_it() -> None:
    profile = learn(feedback("whales", 4))

    interests = AFFINITY.find(profile)

    quoted, of_bread = AFFINITY.words(interests, ["day-whales-0", "day-bread-0"])
    assert quoted
    assert set(quoted) <= set(FIELDS["whales"].split())
    assert of_bread == ()


def test_on_a_first_day_its_own_papers_say_how_common_words_are() -> None:
    affinity = Affinity(PaperIndex(PAPERS), WordCounts())

    (found,) = affinity.closeness([affinity.find(learn(feedback("whales", 4)))])

    assert int(np.argmax(found)) in range(3)


@given(LIKES, st.lists(LIKES, max_size=3))
def test_readers_are_compared_alike_together_and_alone(
    likes: list[tuple[str, int]], others: list[list[tuple[str, int]]]
) -> None:
    profiles = [learn(*(feedback(*one) for one in each)) for each in (likes, *others)]
    profiles.append(learn(feedback("bees", 1, Verdict.LESS)))
    interests = [AFFINITY.find(profile) for profile in profiles]

    together = AFFINITY.closeness(interests)
    alone = [AFFINITY.closeness([one])[0] for one in interests]

    np.testing.assert_allclose(together, np.array(alone), atol=1e-5)
    assert together.min(initial=0) >= FARTHEST


@given(LIKES, st.sampled_from(list(FIELDS)))
def test_to_like_a_paper_never_lowers_the_closeness_of_its_like(
    likes: list[tuple[str, int]], name: str
) -> None:
    number = count(6)
    before = learn(*(feedback(*one) for one in likes))
    like = feedback(name, next(number))
    after = learn(*(feedback(*one) for one in likes), like)
    twin = Affinity(PaperIndex([paper("twin", title=like.title, abstract=like.abstract)]), COUNTS)

    (was,), (now,) = (twin.closeness([twin.find(one)])[0] for one in (before, after))
    assert now >= was - 1e-3
