"""Made-up papers and topics: words as frequent as in English (Zipf's law), nobody's abstracts."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from digest.models.paper import Paper, Signals
from subscribers.models import Topic

#: How many words there are, and how many of them a paper has.
VOCABULARY, LENGTH = 20_000, 180
#: Of so many papers one is there twice.
TWICE = 100
DAY = date(2026, 2, 2)
#: The words of a topic begin behind the most common ones, which are in most papers.
_FIRST_OF_TOPICS, _OF_A_TOPIC = 1_000, 8


def words() -> list[str]:
    """Return the vocabulary, the most common words first."""
    rng = random.Random(20260202)  # noqa: S311 (no secret)
    syllables = [consonant + vowel for consonant in "bcdfghjklmnprstvw" for vowel in "aeiou"]
    return ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(VOCABULARY)]


def papers(number: int) -> list[Paper]:
    """Return papers of random words with votes, and some of them once more, with another title."""
    rng = random.Random(number)  # noqa: S311 (no secret)
    vocabulary = words()
    weights = list(accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))
    observed = datetime(2026, 2, 2, 12, tzinfo=UTC)
    found = []
    for place in range(number - number // TWICE):
        text = " ".join(rng.choices(vocabulary, cum_weights=weights, k=LENGTH))
        found.append(
            Paper(
                id=f"2602.{place:05}",
                title=text[:60],
                abstract=text[60:],
                day=DAY,
                signals=Signals(upvotes=int(rng.paretovariate(0.8))),
                observed_at=observed,
            )
        )
    twice = found[: number // TWICE]
    return [*found, *(replace(p, id=f"{p.id}b", title=f"{p.title} again") for p in twice)]


def voted(number: int) -> list[Paper]:
    """Return papers with votes alone, half of them featured a day before the others."""
    rng = random.Random(number)  # noqa: S311 (no secret)
    observed = datetime(2026, 2, 3, 12, tzinfo=UTC)
    return [
        Paper(
            id=f"2602.{place:05}",
            title=f"Paper {place}",
            abstract="",
            day=DAY,
            signals=Signals(upvotes=int(rng.paretovariate(0.8))),
            featured_at=observed - timedelta(hours=12 + 24 * (place % 2)),
            observed_at=observed,
        )
        for place in range(number)
    ]


def topics(number: int) -> list[Topic]:
    """Return topics of a few words each, and one of trending papers."""
    vocabulary = words()
    starts = [_FIRST_OF_TOPICS + place * _OF_A_TOPIC for place in range(number - 1)]
    named = [
        Topic(
            slug=f"topic-{place}",
            name=f"Topic {place}",
            words_in=tuple(vocabulary[start : start + _OF_A_TOPIC]),
        )
        for place, start in enumerate(starts)
    ]
    return [*named, Topic(slug="trending", name="Trending overall", trending=True)]
