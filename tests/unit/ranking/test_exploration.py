"""Papers outside a reader's topics: which, how many, with which chance, and where they stand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, ids, issue, paper, pick, topic

from digest.models.issue import NOTHING_SEEN, Edition, Issue, Section, Seen
from digest.models.trend import Trend
from digest.ranking.chance import Chance, Draws
from digest.ranking.exploration import POOL, Exploration
from subscribers.models import EXPLORE

SECRET = "a key for the tests and nothing else"
#: The chance of many days: each draws anew.
DAYS = [Draws(Chance(SECRET, DAY + timedelta(days=number)), 1) for number in range(1_000)]


def ranked(slug: str, *paper_ids: str, **details: Any) -> list[Any]:
    return [
        pick(paper_id, 1 - place / 100, topic=slug, **details)
        for place, paper_id in enumerate(paper_ids)
    ]


def edition(explore: float = 0.1, **details: Any) -> Edition:
    """Ten papers about agents, and thirty about robots."""
    defaults: dict[str, Any] = {
        "papers": [],
        "topics": {slug: topic(slug) for slug in ("agents", "robots")},
        "ranked": {
            "agents": ranked("agents", *(f"a{n}" for n in range(10))),
            "robots": ranked("robots", *(f"r{n:02}" for n in range(30))),
        },
        "similar": {},
        "per_topic": 10,
        "max_papers": 20,
        "trend_weight": 1.0,
    }
    return Edition(coverage=issue().coverage, explore=explore, **(defaults | details))


def agents(number: int) -> Issue:
    return issue(*ranked("agents", *(f"a{n}" for n in range(number))))


def explored(made: Issue, of: Edition, draws: Draws, *, seen: Seen = NOTHING_SEEN) -> Issue:
    return Exploration(of).add_to(made, of, ["agents"], seen=seen, draws=draws)


def drawn(made: Issue) -> list[Any]:
    return [one for one in made.picks if one.topic == EXPLORE]


def pools(of: Edition, *, seen: Seen = NOTHING_SEEN) -> set[str]:
    """What is drawn on any of many days."""
    whole = replace(of, explore=0.5)
    return {
        it.paper.id
        for draws in DAYS[:200]
        for it in drawn(explored(agents(4), whole, draws, seen=seen))
    }


@pytest.mark.parametrize(("papers", "share"), [(5, 0.1), (10, 0.1), (10, 0.25), (3, 0.5)])
def test_an_issue_of_k_papers_has_k_tenths_of_them_in_the_mean(papers: int, share: float) -> None:
    of = edition(share)

    numbers = [len(drawn(explored(agents(papers), of, draws))) for draws in DAYS]

    mean = sum(numbers) / len(numbers)
    assert mean == pytest.approx(papers * share, abs=0.06)
    assert max(numbers) - min(numbers) <= 1


@pytest.mark.parametrize("share", [0.1, 0.25])
def test_every_paper_of_the_pool_is_drawn_as_often_as_its_propensity_says(share: float) -> None:
    of = edition(share)
    times: Counter[str] = Counter()
    propensities = set()

    for draws in DAYS:
        for one in drawn(explored(agents(10), of, draws)):
            times[one.paper.id] += 1
            propensities.add(one.propensity)

    assert propensities == {10 * share / POOL}
    assert set(times) == {f"r{n:02}" for n in range(POOL)}
    expected = len(DAYS) * 10 * share / POOL
    assert all(abs(number - expected) < 5 * expected**0.5 for number in times.values())


def test_a_small_pool_gives_no_paper_a_chance_above_one() -> None:
    few = edition(0.5)
    few = replace(few, ranked={**few.ranked, "robots": few.ranked["robots"][:2]})

    made = explored(agents(10), few, DAYS[0])

    assert sorted(ids(drawn(made))) == ["r00", "r01"]
    assert {one.propensity for one in drawn(made)} == {1.0}


def test_they_stand_last_say_what_they_are_and_lead_no_subject() -> None:
    made = next(it for draws in DAYS if drawn(it := explored(agents(3), edition(), draws)))

    assert made.sections[-1].slug == EXPLORE
    assert made.sections[-1].name == "Outside your topics"
    assert made.top.topic == "agents"
    (reason,) = drawn(made)[0].reasons
    assert reason.kind == "explore"
    assert reason.text == (
        "one of the day’s best for Robots, drawn by chance from 20 papers outside your topics"
    )
    assert (reason.values, reason.of) == (("Robots",), 20)


def test_in_a_full_issue_they_take_the_place_of_the_weakest() -> None:
    full = edition(0.25, max_papers=4)
    made = issue(
        sections=(
            Section(slug="agents", name="Agents", picks=tuple(ranked("agents", "a0", "a1"))),
            Section(slug="other", name="Other", picks=(pick("o0", 3.0), pick("o1", 0.2))),
        )
    )

    found = explored(made, full, DAYS[0])

    assert ids(found)[:3] == ["a0", "a1", "o0"]
    assert found.picks[3].topic == EXPLORE
    assert len(found.picks) == 4


def test_an_issue_that_is_not_full_keeps_all_it_had() -> None:
    found = explored(agents(4), edition(0.5), DAYS[0])

    assert ids(found)[:4] == ids(agents(4))
    assert len(found.picks) == 6


@pytest.mark.parametrize(
    ("made", "of"), [(agents(1), edition(0.5)), (agents(4), edition(0.0))], ids=["one", "off"]
)
def test_none_is_added_to_a_single_paper_or_when_it_is_off(made: Issue, of: Edition) -> None:
    assert all(explored(made, of, draws) is made for draws in DAYS[:50])


def test_no_paper_is_drawn_that_the_reader_saw_or_excludes_or_that_is_like_one_shown() -> None:
    similar = {"a0": frozenset({"r02"}), "r02": frozenset({"a0"}), "r03": frozenset({"r04"})}
    of = edition(similar=similar, excluded=frozenset({"r01"}))

    found = pools(of, seen=Seen(papers=frozenset({"r00"})))

    assert found == {f"r{n:02}" for n in range(3, 24)} - {"r04"}


def test_no_paper_of_the_readers_topics_is_drawn_even_if_it_is_not_shown() -> None:
    of = edition()
    shared = ranked("robots", "a8", "a9", "r00")
    of = replace(of, ranked={**of.ranked, "robots": shared})

    assert pools(of) == {"r00"}


def test_no_paper_is_drawn_that_feedback_moved_out_of_the_readers_topics() -> None:
    shared = ranked("robots", "a8", "a9", "r00")
    of = edition(explore=0.5)
    of = replace(of, ranked={**of.ranked, "robots": shared})
    of_reader = replace(of, ranked={**of.ranked, "agents": of.ranked["agents"][:4]})

    found = [
        Exploration(of).add_to(agents(4), of_reader, ["agents"], seen=NOTHING_SEEN, draws=draws)
        for draws in DAYS[:200]
    ]

    assert {it.paper.id for made in found for it in drawn(made)} == {"r00"}


def test_what_only_mentions_another_topic_is_not_drawn() -> None:
    of = edition()
    of = replace(of, ranked={**of.ranked, "robots": ranked("robots", "r00", relevance=0.39)})

    assert pools(of) == set()


def test_the_most_voted_papers_are_drawn_too_and_say_so() -> None:
    papers = [paper(f"v{n}") for n in range(8)]
    trends = {
        it.id: Trend(score=1 - n / 8, rank=n + 1, tied=1, cohort=8) for n, it in enumerate(papers)
    }
    of = edition(0.5, papers=papers, trends=trends)
    of = replace(of, ranked={**of.ranked, "robots": ()})

    assert pools(of) == {"v0", "v1"}
    (reason,) = drawn(explored(agents(2), of, DAYS[0]))[0].reasons
    assert reason.text.startswith("one of the most voted of the day, drawn by chance from 2 papers")


@given(
    st.integers(2, 10), st.sampled_from([0.1, 0.3, 0.5]), st.integers(0, 999), st.integers(2, 12)
)
def test_an_issue_stays_within_its_limit_and_no_paper_is_in_it_twice(
    papers: int, share: float, day: int, most: int
) -> None:
    made = agents(min(papers, most))

    found = explored(made, edition(share, max_papers=most), DAYS[day])

    assert len(found.picks) <= most
    assert len(set(ids(found))) == len(found.picks)
    assert any(one.topic == "agents" for one in found.picks)
    assert all(section.picks for section in found.sections)
