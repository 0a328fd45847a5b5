"""Which of a site's topics somebody named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.inbound.commands.spelling import words_of
from digest.inbound.commands.understanding import same, without_ignored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from subscribers.models import Topic

#: How many unknown topics an answer names, and how much of each: strangers write them.
MOST_UNKNOWN, LONGEST_UNKNOWN = 10, 40
#: "and", which joins topics.
_AND = frozenset(("and", "und", "et", "y", "e", "en", "och", "og", "ja", "i", "a", "и", "ve"))


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The topics that somebody named, sorted by whether there are such."""

    #: slugs, in the order they were named
    known: tuple[str, ...] = ()
    #: what is no topic, made of a-z, 0-9 and hyphens; only the first few
    unknown: tuple[str, ...] = ()
    #: whether anything was named that is no topic, though its letters may be none of these
    has_unknown: bool = False


def choose(wanted: Sequence[str], topics: Sequence[Topic]) -> Choice:
    """Sort what somebody named into topics, known by slug or name, and what is none."""
    found = [named for piece in wanted for named in _named(piece, topics)]
    unknown = [_slug(text) for text, topic in found if topic is None]
    return Choice(
        known=tuple(dict.fromkeys(topic.slug for _, topic in found if topic)),
        unknown=tuple(dict.fromkeys(filter(None, unknown)))[:MOST_UNKNOWN],
        has_unknown=bool(unknown),
    )


def _named(piece: str, topics: Sequence[Topic]) -> Iterator[tuple[str, Topic | None]]:
    """Yield what a text between commas names: one topic, or one with each of its words."""
    words = [word for word in without_ignored(piece) if word not in _AND]
    for text in (piece, " ".join(words)):
        if topic := _find(text, topics):
            yield text, topic
            return
    each = [(word, _find(word, topics)) for word in words]
    if any(topic for _, topic in each):
        yield from each
    elif words:
        yield " ".join(words), None


def _find(text: str, topics: Sequence[Topic]) -> Topic | None:
    if not words_of(text):
        return None
    return next((one for one in topics if same(text, one.slug) or same(text, one.name)), None)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text)[:LONGEST_UNKNOWN].strip("-")
