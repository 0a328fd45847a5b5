"""Kinds of other packages, found by entry point; their failures stop no other source.

Their code is not ours, so every exception in it becomes a SourceError that names the kind.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.errors import ConfigError, DigestError, SourceError
from digest.models.identity import is_canonical
from digest.models.source import Forecast
from digest.sources.kind import join_batches
from digest.sources.notes import Notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from importlib.metadata import EntryPoints

    from digest.models.source import Batch
    from digest.sources import FetchRequest, Kind, RawDocument, Source

GROUP = "digest.sources"


def names() -> set[str]:
    """Return the names of all kinds that installed packages provide."""
    return {point.name for point in _points()}


def _points() -> EntryPoints:
    from importlib.metadata import entry_points  # slow to import and rarely needed

    return entry_points(group=GROUP)


def version(name: str) -> str:
    """Return the version of the package that provides a kind; empty if it has none."""
    point = next(point for point in _points() if point.name == name)
    return point.dist.version if point.dist else ""


def load(name: str) -> object:
    """Load the object that an entry point names.

    Raises:
        ConfigError: it cannot be loaded.

    """
    point = next(point for point in _points() if point.name == name)
    try:
        return point.load()
    except Exception as error:
        raise ConfigError(f"the kind {name!r} of {point.value} is broken: {error}") from error


def guarded(kind: Kind, name: str) -> Kind:
    """Return the kind with functions that raise every error as a SourceError."""
    guard = _Guard(kind=kind, name=name)
    return replace(
        kind,
        read=guard.read,
        parse=guard.parse,
        # That of every kind without its own needs no guard, and tells that files may be read apart.
        join=kind.join if kind.join is join_batches else guard.join,
        forecast=guard.forecast,
    )


@dataclass(frozen=True, kw_only=True)
class _Guard:
    kind: Kind
    name: str

    def read(self, source: Source, request: FetchRequest) -> Iterator[RawDocument]:
        with self._errors_named():
            yield from self.kind.read(source, request)

    def parse(self, document: RawDocument, *, day: date, now: datetime) -> Batch:
        with self._errors_named():
            batch = self.kind.parse(document, day=day, now=now)
            notes = Notes(where=document.where)
            notes.see_ids(
                paper.id for paper in (*batch.papers, *batch.updates) if not is_canonical(paper.id)
            )
            return replace(batch, warnings=(*batch.warnings, *notes.warnings))

    def join(self, batches: Sequence[Batch]) -> Batch:
        with self._errors_named():
            return self.kind.join(batches)

    def forecast(self, day: date, now: datetime) -> Forecast:
        try:
            with self._errors_named():
                return self.kind.forecast(day, now)
        except SourceError:
            return Forecast()

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except (DigestError, GeneratorExit):
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise SourceError(f"the kind {self.name!r} is broken: {reason}") from error
