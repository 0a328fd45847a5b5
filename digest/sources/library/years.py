"""The year in a date, whatever else is written there."""

from __future__ import annotations

import re

_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", re.ASCII)


def find_year(text: str) -> int | None:
    """Return the first year in a text such as `2024/01/03/` or `January 2024`, or None."""
    found = _YEAR.search(text[:100])
    return int(found[1]) if found else None
