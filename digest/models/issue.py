"""To be written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from digest.models.paper import Paper
from digest.models.source import Channel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from subscribers.models import Topic


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
class SourceCoverage:
    """What one source gave to an edition."""

    source: str
    papers: int
    channels: tuple[Channel, ...] = ()
    #: whether its list had only begun
    is_early: bool = False


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Which day and sources an issue covers, and what was missing."""

    day: date
    #: in configuration order
    sources: tuple[SourceCoverage, ...] = ()
    #: sources whose papers are unknown
    missing: tuple[str, ...] = ()
    #: of those and the stale ones, the sources that will be read again for this day
    to_be_retried: tuple[str, ...] = ()
    #: sources that gave papers, but fewer than they have
    partial: tuple[str, ...] = ()
    #: sources that were read and held nothing but papers of other days
    stale: tuple[str, ...] = ()
    #: why sources have no papers of the day, and need not have: a clause each
    excused: tuple[str, ...] = ()
    #: earlier days, and how many papers came in too late for their editions
    late: tuple[tuple[date, int], ...] = ()
    #: sources and earlier days that still could not be read
    overdue: tuple[tuple[str, date], ...] = ()
    #: distinct papers the ranker chose from
    considered: int = 0


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One subscriber's digest for one day."""

    day: date
    sections: tuple[Section, ...]
    coverage: Coverage
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
class NoIssue:
    """Why a subscriber gets no issue today."""

    reason: str


class IssueItem(NamedTuple):
    """A paper in a mail."""

    paper_id: str
    #: where in the mail it stands, from 0
    position: int
    topic: str
    #: the position of the paper it stands behind
    behind: int | None = None
    # as the desk says, where there is nothing
    score: float | None = None
    trend: float | None = None
    reasons: tuple[str, ...] | None = None


#: The topic of an item that reports a withdrawal.
WITHDRAWN = "own:withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What the issues of other days have shown one subscriber."""

    #: ids of the papers that were picked, or listed behind a pick
    papers: frozenset[str] = frozenset()
    #: ids of the papers whose withdrawal was reported
    withdrawals: frozenset[str] = frozenset()

    def __or__(self, other: Seen) -> Seen:
        """Return what either of the two holds."""
        return Seen(
            papers=self.papers | other.papers, withdrawals=self.withdrawals | other.withdrawals
        )


#: What a new subscriber has seen.
NOTHING_SEEN = Seen()


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """How much goes into an issue, and how much votes count."""

    per_topic: int
    max_papers: int
    trend_weight: float


@dataclass(frozen=True, kw_only=True)
class Edition:
    """All that is the same for every subscriber on one day, worked out once per run."""

    coverage: Coverage
    papers: Sequence[Paper]
    topics: Mapping[str, Topic]
    ranked: Mapping[str, Sequence[Pick]]
    similar: Mapping[str, frozenset[str]]
    per_topic: int
    max_papers: int
    trend_weight: float
    #: papers of earlier issues that were withdrawn since
    withdrawn: Sequence[Paper] = ()

    @property
    def all_papers(self) -> tuple[Paper, ...]:
        """All papers that a mail may name, each at its place."""
        return (*self.papers, *self.withdrawn)
