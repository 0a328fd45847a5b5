"""The files of a source: which there are, which have changed, and what is in them."""

from __future__ import annotations

import glob
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import ConfigError, SourceError
from digest.models.read_file import FileStamp
from digest.sources import lenient
from digest.sources.kind import RawDocument
from digest.text.clean import decode

if TYPE_CHECKING:
    from datetime import date

    from digest.models.read_file import ReadFile
    from digest.models.source import Batch
    from digest.sources.kind import Kind, Source

#: A file that changed so shortly before it was read may have changed once more without another
#: time stamp: FAT counts in steps of two seconds, and a server's clock may differ from ours.
_GRANULARITY = timedelta(seconds=10)


def find_files(source: Source) -> list[Path]:
    """Return the files of a source's path or glob, sorted by name.

    Raises:
        ConfigError: the source has no path.
        SourceError: no file matches.

    """
    if source.path is None:
        raise ConfigError(f'source {source.name}: kind "{source.kind}" needs a path')
    paths = sorted(Path(found) for found in glob.glob(source.path, recursive=True))  # noqa: PTH207 (absolute patterns)
    files = [path for path in paths if path.is_file()]
    if not files:
        raise SourceError(f"no file matches {source.path}")
    return files


def read_files(source: Source) -> list[RawDocument]:
    """Read the files of a source's path or glob, sorted by name.

    Raises:
        ConfigError: the source has no path.
        SourceError: no file matches, or a file cannot be read.

    """
    return [SourceFile(path).document for path in find_files(source)]


def parse_file(path: Path, kind: Kind, *, day: date, now: datetime) -> Batch:
    """Parse a file; one that cannot be used is rejected by its name, and costs no other file."""
    try:
        return kind.parse(SourceFile(path).document, day=day, now=now)
    except (ConfigError, SourceError) as error:
        return lenient.unusable_at(str(path), str(error))


@dataclass(frozen=True)
class SourceFile:
    """A file of a source; its content is read when it is needed.

    Every member raises SourceError if the file cannot be read.
    """

    path: Path

    @cached_property
    def stamp(self) -> FileStamp:
        """What the file system says of it, before its content is read."""
        try:
            found = self.path.stat()
        except OSError as error:
            raise _unreadable(error) from error
        return FileStamp(size=found.st_size, modified=found.st_mtime_ns, changed=found.st_ctime_ns)

    @cached_property
    def sha256(self) -> str:
        """The hash of its content."""
        return hashlib.sha256(self._content).hexdigest()

    @property
    def document(self) -> RawDocument:
        """Its content as text."""
        return RawDocument(where=str(self.path), text=decode(self._content))

    @cached_property
    def _content(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise _unreadable(error) from error

    def unchanged(
        self,
        before: ReadFile | None,
        *,
        day: date,
        only_day: bool,
        parser: str,
        now: datetime,
    ) -> ReadFile | None:
        """Return how it was read `before`, if reading it again could store nothing more.

        Where the time stamps do not prove that its content is the same, the hash decides; the
        stamps are then those of today.
        """
        if before is None or not before.covers(day=day, only_day=only_day, parser=parser):
            return None
        if before.stamp == self.stamp and not _is_recent(before):
            return before
        if before.stamp.size != self.stamp.size or before.sha256 != self.sha256:
            return None
        return replace(before, stamp=self.stamp, read_at=now)


def _is_recent(file: ReadFile) -> bool:
    """Whether a file may have changed after it was read without another time stamp."""
    changed = max(file.stamp.modified, file.stamp.changed) / 1e9
    return changed > (file.read_at - _GRANULARITY).timestamp()


def _unreadable(error: OSError) -> SourceError:
    return SourceError(f"cannot read {error.filename}: {error.strerror}")
