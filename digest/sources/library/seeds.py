"""What a library holds for us: seeds, which are papers that a reader has, and what was rejected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import LibraryError
from digest.models.identity import canonical_id
from digest.sources.library.ids import Clues, find_id
from digest.text.authors import split_semicolons
from digest.text.clean import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: the most entries of a file; larger libraries are known, and none teaches a ranker more
MOST_ENTRIES = 50_000
#: the most faulty entries that are named
_MOST_NAMED = 1000
#: authors of a seed; the first is all that names a paper
_MOST_AUTHORS = 10
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a format says of one paper, as it was written."""

    #: where in the file, for messages: `line 12, key doe2024`
    where: str
    title: str
    abstract: str = ""
    #: each `Doe, Jane` or `Jane Doe`
    authors: Sequence[str] = ()
    year: int | None = None
    clues: Clues


@dataclass(frozen=True, kw_only=True)
class Seed:
    """A paper of a reader's library."""

    #: canonical; made from the title if nothing names the paper
    paper_id: str
    title: str = ""
    #: empty if the library has none
    abstract: str = ""
    #: the first ones
    authors: tuple[str, ...] = ()
    year: int | None = None
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """An entry that could not be read."""

    where: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Library:
    """The papers of a library, each once, and the entries that could not be read."""

    seeds: tuple[Seed, ...] = ()
    rejected: tuple[Rejected, ...] = ()


def find_year(date: str) -> int | None:
    """Return the first year in a date such as `2024/01/03/` or `January 2024`, or None."""
    found = _YEAR.search(date[:100])
    return int(found[1]) if found else None


def collect(found: Iterable[Entry | Rejected], *, most: int | None = None) -> Library:
    """Return the papers of some entries, each once, in their order.

    Of several entries for one paper the one that says most counts, wherever it is.

    Raises:
        LibraryError: there are more than `most`, which is MOST_ENTRIES unless it is given.

    """
    most = MOST_ENTRIES if most is None else most
    seeds: dict[str, Seed] = {}
    rejected: list[Rejected] = []
    for number, one in enumerate(found, start=1):
        if number > most:
            raise too_many(most)
        read = one if isinstance(one, Rejected) else _seed(one)
        if isinstance(read, Rejected):
            rejected.append(read)
            continue
        known = seeds.get(read.paper_id)
        seeds[read.paper_id] = max(known, read, key=_wealth) if known else read
    named, rest = rejected[:_MOST_NAMED], rejected[_MOST_NAMED:]
    if rest:
        named.append(Rejected(where=rest[0].where, reason=f"and {len(rest):,} entries like these"))
    return Library(seeds=tuple(seeds.values()), rejected=tuple(named))


def too_many(most: int) -> LibraryError:
    """Return the error of a library with more than so many entries."""
    return LibraryError(f"more than {most:,} entries; import a part of the library")


def _seed(entry: Entry) -> Seed | Rejected:
    title = clean(entry.title)
    authors = split_semicolons(";".join(entry.authors[:_MOST_AUTHORS])) if entry.authors else ()
    paper_id = find_id(entry.clues)
    if paper_id is None and not any(ch.isalpha() for ch in title):
        return Rejected(where=entry.where, reason="it has neither a title nor an id of a paper")
    return Seed(
        paper_id=paper_id or canonical_id(None, title, authors[0] if authors else ""),
        title=title,
        abstract=clean(entry.abstract),
        authors=authors,
        year=entry.year,
        where=entry.where,
    )


def _wealth(seed: Seed) -> tuple[int, str, int, str, tuple[str, ...], int]:
    """Return a key by which the seed that says most is the largest, in any order of entries."""
    return (
        len(seed.abstract),
        seed.abstract,
        len(seed.title),
        seed.title,
        seed.authors,
        seed.year or 0,
    )


def merged(libraries: Sequence[Library]) -> Library:
    """Return several libraries as one, each paper once."""
    seeds: dict[str, Seed] = {}
    for seed in (seed for library in libraries for seed in library.seeds):
        known = seeds.get(seed.paper_id)
        seeds[seed.paper_id] = max(known, seed, key=_wealth) if known else seed
    rejected = tuple(one for library in libraries for one in library.rejected)
    return Library(seeds=tuple(seeds.values()), rejected=rejected)
