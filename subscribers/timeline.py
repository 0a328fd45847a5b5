"""What happened to one reader, in the order of time: what was sent and why, and their consent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

Kind = Literal["consent", "issue", "bounce", "letter", "message"]


@dataclass(frozen=True, kw_only=True)
class TimelinePaper:
    """A paper of an issue, and why it was in it."""

    id: str
    title: str
    #: empty where that is not known any more
    topic: str
    score: float | None
    why: str


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """Something that happened to a reader."""

    at: datetime
    kind: Kind
    #: what happened, in a word or two: an event of consent, the state of a mail
    what: str
    #: the day of the issue
    day: date | None = None
    text: str = ""
    papers: Sequence[TimelinePaper] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A page of what happened to a reader, the newest first."""

    entries: Sequence[TimelineEntry]
    #: issues of days before this one are on the next page; None on the last
    older: date | None


@dataclass(frozen=True, kw_only=True)
class DayAnswer:
    """Why a reader got an issue of a day or not."""

    day: date
    #: in one sentence
    answer: str
    #: each condition: its name, whether it was met, and what was found
    findings: Sequence[tuple[str, str, str]]
