"""Papers whose every field is as long as a source lets it be, of texts that take much room."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from support.builders import paper, pick

from digest.models.paper import Links, Signals
from digest.models.picks import Reason

if TYPE_CHECKING:
    from digest.models.paper import Paper
    from digest.models.picks import Pick

LONG = 20_000
#: Texts that take much room: escaped, in UTF-8, in height, or because no blank can end a line.
FILLINGS = {
    "word": "x" * 100_000,
    "words": "word " * LONG,
    "ampersands": "&" * LONG,
    "quotes": "\"'" * LONG,
    "tags": "<b>" * LONG,
    "emoji": "👩\u200d🔬😀" * LONG,
    "right to left": "مقالة طويلة " * LONG,
    "towers": ("Z" + "\u0306" * 60) * 400,
    "one tower": "Z" + "\u0489" * LONG,
    "Chinese": "大" * LONG,
}


def monster(filling: str, number: int = 0, **details: Any) -> Paper:
    """A paper that has this text in every field."""
    address = f"https://example.org/{filling}"
    everything: dict[str, Any] = {
        "title": filling,
        "abstract": filling,
        "authors": (filling,) * 5,
        "author_count": 2**53 - 1,
        "categories": (filling,) * 300,
        "keywords": (filling,) * 300,
        "published_at": datetime(2026, 2, 2, tzinfo=UTC),
        "comment": filling,
        "venue": filling,
        "tldr": filling,
        "organization": filling,
        "links": Links(abs=address, pdf=address, code=address, project=address, page=address),
        "signals": Signals(
            upvotes=2**53 - 1, comments=2**53 - 1, stars=2**53 - 1, citations=2**53 - 1
        ),
        "observed_at": datetime(2026, 2, 2, tzinfo=UTC),
    }
    return paper(f"2602.{number:05}", **(everything | details))


def monstrous_pick(filling: str, number: int = 0, **details: Any) -> Pick:
    return pick(
        monster(filling, number, **details),
        1 / (number + 1),
        reasons=(Reason(kind="word", text=filling),) * 3,
        similar=_crowd(filling),
    )


@cache
def _crowd(filling: str) -> tuple[Paper, ...]:
    """Many of them: made once, and with one address, since they would take gigabytes."""
    first = monster(filling, 1000)
    others = (replace(first, id=f"2602.{1000 + number:05}") for number in range(1, 299))
    return (first, *others)
