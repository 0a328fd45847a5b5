"""How well papers are ordered before votes exist: Spearman's correlation with the later votes.

    python benchmarks/votes.py [FILE]

FILE has a JSON object a line: date, id, title, authors, votes. The protocol is that of the set
`votes` of `ranking.py`: each day with eight papers or more is one value, predicted from the days
before it, whose records reach back 180 days; the mean has a 95 % bootstrap interval over days. One
mean is of the days after 100 days that only teach, the other of all days. The fitted coefficients
are those of the days before, fitted anew every ten days. Beside the prior in the same run: what
each part of it does alone, and the smaller id, which is the order of an alphabet.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from arguments import argument
from ranking_product import TEACHING_DAYS
from ranking_sets import AFTER_TEACHING, FROM_THE_FIRST, TEACHING

from digest.cli.tables import print_table
from digest.models.paper import Paper, Signals
from digest.ranking.evaluation.bootstrap import mean_interval, seeded
from digest.ranking.prior import Coefficients, by_day, learn
from digest.ranking.training import (
    JUDGED_DAY,
    TrainingDay,
    fit,
    rank_correlations,
    training_days,
)

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data" / "eval" / "votes-dev.jsonl"
#: Days between two fits.
REFIT = 10
MEMORY = timedelta(days=TEACHING_DAYS)
#: Intervals are drawn with this seed.
SEED = 20260202
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


def with_memory(papers: list[Paper]) -> list[TrainingDay]:
    """Return the days, each with the records of the 180 days before it."""
    days = list(by_day(papers).items())
    found = []
    for number, (day, of_day) in enumerate(days):
        before = [it for at, earlier in days[:number] if at >= day - MEMORY for it in earlier]
        features = np.asarray(learn(before).features(of_day))
        votes = tuple(paper.signals.upvotes or 0 for paper in of_day)
        found.append(TrainingDay(day, features, votes))
    return found


def correlations(days: list[TrainingDay], judged: list[TrainingDay]) -> dict[str, list[float]]:
    """Return the correlations of the judged days, by what the order rests on."""
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


def written(values: list[float]) -> str:
    """Write the mean of some days with its interval."""
    found = mean_interval(values, seeded(SEED))
    if found is None or found.low is None:
        return ""
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


if __name__ == "__main__":
    path = argument(__doc__, DEFAULT)
    if not path.is_file():
        sys.exit(f"{path} is not there; name the file with the votes")
    papers = read(path)
    days, judged = training_days(papers), with_memory(papers)
    taught, whole = correlations(days, judged[TEACHING:]), correlations(days, judged)
    print_table(
        f"{len(papers):,} papers, days of {JUDGED_DAY} or more",
        ("order", f"{AFTER_TEACHING}#", f"{FROM_THE_FIRST}#"),
        [(name, written(taught[name]), written(whole[name])) for name in whole],
    )
    print("fitted to all days:", fit(days))
