"""Several records, one work: who is who, and whose word counts. Pure; the store writes it down.

A record that has only a title is the known work of that title, if there is one. A record with a
real id takes over the work of the same title that had none: the work is *promoted*. Whose word
counts is decided for each field by itself, and kept beside it.
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from digest.models.identity import is_weak, title_key
from digest.models.paper import WORK_FIELDS, Links, Paper, Signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_Record = TypeVar("_Record", Links, Signals)

_LINKS = tuple(field.name for field in fields(Links))


class Origin(NamedTuple):
    """Who said what a field holds."""

    source: str
    #: how much its word counts on this field, see sources.Kind.authority
    authority: int


class SourceAuthority(NamedTuple):
    """Who speaks, and how much that counts on each field."""

    source: str
    authority: Callable[[str], int]


class Work(NamedTuple):
    """What is known of one work, and from whom."""

    paper: Paper
    #: by field; those of links are `links.abs` and so on
    origins: Mapping[str, Origin]


class MergeBatch:
    """The works that a batch touches, as they were and as the batch leaves them."""

    def __init__(self, known: Iterable[Work]) -> None:
        """Start from what is known."""
        self._before = {work.paper.id: work for work in known}
        self._after: dict[str, Work] = {}
        self._by_title: dict[str, list[str]] = {}
        for paper_id in sorted(self._before):
            self._remember_title(self._before[paper_id].paper)
        #: ids made from titles that gave way to real ones
        self.reidentified: dict[str, str] = {}

    @property
    def new(self) -> list[Work]:
        """The works nobody knew."""
        return [work for paper_id, work in self._after.items() if paper_id not in self._before]

    @property
    def changed(self) -> list[Work]:
        """The known works that the batch says more about."""
        return [
            work
            for paper_id, work in self._after.items()
            if paper_id in self._before and work != self._before[paper_id]
        ]

    def take_all(self, batch: Iterable[Paper], voice: SourceAuthority) -> list[Paper]:
        """Merge the papers of a batch; return them under the ids of their works."""
        found = [self._take(paper, voice) for paper in batch]
        return [
            replace(paper, id=self.reidentified[paper.id])
            if paper.id in self.reidentified
            else paper
            for paper in found
        ]

    def update_all(self, batch: Iterable[Paper], voice: SourceAuthority) -> list[Paper]:
        """Merge what is said of known works; return it, without what is said of others."""
        found = []
        for paper in batch:
            known = self._identify(paper) if paper.title else paper.id
            work = self._current(known)
            if work is not None:
                self._after[known] = merge(work, replace(paper, id=known), voice)
                found.append(replace(paper, id=known))
        return found

    def _take(self, paper: Paper, voice: SourceAuthority) -> Paper:
        paper = replace(paper, id=self._identify(paper))
        work = self._current(paper.id)
        if work is None:
            origins = {name: Origin(voice.source, voice.authority(name)) for name in _said(paper)}
            self._after[paper.id] = Work(paper, origins)
            self._remember_title(paper)
        else:
            self._after[paper.id] = merge(work, paper, voice)
        return paper

    def _current(self, paper_id: str) -> Work | None:
        return self._after.get(paper_id) or self._before.get(paper_id)

    def _remember_title(self, paper: Paper) -> None:
        self._by_title.setdefault(title_key(paper.title), []).append(paper.id)

    def _identify(self, paper: Paper) -> str:
        alike = [
            found
            for found in self._by_title.get(title_key(paper.title), ())
            if (work := self._current(found)) and _same_author(work.paper, paper)
        ]
        if is_weak(paper.id):
            # Any id is better than a title's; among several the first is as good as another.
            return min(alike, key=lambda found: (is_weak(found), found), default=paper.id)
        weak = [found for found in alike if is_weak(found)]
        if weak and self._current(paper.id) is None:
            self._reidentify(weak[0], paper.id)
        return paper.id

    def _reidentify(self, weak: str, strong: str) -> None:
        self.reidentified[weak] = strong
        for works in (self._before, self._after):
            if weak in works:
                work = works.pop(weak)
                works[strong] = work._replace(paper=replace(work.paper, id=strong))
        for ids in self._by_title.values():
            ids[:] = [strong if found == weak else found for found in ids]


def merge(work: Work, other: Paper, voice: SourceAuthority) -> Work:
    """Join what is known of a work with what a source says of it now.

    Where both say something, the one whose word counts more on that field is believed; among
    equals the newer, unless it speaks of an earlier version.
    """
    known, origins = _said(work.paper), dict(work.origins)
    older = (other.version or 0) < (work.paper.version or 0)
    taken: dict[str, Any] = {}
    for name, value in _said(other).items():
        authority = voice.authority(name)
        before = origins.get(name)
        if name in known and before is not None:
            if before.authority > authority or (before.authority == authority and older):
                continue
            if known[name] == value and before.authority == authority:
                continue  # it was said before, and by somebody as good
        taken[name] = value
        origins[name] = Origin(voice.source, authority)
    return Work(_with(work.paper, taken), origins) if taken else work


def _said(paper: Paper) -> dict[str, Any]:
    """Return the fields of a work that say something, by name."""
    said = {name: value for name in WORK_FIELDS if _says(value := getattr(paper, name))}
    links = paper.links
    said |= {f"links.{name}": url for name in _LINKS if (url := getattr(links, name)) is not None}
    return said


def _says(value: object) -> bool:
    return value is not None and value != "" and value != ()


def _with(paper: Paper, taken: Mapping[str, Any]) -> Paper:
    links = {
        name.removeprefix("links."): value
        for name, value in taken.items()
        if name.startswith("links.")
    }
    own = {name: value for name, value in taken.items() if not name.startswith("links.")}
    return replace(paper, **own, links=replace(paper.links, **links) if links else paper.links)


def fill_missing(below: _Record, above: _Record) -> _Record:
    """Return `above` with what it does not know taken from `below`."""
    known: Mapping[str, Any] = {k: v for k, v in asdict(above).items() if v is not None}
    return replace(below, **known)


def _same_author(known: Paper, other: Paper) -> bool:
    """Whether the first authors agree, or one of them is not known."""
    if not known.authors or not other.authors:
        return True
    return title_key(known.authors[0]) == title_key(other.authors[0])
