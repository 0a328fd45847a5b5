"""Real days of arXiv, rendered in each of its shapes and read back: nothing in them is lost."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from support import arxiv_documents
from support.arxiv_documents import ArxivPaper

from digest.sources import RawDocument
from digest.sources.arxiv import announcements
from digest.text.clean import clean

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 2, 12, tzinfo=UTC)

days = pytest.mark.parametrize(
    ("day", "papers"),
    [
        (date(2026, 2, 2), 224),
        (date(2026, 2, 4), 279),
        (date(2026, 2, 5), 202),
        (date(2026, 2, 6), 260),
    ],
    ids=str,
)
shapes = pytest.mark.parametrize(
    "shapes",
    [
        (arxiv_documents.rss, arxiv_documents.listing),
        (arxiv_documents.atom,),
        (arxiv_documents.oai,),
    ],
    ids=["feed and listing", "Atom", "OAI-PMH"],
)


def announced(real_data: Path, day: date) -> list[ArxivPaper]:
    """The papers that arXiv announced on a day."""
    lines = (real_data / "arxiv" / f"listing-{day}.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        ArxivPaper(
            id=one["id"],
            title=one["title"],
            abstract=one["summary"],
            authors=tuple(one["authors"]),
            categories=tuple(one["categories"]),
            comment=one["comment"] or "",
        )
        for one in map(json.loads, lines)
    ]


@days
@shapes
def test_every_paper_of_a_day_is_read_once(
    real_data: Path, day: date, papers: int, shapes: tuple[arxiv_documents.Shape, ...]
) -> None:
    told = announced(real_data, day)
    categories = sorted({name for one in told for name in one.categories})
    texts = [render(name, day, told) for name in categories for render in shapes]

    raws = [RawDocument(where="real", text=text) for text in texts]
    batch = announcements.KIND.join([announcements.parse(raw, day=day, now=NOW) for raw in raws])

    assert {one.id for one in batch.papers} == {one.id for one in told}
    assert (len(batch.papers), batch.declared) == (papers, papers)
    assert (batch.rejected, batch.updates, batch.trouble) == ((), (), None)
    assert sum(one.parsed for one in batch.channels) == sum(len(one.categories) for one in told)


@days
def test_titles_and_authors_come_back_as_they_were_sent(
    real_data: Path, day: date, papers: int
) -> None:
    told = {one.id: one for one in announced(real_data, day)}
    text = arxiv_documents.api(day, list(told.values()))

    batch = announcements.parse(RawDocument(where="real", text=text), day=day, now=NOW)

    assert len(batch.papers) == papers
    assert {one.id: (one.title, one.authors) for one in batch.papers} == {
        # arXiv gives the colon of "Team Lamp: Ada Roe, …" as an author.
        one.id: (clean(one.title), tuple(clean(name) for name in one.authors if name != ":"))
        for one in told.values()
    }
