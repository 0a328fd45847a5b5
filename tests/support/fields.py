"""Papers of five made-up fields, feedback on them, and what it teaches."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from support.builders import NOON, paper

from digest.models.feedback import Feedback, Verdict
from digest.models.issue import WordCounts
from digest.ranking.profiles import ProfileLearner
from digest.ranking.semantic import DIMENSIONS, SemanticVectors, pack

if TYPE_CHECKING:
    from digest.models.paper import Paper
    from digest.models.profile import Profile

#: What the papers of five fields speak of.
FIELDS = {
    "whales": "whale song migration ocean krill sonar",
    "lamps": "lamp bulb filament brightness socket shade",
    "bread": "bread dough yeast oven crust flour",
    "trains": "train rail signal timetable station brake",
    "bees": "bee hive pollen honey swarm nectar",
}
COUNTS = WordCounts(
    papers=5_000,
    papers_with={"the": 4_900, "of": 4_800, "studi": 2_000}
    | {
        word: 30
        for words in FIELDS.values()
        for word in words.replace("brightness", "bright").split()
    },
)


def of_field(name: str, number: int = 0) -> tuple[str, str]:
    """Title and abstract of a paper of a field; each number leaves other words out."""
    words = FIELDS[name].split()
    kept = [word for place, word in enumerate(words) if place != number % len(words)]
    return f"The {kept[0]} and the {kept[1]}", f"A study of the {' and of the '.join(kept)}."


def feedback(name: str, number: int = 0, verdict: Verdict = Verdict.LIKE) -> Feedback:
    title, abstract = of_field(name, number)
    at = NOON + timedelta(minutes=number)
    return Feedback(
        paper_id=f"{name}-{number}", verdict=verdict, at=at, channel="mail",
        title=title, abstract=abstract,
    )  # fmt: skip


def learn(
    *given: Feedback, counts: WordCounts = COUNTS, vectors: SemanticVectors | None = None
) -> Profile:
    return ProfileLearner(counts, vectors).learn(given)


def vectors_of(names: dict[str, str]) -> SemanticVectors:
    """Sentence vectors of papers: near to each other within a field, named by the paper's id."""
    drawn = np.random.default_rng(20260202).normal(size=(len(FIELDS), DIMENSIONS))
    of_field = dict(zip(FIELDS, drawn, strict=True))
    rows = [
        of_field[name] + 0.7 * np.random.default_rng([*paper_id.encode()]).normal(size=DIMENSIONS)
        for paper_id, name in names.items()
    ]
    return SemanticVectors(dict(zip(names, pack(np.array(rows, np.float32)), strict=True)))


def day_paper(name: str, number: int = 0) -> Paper:
    """A paper of the day."""
    title, abstract = of_field(name, number)
    return paper(f"day-{name}-{number}", title=title, abstract=abstract)
