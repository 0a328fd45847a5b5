"""Whether an installation can work: the checks of `/ready`, for load balancers and orchestrators.

`/health` only says that the process answers, so that whoever restarts it on a failure does not
restart it for a full disk. The names of the checks say nothing of the machine.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import DigestError, RestoredError
from digest.storage.engine import database_file
from digest.storage.upgrade import is_newest

if TYPE_CHECKING:
    from digest.app.services import App

#: Bytes on the disk of the database with which a day's mails can still be recorded.
FEWEST_FREE = 50_000_000

DATABASE, MIGRATIONS, RESTORED, DISK = "database", "migrations", "restored", "disk"


@dataclass(frozen=True)
class Readiness:
    """The checks that failed, by name."""

    failed: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether none did."""
        return not self.failed

    @property
    def text(self) -> str:
        """The answer, as a line."""
        return f"not ready: {', '.join(self.failed)}\n" if self.failed else "ready\n"


def readiness_of(app: App, *, sends: bool) -> Readiness:
    """Check the database, its migrations, and the disk.

    What `sends` mail is not ready either when the database was restored from a backup and nobody
    has named a day since. The site goes on then: readers must be able to leave.
    """
    try:
        with app.engine.connect() as db:
            is_current = is_newest(db)
    except DigestError:
        return Readiness((DATABASE,))
    failed = [] if is_current else [MIGRATIONS]
    if sends and is_current and _is_refused(app):
        failed.append(RESTORED)
    file = database_file(app.engine.url)
    if file and shutil.disk_usage(file.parent).free < FEWEST_FREE:
        failed.append(DISK)
    return Readiness(tuple(failed))


def _is_refused(app: App) -> bool:
    try:
        app.generation.refuse(None, named=False)
    except RestoredError:
        return True
    return False
