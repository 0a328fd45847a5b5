"""A file that a source was read from: how to recognise it, and what was in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digest.models.source import Channel, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from digest.models.source import Batch


@dataclass(frozen=True, kw_only=True)
class FileStamp:
    """What a file system says of a file."""

    #: in bytes
    size: int
    #: nanoseconds since 1970: when the content was written, by the file's own word
    modified: int
    #: nanoseconds since 1970: when anything about the file changed, which no program can set
    changed: int


@dataclass(frozen=True, kw_only=True)
class FileContents:
    """What a report says of a file, for any day that is asked for."""

    declared: int = 0
    #: how many papers have a day of their own, by that day in ISO 8601
    days: Mapping[str, int] = field(default_factory=dict)
    #: how many papers belong to the day that is asked for
    undated: int = 0
    updates: int = 0
    #: how many papers that were asked for are not known to the service
    unknown: int = 0
    rejected: tuple[Rejected, ...] = ()
    channels: tuple[Channel, ...] = ()
    trouble: str | None = None
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, batch: Batch, *, day: date) -> FileContents:
        """Describe a batch that was parsed for a day.

        A paper without a day of its own was given that very object as its day.
        """
        undated = sum(paper.day is day for paper in batch.papers)
        return cls(
            declared=batch.declared,
            days=dict(Counter(str(p.day) for p in batch.papers if p.day is not day)),
            undated=undated,
            updates=len(batch.updates),
            unknown=batch.unknown,
            rejected=batch.rejected,
            channels=batch.channels,
            trouble=batch.trouble,
            warnings=batch.warnings,
        )

    @property
    def papers(self) -> int:
        """How many papers there are, of any day."""
        return self.undated + sum(self.days.values())

    def of_day(self, day: date) -> int:
        """Return how many papers belong to a day, if it is the one that is asked for."""
        return self.undated + self.days.get(str(day), 0)

    def kept(self, day: date, *, only_day: bool) -> int:
        """Return how many records are kept, updates included, of a day alone or of all."""
        return (self.of_day(day) if only_day else self.papers) + self.updates


@dataclass(frozen=True, kw_only=True)
class ReadFile:
    """A file whose papers are stored."""

    path: str
    stamp: FileStamp
    read_at: datetime
    sha256: str
    #: the kind that parsed it, and its version: another one may find more
    parser: str
    #: the one day whose papers were stored; None if all were
    only_day: date | None
    contents: FileContents

    def covers(self, *, day: date, only_day: bool, parser: str) -> bool:
        """Whether reading the same content again could store nothing more."""
        whole = self.only_day is None or (only_day and self.only_day == day)
        return whole and self.parser == parser
