"""From picks to an issue: sections, coverage, and the edition that all issues of a day share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from digest.models.paper import Paper
from digest.models.picks import Pick, Reason
from digest.models.source import Channel
from digest.models.trend import Trend
from subscribers.models import EXPLORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from subscribers.models import Topic


@dataclass(frozen=True, kw_only=True)
class Section:
    """One topic's picks in an issue, best first."""

    slug: str
    name: str
    picks: tuple[Pick, ...]
    #: whether the topic takes every paper and ranks by votes alone
    trending: bool = False
    #: on a short day, how many papers of the day are about the topic; None on other days
    short: int | None = None

    @property
    def standing(self) -> int:
        """How far its picks are from what the subscriber named, from 0."""
        if self.slug == EXPLORE:
            return 2
        return 1 if self.trending else 0


@dataclass(frozen=True, kw_only=True)
class SourceCoverage:
    """What one source contributed to an edition."""

    source: str
    papers: int
    channels: tuple[Channel, ...] = ()
    #: whether its list of the day was still incomplete
    is_early: bool = False


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Which day and sources an edition covers, and what is missing."""

    day: date
    #: the day of the issue before it, if days lie between the two; its papers are of all of them
    since: date | None = None
    #: in configuration order
    sources: tuple[SourceCoverage, ...] = ()
    #: sources whose papers are unknown
    missing: tuple[str, ...] = ()
    #: the missing and stale sources that will be read again for this day
    to_be_retried: tuple[str, ...] = ()
    #: sources that gave fewer papers than they announced
    partial: tuple[str, ...] = ()
    #: sources that served papers of other days only
    stale: tuple[str, ...] = ()
    #: why each source is expected to have no papers that day, as a clause
    excused: tuple[str, ...] = ()
    #: earlier days, with the number of papers that came too late for their editions
    late: tuple[tuple[date, int], ...] = ()
    #: sources with earlier days that still could not be read
    overdue: tuple[tuple[str, date], ...] = ()
    #: distinct papers the ranker chose from
    considered: int = 0
    #: when the votes that it counts were last seen to change, UTC; None if it counts none
    votes_read_at: datetime | None = None

    @property
    def first_day(self) -> date:
        """The first day whose papers it covers: the one after `since`, or its own.

        A list grows after the issue of its day, so `since` itself may have papers that came later.
        """
        if self.since is None or self.since >= self.day:
            return self.day
        has_later = any(day == self.since for day, _ in self.late)
        return self.since if has_later else self.since + timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days it covers, its own among them."""
        return (self.day - self.first_day).days + 1


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One subscriber's digest for one day, or what they are told on a quiet one."""

    day: date
    sections: tuple[Section, ...]
    coverage: Coverage
    #: papers of the subscriber's earlier issues that were withdrawn since
    withdrawn: tuple[Paper, ...] = ()
    #: of an issue without papers, why there are none, as a sentence to the reader; else empty
    quiet: str = ""

    @property
    def picks(self) -> tuple[Pick, ...]:
        """All picks in their order in the issue."""
        return tuple(pick for section in self.sections for pick in section.picks)

    @property
    def top(self) -> Pick:
        """The pick with the highest score, first among the named topics; on a tie the first.

        A paper of a topic that ranks by votes alone, or one outside the subscriber's topics, comes
        first only if there is no other.

        Raises:
            ValueError: it has no papers, so it is a quiet day's.

        """
        rank = min(section.standing for section in self.sections)
        first = [pick for it in self.sections if it.standing == rank for pick in it.picks]
        return max(first, key=lambda pick: pick.score)


#: In the reason for no issue where a source could not be read, or showed another day's papers: it
#: may have papers for the reader after all.
UNREAD = ("could not be read", "still shows")


@dataclass(frozen=True, kw_only=True)
class NoIssue:
    """Why a subscriber gets no issue today."""

    reason: str
    #: whether every source was read and brought nothing new, so that two lines may say so
    is_quiet: bool = False
    #: on such a day, the reason as a sentence to the reader
    told: str = field(default="", compare=False)


class IssueItem(NamedTuple):
    """A paper in a mail."""

    paper_id: str
    #: its position in the mail, from 0
    position: int
    topic: str
    #: the position of the near-duplicate that it is listed behind
    behind: int | None = None
    # None where the edition's own pick says it
    score: float | None = None
    trend: float | None = None
    reasons: tuple[Reason, ...] | None = None
    #: see `Pick`
    team: str | None = None
    propensity: float | None = None


#: The topic of an item that reports a withdrawal.
WITHDRAWN = "own:withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What the issues of other days have shown one subscriber."""

    #: ids of the papers that were picked, or listed behind a pick
    papers: frozenset[str] = frozenset()
    #: ids of the papers whose withdrawal was reported
    withdrawals: frozenset[str] = frozenset()
    #: ids of other papers that the last issue was chosen from
    passed_over: frozenset[str] = frozenset()

    @property
    def known(self) -> frozenset[str]:
        """The ids of the papers that are not new: shown, or passed over."""
        return self.papers | self.passed_over if self.passed_over else self.papers

    def __or__(self, other: Seen) -> Seen:
        """Return what either of the two holds."""
        return Seen(
            papers=self.papers | other.papers,
            withdrawals=self.withdrawals | other.withdrawals,
            passed_over=self.passed_over | other.passed_over,
        )


#: What a new subscriber has seen.
NOTHING_SEEN = Seen()


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """How many papers go into an issue, and how much votes count."""

    per_topic: int
    max_papers: int
    trend_weight: float
    #: so many papers outside the subscriber's topics for each paper of an issue, in 0..0.5
    explore: float = 0.0


@dataclass(frozen=True, kw_only=True)
class WordCounts:
    """In how many papers of the last weeks words occur, to tell rare words from common ones."""

    #: how many papers were counted
    papers: int = 0
    #: by term: a stem, or two neighbouring stems with a space between
    papers_with: Mapping[str, int] = field(default_factory=dict)
    #: by term: the mean of its weight in the papers' vectors, of the terms where that is most
    means: Mapping[str, float] = field(default_factory=dict)

    def of(self, terms: Iterable[str]) -> WordCounts:
        """Return the counts of these terms only, without means."""
        found = {term: self.papers_with[term] for term in terms if term in self.papers_with}
        return WordCounts(papers=self.papers, papers_with=found)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A day's ranking and coverage, which all subscribers share; built once per run."""

    coverage: Coverage
    papers: Sequence[Paper]
    topics: Mapping[str, Topic]
    #: best first; `Rankings` are quick to select from
    ranked: Mapping[str, Sequence[Pick]]
    similar: Mapping[str, frozenset[str]]
    per_topic: int
    max_papers: int
    trend_weight: float
    #: of the words of its papers, for subscribers with words of their own
    counts: WordCounts = field(default_factory=WordCounts)
    #: of all words of the last weeks, with which feedback is learned; not stored with the edition
    all_counts: WordCounts | None = None
    #: how its papers compare with others of their day, by id
    trends: Mapping[str, Trend] = field(default_factory=dict)
    #: the packed sentence vectors of its papers, by id, for profiles; empty without the extra
    vectors: Mapping[str, bytes] = field(default_factory=dict)
    #: ids of the papers that hold a word which the subscriber of a personal edition excludes
    excluded: frozenset[str] = frozenset()
    #: papers of earlier issues that were withdrawn since
    withdrawn: Sequence[Paper] = ()
    #: see `Quotas`
    explore: float = 0.0
    #: the ranker that is interleaved with ours, and its picks; empty without one
    rival: str = ""
    rival_ranked: Mapping[str, Sequence[Pick]] = field(default_factory=dict)

    @property
    def all_papers(self) -> tuple[Paper, ...]:
        """All papers that a mail may name; their positions are used in storage."""
        return (*self.papers, *self.withdrawn)

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The position of each of these papers by its id."""
        return {paper.id: position for position, paper in enumerate(self.all_papers)}
