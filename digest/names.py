"""Names of people as the sources write them, in the order a reader expects.

Nothing is guessed: a name without a comma stays as it is.
"""

from __future__ import annotations

import re

from digest.text import clean


def split_semicolons(text: str) -> tuple[str, ...]:
    """Turn `Doe, J.; Roe, R.` into `J. Doe` and `R. Roe`."""
    return tuple(filter(None, (_turned(clean(name)) for name in text.split(";"))))


def _turned(name: str) -> str:
    family, _, given = (part.strip() for part in name.partition(","))
    return f"{given} {family}".strip()


_AFFILIATION = re.compile(r"\s*\([^()]*\)")
_BETWEEN = re.compile(r"\s*(?:,\s+and\s|,|;|\band\s)\s*")


def split_creators(text: str) -> tuple[str, ...]:
    """Split a line of authors, leaving out the affiliations in parentheses."""
    while (shorter := _AFFILIATION.sub("", text)) != text:
        text = shorter
    return tuple(filter(None, (name.strip() for name in _BETWEEN.split(text))))
