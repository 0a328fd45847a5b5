"""The files of an installation that show that its database was in use.

The database is made before any of them. So where one is and the database holds nothing, the
database is lost, or its disk is not mounted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app.config.secrets import KEY_FILE, PEPPER_FILE
from digest.delivery.outbox import newest_folder

if TYPE_CHECKING:
    from pathlib import Path

    from digest.app.config import Config


def traces_of_use(config: Config) -> dict[Path, str]:
    """Return the files that only an installation in use has, and why to keep each, if at all."""
    secrets = {
        config.path(PEPPER_FILE): "the hashes of erased addresses need it",
        config.path(KEY_FILE): "the links in mails need it",
    }
    found = {path: why for path, why in secrets.items() if path.exists()}
    # A folder of mails stays when another transport is configured.
    if outbox := newest_folder(config.path(config.mail.directory)):
        found[outbox] = ""
    return found
