"""The disks: whether there is room for what the installation writes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from digest.app.doctor.finding import Finding, fail, ok, warn
from digest.storage.engine import database_path
from digest.text.wording import join_words
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from digest.app.config import Config
    from digest.app.doctor.installation import Installation

DISK = "disk"
#: Bytes that a small installation needs for its next days, whatever else.
_LEAST = 100_000_000
#: Bytes of a mail in a folder.
_MAIL = 70_000


def check(installation: Installation) -> Iterator[Finding]:
    """Compare what is free on each disk with what the folders on it need."""
    disks: dict[int, list[tuple[str, Path, int]]] = {}
    for what, folder, needed in _needs(installation):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        disks.setdefault(existing.stat().st_dev, []).append((what, existing, needed))
    for folders in disks.values():
        yield _compared(folders)


def _compared(folders: Sequence[tuple[str, Path, int]]) -> Finding:
    """Compare what is free with what folders on one disk need."""
    (_, place, _), needed = folders[0], sum(needed for *_, needed in folders)
    free = shutil.disk_usage(place).free
    what = join_words([what for what, *_ in folders])
    text = f"{_size(free)} are free; {what} may need {_size(needed)} soon"
    remedy = f"make room on the disk of {place}; `digest prune --vacuum` shrinks the database"
    if free < needed:
        return fail(DISK, text, remedy)
    return warn(DISK, text, remedy) if free < 2 * needed else ok(DISK, text)


def _needs(installation: Installation) -> Iterator[tuple[str, Path, int]]:
    """Yield each folder that is written to, with the bytes that it needs.

    A database needs as much as it has once more: an upgrade and the write-ahead log may take it.
    """
    config = installation.config
    database = database_path(config.database.url, folder=config.folder)
    if database is not None:
        size = database.stat().st_size if database.exists() else 0
        yield "the database", database.parent, max(_LEAST, size)
    if config.mail.transport == "directory":
        yield "the outbox", config.path(config.mail.directory), _outbox(installation)
    if _asks_services(config):
        yield "the cache", config.path(config.fetch.directory), _LEAST


def _outbox(installation: Installation) -> int:
    app = installation.app
    readers = app.book.count(Status.CONFIRMED) if app is not None else 0
    return max(_LEAST, readers * _MAIL)


def _asks_services(config: Config) -> bool:
    return any(not source.path for source in config.sources)


def _size(octets: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if octets >= size:
            return f"{octets / size:.1f} {unit}"
    return f"{octets / 1e3:.0f} kB"
