"""How much readers elsewhere value a paper, next to the others of its day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import NOON, paper
from support.growth import grows_evenly

from digest.models.paper import Signals
from digest.ranking.prior import learn
from digest.ranking.trend import trends


def featured(id: str, *, hours: float, votes: int) -> object:  # noqa: A002
    return paper(id, votes=votes, featured_at=NOON - timedelta(hours=hours))


def test_t16_twelve_votes_in_two_hours_beat_thirty_in_forty() -> None:
    found = trends([featured("new", hours=2, votes=12), featured("old", hours=40, votes=30)])

    assert found["new"].score > found["old"].score


def test_two_votes_in_the_first_minutes_do_not_beat_a_hundred_in_a_day() -> None:
    found = trends([featured("new", hours=0.1, votes=2), featured("old", hours=24, votes=100)])

    assert found["old"].score > found["new"].score


def test_a_paper_that_was_not_featured_stands_below_the_featured_ones() -> None:
    featured = [paper(str(votes), votes=votes) for votes in (0, 2, 9, 30, 200)]

    found = trends([paper("2602.00002"), *featured])

    scores = [found[each.id].score for each in featured]
    assert found["2602.00002"].score < scores[0]
    assert scores == sorted(scores)
    assert found["2602.00002"].rank is None


def test_three_votes_are_nearly_as_much_as_two() -> None:
    found = trends([paper("three", votes=3), paper("two", votes=2)])

    assert 0 < found["three"].score - found["two"].score < 0.1


def test_one_vote_among_papers_without_any_says_little() -> None:
    papers = [paper(str(number), votes=int(number == 7)) for number in range(21)]

    found = trends(papers)

    assert 0.5 < found["7"].score < 0.7
    assert all(abs(found[str(number)].score - 0.5) < 0.02 for number in range(21) if number != 7)


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


def spread(scores: list[float]) -> float:
    return max(scores) - min(scores)


#: the counts of a day without outliers
COUNTS = st.integers(1, 50).flatmap(
    lambda least: st.lists(st.integers(least, 20 * least), min_size=3, max_size=20)
)
ENORMOUS = st.integers(10**6, 10**12)


@given(COUNTS, ENORMOUS, st.sampled_from(["upvotes", "comments", "stars"]), st.integers(1, 100))
@example([50, 50, 1000, 1000], 10**12, "upvotes", 5)
def test_one_enormous_count_leaves_the_others_their_order_and_their_spread(
    counts: list[int], enormous: int, signal: str, hours: int
) -> None:
    featured_at = NOON - timedelta(hours=hours)
    papers = [
        paper(
            str(number),
            signals=Signals(**{signal: count}),
            observed_at=NOON,
            featured_at=featured_at,
        )
        for number, count in enumerate([*counts, enormous])
    ]

    before, after = trends(papers[:-1]), trends(papers)

    others = range(len(counts))
    by_count = sorted(others, key=lambda number: counts[number])
    scores = [after[str(number)].score for number in by_count]
    assert scores == sorted(scores)
    assert after[str(len(counts))].score >= scores[-1]
    was = spread([before[str(number)].score for number in others])
    # At worst .71 is left: of two low and two high counts, the high ones become the middle.
    assert spread(scores) >= 0.7 * was


def test_the_votes_of_a_real_day_keep_their_scores_beside_a_million() -> None:
    counts = [0, 1, 1, 2, 3, 3, 4, 5, 8, 8, 9, 12, 14, 21, 30, 44, 61, 90, 140, 260]
    papers = [paper(str(number), votes=count) for number, count in enumerate(counts)]

    before, after = trends(papers), trends([*papers, paper("x", votes=10**6)])

    assert all(abs(after[each.id].score - before[each.id].score) < 0.04 for each in papers)


def scores(counts: list[int]) -> list[float]:
    found = trends([paper(str(number), votes=votes) for number, votes in enumerate(counts)])
    return [found[str(number)].score for number in range(len(counts))]


MEDIAN_OF_5 = [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 8, 9, 12, 15, 18, 25] * 2


@pytest.mark.parametrize("outliers", [1, 2, 4])
def test_the_others_keep_their_spread_beside_counts_of_any_size(outliers: int) -> None:
    was = spread(scores(MEDIAN_OF_5))
    size = len(MEDIAN_OF_5)
    spreads = [
        spread(scores([*MEDIAN_OF_5, *[25 * step] * outliers])[:size]) for step in range(1, 81)
    ]

    assert min(spreads) > 0.65 * was
    assert max(abs(one - other) for one, other in pairwise(spreads)) < 0.12


def test_the_papers_of_a_small_day_keep_most_of_their_spread() -> None:
    counts = [1, 2, 3, 5, 8, 13, 40]

    assert spread(scores([*counts, 800])[:7]) > 0.9 * spread(scores(counts))
    assert spread(scores([*counts, 400])[:7]) > 0.6 * spread(scores(counts))


def test_the_stars_of_a_famous_repository_make_the_others_no_less_different() -> None:
    counts = [0, 3, 10, 50, 200, 500]
    papers = [
        paper(str(number), signals=Signals(stars=count), observed_at=NOON)
        for number, count in enumerate([*counts, 150_000])
    ]

    before, after = trends(papers[:-1]), trends(papers)

    was = spread([before[each.id].score for each in papers[:-1]])
    assert spread([after[each.id].score for each in papers[:-1]]) > 0.9 * was


def test_one_paper_of_another_time_changes_little_for_the_others() -> None:
    usual = [featured(str(votes), hours=20 + votes % 3, votes=votes) for votes in range(0, 60, 3)]
    old = featured("old", hours=400_000, votes=9)

    before, after = trends(usual), trends([*usual, old])

    assert all(abs(after[id_].score - before[id_].score) < 0.1 for id_ in before)


def test_a_paper_that_was_featured_after_its_votes_were_read_is_no_hour_old() -> None:
    late = paper("late", votes=9, featured_at=NOON + timedelta(days=9))

    found = trends([late, paper("other", votes=9)])

    assert found["late"].score == found["other"].score


def test_a_count_that_did_not_change_was_read_with_the_others() -> None:
    stalled = paper(
        "stalled",
        signals=Signals(upvotes=12),
        featured_at=NOON - timedelta(hours=40),
        observed_at=NOON - timedelta(hours=38),
    )
    grown = featured("grown", hours=40, votes=30)

    found = trends([stalled, grown])

    assert found["grown"].score > found["stalled"].score


def test_votes_of_two_weeks_and_of_three_are_compared_as_they_are() -> None:
    counts = [
        featured("weeks-2", hours=14 * 24, votes=60),
        featured("weeks-3", hours=504, votes=60),
    ]

    found = trends(counts)

    assert abs(found["weeks-2"].score - found["weeks-3"].score) < 0.01


def test_before_votes_exist_the_prior_decides() -> None:
    earlier = [
        paper(f"2601.0000{n}", votes=votes, authors=(name,), day=date(2026, 1, 5 + n // 4))
        for n, (name, votes) in enumerate([("Ada", 90), ("Bo", 1), ("Bo", 2), ("Bo", 3)] * 2)
    ]
    new = [paper("2602.00001", authors=("Bo",)), paper("2602.00000", authors=("Ada",))]

    found = trends(new, learn(earlier))

    assert found["2602.00000"].score > 0.5 > found["2602.00001"].score


def test_the_part_of_the_prior_fades_as_votes_come_in() -> None:
    earlier = [
        paper(f"2601.0000{n}", votes=votes, authors=(name,), day=date(2026, 1, 5))
        for n, (name, votes) in enumerate([("Ada", 90), ("Bo", 1), ("Cy", 5), ("Di", 9)])
    ]
    prior = learn(earlier)

    def gap(votes: int) -> float:
        alike = [
            paper("2602.00000", authors=("Ada",), votes=votes),
            paper("2602.00001", authors=("Bo",), votes=votes),
        ]
        found = trends(alike, prior)
        return found["2602.00000"].score - found["2602.00001"].score

    assert gap(0) > gap(3) > gap(30) > 0
    assert gap(300) < 0.01


def test_nobody_stands_out_by_an_id_alone_beside_votes() -> None:
    found = trends([paper("2602.00001", votes=30), paper("2602.09999", votes=20)])

    assert found["2602.00001"].score > found["2602.09999"].score


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


@given(
    st.lists(st.tuples(st.integers(0, 2_000), st.floats(0, 500)), min_size=1, max_size=9),
    st.integers(0, 8),
    st.integers(1, 500),
    st.sampled_from(["upvotes", "comments", "stars"]),
)
@example([(0, 24.0), (100, 24.0)], 0, 1, "upvotes")
@example([(0, 1.0), (5, 24.0), (300, 24.0)], 1, 1, "upvotes")
def test_more_votes_never_lower_a_paper(
    day: list[tuple[int, float]], which: int, more: int, signal: str
) -> None:
    which %= len(day)

    def score(added: int) -> float:
        papers = [
            paper(
                str(i),
                signals=Signals(**{signal: count + added * (i == which)}),
                observed_at=NOON,
                featured_at=NOON - timedelta(hours=hours),
            )
            for i, (count, hours) in enumerate(day)
        ]
        return trends(papers)[str(which)].score

    assert score(more) >= score(0)


def test_a_day_is_compared_in_a_time_that_grows_evenly() -> None:
    def compare(size: int) -> None:
        assert len(trends([paper(str(i), votes=i + 1) for i in range(size)])) == size

    assert grows_evenly(compare, 8_000)
