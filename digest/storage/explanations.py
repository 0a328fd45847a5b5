"""Why papers were picked: scores and reasons, readable without the edition.

An edition is a large block of bytes (`storage.edition_codec`). Whoever asks why a reader got a
paper needs a few words of it, and asks for a year of editions at once. So each topic of an edition
has its own row: compressed JSON, a list of `[position, score, [reason, …]]` with the position of
the paper in the edition.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from digest.storage.schema import edition_topics

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from digest.models.issue import Edition
    from digest.models.picks import Pick


class Explanation(NamedTuple):
    """Why a paper was picked for a topic."""

    score: float
    #: in words for readers
    reasons: tuple[str, ...]


def save(db: sa.Connection, edition_id: int, edition: Edition) -> None:
    """Store what explains the picks of a new edition."""
    positions = {paper.id: position for position, paper in enumerate(edition.all_papers)}
    rows = [
        {"edition_id": edition_id, "topic": topic, "picks": dump(picks, positions)}
        for topic, picks in edition.ranked.items()
        if picks
    ]
    if rows:
        db.execute(edition_topics.insert(), rows)


def find(
    db: sa.Connection, edition_id: int, wanted: Collection[tuple[str, int]]
) -> dict[tuple[str, int], Explanation]:
    """Return why papers of an edition were picked, by topic and position of the paper.

    What was pruned is absent.
    """
    topics = {topic for topic, _ in wanted}
    if not topics:
        return {}
    query = sa.select(edition_topics.c.topic, edition_topics.c.picks).where(
        edition_topics.c.edition_id == edition_id, edition_topics.c.topic.in_(topics)
    )
    return {
        (row.topic, position): Explanation(score, tuple(reasons))
        for row in db.execute(query)
        for position, score, reasons in load(row.picks)
        if (row.topic, position) in wanted
    }


def dump(picks: Sequence[Pick], positions: Mapping[str, int]) -> bytes:
    """Return what explains the picks of one topic; `positions` has the papers' by their ids."""
    found: list[list[Any]] = [
        [positions[pick.paper.id], pick.score, [reason.text for reason in pick.reasons]]
        for pick in picks
    ]
    return zlib.compress(json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def load(content: bytes) -> list[tuple[int, float, list[str]]]:
    """Return position, score and reasons of the picks of one topic, as `dump` wrote them."""
    found: list[tuple[int, float, list[str]]] = json.loads(zlib.decompress(content))
    return found
