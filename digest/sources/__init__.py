"""Where papers come from, one module a kind.

A kind is two functions: `read` fetches what is there and is the only part that touches files or
the network; `parse` turns it into a batch and never fails on a bad record, which it counts and
names instead. A package adds a kind of its own by an entry point of the group `digest.sources`
that names a `Kind`; docs/sources.md shows a whole one.
"""

from __future__ import annotations

import glob
import importlib
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.errors import ConfigError, SourceError
from digest.models.source import Batch, Forecast
from digest.sources import plugins
from digest.text.clean import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime, timedelta
    from typing import Protocol

    from digest.models.paper import Paper
    from digest.sources.http.client import SourceClient

    class Read(Protocol):
        """Reads what a source holds for a day; raises SourceError when it cannot be read."""

        def __call__(self, location: Source, ask: FetchRequest, /) -> Iterable[RawDocument]: ...

    class Parse(Protocol):
        """Understands one text. Papers without a day of their own belong to `day`."""

        def __call__(self, raw: RawDocument, /, *, day: date, now: datetime) -> Batch: ...


#: The modules of our own kinds; each has a KIND. Imported when asked for, since some are slow.
BUILTIN = {
    "arxiv": "digest.sources.arxiv.announcements",
    "arxiv-api": "digest.sources.arxiv.api",
    "biorxiv": "digest.sources.biorxiv",
    "capture": "digest.sources.saved_page",
    "github": "digest.sources.github",
    "huggingface": "digest.sources.huggingface",
    "jsonl": "digest.sources.jsonl",
    "openreview": "digest.sources.openreview",
    "semantic-scholar": "digest.sources.semantic_scholar",
}


@dataclass(frozen=True, kw_only=True)
class RawDocument:
    """What was read from one place, not yet understood."""

    #: the file's path or the address, for messages
    where: str
    text: str
    #: the part of the source it was asked for, such as a category; saved files do not know it
    channel: str = ""
    #: why there is no text, where the other parts of the source could be read
    trouble: str = ""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a source is, and which part of it is wanted."""

    name: str
    kind: str
    #: files to read instead of the service: a path or a glob
    path: str | None = None
    #: where to ask, if not at the service's own address
    url: str | None = None
    categories: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    #: what the service gave to know us by; a secret
    key: str = field(default="", repr=False)
    #: what a third party's kind wants to know
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FetchRequest:
    """What is asked of a source, and what it may use to answer."""

    day: date
    now: datetime
    #: HTTP that keeps to the hosts of the source
    web: SourceClient
    #: the day's papers as far as other sources gave them; for kinds that only add to them
    papers: Callable[[], Sequence[Paper]]
    #: to be told how many texts will be read, for the progress bar
    expect: Callable[[int], None] = lambda _total: None


def _due(_day: date, _now: datetime) -> Forecast:
    return Forecast()


def join(batches: Sequence[Batch]) -> Batch:
    """Put the batches of a source's texts together as they are."""
    return Batch(
        papers=tuple(paper for batch in batches for paper in batch.papers),
        updates=tuple(paper for batch in batches for paper in batch.updates),
        rejected=tuple(record for batch in batches for record in batch.rejected),
        declared=sum(batch.declared for batch in batches),
        channels=tuple(channel for batch in batches for channel in batch.channels),
        announcements=tuple(one for batch in batches for one in batch.announcements),
        trouble=next((batch.trouble for batch in batches if batch.trouble), None),
    )


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of source."""

    read: Read
    parse: Parse
    #: puts the batches of a day's texts together, and checks them against each other
    join: Callable[[Sequence[Batch]], Batch] = join
    #: the hosts it may ask, beside the one of the location's url
    hosts: tuple[str, ...] = ()
    #: whose word is believed where sources differ, from 0 to 100
    rank: int = 50
    #: fields of a paper on which its word counts for more than its rank, and for how much
    knows: Mapping[str, int] = field(default_factory=dict)
    #: whether it only adds to papers that others brought; then it is read after them
    enriches: bool = False
    #: what its calendar says of a day, at a time (UTC)
    forecast: Callable[[date, datetime], Forecast] = _due
    #: how long after the beginning of a day, in UTC, its list is whole; None where days that
    #: are past cannot be asked for
    whole_after: timedelta | None = None

    def authority(self, name: str) -> int:
        """Return how much its word counts on a field of a paper, from 0 to 100."""
        return self.knows.get(name, self.rank)


def get_kind(name: str) -> Kind:
    """Return a kind by its name.

    Raises:
        ConfigError: there is none, or it is a package's and cannot be loaded.

    """
    if name in BUILTIN:
        ours: Kind = importlib.import_module(BUILTIN[name]).KIND
        return ours
    if name not in plugins.names():
        known = ", ".join(sorted({*BUILTIN, *plugins.names()}))
        raise ConfigError(f"there is no kind of source {name!r}; there are: {known}")
    kind = plugins.load(name)
    if not isinstance(kind, Kind):
        raise ConfigError(f"the kind {name!r} is no digest.sources.Kind")
    return plugins.guarded(kind, name)


def parse(location: Source, raw: RawDocument, *, day: date, now: datetime) -> Batch:
    """Parse what `read` gave."""
    return get_kind(location.kind).parse(raw, day=day, now=now)


def hosts(location: Source) -> frozenset[str]:
    """Return the hosts a source may ask."""
    own = urlsplit(location.url or "").hostname
    return frozenset(filter(None, (own, *get_kind(location.kind).hosts)))


def read_files(location: Source) -> list[RawDocument]:
    """Read the files of a path or glob, in the order of their names."""
    if location.path is None:
        raise ConfigError(f'source {location.name}: kind "{location.kind}" needs a path')
    paths = sorted(Path(found) for found in glob.glob(location.path, recursive=True))  # noqa: PTH207 (absolute patterns)
    files = [path for path in paths if path.is_file()]
    if not files:
        raise SourceError(f"no file matches {location.path}")
    try:
        return [RawDocument(where=str(path), text=decode(path.read_bytes())) for path in files]
    except OSError as error:
        raise SourceError(f"cannot read {error.filename}: {error.strerror}") from error


#: Names of the public interface that have changed; the old ones work with a warning.
_RENAMED = {"Ask": "FetchRequest", "Location": "Source", "Raw": "RawDocument", "find": "get_kind"}


def __getattr__(name: str) -> object:
    if name not in _RENAMED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    new = _RENAMED[name]
    warnings.warn(
        f"digest.sources.{name} is now digest.sources.{new}", DeprecationWarning, stacklevel=2
    )
    return globals()[new]
