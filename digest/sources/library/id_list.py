"""Ids of papers as people type or paste them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.models.identity import known_id
from digest.models.paper_addresses import named_by
from digest.sources.library.ids import Clues
from digest.sources.library.seeds import Entry, Rejected
from digest.text.bounds import NAME, bounded

if TYPE_CHECKING:
    from collections.abc import Iterator


def entries(text: str) -> Iterator[Entry | Rejected]:
    """Yield what each id names; an id may have blanks in it, as `arXiv: 2401.00001` has."""
    pieces = [piece for piece in re.split(r"[,;\n\r]", text) if piece.strip()]
    parts = [part for piece in pieces for part in _parts(piece)]
    for number, part in enumerate(parts, start=1):
        where = f"entry {number}"
        if known_id(part):
            yield Entry(where=where, title="", clues=Clues(eprints=(part,)))
        else:
            reason = f"{bounded(part, NAME)!r} is no id of a paper, such as 2401.00001"
            yield Rejected(where=where, reason=reason)


def _parts(piece: str) -> list[str]:
    """Return a piece, or its words if these are ids, or if it is none."""
    words = piece.split()
    # behind an address there is nothing of it
    is_one = not any(map(named_by, words[:-1]))
    if is_one and known_id(piece) and not all(map(known_id, words)):
        return [piece]
    return [word for word in words if any(map(str.isalnum, word))]  # no mark of a list
