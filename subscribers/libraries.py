"""A library of papers that a reader hands over, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

#: bytes of a file on the website; about two thousand papers with their abstracts
MOST_OCTETS = 2_000_000
#: papers of a file on the website; more of them than fit with abstracts, read in some seconds
MOST_ENTRIES = 10_000


@dataclass(frozen=True, kw_only=True)
class LibraryUpload:
    """What a reader sent: a file, ids of papers, or both."""

    octets: bytes = b""
    ids: str = ""


@dataclass(frozen=True, kw_only=True)
class LibraryImport:
    """What became of the papers of an upload."""

    #: papers that are now likes
    new: int
    #: papers on which the reader had given a verdict before
    known: int
    #: papers whose abstracts nobody has
    waiting: int
    #: whether these are asked for
    is_looked_up: bool = True
    #: each entry that could not be read: where it is, and why
    rejected: tuple[tuple[str, str], ...] = ()
