"""How well papers are ordered before votes exist: Spearman's correlation with the later votes.

    python benchmarks/votes.py [FILE]

FILE has a JSON object a line: date, id, title, authors, votes. Each day with eight papers or more
is one value; the mean has a 95 % bootstrap interval over days. Each day is predicted from the days
before it, whose records reach back 180 days. The fitted coefficients are those of the days before,
fitted anew every ten days; the first 100 days only teach. Beside the prior in the same run: what
each part of it does alone, and the smaller id, which is the order of an alphabet.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from arguments import argument

from digest.models.paper import Paper, Signals
from digest.ranking.prior import Coefficients, by_day, learn
from digest.ranking.training import (
    JUDGED_DAY,
    TrainingDay,
    fit,
    interval,
    rank_correlations,
    training_days,
)

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data" / "eval" / "votes-dev.jsonl"
#: Days that only teach.
TEACHING = 100
#: Days between two fits.
REFIT = 10
MEMORY = timedelta(days=180)
NONE = {"authors_record": 0.0, "words_record": 0.0, "author_count": 0.0, "newness": 0.0}
ALONE = {
    "smaller id": {"newness": -1.0},
    "larger id": {"newness": 1.0},
    "number of authors": {"author_count": 1.0},
    "authors' record": {"authors_record": 1.0},
    "title words' record": {"words_record": 1.0},
}


def read(path: Path) -> list[Paper]:
    """Return the papers of a file, with their votes."""
    return [
        Paper(
            id=line["id"],
            title=line["title"],
            abstract="",
            authors=tuple(line["authors"]),
            day=date.fromisoformat(line["date"]),
            signals=Signals(upvotes=line["votes"]),
        )
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]


def with_memory(papers: list[Paper], first: int) -> list[TrainingDay]:
    """Return the days from the first on, each with the records of the 180 days before it."""
    days = list(by_day(papers).items())
    found = []
    for number, (day, of_day) in enumerate(days[first:], start=first):
        before = [it for at, earlier in days[:number] if at >= day - MEMORY for it in earlier]
        features = np.asarray(learn(before).features(of_day))
        votes = tuple(paper.signals.upvotes or 0 for paper in of_day)
        found.append(TrainingDay(day, features, votes))
    return found


def correlations(papers: list[Paper], teaching: int = TEACHING) -> dict[str, list[float]]:
    """Return the correlations of the judged days, by what the order rests on."""
    days = training_days(papers)
    judged = with_memory(papers, teaching)
    found = {
        name: rank_correlations(judged, Coefficients(**NONE | weights))
        for name, weights in ALONE.items()
    }
    found["the prior, as shipped"] = rank_correlations(judged, Coefficients())
    fitted = []
    for start in range(0, len(judged), REFIT):
        part = judged[start : start + REFIT]
        past = [day for day in days if day.day < part[0].day]
        fitted += rank_correlations(part, fit(past))
    found["the prior, fitted to the past only"] = fitted
    return found


if __name__ == "__main__":
    path = argument(__doc__, DEFAULT)
    if not path.is_file():
        sys.exit(f"{path} is not there; name the file with the votes")
    papers = read(path)
    print(f"{len(papers):,} papers; days of {JUDGED_DAY} papers or more, after {TEACHING} days")
    for name, values in correlations(papers).items():
        mean = interval(values)
        print(f"  {name:36} {mean.mean:+.3f}  [{mean.low:+.3f}, {mean.high:+.3f}]")
    print("fitted to all days:", fit(training_days(papers)))
