"""How the product ranks the evaluation sets: orders of ids, as JSON on standard output.

    PYTHONPATH=CHECKOUT python benchmarks/ranking_product.py [--semantic] FOLDER SET...

`benchmarks/ranking.py` runs it, once for each checkout, and measures the orders. It uses only what
every version has, and what it finds in the one that it runs with. With `--semantic` papers are
compared by sentence vectors too; sets that this does not change are left out.
"""

from __future__ import annotations

import gzip
import inspect
import json
import sys
import tomllib
from collections import defaultdict
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import ranking_semantics

import digest
from digest.models.clock_times import midnight
from digest.models.days import days_before
from digest.models.paper import Paper, Signals
from digest.ranking import tfidf
from digest.ranking.rank import rank
from digest.ranking.terms import words
from digest.sources import Source, get_kind, join_batches, read_files
from subscribers.models import Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: Orders are cut here; no measure looks further.
DEPTH = 20
#: The folder of the checkout.
ROOT = Path(digest.__file__).resolve().parents[1]
#: In the orders of `citeulike`, the number of likes that stands for all of them.
ALL = "all"
#: Votes of so many days teach, as in a run; `digest.app.votes` has the same number.
TEACHING_DAYS = 180
#: How many times a title counts beside its abstract in a reader's profile.
TITLE_WEIGHT = 3

TRENDING = Topic(slug="trending", name="Trending", trending=True)
Orders = dict[str, Any]


def configuration() -> tuple[list[Topic], float]:
    """Return the starter topics of the checkout, and the weight of votes that it ships."""
    read = tomllib.loads((ROOT / "config.example.toml").read_text(encoding="utf-8"))
    lists = ("words_in", "words_out", "categories", "authors")
    topics = [
        Topic(**{key: tuple(value) if key in lists else value for key, value in topic.items()})
        for topic in read["topics"]
    ]
    return topics, read["ranking"]["trend_weight"]


def ranked(
    papers: Sequence[Paper],
    topics: Sequence[Topic],
    past: Sequence[Paper],
    weight: float,
    *,
    semantic: bool = False,
) -> dict[str, list[str]]:
    """Rank papers as a run does whose store has these papers of the past."""
    takes = inspect.signature(rank).parameters
    learned: dict[str, Any] = {}
    if "background" in takes and past and any(topic.words_in for topic in topics):
        from digest.ranking import background  # an older checkout has none

        newest = days_before(papers[0].day, background.DAYS)
        recent = [paper for paper in past if paper.day >= newest]
        learned["background"] = background.learn(recent, topics)
    if "prior" in takes:
        from digest.ranking import prior

        taught = days_before(papers[0].day, TEACHING_DAYS)
        learned["prior"] = prior.learn(paper for paper in past if paper.day >= taught)
    if semantic:
        from digest.ranking.background import Background
        from digest.ranking.rank import rank_by
        from digest.ranking.relevance import Relevance
        from digest.ranking.trend import trends

        semantics = ranking_semantics.semantics_of(papers, topics, past)
        relevance = Relevance(papers, learned.get("background", Background()), semantics)
        found = rank_by(
            relevance, topics, trends=trends(papers, learned["prior"]), trend_weight=weight
        )
    else:
        found = rank(papers, topics, trend_weight=weight, **learned)
    return {slug: [pick.paper.id for pick in picks] for slug, picks in found.items()}


def topics(folder: Path, *, semantic: bool = False) -> Orders:
    """Rank the labelled days for the starter topics; the past is all that the store would have."""
    chosen, weight = configuration()
    found = {}
    for day, papers, past in labelled_days(folder):
        orders = ranked(papers, chosen, past, weight, semantic=semantic)
        found[str(day)] = {slug: order[:DEPTH] for slug, order in orders.items()}
    return found


def labelled_days(folder: Path) -> Iterator[tuple[date, list[Paper], list[Paper]]]:
    """Yield each labelled day, its papers, and all papers that are known from days before it."""
    days = sorted({line["day"] for line in lines(folder / "eval" / "topics-dev.jsonl")})
    lists = [paper for day in listed_days(folder) for paper in listed(folder, day)]
    known = [*archive(folder), *lists]
    for day in map(date.fromisoformat, days):
        yield day, listed(folder, day), [paper for paper in known if paper.day < day]


def questions(folder: Path, *, semantic: bool = False) -> Orders:
    """Rank all papers for each question, which is a topic's text."""
    papers = question_papers(folder)
    takes_text = find_spec("digest.ranking.query") is not None
    asked = [
        Topic(
            slug=str(number),
            name=line["question"],
            words_in=(line["question"],) if takes_text else tuple(words(line["question"])),
        )
        for number, line in enumerate(lines(folder / "eval" / "questions-dev.jsonl"))
    ]
    orders = ranked(papers, asked, [], 0.0, semantic=semantic)
    return {slug: order[:DEPTH] for slug, order in orders.items()}


def question_papers(folder: Path) -> list[Paper]:
    """Return the papers that answer the questions."""
    return [
        Paper(id=line["paper"], title=line["title"], abstract=line["abstract"], day=date.min)
        for line in lines(folder / "eval" / "questions-papers.jsonl")
    ]


def votes(folder: Path) -> Orders:
    """Order the papers of each day before they have votes; days before it have theirs."""
    days: dict[date, list[Paper]] = defaultdict(list)
    for line in lines(folder / "eval" / "votes-dev.jsonl"):
        day = date.fromisoformat(line["date"])
        days[day].append(
            Paper(
                id=line["id"],
                title=line["title"],
                abstract="",
                authors=tuple(line["authors"]),
                day=day,
                signals=Signals(upvotes=line["votes"]),
                observed_at=midnight(day),
            )
        )
    found, past = {}, []
    for day, papers in sorted(days.items()):
        unread = [replace(paper, signals=Signals(), observed_at=None) for paper in papers]
        found[str(day)] = ranked(unread, [TRENDING], past, 1.0)[TRENDING.slug]
        past += papers
    return found


def citeulike(folder: Path, *, semantic: bool = False) -> Orders:
    """Rank each hidden fold for each reader, by the number of likes, as a run does.

    How common words are is counted in all papers; who likes them is not known of the hidden ones.
    """
    if find_spec("digest.ranking.profiles") is None:  # an older checkout
        return citeulike_by_mean(folder)
    from digest.models.feedback import Feedback, Verdict
    from digest.ranking import background
    from digest.ranking.affinity import Affinity
    from digest.ranking.index import PaperIndex
    from digest.ranking.profiles import ProfileLearner

    papers = citeulike_papers(folder)
    counts = background.learn(papers, ()).counts
    vectors = {"vectors": ranking_semantics.vectors_of(papers, papers)} if semantic else {}
    learner = ProfileLearner(counts, **vectors)
    likes = [
        Feedback(
            paper_id=paper.id,
            verdict=Verdict.LIKE,
            at=midnight(date.min),
            channel="import",
            title=paper.title,
            abstract=paper.abstract,
        )
        for paper in papers
    ]

    @cache
    def of_papers(rows: tuple[int, ...]) -> Any:
        return Affinity(PaperIndex([papers[row] for row in rows]), counts, **vectors)

    def score(liked: Any, hidden: Any) -> Any:
        profile = learner.learn([likes[row] for row in liked])
        affinity = of_papers(tuple(hidden.tolist()))
        return affinity.closeness([affinity.find(profile)])[0]

    return rank_folds(folder, score)


def citeulike_by_mean(folder: Path) -> Orders:
    """Rank by the mean TF-IDF vector of the likes, minus that of all papers."""
    papers = [
        replace(paper, title=" ".join([paper.title] * TITLE_WEIGHT))
        for paper in citeulike_papers(folder)
    ]
    vectors: Any
    if hasattr(tfidf, "Vectors"):
        vectors = tfidf.Vectors.of(papers).rows
    else:  # an older checkout still
        vectors = tfidf.shared_terms(papers)
    mean = np.asarray(vectors.mean(axis=0)).ravel()

    def score(profile: Any, hidden: Any) -> Any:
        return vectors[hidden] @ (np.asarray(vectors[profile].mean(axis=0)).ravel() - mean)

    return rank_folds(folder, score)


def rank_folds(folder: Path, score: Callable[[Any, Any], Any]) -> Orders:
    """Rank each hidden fold for each reader by a score of its papers; papers are row numbers.

    A profile has the reader's papers outside the fold, of which there are 5 at least, or as many of
    them as there are likes.
    """
    read = lines(folder / "eval" / "citeulike-papers.jsonl")
    row_of = {line["paper"]: row for row, line in enumerate(read)}
    fold_of = np.array([line["fold"] for line in read])
    readers = [
        (line["user"], np.array([row_of[paper] for paper in line["papers"]]))
        for line in lines(folder / "eval" / "citeulike-users-dev.jsonl")
    ]
    found: Orders = {"1": {}, "3": {}, ALL: {}}
    for likes, orders in found.items():
        for fold in range(5):
            rng = np.random.default_rng(100 + fold)
            hidden = np.flatnonzero(fold_of == fold)
            for user, papers in readers:
                profile = papers[fold_of[papers] != fold]
                if len(profile) < 5:
                    continue
                if likes != ALL:
                    profile = rng.choice(profile, int(likes), replace=False)
                best = np.argsort(-score(profile, hidden), kind="stable")[:DEPTH]
                orders[f"{fold} {user}"] = hidden[best].tolist()
    return found


def citeulike_papers(folder: Path) -> list[Paper]:
    """Return the papers of readers' libraries, in the order of their ids."""
    return [
        Paper(id=f"{row:06}", title=line["title"], abstract=line["abstract"], day=date.min)
        for row, line in enumerate(lines(folder / "eval" / "citeulike-papers.jsonl"))
    ]


def listed_days(folder: Path) -> list[date]:
    """Return the days of Hugging Face's lists."""
    names = (folder / "hf").glob("daily_papers-*.json")
    return sorted(date.fromisoformat(path.stem.removeprefix("daily_papers-")) for path in names)


def listed(folder: Path, day: date) -> list[Paper]:
    """Return the papers of a list, with its votes as if they were read when the day ended."""
    path = folder / "hf" / f"daily_papers-{day}.json"
    source = Source(name="lists", kind="huggingface", path=str(path))
    end = midnight(date.fromordinal(day.toordinal() + 1))
    kind = get_kind("huggingface")
    batches = [kind.parse(document, day=day, now=end) for document in read_files(source)]
    return list(join_batches(batches).papers)


def archive(folder: Path) -> list[Paper]:
    """Return the papers of the arXiv archive."""
    with gzip.open(
        folder / "arxiv" / "archive-2026-01-02.jsonl.gz", "rt", encoding="utf-8"
    ) as file:
        return [
            Paper(
                id=line["id"],
                title=line["title"],
                abstract=line["abstract"],
                authors=tuple(line.get("authors") or ()),
                categories=tuple(line.get("categories") or ()),
                day=date.fromisoformat(line["day"]),
            )
            for line in map(json.loads, file)
        ]


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the records of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:  # `splitlines` would also split at U+2028
        return [json.loads(line) for line in file]


def profiles_have_vectors() -> bool:
    """Whether what readers like can be compared by sentence vectors."""
    if find_spec("digest.ranking.profiles") is None:
        return False
    from digest.ranking.profiles import ProfileLearner

    return "vectors" in inspect.signature(ProfileLearner).parameters


SETS: dict[str, Callable[..., Orders]] = {
    "topics": topics,
    "questions": questions,
    "votes": votes,
    "citeulike": citeulike,
}


def main() -> None:
    """Print the orders of the sets that the arguments name, a line for each."""
    semantic = "--semantic" in sys.argv
    folder, *names = (argument for argument in sys.argv[1:] if argument != "--semantic")
    if semantic:
        usable = {"topics", "questions"} if ranking_semantics.can_encode() else set()
        usable |= {"citeulike"} if usable and profiles_have_vectors() else set()
        names = [name for name in names if name in usable]
    for name in names:
        orders = SETS[name](Path(folder), **({"semantic": True} if semantic else {}))
        print(json.dumps({"set": name, "root": str(ROOT), "orders": orders}), flush=True)


if __name__ == "__main__":
    main()
