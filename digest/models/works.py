"""Which ids name the same work.

Records say it: a record of a preprint may give the DOI of its journal as well, and Semantic Scholar
gives its own id beside arXiv's. They can be wrong: authors give the DOI of the whole proceedings.
So two works with different ids of the strongest namespace that both have are never made one; the id
that they share then belongs to the work with the stronger id, whichever came first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from digest.models.identity import NAMESPACES, is_weak, key, namespace, strength

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

#: in these a work has one id, so a record that gives two is wrong about the second
_ONE_EACH = ("arxiv", "preprint")


class Work(NamedTuple):
    """A work that some ids name."""

    id: str
    #: the ids of the works that it was before, the strongest first; empty if it is new
    joined: tuple[str, ...]


class Works:
    """Works, each known by its canonical id and by aliases."""

    def __init__(self) -> None:
        """Start without works."""
        self._ids: dict[str, set[str]] = {}
        self._owner: dict[str, str] = {}

    def add(self, work: str, aliases: Iterable[str]) -> None:
        """Add a work that is known."""
        self._ids[work] = {work, *aliases}
        self._owner |= {key(name): work for name in self._ids[work]}

    def find(self, name: str) -> str | None:
        """Return the canonical id of the work that an id names, or None."""
        return self._owner.get(key(name))

    def aliases(self, work: str) -> tuple[str, ...]:
        """Return the other ids of a work, the strongest first."""
        return tuple(sorted(self._ids[work] - {work}, key=strength))

    def agree(self, work: str, names: Iterable[str]) -> bool:
        """Whether ids can be those of a work."""
        return agree(self._ids[work], names)

    def claim(self, names: Sequence[str], alike: str | None = None) -> Work:
        """Let ids name one work, with the works that they named before; return it.

        Args:
            names: the ids of one record, its own first.
            alike: a work that is the same for another reason.

        """
        owner = self.find(names[0])
        is_alone = len(names) == 1 and alike is None
        if owner and is_alone and names[0] in self._ids[owner] and not is_weak(owner):
            return Work(owner, (owner,))  # as nearly always: nothing new
        own, joined = self._gather(_consistent(names), alike)
        if not own:
            return Work(joined[0], tuple(joined))
        own = {name for name in own if not is_weak(name)} or own
        found = min(own, key=strength)
        for work in joined:
            for name in self._ids.pop(work):
                self._owner.pop(key(name), None)
        self.add(found, own)
        return Work(found, tuple(sorted(joined, key=strength)))

    def _gather(self, given: Sequence[str], alike: str | None) -> tuple[set[str], list[str]]:
        """Return the ids of a record and of the works that it makes one, and those works.

        There are no ids if the record is of the one work returned, and wrong about the rest.
        """
        own, joined = set(given), [alike] if alike else []
        for work in joined:
            own |= self._ids[work]
        for name in given:
            owner = self.find(name)
            if owner is None or owner in joined:
                continue
            if agree(own, self._ids[owner]):
                joined.append(owner)
                own |= self._ids[owner]
            elif key(name) != key(owner) and strength(given[0]) < strength(owner):
                self._ids[owner] -= {one for one in self._ids[owner] if key(one) == key(name)}
            elif name == given[0]:
                return set(), [owner]
            else:
                own -= {one for one in own if key(one) == key(name)}
        return own, joined


def agree(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether ids can be those of one work.

    In the strongest namespace that both have, the ids of one must be among those of the other.
    """
    left, right = _by_namespace(some), _by_namespace(others)
    for name in NAMESPACES:
        if name != "title" and name in left and name in right:
            return left[name] <= right[name] or right[name] <= left[name]
    return True


def _by_namespace(names: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in names:
        found.setdefault(namespace(name), set()).add(key(name))
    return found


def _consistent(names: Iterable[str]) -> list[str]:
    """Return the ids of a record, the strongest first, without a second one where one is all."""
    kept: dict[str, list[str]] = {}
    for name in names:
        beside: Collection[str] = kept.setdefault(namespace(name), [])
        if namespace(name) not in _ONE_EACH or all(key(one) == key(name) for one in beside):
            kept[namespace(name)].append(name)
    return sorted({name for some in kept.values() for name in some}, key=strength)
