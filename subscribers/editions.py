"""Papers and editions as pages, feeds and the API show them. Plain data, no web framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from subscribers.models import Topic


@dataclass(frozen=True, kw_only=True)
class PaperText:
    """The texts of a paper, each ready to be shown; what is unknown is an empty string."""

    id: str
    title: str
    url: str
    #: authors, affiliation, venue and date in one line
    byline: str
    #: a summary in one sentence
    tldr: str
    #: the beginning of the abstract
    summary: str
    #: why the paper was picked
    why: str
    #: votes, comments and stars in words
    signals: str


@dataclass(frozen=True, kw_only=True)
class PaperCard(PaperText):
    """A paper on a page: its texts, and named links to its versions."""

    #: each with a `name` and a `url`
    links: Sequence[Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class TopicEdition:
    """The papers of one topic on one day, best first."""

    day: date
    topic: Topic
    papers: Sequence[PaperCard]


@dataclass(frozen=True, kw_only=True)
class DayEdition:
    """The edition of a day: what each topic had, by the topic's slug."""

    day: date
    topics: Mapping[str, TopicEdition]
