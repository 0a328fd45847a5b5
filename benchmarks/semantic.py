"""What sentence vectors cost and gain: papers a second, memory, and the ranking with and without.

    python benchmarks/semantic.py [PAPERS]

PAPERS made-up papers (see `made_up.py`) are read; seconds are of CPU. Beside it stands how long a
core takes for as many products of matrices, which says how fast the machine is at the time. Then
the evaluation sets beside the checkout, if they are there, are ranked with vectors and without.
"""

from __future__ import annotations

import os
import resource
import time
from statistics import fmean
from typing import TYPE_CHECKING, Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import made_up
import numpy as np
import ranking_product as product
import ranking_sets as sets
from arguments import argument
from ranking import DEFAULT

from digest.app.encoder import TOKENS, Encoder
from digest.app.meaning import CORPUS
from digest.models.days import days_before
from digest.ranking import background, prior
from digest.ranking.background import Background
from digest.ranking.evaluation.bootstrap import Ratio
from digest.ranking.rank import rank_by
from digest.ranking.relevance import Relevance
from digest.ranking.semantic import Semantics, SemanticVectors, pack, said_by, text_of
from digest.ranking.trend import trends
from subscribers.models import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from digest.models.paper import Paper

#: Multiplications of a model of six layers, 12 x 384 x 384 weights each, for each token.
_PRODUCTS = TOKENS * 6 * 12 * 384 * 384


def peak_memory() -> float:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_speed(number: int) -> None:
    """Print how long the model takes to load and to read papers."""
    texts = [text_of(paper) for paper in made_up.papers(number)]
    memory, started = peak_memory(), time.process_time()
    encoder = Encoder()
    loaded = time.process_time()
    encoder.encode(texts)
    seconds = time.process_time() - loaded
    matrix = np.ones((1536, 1536), np.float32)
    at = time.process_time()
    for _ in range(20):
        matrix @ matrix
    products = 20 * 1536**3 / (time.process_time() - at)
    print(f"load            {loaded - started:.2f} s")
    print(f"papers          {number / seconds:.1f} a second and core, {TOKENS} tokens each at most")
    print(f"1,000 papers    {1000 * seconds / number:.1f} s of a core")
    print(f"as matrices     {1000 * _PRODUCTS / products:.1f} s, of the same number of products")
    print(f"memory          {peak_memory() - memory:.0f} MB more at the peak")


class KnownVectors:
    """Makes each paper's vector once, as the store does."""

    def __init__(self, encoder: Encoder) -> None:
        """Use a model."""
        self._encoder = encoder
        self._packed: dict[str, bytes] = {}

    def of(self, papers: Sequence[Paper]) -> dict[str, bytes]:
        """Return the packed vectors of papers by id."""
        new = list({paper.id: paper for paper in papers if paper.id not in self._packed}.values())
        made = pack(self._encoder.encode(list(map(text_of, new))))
        self._packed |= zip((paper.id for paper in new), made, strict=True)
        return {paper.id: self._packed[paper.id] for paper in papers}

    def of_texts(self, texts: Sequence[str]) -> dict[str, Any]:
        """Return the vectors of texts."""
        return dict(zip(texts, self._encoder.encode(texts), strict=True))


def learned(
    known: KnownVectors, papers: Sequence[Paper], corpus: Sequence[Paper], topics: Sequence[Topic]
) -> Semantics:
    """Return what papers and topics mean, as a run does whose corpus these papers are."""
    said = sorted({said_by(entry) for topic in topics for entry in topic.words_in} - {""})
    return Semantics(
        vectors=SemanticVectors(known.of([*corpus, *papers]), [paper.id for paper in corpus]),
        texts=known.of_texts(said),
        topics=topics,
    )


def measure_questions(folder: Path, vectors: KnownVectors) -> None:
    """Print nDCG@10 of the questions."""
    papers = product.question_papers(folder)
    asked = [
        Topic(slug=str(number), name=line["question"], words_in=(line["question"],))
        for number, line in enumerate(product.lines(folder / "eval" / "questions-dev.jsonl"))
    ]
    semantics = learned(vectors, papers, [], asked)
    orders = [
        ids(rank_by(Relevance(papers, Background(), each), asked, trends={}, trend_weight=0.0))
        for each in (None, semantics)
    ]
    show("questions", *(sets.questions(folder, order) for order in orders))


def measure_topics(folder: Path, vectors: KnownVectors) -> None:
    """Print how good the first papers of the labelled days are."""
    topics, weight = product.configuration()
    orders: list[dict[str, Any]] = [{}, {}]
    for day, papers, past in product.labelled_days(folder):
        recent = [paper for paper in past if paper.day >= days_before(day, background.DAYS)]
        known = background.learn(recent, topics)
        newest = sorted(recent, key=lambda paper: (paper.day, paper.id))[-CORPUS:]
        semantics = learned(vectors, papers, newest, topics)
        taught = [p for p in past if p.day >= days_before(day, product.TEACHING_DAYS)]
        of_papers = trends(papers, prior.learn(taught))
        for order, each in zip(orders, (None, semantics), strict=True):
            ranked = rank_by(
                Relevance(papers, known, each), topics, trends=of_papers, trend_weight=weight
            )
            order[str(day)] = ids(ranked)
    show("topics", *(sets.topics(folder, order) for order in orders))


def ids(ranked: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the first papers of each topic."""
    return {slug: [p.paper.id for p in picks[: product.DEPTH]] for slug, picks in ranked.items()}


def show(name: str, *ways: Mapping[str, sets.Values]) -> None:
    """Print each measure without and with vectors."""
    for measure in ways[0]:
        without, having = (mean(way[measure]) for way in ways)
        print(f"{name + ', ' + measure:26} {without:.3f} without, {having:.3f} with")


def mean(values: sets.Values) -> float:
    """Return the mean over units, or the share of all where units are shares."""
    ratios = [value for value in values.values() if isinstance(value, Ratio)]
    if ratios:
        return sum(r.part for r in ratios) / sum(r.whole for r in ratios)
    return fmean(float(value) for value in values.values() if not isinstance(value, Ratio))


if __name__ == "__main__":
    measure_speed(argument(__doc__, 200))
    if (DEFAULT / "eval").is_dir():
        model = KnownVectors(Encoder())
        measure_questions(DEFAULT, model)
        measure_topics(DEFAULT, model)
