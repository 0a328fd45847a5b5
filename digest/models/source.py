"""To be written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from digest.models.paper import Announcement, Paper


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A record that could not be used, where it stands and why."""

    #: file and line, or the index of the element
    where: str
    reason: str


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
