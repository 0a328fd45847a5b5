"""What a kind of source is: two functions, and what Digest has to know about them.

`read` fetches what a source holds for a day; it is the only part that uses files or the network.
`parse` turns one document into a batch of papers. It never fails because of one bad record: the
batch counts and names those instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digest.models.source import Batch, Forecast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime, timedelta
    from typing import Protocol

    from digest.models.paper import Paper
    from digest.sources.http.client import SourceClient

    class Read(Protocol):
        """Reads what a source holds for a day; raises SourceError when it cannot be read."""

        def __call__(self, source: Source, request: FetchRequest, /) -> Iterable[RawDocument]: ...

    class Parse(Protocol):
        """Parses one document. Papers without a day of their own belong to `day`."""

        def __call__(self, document: RawDocument, /, *, day: date, now: datetime) -> Batch: ...


@dataclass(frozen=True, kw_only=True)
class RawDocument:
    """One document of a source, as it was read and not yet parsed."""

    #: the file's path or the address, for messages
    where: str
    text: str
    #: the part of the source it was requested for, such as a category; empty for saved files
    channel: str = ""
    #: why there is no text, if other parts of the source could be read
    trouble: str = ""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One configured source: its kind, its address or files, and which part of it is wanted."""

    name: str
    kind: str
    #: files to read instead of the service: a path or a glob
    path: str | None = None
    #: the address to use instead of the service's own
    url: str | None = None
    categories: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    #: the API key or token of the service; a secret
    key: str = field(default="", repr=False)
    #: settings of a third party's kind
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FetchRequest:
    """The day to read a source for, and what `read` may use."""

    day: date
    #: the time, UTC
    now: datetime
    #: an HTTP client that sends requests to the source's own hosts only
    web: SourceClient
    #: returns the day's papers that other sources brought; for kinds that enrich
    papers: Callable[[], Sequence[Paper]]
    #: takes the number of documents that will be read, for the progress bar
    expect: Callable[[int], None] = lambda _total: None


def join_batches(batches: Sequence[Batch]) -> Batch:
    """Concatenate the batches of a source's documents, without comparing them."""
    return Batch(
        papers=tuple(paper for batch in batches for paper in batch.papers),
        updates=tuple(paper for batch in batches for paper in batch.updates),
        rejected=tuple(record for batch in batches for record in batch.rejected),
        declared=sum(batch.declared for batch in batches),
        unknown=sum(batch.unknown for batch in batches),
        channels=tuple(channel for batch in batches for channel in batch.channels),
        announcements=tuple(one for batch in batches for one in batch.announcements),
        trouble=next((batch.trouble for batch in batches if batch.trouble), None),
        warnings=join_warnings(batches),
    )


def join_warnings(batches: Sequence[Batch]) -> tuple[str, ...]:
    """Return the warnings of a source's documents, each once."""
    return tuple(dict.fromkeys(one for batch in batches for one in batch.warnings))


def _always_due(_day: date, _now: datetime) -> Forecast:
    return Forecast()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of source."""

    read: Read
    parse: Parse
    #: combines the batches of a day's documents, and may check them against each other
    join: Callable[[Sequence[Batch]], Batch] = join_batches
    #: the hosts it may send requests to, in addition to the host of the source's url
    hosts: tuple[str, ...] = ()
    #: how much its values count where sources differ, from 0 to 100
    rank: int = 50
    #: fields of a paper on which its values count for more than its rank, each from 0 to 100
    knows: Mapping[str, int] = field(default_factory=dict)
    #: whether it only adds to papers of other sources; it is then read after them, and never makes
    #: two of them one
    enriches: bool = False
    #: what its calendar says about a day at a time (UTC)
    forecast: Callable[[date, datetime], Forecast] = _always_due
    #: how long after the start of a day, in UTC, its list is complete; None if the service
    #: cannot be asked for past days
    whole_after: timedelta | None = None
    #: for how many days after its own a list's votes still rise, so that they are read again
    votes_settle: int = 0

    #: rises when `parse` finds more in a document than before; files are then read again
    revision: int = 0

    def authority(self, name: str) -> int:
        """Return how much its value of a paper's field counts, from 0 to 100."""
        return self.knows.get(name, self.rank)
