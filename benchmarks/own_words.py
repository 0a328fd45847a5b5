"""What readers with words of their own cost, beside the build before their words were one product.

    python benchmarks/own_words.py [READERS]

A day of 300 real papers; each reader has three topics and three own words, drawn from the topics'
words and from the papers'. The two builds take turns in processes of their own, the older one from
a worktree, with so few readers that it ends. Then the curve for 1 to READERS readers, with the
memory that is added at the peak. Ratios hold on any machine, seconds on this one only.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

from arguments import argument

from digest.app.config.starter_topics import starter_topics
from digest.delivery.issues import IssueComposer
from digest.models.issue import NOTHING_SEEN, Coverage, Edition, Quotas, SourceCoverage
from digest.models.paper import Paper
from subscribers.models import Preferences, Status, Subscriber, Topic

ROOT = Path(__file__).resolve().parents[1]
ARCHIVE = ROOT.parent / "shared" / "data" / "arxiv" / "archive-2026-01-02.jsonl.gz"
#: The last build in which each reader had a ranking of their own.
BEFORE = "352ad35"
DAY = date(2026, 2, 2)
PAPERS, WORDS, TOPICS = 300, 3, 3
QUOTAS = Quotas(per_topic=5, max_papers=10, trend_weight=0.3)
#: So many readers of the older build, in so many turns.
FEW, ROUNDS = 20, 3
#: As many as a worker takes from the ledger at once.
BATCH = 200


def papers() -> list[Paper]:
    """Return the last papers of the archive, as those of one day."""
    with gzip.open(ARCHIVE, "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file][-PAPERS:]
    return [
        Paper(id=line["id"], title=line["title"], abstract=line["abstract"], day=DAY)
        for line in lines
    ]


def topics() -> list[Topic]:
    """Return the topics of a new installation."""
    return [
        Topic(
            slug=topic.slug,
            name=topic.name,
            words_in=tuple(topic.words_in),
            trending=topic.trending,
        )
        for topic in starter_topics()
    ]


def readers(number: int) -> list[Subscriber]:
    """Return readers, each with other words."""
    rng = random.Random(20260202)  # noqa: S311 (no secret)
    slugs = [topic.slug for topic in topics()]
    of_topics = [word for topic in topics() for word in topic.words_in]
    text = " ".join(f"{paper.title} {paper.abstract}" for paper in papers())
    of_papers = [word for word in text.split() if word.isalpha() and len(word) > 3]
    return [
        Subscriber(
            id=place,
            address=f"reader{place}@example.org",
            status=Status.CONFIRMED,
            topics=tuple(rng.sample(slugs, TOPICS)),
            since=datetime(2026, 1, 1, tzinfo=UTC),
            preferences=Preferences(
                words_in=tuple(rng.choice(rng.choice((of_topics, of_papers))) for _ in range(WORDS))
            ),
        )
        for place in range(number)
    ]


def edition() -> Edition:
    """Return the day's edition, as the build at hand makes it."""
    day = papers()
    coverage = Coverage(
        day=DAY, sources=(SourceCoverage(source="arXiv", papers=PAPERS),), considered=PAPERS
    )
    try:
        from digest.ranking.background import Background
        from digest.ranking.edition import make_edition
        from digest.ranking.trend import trends
    except ImportError:
        from digest.ranking.near_duplicates import near_duplicates
        from digest.ranking.rank import rank

        return Edition(
            coverage=coverage,
            papers=day,
            topics={topic.slug: topic for topic in topics()},
            ranked=rank(day, topics(), trend_weight=QUOTAS.trend_weight),
            similar=near_duplicates(day),
            per_topic=QUOTAS.per_topic,
            max_papers=QUOTAS.max_papers,
            trend_weight=QUOTAS.trend_weight,
        )
    return make_edition(
        day,
        topics(),
        background=Background(),
        trends=trends(day),
        quotas=QUOTAS,
        coverage=coverage,
    )


def measure(number: int) -> tuple[float, float, float]:
    """Return the readers/s of so many, without and with what is read once; and the added MB.

    Time is that of the processor, since other programs run beside.
    """
    asking = readers(number)
    composer = IssueComposer(edition())
    memory = _peak()
    started = time.process_time()
    # The first reader has the papers read, once for all.
    composer.compose(asking[0])
    ready = time.process_time()
    for start in range(0, number, BATCH):
        some = asking[start : start + BATCH]
        if hasattr(composer, "compose_all"):
            from digest.ranking.personalize import Reader  # an older build has none

            composer.compose_all([Reader(reader) for reader in some])
        else:
            for reader in some:
                composer.compose(reader, seen=NOTHING_SEEN)
    ended = time.process_time()
    return number / (ended - ready), number / (ended - started), _peak() - memory


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_process(tree: Path, number: int) -> tuple[float, float, float]:
    """Measure with the build in a folder."""
    done = subprocess.run(
        [sys.executable, __file__, f"{-number}"],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"},
        cwd=tree,
    )
    rate, whole, memory = json.loads(done.stdout)
    return rate, whole, memory


def compare(most: int) -> None:
    """Print the ratio, then the curve."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "before"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", "--quiet", tree, BEFORE], check=True)
        try:
            turns = [(in_process(tree, FEW)[0], in_process(ROOT, most)[0]) for _ in range(ROUNDS)]
        finally:
            subprocess.run([*git, "remove", "--force", tree], check=True)
    for before, now in turns:
        print(f"before {before:8.1f} readers/s   now {now:8,.0f} readers/s   x {now / before:.0f}")
    print(f"median ratio x {median(now / before for before, now in turns):.0f}\n")
    print(f"{'readers':>8} {'readers/s':>10} {'all included':>13} {'MB added':>9}")
    number = 1
    while number <= most:
        rate, whole, memory = in_process(ROOT, number)
        print(f"{number:8,} {rate:10,.0f} {whole:13,.0f} {memory:9.0f}")
        number *= 10


if __name__ == "__main__":
    number = argument(__doc__, 10_000)
    if not ARCHIVE.is_file():
        sys.exit(f"{ARCHIVE} is not there; its papers are the day's")
    if number < 0:
        print(json.dumps(measure(-number)))
    else:
        compare(number)
