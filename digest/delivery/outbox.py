"""The folder of the transport `directory`: what it wrote, for whoever wants to know."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

from digest.errors import StoreError
from digest.models.delivery import AlertKind, MailKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Transactional mails and alerts are in the folder of the day on which they were written.
_TRANSACTIONAL = tuple(f".{kind}.eml" for kind in (*MailKind, *AlertKind))


def newest_day(outbox: Path | None) -> date | None:
    """Return the newest day of which a digest was written, or None if there is no such folder.

    Raises:
        StoreError: the folder cannot be read.

    """
    if outbox is None:
        return None
    return next((day for day in _newest_first(outbox) if _has_digest(outbox, day)), None)


def newest_folder(outbox: Path) -> Path | None:
    """Return the newest day's folder that has mails of any kind, or None.

    Raises:
        StoreError: the folder cannot be read.

    """
    folders = (outbox / day.isoformat() for day in _newest_first(outbox))
    return next((folder for folder in folders if any(_mails(folder))), None)


def _newest_first(outbox: Path) -> list[date]:
    try:
        if not outbox.is_dir():
            return []
        days = [day for folder in outbox.iterdir() if (day := _day(folder.name))]
    except OSError as error:
        raise StoreError(f"cannot read {outbox}: {error.strerror}") from error
    return sorted(days, reverse=True)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def _has_digest(outbox: Path, day: date) -> bool:
    return any(not name.endswith(_TRANSACTIONAL) for name in _mails(outbox / day.isoformat()))


def _mails(folder: Path) -> Iterator[str]:
    """Yield the names of the mails in a folder, which may be very many: most callers need one."""
    if not folder.is_dir():
        return
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries if entry.name.endswith(".eml"))
    except OSError as error:
        raise StoreError(f"cannot read {folder}: {error.strerror}") from error
