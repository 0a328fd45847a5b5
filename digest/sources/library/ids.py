"""The id of a paper, wherever an entry of a library hides it.

Programs that export libraries put arXiv ids into a dozen fields, and most of them put there other
numbers too. So each field has a degree of trust: in an eprint a bare `2401.00001` is an arXiv id,
in the number of a journal it is none, unless the journal is arXiv.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from digest.models.identity import NAMESPACES, doi, known_id, namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

#: arXiv by name, as journals, publishers, archives and databases are called; CoRR is its part for
#: computer science
_ARXIV = re.compile(r"\b(?:arxiv|corr)\b", re.IGNORECASE)
#: an id that could as well be the number of an article
_BARE = re.compile(r"\W*\d{4}\.\d{4,5}\W*")
#: what separates the sentences of a note, and the parts of a sentence
_SENTENCES = re.compile(r"[;|\n]|\.\s")
_PARTS = re.compile(r",\s|\s[-\u2013\u2014]\s")
#: words of a sentence that names another paper
_OF_ANOTHER = re.compile(
    r"\b(?:cf|code|comment(?:ary)? (?:on|to)|companion|data|based|extend\w*|extension|follow\w*"
    r"|overlap\w*|part \w+ of|refer\w*|relat\w+|repl(?:y|ies|ac\w+)|see|sequel"
    r"|supersed\w+|version of)\b",
    re.IGNORECASE,
)
#: names of fields in Zotero's extra field: `tex.eprint: 2401.00001`, `_eprint: https://…`
_PREFIX = re.compile(r"\A(?:tex\.|_)")
#: what may stand before an id: "Preprint available at"
_BEFORE = re.compile(
    r"\A_?(?:(?:also|available|published|posted|submitted|archived|deposited|(?:e-?|pre)print"
    r"|online|in|on|at|as|from|to|the|e-?prints?|number|url|publisher|doi|id)\b[\s:,]*)+",
    re.IGNORECASE,
)
#: between addresses, of which a field may have several
_ADDRESSES = re.compile(r"\s+|;\s*(?=\w+://)")
_DBLP = re.compile(r"(?:dblp:)?(journals/corr/abs-\d{4}-\d{4,5})", re.IGNORECASE)
#: an id in the name of a file, where it can have no slash: 2401.00001v1, hep-th_9901001
_ID = r"(\d{4}\.\d{4,5}|[a-z]{2,8}(?:-[a-z]{2,3})?_?\d{7})(?:v\d{1,2})?"
_FILE = re.compile(rf"(?:arxiv[\s:._-]*)?{_ID}(?=\Z|[\s_()\[\]-])", re.IGNORECASE)
_IN_FILE = re.compile(rf"(?<![a-z])arxiv[\s:._-]*{_ID}(?=\Z|[\s_()\[\]-])", re.IGNORECASE)
#: bioRxiv's: 2024.01.02.573852v1
_NUMBER = re.compile(r"20\d\d\.\d\d\.\d\d\.\d{6,8}(?:v\d+)?")
_EXTENSION = re.compile(
    r"(?:\.(?:full(?:-text)?|pdf|ps|gz|html?|tex|tar|djvu|epub|txt|zip))+\Z", re.IGNORECASE
)
#: nothing without four digits, or a host with words for ids, names a paper
_MAY_NAME = re.compile(r"\d{4}|://")
#: characters of a note that are read
_LONGEST = 4000


@dataclass(frozen=True, kw_only=True)
class Clues:
    """The fields of an entry that may name the paper."""

    #: what is an id of arXiv, if it looks like one
    eprints: tuple[str, ...] = ()
    dois: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    #: numbers, volumes, pages: an id if they say which, or if the venue is arXiv
    numbers: tuple[str, ...] = ()
    #: journals, publishers, archives, databases
    venues: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    #: addresses and paths of files that are kept with the paper
    files: tuple[str, ...] = ()
    #: the entry's name, which some programs make from an id
    key: str = ""


def find_id(clues: Clues) -> str | None:
    """Return the canonical id of the paper that an entry is about, or None.

    An arXiv id is preferred to a DOI, as everywhere; of several, the one in the better field.
    """
    strength = {name: number for number, name in enumerate(NAMESPACES)}
    return min(_ids(clues), key=lambda found: strength[namespace(found)], default=None)


def is_arxiv(name: str) -> bool:
    """Whether an archive, journal or publisher is arXiv."""
    return _ARXIV.search(name) is not None


def _ids(clues: Clues) -> Iterator[str]:
    """Yield the ids that an entry names, those of the most certain fields first."""
    for text in clues.eprints:
        if found := known_id(text):
            yield found
    for text in clues.dois:
        yield from _labelled(text)
    for text in clues.addresses:
        for piece in _ADDRESSES.split(text)[:20]:
            yield from _labelled(piece)
    is_of_arxiv = any(is_arxiv(venue) for venue in clues.venues)
    for text in clues.numbers:
        if is_of_arxiv and _BARE.fullmatch(text) and (found := known_id(text)):
            yield found
        yield from _named(text)
    for text in (*clues.venues, *clues.notes):
        yield from _named(text)
    for text in clues.files:
        yield from _of_file(text)
    yield from _of_key(clues.key)


def _named(text: str) -> Iterator[str]:
    """Yield the ids that a field gives for its own paper.

    A part of it must be nothing but an id: "text overlap with arXiv:2401.00001" is another paper.
    """
    text = text[:_LONGEST]
    if not _MAY_NAME.search(text):
        return
    whole = list(_labelled(text))
    yield from whole
    if whole:
        return
    for sentence in _SENTENCES.split(text):
        if _MAY_NAME.search(sentence) and not _OF_ANOTHER.search(sentence):
            for part in _PARTS.split(sentence):
                bare = part.strip(" ()[]{}.")
                for text in dict.fromkeys((bare, _PREFIX.sub("", bare), _BEFORE.sub("", bare))):
                    yield from _labelled(text)


def _labelled(text: str) -> list[str]:
    """Return the id that a text is, unless it may be a mere number."""
    if _BARE.fullmatch(text):
        return []
    found = known_id(text) or doi(text)
    return [found] if found else []


def _of_file(text: str) -> list[str]:
    """Return the id in the address or in the name of a file.

    Browsers keep arXiv's names, and add a number if there is one of the name; people add a title.
    """
    text = text.strip()[:_LONGEST]
    if not _MAY_NAME.search(text):
        return []
    if found := _labelled(text):
        return found
    name = re.split(r"[/\\]", text)[-1]
    stem = _EXTENSION.sub("", unquote(name))
    if named := _FILE.match(stem) or _IN_FILE.search(stem):
        return _labelled("arXiv:" + re.sub(r"(?<=[a-z])_?(?=\d{7})", "/", named[1].lower()))
    return _labelled(stem) if _NUMBER.fullmatch(stem) else []


def _of_key(key: str) -> list[str]:
    if dblp := _DBLP.fullmatch(key):
        return _labelled(f"https://dblp.org/rec/{dblp[1].lower()}")
    return _labelled(key) if is_arxiv(key) or "arxiv" in key.lower() else []
