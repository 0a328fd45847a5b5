"""How well relevance finds papers: nDCG@10 over questions with known answers.

    python benchmarks/relevance.py [FOLDER]

FOLDER holds `questions-papers.jsonl` (paper, title, abstract) and `questions-dev.jsonl` (question,
relevant). A question is a topic whose words are the question's. Beside it in the same run: counting
the words in common, and BM25 without weighting the title.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from arguments import argument

from digest.models.paper import Paper
from digest.ranking import relevance
from digest.ranking.terms import words

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data" / "eval"

Scores = Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]]
Scorer = Callable[[list[Paper], str], Scores]


def shared_words(papers: list[Paper], question: str) -> Scores:
    """Count the different words that question and paper share."""
    asked = set(words(question))
    return [len(asked & set(words(f"{paper.title} {paper.abstract}"))) for paper in papers]


def flat_bm25(papers: list[Paper], question: str) -> Scores:
    """Score as the ranker does, but with the title as part of the abstract."""
    flat = [Paper(id=p.id, title="", abstract=f"{p.title} {p.abstract}", day=p.day) for p in papers]
    return relevance.bm25(flat, words(question))


def ranker(papers: list[Paper], question: str) -> Scores:
    """Score as the ranker does."""
    return relevance.bm25(papers, words(question))


def ndcg(order: Sequence[str], relevant: set[str], depth: int = 10) -> float:
    """Return the binary nDCG of an order, ideal over min(depth, relevant) (Järvelin 2002)."""
    gain = sum(1 / math.log2(i + 2) for i, key in enumerate(order[:depth]) if key in relevant)
    return gain / sum(1 / math.log2(i + 2) for i in range(min(depth, len(relevant))))


def evaluate(folder: Path, scorer: Scorer) -> float:
    """Return the mean nDCG@10 of a scorer over the questions of a folder."""
    papers = [
        Paper(id=line["paper"], title=line["title"], abstract=line["abstract"], day=date.min)
        for line in _lines(folder / "questions-papers.jsonl")
    ]
    found = []
    for question in _lines(folder / "questions-dev.jsonl"):
        scores = scorer(papers, question["question"])
        order = sorted(range(len(papers)), key=lambda i: (-scores[i], papers[i].id))
        found.append(ndcg([papers[i].id for i in order], set(question["relevant"])))
    return sum(found) / len(found)


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    folder = argument(__doc__, DEFAULT)
    if not folder.is_dir():
        sys.exit(f"{folder} is not there; name the folder with the questions")
    for name, scorer in (
        ("words in common", shared_words),
        ("BM25, title not weighted", flat_bm25),
        ("the ranker", ranker),
    ):
        print(f"{name:26} nDCG@10 {evaluate(folder, scorer):.3f}")
