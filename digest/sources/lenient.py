"""Read values leniently, from services that do not keep to their own schema.

Only `load` raises. A value that cannot be read is unknown: "" or None, never 0.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from digest.models.days import as_utc
from digest.models.paper import Paper
from digest.models.source import Batch, Rejected
from digest.text.clean import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.sources import RawDocument

_SHORT_NUMBER = re.compile(r"\s*([\d,]*\.?\d+)\s*([km]?)\s*", re.IGNORECASE)
_DAY = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])")


def load(text: str) -> Any:
    """Parse JSON.

    Raises:
        ValueError: the text is not JSON; the message says what is wrong.

    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error


def unusable(document: RawDocument, reason: str) -> Batch:
    """Return the batch of a document that cannot be parsed at all."""
    return unusable_at(document.where, reason)


def unusable_at(where: str, reason: str) -> Batch:
    """Return the batch of a file or address that cannot be used at all; others may be usable."""
    named = reason if reason.startswith(where) else f"{where}: {reason}"
    return Batch(rejected=(Rejected(where=where, reason=reason),), declared=1, trouble=named)


def batch(document: RawDocument, found: Sequence[Paper | str]) -> Batch:
    """Return the batch of a document's records, each a paper or the reason for its rejection.

    A withdrawn paper becomes an update: it is not news, but its withdrawal has to be stored.
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
    """Return a cleaned text, or "" for anything else."""
    return clean(value) if isinstance(value, str) else ""


def texts(value: object) -> list[str]:
    """Return the texts in a list, or a text alone, as they are; none for anything else."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def number(value: object) -> int | None:
    """Read a count that may be a number, "1,204" or "1.2k"."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value < 2**53 else None
    # Cut off, because the time of the pattern grows with the square of the length.
    match = _SHORT_NUMBER.fullmatch(value[:50]) if isinstance(value, str) else None
    if match is None:
        return None
    factor = {"": 1, "k": 1_000, "m": 1_000_000}[match[2].lower()]
    return round(min(float(match[1].replace(",", "")) * factor, 2**53 - 1))


def moment(value: object) -> datetime | None:
    """Read an ISO 8601 time; without a zone it is taken as UTC."""
    try:
        return as_utc(datetime.fromisoformat(value)) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def milliseconds(value: object) -> datetime | None:
    """Read a time in milliseconds since 1970; 0 means unknown."""
    count = number(value)
    try:
        return datetime.fromtimestamp(count / 1000, UTC) if count else None
    except (ValueError, OverflowError, OSError):
        return None


def day(value: object) -> date | None:
    """Read the day of a date or time, with or without leading zeros."""
    match = _DAY.match(value) if isinstance(value, str) else None
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def items(value: object) -> list[Any]:
    """Return a list, or an empty one for anything else."""
    return value if isinstance(value, list) else []
