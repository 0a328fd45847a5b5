"""Values from services that do not keep to their own schema, taken for what they can mean.

Nothing here raises but `load`. What cannot be understood is unknown: "" or None, never 0.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from digest.models.paper import Paper
from digest.models.source import Batch, Rejected
from digest.text.clean import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.sources import RawDocument

_SHORT_NUMBER = re.compile(r"\s*([\d,]*\.?\d+)\s*([km]?)\s*", re.IGNORECASE)
_DAY = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])")


def load(text: str) -> Any:
    """Read JSON.

    Raises:
        ValueError: it is none, with what is wrong in words.

    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error


def unusable(document: RawDocument, reason: str) -> Batch:
    """Return the batch of a text in which there is nothing to be understood."""
    return Batch(rejected=(Rejected(where=document.where, reason=reason),), declared=1)


def batch(document: RawDocument, found: Sequence[Paper | str]) -> Batch:
    """Return the batch of a text's records, each a paper or why it is none.

    A withdrawn paper is an update: it is no news, but whoever knows it shall be told.
    """
    papers = [paper for paper in found if isinstance(paper, Paper)]
    return Batch(
        papers=tuple(paper for paper in papers if not paper.withdrawn_on),
        updates=tuple(paper for paper in papers if paper.withdrawn_on),
        rejected=tuple(
            Rejected(where=f"{document.where}[{index}]", reason=reason)
            for index, reason in enumerate(found)
            if isinstance(reason, str)
        ),
        declared=len(found),
    )


def text(value: object) -> str:
    """Return a text fit to be shown."""
    return clean(value) if isinstance(value, str) else ""


def number(value: object) -> int | None:
    """Read a count that may be a number, "1,204" or "1.2k"."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value < 2**53 else None
    # Cut, since the pattern's time grows with the square of the length.
    match = _SHORT_NUMBER.fullmatch(value[:50]) if isinstance(value, str) else None
    if match is None:
        return None
    factor = {"": 1, "k": 1_000, "m": 1_000_000}[match[2].lower()]
    return round(min(float(match[1].replace(",", "")) * factor, 2**53 - 1))


def moment(value: object) -> datetime | None:
    """Read a time as ISO 8601 writes it; one without a zone is in UTC."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is None:
            return None
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def milliseconds(value: object) -> datetime | None:
    """Read a time that is counted in milliseconds since 1970; 0 says nothing."""
    count = number(value)
    try:
        return datetime.fromtimestamp(count / 1000, UTC) if count else None
    except (ValueError, OverflowError, OSError):
        return None


def day(value: object) -> date | None:
    """Read the day of a date or time, whether or not it is padded with zeros."""
    match = _DAY.match(value) if isinstance(value, str) else None
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def items(value: object) -> list[Any]:
    """Return a list, or an empty one for anything else."""
    return value if isinstance(value, list) else []
