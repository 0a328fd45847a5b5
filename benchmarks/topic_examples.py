"""What topics by example are worth: authors' categories that the ranking is not shown.

    python benchmarks/topic_examples.py [--data FOLDER]

A category of arXiv stands for a topic. Its examples are drawn from the first days of the archive,
and the later days are ranked, whose papers have no categories. Labels are incomplete: a paper may
be about a subject that its authors did not file it under. A topic by words has the category's
official name as its only entry.
"""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import ranking_product as product

from digest.cli.tables import print_table
from digest.models.paper import Paper
from digest.ranking.background import MOST_PAPERS, learn
from digest.ranking.evaluation.bootstrap import mean_interval, seeded
from digest.ranking.evaluation.metrics import ndcg
from digest.ranking.relevance import Relevance
from subscribers.models import Topic

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = ROOT.parent / "shared" / "data"
#: Papers of the first days teach, those of the last days are ranked.
RANKED_DAYS = 8
#: A category is a topic if so many papers have it in either part, and no more than this share.
FEWEST_EARLIER, FEWEST_RANKED, LARGEST = 20, 5, 0.1
EXAMPLES = (1, 3, 5, 10, 20)
#: Each number of examples is drawn so often.
DRAWS = 5
DEPTH = 10
SEED = 20260202
#: The names that arXiv gives (https://arxiv.org/category_taxonomy).
NAMES = {
    "cs.CE": "Computational Engineering, Finance, and Science",
    "cs.CR": "Cryptography and Security",
    "cs.CY": "Computers and Society",
    "cs.GR": "Graphics",
    "cs.GT": "Computer Science and Game Theory",
    "cs.HC": "Human-Computer Interaction",
    "cs.IR": "Information Retrieval",
    "cs.IT": "Information Theory",
    "cs.MA": "Multiagent Systems",
    "cs.MM": "Multimedia",
    "cs.RO": "Robotics",
    "cs.SD": "Sound",
    "cs.SE": "Software Engineering",
    "eess.AS": "Audio and Speech Processing",
    "eess.IV": "Image and Video Processing",
    "eess.SP": "Signal Processing",
}


def split(papers: list[Paper]) -> tuple[list[Paper], list[Paper]]:
    """Return the papers that teach and those that are ranked."""
    first = sorted({paper.day for paper in papers})[-RANKED_DAYS]
    earlier = [paper for paper in papers if paper.day < first]
    return earlier[-MOST_PAPERS:], [paper for paper in papers if paper.day >= first]


def chosen(earlier: list[Paper], ranked: list[Paper]) -> list[str]:
    """Return the categories that are topics."""
    before, after = (
        Counter(category for paper in some for category in paper.categories)
        for some in (earlier, ranked)
    )
    return [
        category
        for category in sorted(before)
        if category in NAMES
        and before[category] >= FEWEST_EARLIER
        and after[category] >= FEWEST_RANKED
        and before[category] <= LARGEST * len(earlier)
    ]


def topics_of(category: str, examples: list[Paper]) -> dict[str, Topic]:
    """Return the topics of a category by what they consist of."""
    ids = tuple(f"arXiv:{paper.id}" for paper in examples)
    found = {f"{len(ids)} by example": ids, f"{len(ids)} and the name": (NAMES[category], *ids)}
    return {
        kind: Topic(slug=f"{category} {kind}", name=kind, words_in=words)
        for kind, words in found.items()
    }


def main(folder: Path) -> None:
    """Print a row for each kind of topic."""
    earlier, ranked = split(product.archive(folder))
    labels = {category: {p.id for p in ranked if category in p.categories} for category in NAMES}
    hidden = [replace(paper, categories=()) for paper in ranked]
    rng = np.random.default_rng(SEED)
    topics: list[tuple[str, str, Topic]] = []
    for category in chosen(earlier, ranked):
        of_category = [paper for paper in earlier if category in paper.categories]
        name = Topic(slug=category, name=category, words_in=(NAMES[category],))
        topics.append((category, "0: the name", name))
        for number in EXAMPLES:
            for draw in range(DRAWS):
                rows = rng.choice(len(of_category), number, replace=False)
                for kind, topic in topics_of(category, [of_category[r] for r in rows]).items():
                    topics.append((category, kind, replace(topic, slug=f"{topic.slug} {draw}")))
    known = {paper.id: paper for paper in earlier}
    taught = [replace(paper, categories=()) for paper in earlier]
    found = Relevance(hidden, learn(taught, [it for *_, it in topics], examples=known))
    values: dict[str, dict[str, list[tuple[float, float, float, float]]]] = {}
    for category, kind, topic in topics:
        relevance, is_match = found.of(topic)
        best = [found.papers[row].id for row in np.argsort(-relevance, kind="stable")[:DEPTH]]
        shown = [it.id for it, is_shown in zip(found.papers, is_match, strict=True) if is_shown]
        right = labels[category]
        values.setdefault(kind, {}).setdefault(category, []).append(
            (
                len(right.intersection(best)) / DEPTH,
                ndcg(best, dict.fromkeys(right, 1.0), DEPTH) or 0.0,
                len(shown),
                len(right.intersection(shown)) / max(len(shown), 1),
            )
        )
    bootstrap = seeded(SEED)
    rows_shown = []
    for kind, by_category in sorted(
        values.items(), key=lambda it: (int(it[0].split()[0].strip(":")), it[0])
    ):
        means = np.array([np.mean(measured, axis=0) for measured in by_category.values()])
        intervals = [mean_interval(means[:, column].tolist(), bootstrap) for column in range(2)]
        rows_shown.append(
            (
                kind,
                len(means),
                *(f"{it.mean:.3f} [{it.low:.3f}, {it.high:.3f}]" for it in intervals if it),
                f"{means[:, 2].mean():.0f}",
                f"{means[:, 3].mean():.2f}",
            )
        )
    print_table(
        f"{len(ranked)} papers ranked, {len(earlier)} earlier",
        ("examples", "categories#", "P@10#", "nDCG@10#", "shown#", "right#"),
        rows_shown,
    )


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT, metavar="FOLDER")
    main(parser.parse_args().data)
