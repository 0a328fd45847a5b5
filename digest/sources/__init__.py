"""Where papers come from, one module a kind.

Each module has two functions: `read` fetches what is there and is the only part that touches
files or the network; `parse` turns it into a batch and never fails on a bad record, which it
counts and names instead.
"""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from digest.errors import ConfigError, SourceError
from digest.models import Batch
from digest.text import decode

if TYPE_CHECKING:
    from datetime import date, datetime

#: Every kind of source, and how much its word counts when several describe one paper
#: (higher wins; an operator's own parser is believed over the page it parsed).
PRECEDENCE = {"capture": 1, "huggingface": 2, "jsonl": 3}


@dataclass(frozen=True, kw_only=True)
class Raw:
    """What was read from one place, not yet understood."""

    #: the file's path or the address, for messages
    where: str
    text: str


class Kind(Protocol):
    """What the module of a source kind offers."""

    def read(self, location: Location, day: date) -> list[Raw]:
        """Read what the source holds for a day; raise SourceError when it cannot be read."""

    def parse(self, raw: Raw, *, day: date, now: datetime) -> Batch:
        """Understand it. Papers without a day of their own belong to `day`."""


@dataclass(frozen=True, kw_only=True)
class Location:
    """Where a source is: a glob of files, or an address."""

    name: str
    kind: str
    path: str | None = None
    url: str | None = None


def read(location: Location, day: date) -> list[Raw]:
    """Read a source; see `Kind.read`."""
    return _kind(location.kind).read(location, day)


def parse(location: Location, raw: Raw, *, day: date, now: datetime) -> Batch:
    """Parse what `read` gave; see `Kind.parse`."""
    return _kind(location.kind).parse(raw, day=day, now=now)


def read_files(location: Location) -> list[Raw]:
    """Read the files of a path or glob, in the order of their names."""
    if location.path is None:
        raise ConfigError(f'source {location.name}: kind "{location.kind}" needs a path')
    paths = sorted(Path(found) for found in glob.glob(location.path, recursive=True))  # noqa: PTH207 (absolute patterns)
    files = [path for path in paths if path.is_file()]
    if not files:
        raise SourceError(f"no file matches {location.path}")
    try:
        return [Raw(where=str(path), text=decode(path.read_bytes())) for path in files]
    except OSError as error:
        raise SourceError(f"cannot read {error.filename}: {error.strerror}") from error


def _kind(name: str) -> Kind:
    # Imported here, because the web client of one kind is slow to import for all the others.
    from digest.sources import capture, huggingface, jsonl

    kinds: dict[str, Kind] = {"capture": capture, "huggingface": huggingface, "jsonl": jsonl}
    return kinds[name]
