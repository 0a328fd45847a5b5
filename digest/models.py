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
    citations: int | None = None

    @property
    def known(self) -> bool:
        """Whether anything at all is known."""
        seen = (self.upvotes, self.comments, self.stars, self.citations)
        return any(value is not None for value in seen)


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
    #: the version that is described, from 1
    version: int | None = None
    #: the authors' remark, such as "12 pages, accepted at ICML 2026"
    comment: str = ""
    #: where it was published, such as "ICLR 2025 poster"
    venue: str = ""
    #: one sentence that says what it found
    tldr: str = ""
    #: where it was made, such as a company or laboratory
    organization: str = ""
    #: the day on which its withdrawal was announced, or noticed
    withdrawn_on: date | None = None
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


class AnnounceType(StrEnum):
    """How arXiv announces a paper in a category."""

    NEW = "new"
    #: new, and at home in another category
    CROSS = "cross"
    #: a new version
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"

    @property
    def is_news(self) -> bool:
        """Whether the paper itself is announced, and not a new version of it."""
        return self in (AnnounceType.NEW, AnnounceType.CROSS)


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """That a version of a paper was announced in a category on a day."""

    paper_id: str
    category: str
    #: the day of the listing, in the source's own time zone
    day: date
    type: AnnounceType
    version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A part of a source that is counted by itself, such as a category."""

    name: str
    parsed: int
    #: how many records it said it holds; None where it does not say
    declared: int | None = None
    #: whether anything of it is known; what could not be read, or was old, is not empty
    is_read: bool = True


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one source gave for one day."""

    papers: tuple[Paper, ...] = ()
    #: what is said of papers that are no news here: new versions, venues, citations. A paper
    #: nobody knew is not made from them; an empty title says nothing.
    updates: tuple[Paper, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    #: how many records the source said it holds, rejected ones included
    declared: int = 0
    channels: tuple[Channel, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    #: why the batch is known not to be whole
    trouble: str | None = None


class Outlook(StrEnum):
    """What can be expected of a source."""

    #: papers of the day
    DUE = "due"
    #: the day's papers, or more of them, but not yet
    EARLY = "early"
    #: few papers or none, neither of which is an error
    LITTLE = "little"
    #: none on that day
    NOTHING = "nothing"


@dataclass(frozen=True)
class Forecast:
    """What can be expected of a source on a day, by its calendar."""

    outlook: Outlook = Outlook.DUE
    #: why there is nothing, or nothing yet, as a clause: "arXiv announces nothing on Saturdays"
    reason: str = ""


class SourceState(StrEnum):
    """How reading a source for a day ended."""

    #: read, and as whole as it says
    OK = "ok"
    #: read, and empty as was to be expected: a weekend, a holiday
    EMPTY = "empty"
    #: read, and not out yet, or only begun; read again later
    EARLY = "early"
    #: the papers of another day were served once more; nothing was kept
    STALE = "stale"
    #: fewer papers than the source says there are
    PARTIAL = "partial"
    #: not read, or nothing in it could be used: its papers are unknown
    FAILED = "failed"

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing left to read again."""
        return self in (SourceState.OK, SourceState.EMPTY)

    @property
    def is_trouble(self) -> bool:
        """Whether papers may be missing that should be there."""
        return self in (SourceState.STALE, SourceState.PARTIAL, SourceState.FAILED)


@dataclass(frozen=True, kw_only=True)
class SourceReport:
    """One source's part in a fetch."""

    source: str
    day: date
    state: SourceState
    declared: int = 0
    #: papers of the day that were kept
    parsed: int = 0
    new: int = 0
    #: records that said something of works known before
    merged: int = 0
    #: papers of other days than the one asked for
    other_days: int = 0
    rejected: tuple[Rejected, ...] = ()
    channels: tuple[Channel, ...] = ()
    #: why the state is what it is, where that is not plain
    reason: str | None = None
    seconds: float = 0.0

    @property
    def error(self) -> str | None:
        """What went wrong."""
        return (self.reason or str(self.state)) if self.state.is_trouble else None


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
class Covered:
    """What one source gave to an edition."""

    source: str
    papers: int
    channels: tuple[Channel, ...] = ()
    #: whether its list had only begun
    so_far: bool = False


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Which day and sources an issue covers, and what was missing."""

    day: date
    #: in configuration order
    covered: tuple[Covered, ...] = ()
    #: sources whose papers are unknown
    missing: tuple[str, ...] = ()
    #: of those and the stale ones, the sources that will be read again for this day
    read_again: tuple[str, ...] = ()
    #: sources that gave papers, but fewer than they have
    cut_off: tuple[str, ...] = ()
    #: sources that were read and held nothing but papers of other days
    stale: tuple[str, ...] = ()
    #: why sources have no papers of the day, and need not have: a clause each
    quiet: tuple[str, ...] = ()
    #: earlier days, and how many papers came in too late for their editions
    late: tuple[tuple[date, int], ...] = ()
    #: sources and earlier days that still could not be read
    owed: tuple[tuple[str, date], ...] = ()
    #: distinct papers the ranker chose from
    considered: int = 0


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One subscriber's digest for one day."""

    day: date
    sections: tuple[Section, ...]
    edition: Edition
    #: papers of the reader's earlier issues that were withdrawn since
    withdrawn: tuple[Paper, ...] = ()

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
    """Where a delivery stands; `delivery.states` says which steps there are between them."""

    #: the reader is to get a mail today; nothing has left
    PLANNED = "planned"
    #: a sender has taken it up; nothing has left
    CLAIMED = "claimed"
    #: the mail is being handed over; if the process dies now, nobody knows
    INFLIGHT = "inflight"
    #: the mail server (or the directory) has taken the mail
    SENT = "sent"
    #: not now; tried again later, until the day is stale
    DEFERRED = "deferred"
    #: refused for good
    FAILED = "failed"
    #: nothing to send, with the reason
    SKIPPED = "skipped"
    #: handed over, but the answer was lost; `on_unknown` says what becomes of it
    UNKNOWN = "unknown"
    #: the day was too old before the mail could leave
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
    #: mails in doubt that the operator wants to be asked about
    doubtful: int = 0
    #: seconds of CPU by stage: select, render, ledger, wire
    cpu: Mapping[str, float] = field(default_factory=dict)
    #: the most bytes of memory that each process took
    memory: tuple[int, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nobody is left waiting, refused, or in doubt who is to be asked about."""
        open_states = (State.PLANNED, State.DEFERRED, State.FAILED, State.EXPIRED)
        left = any(self.counts.get(state) for state in open_states)
        return self.stopped is None and not left and not self.doubtful
