"""How fast papers are parsed and merged, and how much memory that takes, on real days.

    python benchmarks/sources.py [DATA]

DATA is a folder of saved days: `hf/daily_papers-*.json`, `captures/*.txt` and
`arxiv/listing-*.jsonl`; where it is missing the sample day is read. Rates are for this machine and
run only; the ratios compare parsing, in the same run, with reading the same bytes by `json` or a
bare XML parser.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from xml.etree import ElementTree as ET

from arguments import argument

from digest.app.config.resources import sample_day
from digest.delivery.process import peak_memory
from digest.sources import RawDocument, Source, get_kind, read_files
from digest.storage.engine import open_database
from digest.storage.papers import PaperStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.models.paper import Paper

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support import arxiv_documents

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"
Result = TypeVar("Result")

NOW = datetime(2026, 2, 12, 12, tzinfo=UTC)
DAY = date(2026, 2, 6)


def measure(data: Path) -> None:
    """Print a line for each kind, then what merging takes."""
    texts = _texts(data)
    found: list[tuple[str, list[Paper]]] = []
    print(f"{'':32}{'papers':>8}{'papers/s':>10}{'':4}beside reading the same bytes")
    for kind, documents, bare in texts:
        papers, seconds = _timed(partial(_parse, kind, documents))
        _, base = _timed(partial(_bare, bare, documents))
        print(
            f"parse {kind:26}{len(papers):8,}{len(papers) / seconds:10,.0f}{seconds / base:9.1f} x"
        )
        found.append((kind, papers))
    with tempfile.TemporaryDirectory() as scratch:
        engine = open_database("sqlite:///papers.db", folder=Path(scratch))
        store = PaperStore(engine)
        for words in ("merge into an empty store", "merge once more"):
            started = time.perf_counter()
            for kind, papers in found:
                store.save(papers, source=kind, authority=get_kind(kind).authority)
            seconds = time.perf_counter() - started
            total = sum(len(papers) for _, papers in found)
            print(f"{words:32}{total:8,}{total / seconds:10,.0f}")
        engine.dispose()
    print(f"peak memory {peak_memory() / 1e6:.0f} MB")


def _texts(data: Path) -> list[tuple[str, list[RawDocument], Callable[[str], object]]]:
    if not data.is_dir():
        sample = Source(name="sample", kind="huggingface", path=str(sample_day()))
        return [("huggingface", read_files(sample), json.loads)]
    return [
        ("huggingface", _files(data / "hf" / "daily_papers-*.json"), json.loads),
        ("capture", _files(data / "captures" / "page-*.txt"), str.splitlines),
        ("arxiv", _feeds(data / "arxiv"), ET.fromstring),  # our own text, made below
    ]


def _files(pattern: Path) -> list[RawDocument]:
    return read_files(Source(name="files", kind="jsonl", path=str(pattern)))


def _feeds(folder: Path) -> list[RawDocument]:
    """Write real listings as the feeds that announced them."""
    feeds = []
    for path in sorted(folder.glob("listing-*.jsonl")):
        papers = [_paper(json.loads(line)) for line in path.read_text("utf-8").splitlines()]
        text = arxiv_documents.rss("cs.CL", DAY, papers)
        feeds.append(RawDocument(where=path.name, text=text, channel="cs.CL"))
    return feeds


def _paper(record: dict[str, Any]) -> arxiv_documents.ArxivPaper:
    return arxiv_documents.ArxivPaper(
        id=record["id"],
        title=record["title"],
        abstract=record["summary"],
        authors=tuple(record["authors"]),
        categories=("cs.CL", *record["categories"]),
    )


def _parse(kind: str, documents: Sequence[RawDocument]) -> list[Paper]:
    source = Source(name=kind, kind=kind)
    batches = [get_kind(source.kind).parse(document, day=DAY, now=NOW) for document in documents]
    return [paper for batch in batches for paper in batch.papers]


def _bare(read: Callable[[str], object], documents: Sequence[RawDocument]) -> None:
    for document in documents:
        read(document.text)


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    # Once only: what was parsed before is remembered for a while.
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


if __name__ == "__main__":
    measure(argument(__doc__, DEFAULT))
