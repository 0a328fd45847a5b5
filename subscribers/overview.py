"""What the operator's page shows of an installation at a moment, and its tables to be exported.

The installation fills these in; see `subscribers.web.admin`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Numbers of one thing by kind, such as the issues of a day by their outcome."""

    #: what they are of: a day, or a name
    of: date | str
    numbers: Mapping[str, int]

    @property
    def total(self) -> int:
        """The sum of the numbers."""
        return sum(self.numbers.values())


@dataclass(frozen=True, kw_only=True)
class SourceDay:
    """How a source was last read for a day."""

    day: date
    #: empty if it was not read
    state: str = ""
    at: datetime | None = None
    papers: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SourceHealth:
    """How a source was read for the last days."""

    name: str
    #: one for each of the last days, the oldest first
    days: Sequence[SourceDay]
    #: how long after a day began (UTC) its list was read in full, mostly and at worst
    usual: timedelta | None
    longest: timedelta | None
    #: days that are over, and were read in full a day after they began, or are not yet
    late: Sequence[date]

    @property
    def last(self) -> SourceDay | None:
        """The newest day for which it was read."""
        return next((one for one in reversed(self.days) if one.state), None)

    @property
    def papers(self) -> int:
        """How many papers it had for all of the days."""
        return sum(one.papers for one in self.days)


@dataclass(frozen=True, kw_only=True)
class TopicFigures:
    """How many readers a topic has, and what it brought."""

    slug: str
    #: empty for one that is not configured any more
    name: str
    #: confirmed ones
    readers: int
    #: papers that the mailed editions of the last days had for it
    papers: int
    #: on how many of these days it had any
    days: int


@dataclass(frozen=True, kw_only=True)
class StepFigures:
    """How long a step of runs took, in seconds."""

    name: str
    runs: int
    median: float
    longest: float
    #: when the run began in which it took longest
    longest_at: datetime


@dataclass(frozen=True, kw_only=True)
class RunSteps:
    """A run, and the seconds of its steps."""

    at: datetime
    seconds: float
    steps: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """An installation at a moment."""

    at: datetime
    #: so many days are shown of readers, issues and bounces, and so many of sources and topics
    days: int
    few_days: int
    #: by status, for each of the last days, the oldest first
    readers: Sequence[Counts]
    #: by outcome, for each of the last days that has any, the oldest first
    issues: Sequence[Counts]
    #: by class, for each provider, the most first
    bounces: Sequence[Counts]
    sources: Sequence[SourceHealth]
    topics: Sequence[TopicFigures]
    #: when their readers were counted; None for now
    topics_counted_at: datetime | None
    #: the slowest first
    steps: Sequence[StepFigures]
    #: the oldest first
    runs: Sequence[RunSteps]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as it is exported: every row there is, read as they are written."""

    columns: Sequence[str]
    rows: Callable[[], Iterator[Sequence[Any]]]
