"""How much readers elsewhere value a paper, next to the others of its day."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON, paper
from support.growth import grows_evenly

from digest.models.paper import Signals
from digest.ranking.trend import trends


def featured(id: str, *, hours: float, votes: int) -> object:  # noqa: A002
    return paper(id, votes=votes, featured_at=NOON - timedelta(hours=hours))


def test_twelve_votes_in_two_hours_beat_thirty_in_forty() -> None:
    found = trends([featured("new", hours=2, votes=12), featured("old", hours=40, votes=30)])

    assert found["new"].score > found["old"].score


def test_two_votes_in_the_first_minutes_do_not_beat_a_hundred_in_a_day() -> None:
    found = trends([featured("new", hours=0.1, votes=2), featured("old", hours=24, votes=100)])

    assert found["old"].score > found["new"].score


def test_unknown_votes_count_as_average_and_not_as_none() -> None:
    found = trends([paper("unknown"), paper("none", votes=0), paper("many", votes=50)])

    assert found["none"].score < found["unknown"].score < found["many"].score
    assert found["unknown"].rank is None


def test_on_a_day_without_any_votes_all_papers_are_average() -> None:
    found = trends([paper("1"), paper("2")])

    assert {entry.score for entry in found.values()} == {0.5}


def test_papers_are_compared_with_their_own_day() -> None:
    yesterday = NOON.date() - timedelta(days=1)
    papers = [
        paper("old-top", votes=500, day=yesterday),
        paper("old-low", votes=100, day=yesterday),
        paper("new-top", votes=50),
        paper("new-low", votes=10),
    ]

    found = trends(papers)

    assert found["new-top"].score > found["old-low"].score
    assert found["new-top"].rank == 1


def test_comments_tell_papers_with_equal_votes_apart() -> None:
    discussed = paper("discussed", signals=Signals(upvotes=9, comments=8), observed_at=NOON)
    quiet = paper("quiet", signals=Signals(upvotes=9, comments=0), observed_at=NOON)

    found = trends([discussed, quiet])

    assert found["discussed"].score > found["quiet"].score


def test_equal_votes_share_a_rank() -> None:
    found = trends([paper("1", votes=9), paper("2", votes=9), paper("3", votes=1)])

    assert [found[i].rank for i in "123"] == [1, 1, 3]


VOTES = st.none() | st.integers(0, 10**6)


@given(st.lists(st.tuples(VOTES, st.floats(0, 10_000)), max_size=12), st.randoms())
def test_a_score_is_between_nothing_and_one_and_the_order_does_not_matter(
    days: list[tuple[int | None, float]], random: object
) -> None:
    papers = [
        paper(str(i), votes=votes, featured_at=NOON - timedelta(hours=hours))
        for i, (votes, hours) in enumerate(days)
    ]
    shuffled = list(papers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    found = trends(papers)

    assert trends(shuffled) == found
    assert all(0 < entry.score < 1 for entry in found.values())


def test_a_day_is_compared_in_a_time_that_grows_evenly() -> None:
    def compare(size: int) -> None:
        assert len(trends([paper(str(i), votes=i + 1) for i in range(size)])) == size

    assert grows_evenly(compare, 8_000)
