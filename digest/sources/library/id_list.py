"""Ids of papers as people type or paste them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.models.identity import known_id
from digest.sources.library.ids import Clues
from digest.sources.library.seeds import Entry, Rejected
from digest.text.bounds import NAME, bounded

if TYPE_CHECKING:
    from collections.abc import Iterator


def entries(text: str) -> Iterator[Entry | Rejected]:
    """Yield what each id names; an id may have blanks in it, as `arXiv: 2401.00001` has."""
    for number, line in enumerate(text.splitlines(), start=1):
        for piece in filter(str.strip, re.split("[,;]", line)):
            parts = [piece] if known_id(piece) else piece.split()
            for part in parts:
                if known_id(part):
                    yield Entry(where=f"line {number}", title="", clues=Clues(eprints=(part,)))
                else:
                    reason = f"{bounded(part, NAME)!r} is no id of a paper, such as 2401.00001"
                    yield Rejected(where=f"line {number}", reason=reason)
