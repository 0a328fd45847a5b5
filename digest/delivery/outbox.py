"""The folder of the transport `directory`: what it wrote, for whoever wants to know."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from digest.models.delivery import MailKind

if TYPE_CHECKING:
    from pathlib import Path

#: Transactional mails are in the folder of the day on which they were written.
_TRANSACTIONAL = tuple(f".{kind}.eml" for kind in MailKind)


def newest_day(outbox: Path | None) -> date | None:
    """Return the newest day of which a digest was written, or None if there is no such folder."""
    if outbox is None or not outbox.is_dir():
        return None
    days = [day for folder in outbox.iterdir() if (day := _day(folder.name))]
    return next((day for day in sorted(days, reverse=True) if _has_digest(outbox, day)), None)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def _has_digest(outbox: Path, day: date) -> bool:
    files = (outbox / day.isoformat()).glob("*.eml")
    return any(not file.name.endswith(_TRANSACTIONAL) for file in files)
