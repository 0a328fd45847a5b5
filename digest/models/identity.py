"""Canonical ids: which records describe the same paper.

A canonical id is the arXiv id without its version, else the DOI in lower case, else a hash of the
normalised title and first author. A hash is a weak id: a record that only has one belongs to any
known paper of the same title (see `models.merge`).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

#: arXiv's two schemes: 0704.0001 since April 2007, hep-th/9901001 before
#: (https://info.arxiv.org/help/arxiv_identifier.html)
_ARXIV = r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7}"
#: math.GT/0309136 and math/0309136 are one paper: the class is not part of the id
_CLASS = re.compile(r"\.[a-z]{2}(?=/)")
_ARXIV_ID = re.compile(
    rf"(?:arxiv:|oai:arxiv\.org:|https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/"
    rf"|https?://huggingface\.co/papers/"
    # the DOI that arXiv gives to each of its own (https://info.arxiv.org/help/doi.html)
    rf"|(?:doi:|https?://(?:dx\.)?doi\.org/)?10\.48550/arxiv\.)?"
    rf"({_ARXIV})(?:v\d+)?(?:\.pdf)?/?",
    re.IGNORECASE | re.ASCII,
)
#: the shape Crossref recommends for matching modern DOIs
_DOI = re.compile(r"(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/[^\s\"<>]+)", re.IGNORECASE)

WEAK = "title:"


def arxiv_id(text: str) -> str | None:
    """Return the arXiv id without its version from an id, `arXiv:` name or address, or None."""
    match = _ARXIV_ID.fullmatch(text.strip())
    return _CLASS.sub("", match[1].lower()) if match else None


def doi(text: str) -> str | None:
    """Return a DOI in lower case from a bare DOI, `doi:` name or address, or None."""
    match = _DOI.fullmatch(text.strip())
    return match[1].lower() if match else None


def title_key(title: str) -> str:
    """Reduce a title to its letters and digits, without accents and case.

    A title without letters and digits is its own key.
    """
    folded = unicodedata.normalize("NFKD", title).casefold()
    return "".join(ch for ch in folded if ch.isalnum()) or folded.strip()


def canonical_id(identifier: str | None, title: str, first_author: str = "") -> str:
    """Return the id that all records of one paper share.

    An identifier that is neither an arXiv id nor a DOI means nothing outside its source,
    so the title and first author are used instead.
    """
    if identifier:
        known = arxiv_id(identifier) or doi(identifier)
        if known:
            return known
        if identifier.startswith(WEAK):
            return identifier
    key = f"{title_key(title)}\n{title_key(first_author)}"
    return WEAK + hashlib.sha256(key.encode()).hexdigest()[:16]


def is_weak(paper_id: str) -> bool:
    """Whether an id was made from a title."""
    return paper_id.startswith(WEAK)


def arxiv_links(paper_id: str) -> tuple[str, str] | None:
    """Return the abstract page and PDF of a canonical arXiv id, or None for another id."""
    if arxiv_id(paper_id) is None:
        return None
    return f"https://arxiv.org/abs/{paper_id}", f"https://arxiv.org/pdf/{paper_id}"
