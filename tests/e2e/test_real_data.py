"""Real captures and lists, which stand beside a checkout: nothing in them is lost."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from support.builders import DAY, NOON

from digest.sources import Source, get_kind, join_batches, read_files
from digest.storage.papers import PaperStore
from digest.storage.schema import fetches, metadata

if TYPE_CHECKING:
    from pathlib import Path

    from digest.models.source import Batch

LATER = NOON + timedelta(days=1)

captures = pytest.mark.parametrize(
    ("page", "papers"), [("page-000", 90), ("page-001", 257), ("page-003", 40), ("page-004", 98)]
)
days = pytest.mark.parametrize(
    ("day", "papers"),
    [
        (date(2026, 2, 2), 41),
        (date(2026, 2, 3), 73),
        (date(2026, 2, 4), 53),
        (date(2026, 2, 5), 53),
        (date(2026, 2, 6), 47),
        (date(2026, 2, 9), 43),
        (date(2026, 2, 10), 58),
        (date(2026, 2, 11), 57),
    ],
    ids=str,
)


def read(kind: str, path: Path, *, day: date = DAY, now: datetime = NOON) -> Batch:
    """Everything that matches a path, as one batch."""
    source = Source(name=kind, kind=kind, path=str(path))
    documents = read_files(source)
    return join_batches(
        [get_kind(source.kind).parse(document, day=day, now=now) for document in documents]
    )


def fill(engine: sa.Engine, real_data: Path, *, now: datetime) -> int:
    """Save all captures and days; return how many works were new."""
    pages = read("capture", real_data / "captures" / "page-*.txt", now=now)
    lists = read("huggingface", real_data / "hf" / "daily_papers-*.json", now=now)
    store = PaperStore(engine)
    saved = [
        store.save(pages.papers, source="pages", authority=get_kind("capture").authority),
        store.save(lists.papers, source="lists", authority=get_kind("huggingface").authority),
    ]
    return sum(one.new for one in saved)


def dump(engine: sa.Engine) -> dict[str, list[Any]]:
    """All that is known of papers, table by table."""
    with engine.connect() as db:
        return {
            table.name: sorted(db.execute(sa.select(table)).all(), key=str)
            for table in metadata.sorted_tables
            if table is not fetches
        }


@captures
def test_every_paper_of_a_capture_is_read(real_data: Path, page: str, papers: int) -> None:
    batch = read("capture", real_data / "captures" / f"{page}.txt")

    assert (len(batch.papers), batch.rejected, batch.declared) == (papers, (), papers)


def test_the_captures_together_hold_457_works(real_data: Path) -> None:
    batch = read("capture", real_data / "captures" / "page-*.txt")

    assert len({paper.id for paper in batch.papers}) == 457


@pytest.mark.parametrize("words", ["TÜLU 3: ", "Benchmarks for Pirá 2.0, "])
def test_broken_letters_in_a_capture_are_mended(real_data: Path, words: str) -> None:
    batch = read("capture", real_data / "captures" / "page-001.txt")

    assert [paper.title for paper in batch.papers if paper.title.startswith(words)]


@pytest.mark.parametrize(
    ("page", "with_authors", "with_comments"),
    [("page-000", 0, 0), ("page-001", 0, 0), ("page-003", 38, 7), ("page-004", 0, 0)],
)
def test_details_are_read_where_a_page_has_them(
    real_data: Path, page: str, with_authors: int, with_comments: int
) -> None:
    papers = read("capture", real_data / "captures" / f"{page}.txt").papers

    assert len([paper for paper in papers if paper.author_count]) == with_authors
    assert len([paper for paper in papers if paper.published_at]) == with_authors
    assert len([paper for paper in papers if paper.signals.comments]) == with_comments


@days
def test_every_paper_of_a_day_is_read_and_belongs_to_it(
    real_data: Path, day: date, papers: int
) -> None:
    # Read as if asked for long ago: the papers have to know their day by themselves.
    batch = read("huggingface", real_data / "hf" / f"daily_papers-{day}.json", day=date(2020, 1, 1))

    assert (len(batch.papers), batch.rejected, batch.declared) == (papers, (), papers)
    assert {paper.day for paper in batch.papers} == {day}


def test_a_complete_record_keeps_what_it_says(real_data: Path) -> None:
    (paper,) = read("huggingface", real_data / "hf" / "example-record.json").papers

    assert (paper.id, paper.day, len(paper.authors)) == ("2602.23229", date(2026, 3, 6), 5)
    assert (paper.signals.upvotes, paper.signals.comments, paper.signals.stars) == (10, 1, 9)
    assert (paper.links.code is not None, paper.links.project is not None) == (True, True)


def test_saving_everything_twice_changes_nothing(real_data: Path, engine: sa.Engine) -> None:
    fill(engine, real_data, now=NOON)
    once = dump(engine)

    assert fill(engine, real_data, now=LATER) == 0
    assert dump(engine) == once


def test_the_keywords_of_a_real_record_are_those_that_it_gives(real_data: Path) -> None:
    path = real_data / "hf" / "example-record.json"
    (given,) = json.loads(path.read_text(encoding="utf-8"))

    (paper,) = read("huggingface", path).papers

    assert len(paper.keywords) > 1
    assert list(paper.keywords) == given["paper"]["ai_keywords"]
