"""Canonical ids: which records describe the same paper.

A canonical id is the arXiv id without its version, else the DOI in lower case, else the id that a
source gave it, such as `openreview:…`, else a hash of the normalised title and first author. A
hash is a weak id: a record that only has one belongs to any known paper of the same title (see
`models.merge`). The other ids of a paper are its aliases.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from digest.models.id_labels import without_label
from digest.models.paper_addresses import ARXIV, DOI, named_by

if TYPE_CHECKING:
    from collections.abc import Iterable

WEAK = "title:"
#: the sources whose own ids are kept, each with the address of a paper there; the best known first
SOURCES = {
    "openreview": "https://openreview.net/forum?id={}",
    "hf": "https://huggingface.co/papers/{}",
    "s2": "https://www.semanticscholar.org/paper/{}",
}
#: the namespaces of ids, the strongest first
NAMESPACES = ("arxiv", "preprint", "doi", "other", *SOURCES, "title")

#: math.GT/0309136 and math/0309136 are one paper: the class is not part of the id
_CLASS = re.compile(r"\.[a-z-]+(?=/)")
#: The stamp of a PDF has the category and the date behind the id, a reference the year; people
#: also copy names of files.
_ARXIV_ID = re.compile(
    # the DOI that arXiv gives to each of its own (https://info.arxiv.org/help/doi.html)
    rf"(?:10\.48550/arxiv\.)?({ARXIV})(?:[\s_]?v\d+)?(?:\.pdf)?/?"
    r"(?:\s*[\[(][a-z-]+(?:\.[a-z-]+)?(?:[,;\s]+[a-z-]+(?:\.[a-z-]+)?)*[\])].*)?"
    r"(?:[\s,(]+(?:\d{1,2}\s+[a-z]{3,9}\s+)?(?:19|20)\d\d\)?)?",
    re.IGNORECASE | re.ASCII,
)
_DOI = re.compile(DOI, re.IGNORECASE)
_OF_ARXIV = "10.48550/arxiv."
#: bioRxiv and medRxiv have had two prefixes, and give no version its own DOI; what follows is a
#: version, or a page of the site
_PREPRINT = re.compile(
    r"10\.(1101|64898)/(\d{4}\.\d\d\.\d\d\.\d{6,8}|\d{6})(?:v\d+)?(?:[./?].*)?", re.ASCII
)
#: since when bioRxiv and medRxiv give DOIs with the newer prefix
_NEWER_PREFIX_SINCE = "2025.12"
_SOURCE_ID = re.compile(rf"({'|'.join(SOURCES)}):([\w.~-]{{0,99}}[\w~-])", re.ASCII)
_OUR_OWN = re.compile(rf"{WEAK}[0-9a-z]{{1,64}}", re.ASCII)
#: as many labels as "arXiv preprint arXiv:abs/…" has, and one more
_MOST_LABELS = 4
#: no id and no address of a paper is as long
_LONGEST = 2000
#: ids that are kept read; a record's is asked for more than once
_MANY = 4096
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"
_PLAIN = str.maketrans({**dict.fromkeys(_DASHES, "-"), "\u2044": "/", "\u2215": "/"})
#: nothing of this has to be stripped
_SIMPLE = re.compile(r"[\w./:-]*[\w/-]", re.ASCII)
#: what is neither letter nor digit
_NO_LETTERS = re.compile(r"[\W_]+")
_ENTITY = re.compile(r"&(?:#?\w{2,8});")
_MARKDOWN = re.compile(r"\[[^\]]*\]\((\S+)\)")
_BRACKETS = (("<", ">"), ("(", ")"), ("[", "]"), ("{", "}"))
_QUOTES = " \"'`\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"


def known_id(text: str) -> str | None:
    """Return the canonical id that a text names, as people paste it, or None.

    It may be an id with or without its version, with a label such as `arXiv:` or `doi:`, the stamp
    of a PDF, or the address of a page of the paper; see `models.paper_addresses`.
    """
    bare = _bare(text)
    return _arxiv_id(bare) or _doi(bare) or _source_id(bare)


def arxiv_id(text: str) -> str | None:
    """Return the arXiv id without its version that a text names, or None."""
    return _arxiv_id(text) or _arxiv_id(_bare(text))


def doi(text: str) -> str | None:
    """Return the DOI that a text names, in lower case and without a preprint's version, or None."""
    return _doi(_bare(text))


def _arxiv_id(bare: str) -> str | None:
    match = _ARXIV_ID.fullmatch(bare)
    return _CLASS.sub("", match[1].lower()) if match else None


def _doi(bare: str) -> str | None:
    match = _DOI.fullmatch(bare)
    if match is None:
        return None
    found = match[0].lower()
    if found.startswith(_OF_ARXIV):
        return None  # it would be read as an arXiv id, were it one
    preprint = _PREPRINT.fullmatch(found)
    return f"10.{preprint[1]}/{preprint[2]}" if preprint else found


def _source_id(bare: str) -> str | None:
    return bare if _SOURCE_ID.fullmatch(bare) else None


def source_id(source: str, identifier: str) -> str | None:
    """Return the canonical form of a source's own id, or None if it can be no id."""
    return _source_id(f"{source}:{identifier.strip()}")


@lru_cache(maxsize=_MANY)
def _bare(text: str) -> str:
    """Return an id without what stands around it: blanks, brackets, labels, an address."""
    bare = _stripped(text)
    for _ in range(_MOST_LABELS):
        inner = named_by(bare) or without_label(bare)
        if not inner:
            break
        bare = _stripped(inner)
    while "%2f" in bare.lower():
        bare = _stripped(unquote(bare))
    return bare


def _stripped(text: str) -> str:
    """Return a text with plain letters, dashes and blanks, and without quotes and brackets."""
    text, before = text[:_LONGEST], ""
    while text != before and not _SIMPLE.fullmatch(text):
        before = text
        text = unicodedata.normalize("NFKC", text).translate(_PLAIN)
        text = "".join(ch for ch in text if unicodedata.category(ch) != "Cf")
        text = " ".join(_ENTITY.sub(lambda found: html.unescape(found[0]), text).split())
        text = text.strip(_QUOTES).rstrip(".,;:!?")
        if link := _MARKDOWN.fullmatch(text):
            text = link[1]
        for opening, closing in _BRACKETS:
            if text.startswith(opening) and _is_around(text, opening, closing):
                text = text[1:]
            if text.endswith(closing) and text.count(closing) > text.count(opening):
                text = text[:-1]
    return text


def _is_around(text: str, opening: str, closing: str) -> bool:
    """Whether the bracket that opens a text is not closed before its end."""
    depth = 0
    for position, ch in enumerate(text):
        depth += (ch == opening) - (ch == closing)
        if not depth:
            return position == len(text) - 1
    return True


def title_key(title: str) -> str:
    """Reduce a title to its letters and digits, without accents and case.

    A title without letters and digits is its own key.
    """
    folded = unicodedata.normalize("NFKD", title).casefold()
    return _NO_LETTERS.sub("", folded) or folded.strip()


def canonical_id(identifier: str | None, title: str, first_author: str = "") -> str:
    """Return the id that all records of one paper share.

    An identifier that is not understood means nothing outside its source, so the title and first
    author are used instead.
    """
    if identifier:
        known = known_id(identifier)
        if known:
            return known
        if _OUR_OWN.fullmatch(identifier):
            return identifier
    key = f"{title_key(title)}\n{title_key(first_author)}"
    return WEAK + hashlib.sha256(key.encode()).hexdigest()[:16]


def is_understood(identifier: str) -> bool:
    """Whether an identifier says which paper it is, so that its title need not."""
    return _OUR_OWN.fullmatch(identifier) is not None or known_id(identifier) is not None


def is_canonical(text: str) -> bool:
    """Whether a text is an id as `canonical_id` returns it."""
    return _OUR_OWN.fullmatch(text) is not None or text == known_id(text)


def is_weak(paper_id: str) -> bool:
    """Whether an id was made from a title."""
    return paper_id.startswith(WEAK)


def is_of_source(paper_id: str) -> bool:
    """Whether an id is a source's own, so that the same paper may have a public one."""
    return namespace(paper_id) in SOURCES


def namespace(paper_id: str) -> str:
    """Return the namespace of a canonical id, such as `arxiv` or `doi`."""
    if is_weak(paper_id):
        return "title"
    if found := _SOURCE_ID.fullmatch(paper_id):
        return found[1]
    if _PREPRINT.fullmatch(paper_id):
        return "preprint"
    if _DOI.fullmatch(paper_id):
        return "doi"
    return "arxiv" if _ARXIV_ID.fullmatch(paper_id) else "other"


def key(paper_id: str) -> str:
    """Return what the spellings of one id share: a preprint is the same under both prefixes."""
    match = _PREPRINT.fullmatch(paper_id)
    return f"10.1101/{match[2]}" if match else paper_id


def spellings(paper_id: str) -> tuple[str, ...]:
    """Return the ids that mean the same paper as an id by their form alone, itself first."""
    match = _PREPRINT.fullmatch(paper_id)
    if match is None:
        return (paper_id,)
    return paper_id, f"10.{'64898' if match[1] == '1101' else '1101'}/{match[2]}"


def strength(paper_id: str) -> tuple[int, str, bool]:
    """Return a key that sorts the ids of a paper, the one that is canonical first.

    Of a preprint's two DOIs the one that bioRxiv gave at that time comes first: it has an address.
    """
    match = _PREPRINT.fullmatch(paper_id)
    expected = "64898" if match and match[2] >= _NEWER_PREFIX_SINCE and "." in match[2] else "1101"
    is_other = match is not None and match[1] != expected
    return NAMESPACES.index(namespace(paper_id)), key(paper_id), is_other


def addresses(paper_ids: Iterable[str]) -> dict[str, str]:
    """Return the addresses that follow from a paper's ids, by the names of its links.

    Of several ids the strongest counts.
    """
    found: dict[str, str] = {}
    for paper_id in sorted(paper_ids, key=strength):
        found = _addresses_of(paper_id) | found
    return found


def arxiv_links(paper_id: str) -> tuple[str, str] | None:
    """Return the abstract page and PDF of a canonical arXiv id, or None for another id."""
    found = _addresses_of(paper_id)
    return (found["abs"], found["pdf"]) if "pdf" in found else None


def _addresses_of(paper_id: str) -> dict[str, str]:
    if is_weak(paper_id):
        return {}
    if own := _SOURCE_ID.fullmatch(paper_id):
        page = SOURCES[own[1]].format(quote(own[2], safe=""))
        return {"page": page} if own[1] == "hf" else {"abs": page}
    if _arxiv_id(paper_id):
        return {
            "abs": f"https://arxiv.org/abs/{paper_id}",
            "pdf": f"https://arxiv.org/pdf/{paper_id}",
        }
    return {"abs": f"https://doi.org/{quote(paper_id)}"} if _doi(paper_id) else {}
