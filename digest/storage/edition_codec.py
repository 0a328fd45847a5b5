"""An edition as bytes, so that a mail can be made again from the papers it was first made from.

The bytes are compressed JSON. Pydantic writes and reads them by the annotations of the models, so
that a new field of `Paper` or `Coverage` needs no change here. Floats survive exactly.

Each paper is in it once, without its id, and is referred to by its position. A paper that was
known by its title alone may take its real id later; the ids are in the table `edition_papers`.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from digest.models.issue import Coverage, Edition, WordCounts
from digest.models.paper import Paper
from digest.models.picks import Pick, Ranking, Rankings
from digest.models.trend import UNKNOWN, Trend
from digest.storage import pick_reasons
from subscribers.models import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: today's names of the fields that older versions stored under other names
_RENAMED = {
    "edition": "coverage",
    "covered": "sources",
    "read_again": "to_be_retried",
    "cut_off": "partial",
    "quiet": "excused",
    "owed": "overdue",
    "so_far": "is_early",
}

#: kind, text, place, values, number and of; older versions stored the first two
_StoredReason = tuple[Any, ...]
#: position of the paper, relevance, trend, score, and the reasons
_StoredPick = tuple[int, float, float, float, tuple[_StoredReason, ...]]


@dataclass(frozen=True, kw_only=True)
class _Content:
    """What is stored of an edition."""

    coverage: Coverage
    papers: tuple[Paper, ...]
    #: how many papers, the last ones, are there because they were withdrawn
    withdrawn: int = 0
    topics: tuple[Topic, ...]
    #: by the topic's slug
    ranked: dict[str, tuple[_StoredPick, ...]]
    #: papers and those that are nearly the same, by their positions
    similar: tuple[tuple[int, tuple[int, ...]], ...]
    per_topic: int
    max_papers: int
    trend_weight: float
    counts: WordCounts = field(default_factory=WordCounts)
    #: by position of the paper; empty in older versions
    trends: tuple[Trend, ...] = ()
    # none of these in older versions
    explore: float = 0.0
    rival: str = ""
    rival_ranked: dict[str, tuple[_StoredPick, ...]] = field(default_factory=dict)
    #: Base64 by position of the paper, "" where there is none; not stored if no paper has a vector
    vectors: tuple[str, ...] = ()


def dump(edition: Edition) -> bytes:
    """Return an edition as bytes; equal editions give equal bytes."""
    papers = edition.all_papers
    positions = {paper.id: position for position, paper in enumerate(papers)}
    similar = (
        (positions[paper_id], tuple(sorted(positions[other] for other in others)))
        for paper_id, others in edition.similar.items()
    )
    content = _Content(
        coverage=edition.coverage,
        papers=papers,
        withdrawn=len(edition.withdrawn),
        topics=tuple(edition.topics.values()),
        ranked=_stored_ranking(edition.ranked, positions),
        similar=tuple(sorted(similar)),
        per_topic=edition.per_topic,
        max_papers=edition.max_papers,
        trend_weight=edition.trend_weight,
        counts=edition.counts,
        trends=tuple(edition.trends.get(paper.id, UNKNOWN) for paper in edition.papers)
        if edition.trends
        else (),
        explore=edition.explore,
        rival=edition.rival,
        rival_ranked=_stored_ranking(edition.rival_ranked, positions),
        vectors=tuple(
            b64encode(edition.vectors.get(paper.id, b"")).decode() for paper in edition.papers
        )
        if edition.vectors
        else (),
    )
    left_out: dict[str, Any] = {"papers": {"__all__": {"id", "aliases"}}}
    if not edition.vectors:
        left_out["vectors"] = True
    text = _adapter().dump_json(content, exclude=left_out)
    return zlib.compress(text, 6)


def rival_of(content: bytes) -> str:
    """Return the ranker that was interleaved with ours in an edition; empty without one."""
    rival: str = json.loads(zlib.decompress(content)).get("rival", "")
    return rival


def _similar(stored: _Content, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the near-duplicates by id; papers of two positions may have become one."""
    found: dict[str, set[str]] = {}
    for position, others in stored.similar:
        found.setdefault(ids[position], set()).update(ids[other] for other in others)
    return {paper_id: frozenset(others - {paper_id}) for paper_id, others in found.items()}


def load(content: bytes, ids: Sequence[str]) -> Edition:
    """Return the edition that was stored; `ids` are its papers' ids of today, by position."""
    record = _in_todays_names(json.loads(zlib.decompress(content)))
    for paper, paper_id in zip(record["papers"], ids, strict=True):
        paper["id"] = paper_id
    stored = _adapter().validate_python(record)
    featured = len(stored.papers) - stored.withdrawn
    return Edition(
        coverage=stored.coverage,
        papers=list(stored.papers[:featured]),
        withdrawn=stored.papers[featured:],
        topics={topic.slug: topic for topic in stored.topics},
        ranked=_rankings(stored.ranked, stored.papers),
        similar=_similar(stored, ids),
        per_topic=stored.per_topic,
        max_papers=stored.max_papers,
        trend_weight=stored.trend_weight,
        counts=stored.counts,
        trends={
            paper.id: trend for paper, trend in zip(stored.papers, stored.trends, strict=False)
        },
        explore=stored.explore,
        rival=stored.rival,
        rival_ranked=_rankings(stored.rival_ranked, stored.papers),
        vectors={
            paper.id: b64decode(vector)
            for paper, vector in zip(stored.papers, stored.vectors, strict=False)
            if vector
        },
    )


@cache
def _adapter() -> TypeAdapter[_Content]:
    """Return the reader and writer of stored editions; it takes 30 ms to build."""
    return TypeAdapter(_Content)


def _stored_ranking(
    ranked: Mapping[str, Sequence[Pick]], positions: Mapping[str, int]
) -> dict[str, tuple[_StoredPick, ...]]:
    return {
        slug: tuple(_stored_pick(pick, positions) for pick in picks)
        for slug, picks in ranked.items()
    }


def _rankings(stored: Mapping[str, Sequence[_StoredPick]], papers: Sequence[Paper]) -> Rankings:
    return Rankings(
        (slug, Ranking(_pick(slug, pick, papers) for pick in picks))
        for slug, picks in stored.items()
    )


def _stored_pick(pick: Pick, positions: Mapping[str, int]) -> _StoredPick:
    reasons = tuple(tuple(pick_reasons.dump(reason)) for reason in pick.reasons)
    return positions[pick.paper.id], pick.relevance, pick.trend, pick.score, reasons


def _pick(slug: str, stored: _StoredPick, papers: Sequence[Paper]) -> Pick:
    position, relevance, trend, score, reasons = stored
    return Pick(
        paper=papers[position],
        topic=slug,
        relevance=relevance,
        trend=trend,
        score=score,
        reasons=tuple(map(pick_reasons.load, reasons)),
    )


def _in_todays_names(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what any version stored, with the names that fields have today."""
    record = _renamed(stored)
    coverage = _renamed(record["coverage"])
    coverage["sources"] = [_source(source) for source in coverage["sources"]]
    return {**record, "coverage": coverage}


def _source(stored: Any) -> dict[str, Any]:
    if isinstance(stored, list):  # of a version whose sources had no channels
        return {"source": stored[0], "papers": stored[1]}
    return _renamed(stored)


def _renamed(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {_RENAMED.get(name, name): value for name, value in stored.items()}
