"""Merges the records that several sources have of one paper.

A record belongs to the known paper that has one of its ids, else to one of the same title if one of
the two has no public id; that paper then gets the ids of the record. A record whose ids belong to
two papers makes them one (see `models.works`). For each field the source with the highest authority
counts, and its name is kept as the field's origin.
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from digest.models.identity import is_of_source, is_weak, strength, title_key
from digest.models.paper import MERGED_FIELDS, Links, Paper, Signals
from digest.models.withdrawal import settle
from digest.models.works import Work, Works

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

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
        self._after = dict(self._before)
        self._works = Works()
        self._by_title: dict[str, list[str]] = {}
        for paper_id in sorted(self._before):
            paper = self._before[paper_id].paper
            self._works.add(paper.id, paper.aliases)
            self._remember_title(paper)
        #: the id that each known paper had before, by the one it has now
        self._former = {paper_id: paper_id for paper_id in self._before}
        #: ids that papers had, and those that replaced them
        self._replaced: dict[str, str] = {}
        #: known papers that became one with another, and that one, by the ids before
        self._absorbed: dict[str, str] = {}

    @property
    def reidentified(self) -> dict[str, str]:
        """The known papers whose id is another one now: the id before, and the one now."""
        return {former: now for now, former in self._former.items() if former != now}

    @property
    def absorbed(self) -> dict[str, str]:
        """The known papers that are the same as another one, by the ids of both before."""
        return {gone: _last(gone, self._absorbed) for gone in self._absorbed}

    @property
    def new(self) -> list[MergedPaper]:
        """The papers that were not known before."""
        return [self._named(paper_id) for paper_id in self._after if paper_id not in self._former]

    @property
    def changed(self) -> list[MergedPaper]:
        """The known papers that the batch changed, apart from their ids."""
        named = ((self._before[former], self._named(now)) for now, former in self._former.items())
        return [
            merged
            for before, merged in named
            if merged != before._replace(paper=_with_id(before.paper, merged.paper.id))
        ]

    def merge_all(self, batch: Iterable[Paper], source: SourceAuthority) -> list[Paper]:
        """Merge the papers of a batch; return them with the ids they are known by."""
        return self._with_ids([self._merge(paper, source) for paper in batch])

    def update_all(
        self, batch: Iterable[Paper], source: SourceAuthority, *, may_join: bool = True
    ) -> list[Paper]:
        """Merge records that only update known papers; return those whose paper is known.

        Unless they `may_join`, no two known papers become one because a record names both.
        """
        updated = []
        for paper in batch:
            known = self._known(paper)
            if known is not None:
                update = paper if may_join else self._without_others(paper, known)
                updated.append(self._merge(update, source))
        return self._with_ids(updated)

    def _without_others(self, paper: Paper, known: str) -> Paper:
        """Return a record of a known paper without the ids of other known papers."""
        others = [name for name in paper.aliases if self._works.find(name) not in (None, known)]
        return replace(paper, aliases=tuple(it for it in paper.aliases if it not in others))

    def known_as(self, name: str) -> str:
        """Return the id of the paper that an id names, or that id if no paper here has it."""
        return self._works.find(name) or name

    def _merge(self, paper: Paper, source: SourceAuthority) -> Paper:
        paper = _with_id(paper, self._identify(paper))
        if paper.id in self._after:
            self._after[paper.id] = merge(self._after[paper.id], paper, source)
        else:
            origins = {
                name: Origin(source.name, source.authority(name)) for name in _known_fields(paper)
            }
            self._after[paper.id] = MergedPaper(paper, origins)
            self._remember_title(paper)
        return paper

    def _named(self, paper_id: str) -> MergedPaper:
        """Return a paper with its ids as they are now."""
        merged = self._after[paper_id]
        aliases = self._works.aliases(paper_id)
        if (merged.paper.id, merged.paper.aliases) == (paper_id, aliases):
            return merged
        return merged._replace(paper=replace(merged.paper, id=paper_id, aliases=aliases))

    def _with_ids(self, found: Iterable[Paper]) -> list[Paper]:
        """Return papers with the ids that they have now that all of them are merged."""
        return [_with_id(paper, self._id_now(paper.id)) for paper in found]

    def _id_now(self, paper_id: str) -> str:
        return _last(paper_id, self._replaced)

    def _remember_title(self, paper: Paper) -> None:
        self._by_title.setdefault(title_key(paper.title), []).append(paper.id)

    def _known(self, paper: Paper) -> str | None:
        """Return the id of the known paper that a record is of: by an id of it, else by title."""
        strong = _strong_names(paper)
        named = (self._works.find(name) for name in strong)
        alike = self._alike(paper, strong) if paper.title else None
        return next(filter(None, named), None) or alike or self._works.find(paper.id)

    def _identify(self, paper: Paper) -> str:
        """Return the id of a record's paper; works that the record says are one become one."""
        known, strong = self._known(paper), _strong_names(paper)
        if known is not None and not strong:
            return known
        work = self._works.claim(strong or (paper.id,), alike=self._unnamed(known, strong))
        if work.joined and work.joined != (work.id,):
            self._join(work)
        return work.id

    def _unnamed(self, known: str | None, names: Iterable[str]) -> str | None:
        """Return a known paper unless one of the ids names one."""
        return None if any(self._works.find(name) for name in names) else known

    def _alike(self, paper: Paper, names: Sequence[str]) -> str | None:
        """Return the known paper of the same title and first author.

        Two papers with public ids are never one for their title alone.
        """
        is_private = all(map(is_of_source, names))
        alike = [
            found
            for found in dict.fromkeys(
                map(self._id_now, self._by_title.get(title_key(paper.title), ()))
            )
            if _same_author(self._after[found].paper, paper)
            and (is_private or is_weak(found) or is_of_source(found))
            and self._works.agree(found, names)
        ]
        return min(alike, key=strength, default=None)

    def _join(self, work: Work) -> None:
        """Make one paper of those that a work was before."""
        self._after[work.id] = _joined([self._after.pop(former) for former in work.joined])
        self._replaced |= {former: work.id for former in work.joined if former != work.id}
        stored = [self._former.pop(it) for it in work.joined if it in self._former]
        if stored:
            kept = work.id if work.id in stored else stored[0]
            self._former[work.id] = kept
            self._absorbed |= {it: kept for it in stored if it != kept}


def _last(paper_id: str, replaced: Mapping[str, str]) -> str:
    """Follow an id to the one that replaced it last."""
    while paper_id in replaced:
        paper_id = replaced[paper_id]
    return paper_id


def _with_id(paper: Paper, paper_id: str) -> Paper:
    return paper if paper.id == paper_id else replace(paper, id=paper_id)


def _strong_names(paper: Paper) -> list[str]:
    return [name for name in (paper.id, *paper.aliases) if not is_weak(name)]


def _joined(papers: Sequence[MergedPaper]) -> MergedPaper:
    """Return one paper of several, the first of which counts most where their sources are equal."""
    *others, found = papers
    for stronger in reversed(others):
        found = _merge_fields(found, stronger.paper, stronger.origins.get)
    return found


def merge(merged: MergedPaper, other: Paper, source: SourceAuthority) -> MergedPaper:
    """Return a paper with a source's record merged into it.

    Where both have a value for a field, the higher authority on that field counts. Between equals
    the record counts, unless it describes an earlier version of the paper.
    """
    return _merge_fields(merged, other, lambda name: Origin(source.name, source.authority(name)))


def _merge_fields(
    merged: MergedPaper, other: Paper, origin_of: Callable[[str], Origin | None]
) -> MergedPaper:
    known, origins = _known_fields(merged.paper), dict(merged.origins)
    told_by, says = origins.get("withdrawn_on"), origin_of("withdrawn_on")
    other = settle(
        merged.paper,
        other,
        may_restore=not told_by or (says is not None and says.authority >= told_by.authority),
        is_same_source=told_by is not None and says is not None and told_by.source == says.source,
    )
    older = (other.version or 0) < (merged.paper.version or 0)
    taken: dict[str, Any] = {}
    for name, value in _known_fields(other).items():
        origin, before = origin_of(name), origins.get(name)
        if name in known and before is not None:
            if origin is None or before.authority > origin.authority:
                continue
            if before.authority == origin.authority and (older or known[name] == value):
                continue  # nothing new, so the origin stays too
        taken[name] = value
        origins.pop(name, None)
        origins |= {name: origin} if origin is not None else {}
    if other.restored_on:
        taken |= {"withdrawn_on": None, "restored_on": other.restored_on}
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
