"""How long it takes to read all that one reader was sent, compared with opening each edition.

    python benchmarks/history.py [DAYS]

A database is filled with an edition a day, 300 papers ranked for 50 topics, and one reader who got
20 of them each day. Then the reader's export is written, and, in the same process, each of these
editions is opened as a whole, which is what the export once did. Only the ratio can be compared
between computers.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from arguments import argument

from digest.app.serializers import issues_of
from digest.models.issue import Coverage, Edition, IssueItem
from digest.models.paper import Links, Paper
from digest.models.picks import Pick, Reason
from digest.sources import get_kind
from digest.storage.contents import dump
from digest.storage.editions import EditionStore
from digest.storage.engine import open_database
from digest.storage.papers import PaperStore
from digest.storage.schema import days, deliveries
from digest.storage.subscriber_history import SubscriberHistory
from subscribers import json_stream
from subscribers.book import Book, Evidence
from subscribers.models import Topic

if TYPE_CHECKING:
    import sqlalchemy as sa

PAPERS, TOPICS, SENT = 300, 50, 20
FIRST = date(2025, 1, 1)
WORDS = ("agents", "learn", "models", "of", "language", "and", "speech", "from", "data", "that")
READER = 7


def edition(day: date, rng: random.Random) -> Edition:
    """Return a day's edition: every topic ranks a third of the papers."""
    papers = [
        Paper(
            id=f"{day:%y%m}.{day.day:02}{number:03}",
            title=" ".join(rng.choices(WORDS, k=10)),
            abstract=" ".join(rng.choices(WORDS, k=180)),
            authors=tuple(" ".join(rng.choices(WORDS, k=2)) for _ in range(6)),
            day=day,
            links=Links(abs=f"https://arxiv.org/abs/{number}"),
        )
        for number in range(PAPERS)
    ]
    topics = {
        f"topic-{number}": Topic(slug=f"topic-{number}", name="T") for number in range(TOPICS)
    }
    ranked = {
        slug: tuple(
            Pick(
                paper=paper,
                topic=slug,
                relevance=rng.random(),
                trend=rng.random(),
                score=rng.random(),
                reasons=(
                    Reason(kind="word", text=f"“{rng.choice(WORDS)}” in the title"),
                    Reason(kind="trend", text=f"{rng.randrange(99)} votes"),
                ),
            )
            for paper in rng.sample(papers, PAPERS // 3)
        )
        for slug in topics
    }
    return Edition(
        coverage=Coverage(day=day, considered=PAPERS),
        papers=papers,
        topics=topics,
        ranked=ranked,
        similar={},
        per_topic=5,
        max_papers=SENT,
        trend_weight=1.0,
    )


def fill(engine: sa.Engine, number: int) -> None:
    """Store the editions, and what the reader got of each."""
    rng = random.Random(1)  # noqa: S311 (made-up papers)
    store, editions = PaperStore(engine), EditionStore(engine)
    book = Book(engine, new_id=lambda: READER, pepper="pepper")
    noon = datetime(2025, 1, 1, 12, tzinfo=UTC)
    evidence = Evidence(at=noon, channel="benchmark")
    book.add("ada@example.org", ["topic-0"], confirmed=True, evidence=evidence)
    for day in (FIRST + timedelta(days=number) for number in range(number)):
        made = edition(day, rng)
        store.save(made.papers, source="page", authority=get_kind("jsonl").authority)
        saved = editions.save(made, mail_key="benchmark", now=noon)
        positions = {paper.id: position for position, paper in enumerate(made.papers)}
        picks = [pick for slug in list(made.ranked)[:4] for pick in made.ranked[slug][: SENT // 4]]
        items = [IssueItem(pick.paper.id, n, pick.topic) for n, pick in enumerate(picks)]
        with engine.begin() as db:
            db.execute(days.insert().values(day=day, planned=1, closed_at=noon))
            db.execute(
                deliveries.insert().values(
                    day=day,
                    subscriber_id=READER,
                    state="sent",
                    subject="Trending papers: " + made.papers[0].title,
                    message_id=f"<{day}.7@example.org>",
                    planned_at=noon,
                    settled_at=noon,
                    attempts=1,
                    edition_id=saved.id,
                    contents=dump(items, positions),
                )
            )


def main() -> None:
    """Print how long both take, and how much memory the export needs."""
    number = argument(__doc__, 365)
    with TemporaryDirectory() as folder:
        engine = open_database("sqlite:///digest.db", folder=Path(folder))
        fill(engine, number)
        editions, history = EditionStore(engine), SubscriberHistory(engine)
        started = time.perf_counter()
        size = sum(map(len, json_stream.chunks(issues_of(history, READER))))
        exported = time.perf_counter() - started
        tracemalloc.start()
        for _ in json_stream.chunks(issues_of(history, READER)):
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        started = time.perf_counter()
        for edition_id in range(1, number + 1):
            editions.get(edition_id)
        opened = time.perf_counter() - started
        engine.dispose()
    print(f"export of {number} issues, {size / 1e6:.1f} MB of JSON: {exported:.2f} s")
    print(f"its memory at most: {peak / 1e6:.1f} MB")
    print(f"opening their editions: {opened:.2f} s, so the export takes {exported / opened:.3f}")


if __name__ == "__main__":
    main()
