"""A desk as bytes, so that a mail can be made again from what it was first made from.

JSON, compressed; numbers survive exactly. Papers stand in it once, and are referred to by their
place, since a paper known by its title alone may take its real id later.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from digest.models.issue import Coverage, Edition, Pick, Reason, SourceCoverage
from digest.models.paper import Links, Paper, Signals
from digest.models.source import Channel
from subscribers.models import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: fields by the names under which older versions stored them
_RENAMED = {
    "covered": "sources",
    "read_again": "to_be_retried",
    "cut_off": "partial",
    "quiet": "excused",
    "owed": "overdue",
    "so_far": "is_early",
}
_DAYS = ("day", "withdrawn_on")
_TIMES = ("published_at", "featured_at", "observed_at")


def dump(desk: Edition) -> bytes:
    """Return a desk as bytes; equal desks give equal bytes."""
    papers = desk.all_papers
    places = {paper.id: place for place, paper in enumerate(papers)}
    content = {
        "edition": _edition(desk.coverage),
        "papers": [_paper(paper) for paper in papers],
        "withdrawn": len(desk.withdrawn),
        "topics": [asdict(topic) for topic in desk.topics.values()],
        "ranked": {
            slug: [_pick(pick, places) for pick in picks] for slug, picks in desk.ranked.items()
        },
        "similar": [
            [places[paper_id], sorted(places[other] for other in others)]
            for paper_id, others in sorted(desk.similar.items(), key=lambda item: places[item[0]])
        ],
        "per_topic": desk.per_topic,
        "max_papers": desk.max_papers,
        "trend_weight": desk.trend_weight,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def load(content: bytes, ids: Sequence[str]) -> Edition:
    """Return the desk that was frozen; `ids` are its papers' ids of today, by place."""
    found = json.loads(zlib.decompress(content))
    papers = [
        _paper_of(record, paper_id) for record, paper_id in zip(found["papers"], ids, strict=True)
    ]
    featured = len(papers) - found.get("withdrawn", 0)
    return Edition(
        coverage=_edition_of(found["edition"]),
        papers=papers[:featured],
        withdrawn=tuple(papers[featured:]),
        topics={
            topic["slug"]: Topic(**{name: _tuples(value) for name, value in topic.items()})
            for topic in found["topics"]
        },
        ranked={
            slug: tuple(_pick_of(slug, record, papers) for record in picks)
            for slug, picks in found["ranked"].items()
        },
        similar={
            ids[one]: frozenset(ids[other] for other in others) for one, others in found["similar"]
        },
        per_topic=found["per_topic"],
        max_papers=found["max_papers"],
        trend_weight=found["trend_weight"],
    )


def _edition(edition: Coverage) -> dict[str, Any]:
    return {
        **asdict(edition),
        "day": edition.day.isoformat(),
        "late": [[day.isoformat(), number] for day, number in edition.late],
        "overdue": [[source, day.isoformat()] for source, day in edition.overdue],
    }


def _edition_of(record: Mapping[str, Any]) -> Coverage:
    values = {name: _tuples(value) for name, value in record.items()}
    values["day"] = date.fromisoformat(record["day"])
    for old, new in _RENAMED.items():
        if old in values:
            values[new] = values.pop(old)
    values["sources"] = tuple(map(_covered_of, values["sources"]))
    values["late"] = tuple((date.fromisoformat(d), n) for d, n in record.get("late", ()))
    values["overdue"] = tuple(
        (name, date.fromisoformat(d)) for name, d in values.get("overdue", ())
    )
    return Coverage(**values)


def _covered_of(record: Any) -> SourceCoverage:
    if isinstance(record, list):  # of a time when sources had no channels
        return SourceCoverage(source=record[0], papers=record[1])
    record = {_RENAMED.get(name, name): value for name, value in record.items()}
    channels = tuple(Channel(**one) for one in record["channels"])
    return SourceCoverage(**{**record, "channels": channels})


def _paper(paper: Paper) -> dict[str, Any]:
    values = asdict(paper)
    # Its id is in a table beside, where it is kept up to date.
    del values["id"]
    for name in _DAYS:
        if values[name] is not None:
            values[name] = values[name].isoformat()
    for name in _TIMES:
        if values[name] is not None:
            values[name] = values[name].isoformat()
    return values


def _paper_of(record: Mapping[str, Any], paper_id: str) -> Paper:
    values = {name: _tuples(value) for name, value in record.items()}
    for name in _TIMES:
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    for name in _DAYS:
        if values.get(name) is not None:
            values[name] = date.fromisoformat(values[name])
    values["links"] = Links(**values["links"])
    values["signals"] = Signals(**values["signals"])
    return Paper(id=paper_id, **values)


def _pick(pick: Pick, places: Mapping[str, int]) -> list[Any]:
    reasons = [[reason.kind, reason.text] for reason in pick.reasons]
    return [places[pick.paper.id], pick.relevance, pick.trend, pick.score, reasons]


def _pick_of(slug: str, record: Sequence[Any], papers: Sequence[Paper]) -> Pick:
    place, relevance, trend, score, reasons = record
    return Pick(
        paper=papers[place],
        topic=slug,
        relevance=relevance,
        trend=trend,
        score=score,
        reasons=tuple(Reason(kind=kind, text=text) for kind, text in reasons),
    )


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
