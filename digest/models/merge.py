"""Merges the records that several sources have of one paper.

A record that has only a title belongs to the known paper of that title, if there is one. A record
with a real id gives that id to the known paper of the same title that had none. For each field the
source with the highest authority counts, and its name is kept as the field's origin.
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from digest.models.identity import is_weak, title_key
from digest.models.paper import MERGED_FIELDS, Links, Paper, Signals
from digest.models.withdrawal import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_Record = TypeVar("_Record", Links, Signals)

_LINKS = tuple(field.name for field in fields(Links))


class Origin(NamedTuple):
    """The source that a field's value came from."""

    source: str
    #: how much the source counts on this field, from 0 to 100, see `sources.Kind.authority`
    authority: int


class SourceAuthority(NamedTuple):
    """A source, and how much it counts on each field."""

    name: str
    #: returns 0 to 100 for the name of a field
    authority: Callable[[str], int]


class MergedPaper(NamedTuple):
    """A paper as it is known, and the source that each of its fields came from."""

    paper: Paper
    #: by field; a link's field is named `links.abs` and so on
    origins: Mapping[str, Origin]


class MergeBatch:
    """The known papers that a batch contains, before and after it was merged."""

    def __init__(self, known: Iterable[MergedPaper]) -> None:
        """Start from the papers that are known."""
        self._before = {merged.paper.id: merged for merged in known}
        self._after: dict[str, MergedPaper] = {}
        self._by_title: dict[str, list[str]] = {}
        for paper_id in sorted(self._before):
            self._remember_title(self._before[paper_id].paper)
        #: ids that were made from titles, and the real ids that replaced them
        self.reidentified: dict[str, str] = {}

    @property
    def new(self) -> list[MergedPaper]:
        """The papers that were not known before."""
        return [merged for paper_id, merged in self._after.items() if paper_id not in self._before]

    @property
    def changed(self) -> list[MergedPaper]:
        """The known papers that the batch changed."""
        return [
            merged
            for paper_id, merged in self._after.items()
            if paper_id in self._before and merged != self._before[paper_id]
        ]

    def merge_all(self, batch: Iterable[Paper], source: SourceAuthority) -> list[Paper]:
        """Merge the papers of a batch; return them with the ids they are known by."""
        found = [self._merge(paper, source) for paper in batch]
        return [
            replace(paper, id=self.reidentified[paper.id])
            if paper.id in self.reidentified
            else paper
            for paper in found
        ]

    def update_all(self, batch: Iterable[Paper], source: SourceAuthority) -> list[Paper]:
        """Merge records that only update known papers; return those whose paper is known."""
        found = []
        for paper in batch:
            known = self._identify(paper) if paper.title else paper.id
            merged = self._current(known)
            if merged is not None:
                self._after[known] = merge(merged, replace(paper, id=known), source)
                found.append(replace(paper, id=known))
        return found

    def _merge(self, paper: Paper, source: SourceAuthority) -> Paper:
        paper = replace(paper, id=self._identify(paper))
        merged = self._current(paper.id)
        if merged is None:
            origins = {
                name: Origin(source.name, source.authority(name)) for name in _known_fields(paper)
            }
            self._after[paper.id] = MergedPaper(paper, origins)
            self._remember_title(paper)
        else:
            self._after[paper.id] = merge(merged, paper, source)
        return paper

    def _current(self, paper_id: str) -> MergedPaper | None:
        return self._after.get(paper_id) or self._before.get(paper_id)

    def _remember_title(self, paper: Paper) -> None:
        self._by_title.setdefault(title_key(paper.title), []).append(paper.id)

    def _identify(self, paper: Paper) -> str:
        alike = [
            found
            for found in self._by_title.get(title_key(paper.title), ())
            if (merged := self._current(found)) and _same_author(merged.paper, paper)
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
        for papers in (self._before, self._after):
            if weak in papers:
                merged = papers.pop(weak)
                papers[strong] = merged._replace(paper=replace(merged.paper, id=strong))
        for ids in self._by_title.values():
            ids[:] = [strong if found == weak else found for found in ids]


def merge(merged: MergedPaper, other: Paper, source: SourceAuthority) -> MergedPaper:
    """Return a paper with a source's record merged into it.

    Where both have a value for a field, the higher authority on that field counts. Between equals
    the record counts, unless it describes an earlier version of the paper.
    """
    known, origins = _known_fields(merged.paper), dict(merged.origins)
    told_by = origins.get("withdrawn_on")
    other = settle(
        merged.paper,
        other,
        may_restore=not told_by or source.authority("withdrawn_on") >= told_by.authority,
        is_same_source=told_by is not None and told_by.source == source.name,
    )
    older = (other.version or 0) < (merged.paper.version or 0)
    taken: dict[str, Any] = {}
    for name, value in _known_fields(other).items():
        authority = source.authority(name)
        before = origins.get(name)
        if name in known and before is not None:
            if before.authority > authority or (before.authority == authority and older):
                continue
            if known[name] == value and before.authority == authority:
                continue  # nothing new, so the origin stays too
        taken[name] = value
        origins[name] = Origin(source.name, authority)
    if other.restored_on:
        taken |= {"withdrawn_on": None, "restored_on": other.restored_on}
        origins["restored_on"] = Origin(source.name, source.authority("restored_on"))
        origins.pop("withdrawn_on", None)
    return MergedPaper(_with(merged.paper, taken), origins) if taken else merged


def _known_fields(paper: Paper) -> dict[str, Any]:
    """Return the values of the fields that describe the paper and are known, by name."""
    described = {name: getattr(paper, name) for name in MERGED_FIELDS}
    links = {f"links.{name}": getattr(paper.links, name) for name in _LINKS}
    known = {name: value for name, value in described.items() if value not in (None, "", ())}
    return known | {name: url for name, url in links.items() if url is not None}


def _with(paper: Paper, taken: Mapping[str, Any]) -> Paper:
    links = {
        name.removeprefix("links."): value
        for name, value in taken.items()
        if name.startswith("links.")
    }
    own = {name: value for name, value in taken.items() if not name.startswith("links.")}
    return replace(paper, **own, links=replace(paper.links, **links) if links else paper.links)


def fill_missing(older: _Record, newer: _Record) -> _Record:
    """Return `newer` with the fields that it does not know taken from `older`."""
    known: Mapping[str, Any] = {k: v for k, v in asdict(newer).items() if v is not None}
    return replace(older, **known)


def _same_author(known: Paper, other: Paper) -> bool:
    """Whether the first authors are the same, or one of them is not known."""
    if not known.authors or not other.authors:
        return True
    return title_key(known.authors[0]) == title_key(other.authors[0])
