"""Several records, one work: who is who, and whose word counts. Pure; the store writes it down.

A record that has only a title is the known work of that title, if there is one. A record with a
real id takes over the work of the same title that had none: the work is *promoted*.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from digest.identity import is_weak, title_key
from digest.models import Links, Paper, Signals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_Record = TypeVar("_Record", Links, Signals)


class Work(NamedTuple):
    """What is known of one work, and how much the source counts that described it."""

    paper: Paper
    precedence: int


class Works:
    """The works that a batch touches, as they were and as the batch leaves them."""

    def __init__(self, known: Iterable[Work]) -> None:
        """Start from what is known."""
        self._before = {work.paper.id: work for work in known}
        self._after: dict[str, Work] = {}
        self._by_title: dict[str, list[str]] = {}
        for paper_id in sorted(self._before):
            self._remember_title(self._before[paper_id].paper)
        #: ids made from titles that gave way to real ones
        self.promoted: dict[str, str] = {}

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

    def take_all(self, batch: Iterable[Paper], precedence: int) -> list[Paper]:
        """Merge the records of a batch; return them under the ids of their works."""
        found = [self._take(paper, precedence) for paper in batch]
        return [
            replace(paper, id=self.promoted[paper.id]) if paper.id in self.promoted else paper
            for paper in found
        ]

    def _take(self, paper: Paper, precedence: int) -> Paper:
        paper = replace(paper, id=self._identify(paper))
        work = self._current(paper.id)
        if work is None:
            self._after[paper.id] = Work(paper, precedence)
            self._remember_title(paper)
        else:
            merged = merge(work.paper, paper, other_wins=precedence >= work.precedence)
            self._after[paper.id] = Work(merged, max(precedence, work.precedence))
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
            self._promote(weak[0], paper.id)
        return paper.id

    def _promote(self, weak: str, strong: str) -> None:
        self.promoted[weak] = strong
        for works in (self._before, self._after):
            if weak in works:
                work = works.pop(weak)
                works[strong] = work._replace(paper=replace(work.paper, id=strong))
        for ids in self._by_title.values():
            ids[:] = [strong if found == weak else found for found in ids]


def merge(known: Paper, other: Paper, *, other_wins: bool = True) -> Paper:
    """Join two records of one work; where both say something, `other` is believed if it wins.

    Only what describes the work is joined: the day and the signals belong to each sighting.
    """
    first, second = (other, known) if other_wins else (known, other)
    return replace(
        known,
        title=first.title or second.title,
        abstract=first.abstract or second.abstract,
        authors=first.authors or second.authors,
        author_count=first.author_count if first.author_count is not None else second.author_count,
        categories=first.categories or second.categories,
        published_at=first.published_at or second.published_at,
        links=overlay(second.links, first.links),
    )


def overlay(below: _Record, above: _Record) -> _Record:
    """Return `above` with what it does not know taken from `below`."""
    known: Mapping[str, Any] = {k: v for k, v in asdict(above).items() if v is not None}
    return replace(below, **known)


def _same_author(known: Paper, other: Paper) -> bool:
    """Whether the first authors agree, or one of them is not known."""
    if not known.authors or not other.authors:
        return True
    return title_key(known.authors[0]) == title_key(other.authors[0])
