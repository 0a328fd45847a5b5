"""The protocols of the evaluation sets: what an order of ids is worth, unit by unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ranking_product as product

from digest.ranking.evaluation.bootstrap import Ratio
from digest.ranking.evaluation.metrics import ndcg, recall, spearman

#: How many papers a topic shows.
SHOWN = 5
#: So many days of votes only teach before days are judged, and so many papers make a day judged.
TEACHING, JUDGED_DAY = 100, 8
#: The two values of `votes`: the first is the goal's; the second has days that know little.
AFTER_TEACHING = f"Spearman, after {TEACHING} days of teaching"
FROM_THE_FIRST = "Spearman, from the first day"

#: A measure's value for each unit: a topic of a day, a question, a day or a reader.
Values = dict[str, float | Ratio]
Measure = Callable[[Path, Mapping[str, Any]], dict[str, Values]]


@dataclass(frozen=True)
class Goal:
    """What a measure must reach."""

    value: float
    #: whether less is better
    at_most: bool = False


def topics(folder: Path, orders: Mapping[str, Any]) -> dict[str, Values]:
    """Measure the first papers of each topic and day against the labels.

    Shares are of all papers that were shown, as are the clear papers and the votes.
    """
    labels: dict[str, dict[str, dict[str, int]]] = {}
    for line in product.lines(folder / "eval" / "topics-dev.jsonl"):
        labels.setdefault(line["day"], {})[line["id"]] = line["topics"]
    slugs = sorted(
        {slug for of_day in labels.values() for each in of_day.values() for slug in each}
    )
    found: dict[str, Values] = {
        name: {} for name in ("clear", "wrong", "recall@5", "votes captured")
    }
    for day, of_day in labels.items():
        paper_votes = votes_of(folder, day)
        for slug in slugs:
            unit = f"{day} {slug}"
            shown = orders[day].get(slug, [])[:SHOWN]
            label = {id_: of_paper.get(slug, 0) for id_, of_paper in of_day.items()}
            clear = {id_ for id_, value in label.items() if value == 2}
            shown_clear = clear.intersection(shown)
            wrong = sum(label.get(id_, 0) == 0 for id_ in shown)
            worth = sorted((paper_votes[id_] for id_ in clear), reverse=True)
            got = sum(paper_votes[id_] for id_ in shown_clear)
            found["clear"][unit] = Ratio(len(shown_clear), len(shown))
            found["wrong"][unit] = Ratio(wrong, len(shown))
            found["recall@5"][unit] = Ratio(len(shown_clear), min(SHOWN, len(clear)))
            found["votes captured"][unit] = Ratio(got, sum(worth[: len(shown_clear)]))
    return found


def votes_of(folder: Path, day: str) -> dict[str, float]:
    """Return the votes of a day's list."""
    papers = product.listed(folder, product.date.fromisoformat(day))
    return {paper.id: float(paper.signals.upvotes or 0) for paper in papers}


def questions(folder: Path, orders: Mapping[str, Any]) -> dict[str, Values]:
    """Measure nDCG@10 and recall@20 of each question."""
    found: dict[str, Values] = {"nDCG@10": {}, "recall@20": {}}
    for number, line in enumerate(product.lines(folder / "eval" / "questions-dev.jsonl")):
        unit, relevant = str(number), dict.fromkeys(line["relevant"], 1.0)
        order = orders.get(unit, [])
        put(found["nDCG@10"], unit, ndcg(order, relevant, 10))
        put(found["recall@20"], unit, recall(order[:20], relevant, 20))
    return found


def votes(folder: Path, orders: Mapping[str, Any]) -> dict[str, Values]:
    """Measure Spearman's correlation of each day of 8 papers or more.

    Each day is predicted from the days before it, those of the last 180 days.
    """
    days: dict[str, dict[str, int]] = {}
    for line in product.lines(folder / "eval" / "votes-dev.jsonl"):
        days.setdefault(line["date"], {})[line["id"]] = line["votes"]
    values: Values = {}
    for day, order in orders.items():
        if len(days[day]) >= JUDGED_DAY:
            predicted = [-order.index(id_) for id_ in days[day]]
            put(values, day, spearman(predicted, list(days[day].values())))
    judged = set(sorted(days)[TEACHING:])
    taught = {day: value for day, value in values.items() if day in judged}
    return {AFTER_TEACHING: taught, FROM_THE_FIRST: values}


def citeulike(folder: Path, orders: Mapping[str, Any]) -> dict[str, Values]:
    """Measure nDCG@10 of each reader, over the reader's folds, by the number of likes."""
    read = product.lines(folder / "eval" / "citeulike-papers.jsonl")
    row_of = {line["paper"]: row for row, line in enumerate(read)}
    readers = {
        str(line["user"]): [row_of[paper] for paper in line["papers"]]
        for line in product.lines(folder / "eval" / "citeulike-users-dev.jsonl")
    }
    found = {}
    for likes, of_folds in orders.items():
        folds: dict[str, list[float]] = {}
        for unit, order in of_folds.items():
            fold, user = unit.split()
            hidden = [row for row in readers[user] if read[row]["fold"] == int(fold)]
            value = ndcg(order, dict.fromkeys(hidden, 1.0), 10)
            if value is not None:
                folds.setdefault(user, []).append(value)
        name = f"nDCG@10, {likes} like{'' if likes == '1' else 's'}"
        found[name] = {user: sum(values) / len(values) for user, values in folds.items()}
    return found


def put(values: Values, unit: str, value: float | None) -> None:
    """Keep a value unless it has no answer."""
    if value is not None:
        values[unit] = value


MEASURES: dict[str, Measure] = {
    "topics": topics,
    "questions": questions,
    "votes": votes,
    "citeulike": citeulike,
}
#: What the ranker must reach on these halves, without the extra `semantic`...
GOALS = {
    ("topics", "clear"): Goal(0.70),
    ("topics", "wrong"): Goal(0.13, at_most=True),
    ("topics", "recall@5"): Goal(0.84),
    ("questions", "nDCG@10"): Goal(0.74),
    ("votes", AFTER_TEACHING): Goal(0.40),
    ("citeulike", "nDCG@10, 1 like"): Goal(0.16),
    ("citeulike", "nDCG@10, 3 likes"): Goal(0.245),
    ("citeulike", "nDCG@10, all likes"): Goal(0.325),
}
#: ... and with it.
SEMANTIC_GOALS = {
    ("topics", "clear"): Goal(0.72),
    ("topics", "wrong"): Goal(0.12, at_most=True),
    ("topics", "recall@5"): Goal(0.87),
    ("questions", "nDCG@10"): Goal(0.82),
    ("citeulike", "nDCG@10, 1 like"): Goal(0.195),
    ("citeulike", "nDCG@10, 3 likes"): Goal(0.28),
    ("citeulike", "nDCG@10, all likes"): Goal(0.35),
}
