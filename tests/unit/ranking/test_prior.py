"""What is expected of a paper before it has votes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, paper
from support.growth import grows_evenly

from digest.ranking.prior import NOTHING_LEARNED, Coefficients, Prior, by_day, learn

EARLIER = DAY - timedelta(days=9)


def voted(votes: list[int], day: date = EARLIER, **details: Any) -> list[Any]:
    """Papers of one author each: the first by Ann 0, the next by Ann 1."""
    return [
        paper(
            f"2601.{day.day:02}{number:03}",
            votes=count,
            day=day,
            **{"title": "Lamps", "authors": (f"Ann {number}",)} | details,
        )
        for number, count in enumerate(votes)
    ]


def expected(prior: Prior, *authors: str, title: str = "Something") -> float:
    (found,) = prior.expected([paper("x", title=title, authors=authors)])
    return found


def test_nothing_is_expected_of_a_usual_paper() -> None:
    assert expected(NOTHING_LEARNED, *"abcdef") == pytest.approx(0.0)
    assert expected(NOTHING_LEARNED) == 0.0


def test_many_authors_are_a_good_sign() -> None:
    few, many = (expected(NOTHING_LEARNED, *map(str, range(number))) for number in (2, 30))

    assert many > 0 > few


def test_authors_that_are_counted_without_names_count() -> None:
    (found,) = NOTHING_LEARNED.expected([paper("x", author_count=30)])

    assert found > 0


def test_a_newer_id_is_a_good_sign_among_ids_of_arxiv() -> None:
    papers = [paper("2602.00001"), paper("2602.00009"), paper("or:abc"), paper("or:abd")]

    older, newer, *others = NOTHING_LEARNED.expected(papers)

    assert older < 0 < newer
    assert others == [0.0, 0.0]


def test_much_voted_authors_are_expected_to_be_again() -> None:
    prior = learn(voted([90, 1, 5, 9]))

    assert expected(prior, "Ann 0") > expected(prior, "Ann 2") > expected(prior, "Ann 1")


def test_words_of_much_voted_titles_are_a_good_sign() -> None:
    lamps, robots = voted([90, 80, 70]), voted([1, 2, 3], title="Robots", authors=("Bo",))
    prior = learn([*lamps, *(replace(each, id=f"{each.id}9") for each in robots)])

    assert expected(prior, title="A lamp? Lamps!") > expected(prior, title="On Robots")


def test_one_paper_says_less_of_an_author_than_many() -> None:
    days = [EARLIER + timedelta(days=number) for number in range(5)]
    once = learn(voted([90, 1, 5, 9]))
    often = learn([each for day in days for each in voted([90, 1, 5, 9], day)])

    assert expected(often, "Ann 0") > 1.5 * expected(once, "Ann 0")


def test_days_of_many_votes_teach_as_much_as_days_of_few() -> None:
    few, many = learn(voted([9, 19, 39, 79])), learn(voted([90, 190, 390, 790]))

    assert expected(few, "Ann 3") == pytest.approx(expected(many, "Ann 3"), rel=0.2)


def test_papers_without_votes_and_days_of_two_papers_teach_nothing() -> None:
    unknown = [paper(str(n), day=EARLIER, authors=("Ann 0",)) for n in range(9)]

    assert learn([*unknown, *voted([90, 1])]).authors == {}


def test_many_authors_are_named_where_they_put_a_paper_first() -> None:
    few = [paper(f"2{n}", authors=("Ann", "Bo")) for n in range(7)]
    unlike = Prior(coefficients=Coefficients(author_count=-0.1))

    assert Prior().many_authors([paper("1", author_count=90), *few]) == {"1": 90}
    assert Prior().many_authors([paper("1", author_count=9), *few]) == {}
    assert unlike.many_authors([paper("1", author_count=90), *few]) == {}
    assert Prior().many_authors([]) == {}


def test_an_author_is_named_whose_papers_were_often_much_voted() -> None:
    days = [EARLIER + timedelta(days=number) for number in range(4)]
    prior = learn([each for day in days for each in voted([90, 1, 5, 9], day)])

    found = prior.much_voted(paper("x", authors=("Ann 2", "Ann 0")))

    assert found is not None
    assert (found[0], found[1].papers, found[1].top) == ("Ann 0", 4, 4)
    assert prior.much_voted(paper("x", authors=("Ann 2", "Nobody"))) is None


def test_two_earlier_papers_are_too_few_to_be_named() -> None:
    days = [EARLIER, EARLIER + timedelta(days=1)]
    prior = learn([each for day in days for each in voted([90, 1, 5, 9], day)])

    assert prior.much_voted(paper("x", authors=("Ann 0",))) is None


def test_the_days_of_an_archive_come_in_their_order() -> None:
    later = voted([1, 2], EARLIER + timedelta(days=1))

    assert list(by_day([*later, *voted([3])])) == [EARLIER, EARLIER + timedelta(days=1)]


def test_coefficients_of_nothing_expect_nothing() -> None:
    none = Coefficients(authors_record=0, words_record=0, author_count=0, newness=0)

    assert expected(learn(voted([90, 1, 5, 9]), none), "Ann 0", title="Lamps") == 0.0


@given(st.lists(st.integers(0, 10**6), max_size=9), st.randoms())
def test_what_is_learned_does_not_depend_on_the_order(votes: list[int], random: Any) -> None:
    papers = voted(votes)
    shuffled = list(papers)
    random.shuffle(shuffled)

    assert learn(shuffled) == learn(papers)


def test_an_archive_is_learned_in_a_time_that_grows_evenly() -> None:
    def teach(size: int) -> None:
        papers = [
            paper(f"2601.{n:05}", votes=n % 40, day=EARLIER - timedelta(days=n // 40),
                  authors=(f"Ann {n % 1000}", f"Bo {n % 77}"))
            for n in range(size)
        ]  # fmt: skip
        assert learn(papers).authors

    assert grows_evenly(teach, 4_000)
