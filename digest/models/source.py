"""What a source gave for a day, what was to be expected of it, and how that went."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from digest.models.paper import Announcement, Paper


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A record that could not be used, and why."""

    #: where the record is: file and line, or the index of the element
    where: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A part of a source that is counted by itself, such as a category."""

    name: str
    parsed: int
    #: how many records it announced; None where it does not say
    declared: int | None = None
    #: False where it could not be read or was stale, which is not the same as empty
    is_read: bool = True


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one source gave for one day."""

    papers: tuple[Paper, ...] = ()
    #: records that only add to known papers: new versions, venues, citations. An unknown paper
    #: is not created from them. An empty title leaves the known title alone.
    updates: tuple[Paper, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    #: how many records the source announced, rejected ones included
    declared: int = 0
    #: how many papers it was asked for and does not know, where it is asked for single papers
    unknown: int = 0
    channels: tuple[Channel, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    #: why the batch is known to be incomplete
    trouble: str | None = None
    #: what was not understood though no paper was lost, a sentence each: keys, values, ids
    warnings: tuple[str, ...] = ()


class Outlook(StrEnum):
    """What a source can be expected to have for a day."""

    #: papers of the day
    DUE = "due"
    #: the day's papers, or more of them, but not yet
    EARLY = "early"
    #: few papers or none; neither is an error
    LITTLE = "little"
    #: none on that day
    NOTHING = "nothing"


@dataclass(frozen=True)
class Forecast:
    """What a source can be expected to have for a day, by its calendar."""

    outlook: Outlook = Outlook.DUE
    #: why there is nothing (yet), as a clause: "arXiv announces nothing on Saturdays"
    reason: str = ""


class SourceState(StrEnum):
    """How reading a source for a day ended."""

    #: read, and complete by its own count
    OK = "ok"
    #: read, and empty as expected: a weekend, a holiday
    EMPTY = "empty"
    #: read, but the day's list is not out yet or has only begun; read again later
    EARLY = "early"
    #: it served the papers of another day once more; nothing was kept
    STALE = "stale"
    #: read, with fewer papers than the source announced
    PARTIAL = "partial"
    #: not read, or nothing in it was usable; its papers are unknown
    FAILED = "failed"

    @property
    def is_settled(self) -> bool:
        """Whether the source need not be read again for the day."""
        return self in (SourceState.OK, SourceState.EMPTY)

    @property
    def is_trouble(self) -> bool:
        """Whether papers may be missing."""
        return self in (SourceState.STALE, SourceState.PARTIAL, SourceState.FAILED)


@dataclass(frozen=True, kw_only=True)
class SourceReport:
    """How one source was fetched for one day."""

    source: str
    day: date
    state: SourceState
    declared: int = 0
    #: papers of the day that were kept
    parsed: int = 0
    new: int = 0
    #: papers known before that the records described
    merged: int = 0
    #: papers of other days than the one asked for
    other_days: int = 0
    rejected: tuple[Rejected, ...] = ()
    #: files that were not read, since they have not changed; the counts include their records
    unchanged: int = 0
    channels: tuple[Channel, ...] = ()
    #: why the state is what it is, where the state alone does not say it
    reason: str | None = None
    #: what was not understood though no paper was lost, a sentence each
    warnings: tuple[str, ...] = ()
    #: those of the rejected records and warnings that are of unchanged files, and were said before
    said_before: frozenset[Rejected | str] = field(default=frozenset(), compare=False)
    seconds: float = 0.0

    @property
    def error(self) -> str | None:
        """What went wrong."""
        return (self.reason or str(self.state)) if self.state.is_trouble else None
