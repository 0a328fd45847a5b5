"""What readers with profiles cost: up to a million of them, and one with words and likes.

    python benchmarks/personal.py [READERS]

First, readers with three topics and profiles of 60 terms, on a made-up day of 1,000 papers: all are
compared with all papers, and the best 20 are found for each topic and for what no topic has. Two
threads work on blocks of readers. Then readers with three own words and 20 likes, on a day of 300
real papers: from their profiles to their issues. Seconds hold on this machine only; that they grow
with the readers, and not faster, holds on any.
"""

from __future__ import annotations

import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any, NamedTuple

import made_up
import numpy as np
import own_words
import scipy.sparse as sp
from arguments import argument
from ranking_steps import edition

from digest.delivery.issues import IssueComposer
from digest.models.feedback import Feedback, Verdict
from digest.models.issue import NOTHING_SEEN, WordCounts
from digest.ranking.affinity import Affinity, learned_counts
from digest.ranking.index import PaperIndex
from digest.ranking.personal_rankings import PersonalRankings
from digest.ranking.personalize import Reader
from digest.ranking.profiles import ProfileLearner

PAPERS, TERMS, OF_A_READER, BEST = 1_000, 60, 3, 20
#: So many readers are compared at once: their closeness to all papers takes 4 kB each.
BLOCK, THREADS = 5_000, 2
LIKES, DIFFERENT, ROUNDS = 20, 100, 5


class Block(NamedTuple):
    """Some made-up readers."""

    interests: sp.csr_array
    #: how many papers each judged
    verdicts: Any
    #: by topic
    readers_of: dict[str, Any]


class Day:
    """A made-up day, and what compares readers with it."""

    def __init__(self) -> None:
        """Rank the papers for all topics."""
        of_the_day = edition(PAPERS)
        index = PaperIndex(list(of_the_day.papers))
        self.affinity = Affinity(index, WordCounts())
        self.rankings = PersonalRankings(of_the_day, index.papers)
        self.slugs = sorted(self.rankings.slugs)
        self.terms = self.affinity.terms

    def block(self, seed: int, readers: int) -> Block:
        """Return made-up readers; common terms are in more profiles (Zipf's law)."""
        rng = np.random.default_rng(seed)
        columns = (self.terms * rng.random((readers, TERMS)) ** 3).astype(np.int32)
        weights = rng.random((readers, TERMS), np.float32)
        weights /= np.linalg.norm(weights, axis=1, keepdims=True)
        interests = sp.csr_array(
            (weights.ravel(), columns.ravel(), np.arange(readers + 1) * TERMS),
            shape=(readers, self.terms),
        )
        chosen = rng.integers(len(self.slugs), size=(readers, OF_A_READER))
        readers_of = {
            slug: np.flatnonzero((chosen == number).any(axis=1))
            for number, slug in enumerate(self.slugs)
        }
        return Block(interests, rng.integers(1, 40, readers), readers_of)

    def best(self, block: Block) -> int:
        """Find the best papers of each topic of each reader, and of none; return how many."""
        interests, verdicts, readers_of = block
        closeness = self.affinity.nearest(interests, np.arange(interests.shape[0]))
        found = int(np.count_nonzero(self.rankings.of_none(closeness, verdicts, BEST).score))
        for slug, readers in readers_of.items():
            best = self.rankings.of_topic(slug, closeness[readers], verdicts[readers], BEST)
            found += int(np.count_nonzero(best.score))
        return found


def million(day: Day, readers: int) -> tuple[float, int]:
    """Return the seconds for so many readers with two threads, and how many papers were found."""
    seconds, found = 0.0, 0
    starts = iter(range(0, readers, BLOCK))
    with ThreadPoolExecutor(THREADS) as pool:
        while some := list(islice(starts, 2 * THREADS)):
            # Made-up readers are not part of the time.
            blocks = [day.block(start, min(BLOCK, readers - start)) for start in some]
            started = time.perf_counter()
            found += sum(pool.map(day.best, blocks))
            seconds += time.perf_counter() - started
    return seconds, found


def with_words_and_likes(number: int) -> float:
    """Return the seconds of processor time for the issue of a reader, in the best round."""
    of_the_day = own_words.edition()
    index = PaperIndex(list(of_the_day.papers))
    learner = ProfileLearner(learned_counts(of_the_day.counts, index))
    at = datetime(2026, 2, 2, tzinfo=UTC)
    liked = [
        Feedback(
            paper_id=paper.id,
            verdict=Verdict.LIKE,
            at=at,
            channel="mail",
            title=paper.title,
            abstract=paper.abstract,
        )
        for paper in of_the_day.papers
    ]
    rng = np.random.default_rng(20260202)
    profiles = [
        learner.learn([liked[at] for at in rng.choice(len(liked), LIKES, replace=False)])
        for _ in range(DIFFERENT)
    ]
    readers = [
        Reader(reader, NOTHING_SEEN, profile)
        for reader, profile in zip(own_words.readers(number), cycle(profiles), strict=False)
    ]
    composer = IssueComposer(of_the_day)
    composer.compose_all(readers[:1])  # the first has the papers read, once for all
    found = []
    for turn in range(ROUNDS):
        some = readers[1 + turn :: ROUNDS]
        started = time.process_time()
        for start in range(0, len(some), own_words.BATCH):
            composer.compose_all(some[start : start + own_words.BATCH])
        found.append((time.process_time() - started) / len(some))
    return min(found)


def main(most: int) -> None:
    """Print the curve, then the cost of one reader."""
    day = Day()
    print(f"{len(day.slugs)} topics, {PAPERS:,} papers, {day.terms:,} terms, top {BEST}")
    print(f"{'readers':>10} {'seconds':>8} {'readers/s':>10} {'peak MB':>8} {'found each':>10}")
    readers = min(10_000, most)
    while readers <= most:
        seconds, found = million(day, readers)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rate, each = readers / seconds, found / readers
        print(f"{readers:10,} {seconds:8.2f} {rate:10,.0f} {peak:8,.0f} {each:10.1f}", flush=True)
        readers *= 10
    if own_words.ARCHIVE.is_file():
        cost = with_words_and_likes(min(most, 2_000)) * 1e3
        print(f"\na reader with {own_words.WORDS} words and {LIKES} likes: {cost:.2f} ms")
    else:
        print(
            f"\n{own_words.ARCHIVE} is not there: no real papers for words and likes",
            file=sys.stderr,
        )


if __name__ == "__main__":
    made_up.words()
    main(argument(__doc__, 1_000_000))
