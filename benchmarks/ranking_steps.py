"""The steps of ranking that `ranking_scale.py` measures, in a process of one build.

    python benchmarks/ranking_steps.py STEP PAPERS READERS

Prints the seconds of processor time for one unit of the step. READERS only counts for the step that
composes issues. It uses what both builds have, so that one file measures both.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from functools import cache

import made_up

from digest.models.issue import NOTHING_SEEN, Coverage, Edition, Seen
from digest.ranking.compose import compose
from digest.ranking.near_duplicates import near_duplicates
from digest.ranking.rank import rank
from digest.ranking.trend import trends

#: What is done for one unit, and how many units that were.
Step = Callable[[], int]

#: Readers are many instead, since what is kept of one would make a second round too quick.
ROUNDS = 5
TOPICS, OF_A_READER, SEEN = 20, 3, 15
WEIGHT = 0.3


@cache
def edition(papers: int) -> Edition:
    """Return the edition of a made-up day."""
    of_the_day, topics = made_up.papers(papers), made_up.topics(TOPICS)
    return Edition(
        coverage=Coverage(day=made_up.DAY, considered=papers),
        papers=of_the_day,
        topics={topic.slug: topic for topic in topics},
        ranked=rank(of_the_day, topics, trend_weight=WEIGHT),
        similar=near_duplicates(of_the_day),
        per_topic=5,
        max_papers=20,
        trend_weight=WEIGHT,
    )


def select(papers: int, number_of_readers: int) -> Step:
    """Compose the issues of readers of three topics, half of whom saw some of the papers."""
    of_the_day = edition(papers)
    rng = random.Random(papers)  # noqa: S311 (no secret)
    ids = [paper.id for paper in of_the_day.papers]
    readers = [
        (
            rng.sample(list(of_the_day.topics), OF_A_READER),
            Seen(papers=frozenset(rng.sample(ids, SEEN * (number % 2)))),
        )
        for number in range(number_of_readers)
    ]

    def step() -> int:
        for wanted, seen in readers:
            compose(of_the_day, wanted, seen=seen)
        return len(readers)

    compose(of_the_day, [], seen=NOTHING_SEEN)  # imports
    return step


def alike(papers: int, _readers: int) -> Step:
    """Find the near-duplicates; a unit is a day."""
    of_the_day = made_up.papers(papers)

    def step() -> int:
        near_duplicates(of_the_day)
        return 1

    return step


def ranked(papers: int, _readers: int) -> Step:
    """Rank for twenty topics; a unit is a day."""
    of_the_day, topics = made_up.papers(papers), made_up.topics(TOPICS)

    def step() -> int:
        rank(of_the_day, topics, trend_weight=WEIGHT)
        return 1

    return step


def standings(papers: int, _readers: int) -> Step:
    """Compare the votes of a day's papers; a unit is a day."""
    of_the_day = made_up.voted(papers)

    def step() -> int:
        trends(of_the_day)
        return 1

    return step


STEPS: dict[str, Callable[[int, int], Step]] = {
    "select": select,
    "alike": alike,
    "rank": ranked,
    "standings": standings,
}


def measure(name: str, papers: int, readers: int) -> float:
    """Return the seconds of processor time for a unit, in the best round."""
    step = STEPS[name](papers, readers)
    found = []
    for _ in range(1 if name == "select" else ROUNDS):
        started = time.process_time()
        units = step()
        found.append((time.process_time() - started) / units)
    return min(found)


if __name__ == "__main__":
    name, papers, readers = sys.argv[1:]
    print(measure(name, int(papers), int(readers)))
