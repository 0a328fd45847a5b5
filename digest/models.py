"""What walks through the house: papers, picks, issues and the reports of a run.

All frozen and keyword-only. A datetime without a time zone is refused where it enters,
because a naive time becomes a wrong hour in somebody's inbox.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class Signals:
    """What readers elsewhere made of a paper. `None` is "not known", which is not 0."""

    upvotes: int | None = None
    comments: int | None = None
    stars: int | None = None

    @property
    def known(self) -> bool:
        """Whether anything at all is known."""
        return any(value is not None for value in (self.upvotes, self.comments, self.stars))


@dataclass(frozen=True, kw_only=True)
class Links:
    """Where a paper can be read, each an http(s) address or `None`."""

    abs: str | None = None
    pdf: str | None = None
    code: str | None = None
    project: str | None = None
    #: the paper's page at Hugging Face, with its discussion
    page: str | None = None

    @property
    def best(self) -> str | None:
        """The address behind a paper's title: the abstract page when there is one."""
        return self.abs or self.page or self.project or self.pdf or self.code


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One work under its canonical id, as far as the sources know it."""

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    #: how many authors there are, where a source counts them without naming them
    author_count: int | None = None
    categories: tuple[str, ...] = ()
    #: the first version's time, UTC
    published_at: datetime | None = None
    #: the day it was featured, by the source's own word
    day: date
    #: when on that day, where the source says so
    featured_at: datetime | None = None
    links: Links = Links()
    signals: Signals = Signals()
    #: when the signals were seen, UTC
    observed_at: datetime | None = None
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse times without a zone."""
        for name in ("published_at", "featured_at", "observed_at"):
            moment: datetime | None = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"{name} of {self.id} has no time zone")


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A record that could not be used, where it stands and why."""

    #: file and line, or the index of the element
    where: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one source gave for one day."""

    papers: tuple[Paper, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    #: how many records the source said it holds, rejected ones included
    declared: int = 0


class SourceState(StrEnum):
    """How reading a source for a day ended."""

    #: read, whatever it held
    OK = "ok"
    #: not read, or nothing in it could be used: its papers are unknown
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class SourceReport:
    """One source's part in a fetch."""

    source: str
    day: date
    state: SourceState
    declared: int = 0
    parsed: int = 0
    new: int = 0
    #: papers of other days than the one asked for
    other_days: int = 0
    rejected: tuple[Rejected, ...] = ()
    error: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a paper was picked, in words a reader understands.

    `kind` is for programs: word, category, author, trend or similar.
    """

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A paper chosen for a topic, with its score and its reasons.

    `score = relevance * (1 + weight * trend)`, all three at least 0.
    """

    paper: Paper
    topic: str
    relevance: float
    trend: float
    score: float
    reasons: tuple[Reason, ...] = ()
    #: near-duplicates that stand behind this one, best first
    similar: tuple[Paper, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """One topic's picks in an issue, best first."""

    slug: str
    name: str
    picks: tuple[Pick, ...]


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Which day and sources an issue covers, and what was missing."""

    day: date
    #: source name and how many papers it gave, in configuration order
    covered: tuple[tuple[str, int], ...] = ()
    #: sources whose papers are unknown
    missing: tuple[str, ...] = ()
    #: sources that gave papers at first and could not be read when asked again
    cut_off: tuple[str, ...] = ()
    #: sources that were read and held nothing but papers of other days
    stale: tuple[str, ...] = ()
    #: distinct papers the ranker chose from
    considered: int = 0


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One subscriber's digest for one day."""

    day: date
    sections: tuple[Section, ...]
    edition: Edition

    @property
    def picks(self) -> tuple[Pick, ...]:
        """All picks in the order they are read."""
        return tuple(pick for section in self.sections for pick in section.picks)

    @property
    def top(self) -> Pick:
        """The pick readers elsewhere value most; without votes, the one with the highest score."""
        return max(self.picks, key=lambda pick: (pick.trend, pick.score))


@dataclass(frozen=True, kw_only=True)
class Silence:
    """Why a subscriber gets no issue today."""

    reason: str


class State(StrEnum):
    """Where a delivery stands."""

    #: to be sent; nothing was handed over yet, or it was given back
    PLANNED = "planned"
    #: a run has taken it up; after a crash this becomes unknown
    CLAIMED = "claimed"
    #: its body is on the way to the mail server, which has not answered yet
    INFLIGHT = "inflight"
    #: the mail server (or the directory) has taken the mail
    SENT = "sent"
    #: not now; the next run of the same day tries again
    DEFERRED = "deferred"
    #: refused for good
    FAILED = "failed"
    #: nothing to send, with the reason
    SKIPPED = "skipped"
    #: handed over, but the answer was lost; not repeated by itself
    UNKNOWN = "unknown"
    #: was still to be sent when its time had passed
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class SendReport:
    """What one run did, counted by state."""

    day: date
    counts: Mapping[State, int] = field(default_factory=dict)
    #: subscribers whose delivery had been settled by an earlier run of the day
    already: int = 0
    #: why the run stopped before everybody was served
    stopped: str | None = None

    @property
    def complete(self) -> bool:
        """Whether nobody is left waiting or in doubt."""
        open_states = (State.CLAIMED, State.DEFERRED, State.FAILED, State.UNKNOWN)
        return self.stopped is None and not any(self.counts.get(state) for state in open_states)
