"""Processes that kill themselves while they back up or restore a database."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.storage import backup, page_copy, restore

if TYPE_CHECKING:
    from collections.abc import Callable

AT = datetime(2026, 2, 6, 12, tzinfo=UTC)


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def back_up_and_die(database: str, target: str) -> None:
    """Die when the first pages are copied."""
    backup.back_up(Path(database), Path(target), kept={}, now=AT, progress=die)


def restore_and_die(file: str, database: str, step: int) -> None:
    """Die in a copy: the first is that of the backup, then the old database, then its pages."""
    copies, copy_pages = iter(range(1, 10)), restore.copy_pages

    def copy(*connections: Any, **_: Any) -> None:
        copy_pages(*connections, **({"progress": die} if next(copies) == step else {}))

    restore.copy_pages = copy
    page_copy._STEP = 5  # so that the first pages are not all
    restore.restore(backup.read_backup(Path(file)), Path(database), now=AT)


def killed(work: Callable[..., None], *arguments: object) -> int | None:
    """Do work in a process of its own; return how that ended."""
    process = get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    return process.exitcode
