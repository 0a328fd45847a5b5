"""Authors' names out of the lines in which sources write them."""

from __future__ import annotations

import re

_AFFILIATION = re.compile(r"\s*\([^()]*\)")
_BETWEEN = re.compile(r"\s*(?:,\s+and\s|,|;|\band\s)\s*")


def split_creators(text: str) -> tuple[str, ...]:
    """Split a line of authors, leaving out the affiliations in parentheses."""
    while (shorter := _AFFILIATION.sub("", text)) != text:
        text = shorter
    return tuple(filter(None, (name.strip() for name in _BETWEEN.split(text))))
