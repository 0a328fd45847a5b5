"""One rule for secrets in files: nobody else on the machine may read them.

A file that holds nothing but a key or a password is refused while others can read it, since giving
it up costs nothing but `chmod`. The configuration and the database have more in them, and no mail
is held back for their mode; a warning in the log names them. The remedy is the same.

Docker and Kubernetes hand secrets over as files that everybody in the container may read. Such a
file is taken: it is on a read-only mount, or its mode lets nobody write, its owner neither, and
nobody here can put another in its place. So its mode was given on purpose.
"""

from __future__ import annotations

import logging
import os
import re
import shlex
import stat
from typing import TYPE_CHECKING, Any

from digest.errors import ConfigError
from digest.sources.redaction import holds_login

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.app.config.load import Config

log = logging.getLogger(__name__)

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
#: The names of settings that hold a secret, such as `api_key` and `accessToken`.
_SECRET_NAME = re.compile(
    r"(?:^|[_-])(?:api)?(?:key|token|secret|password|passphrase|passwd|password[_-]?hash|pepper|credentials?|heartbeat)$"
    r"|(?:Key|Token|Secret|Password)$",
    re.ASCII,
)
#: A line that gives a key a value.
_FILLED = re.compile(r"""^[ \t]*([\w-]+)[ \t]*=[ \t]*(?!""|'')\S""", re.MULTILINE)
#: The keys of these sections name files.
_PATHS_ONLY = frozenset({"dkim"})
_ANY_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def read_secret(path: Path) -> bytes:
    """Read a file that holds a secret and nothing else.

    Raises:
        ConfigError: others can read it too; the text names the remedy.
        OSError: it cannot be read.

    """
    with path.open("rb") as file:
        content = file.read()
        if _is_open(path, os.fstat(file.fileno())):
            raise ConfigError(f"others can read {path}; type: {_remedy(path)}")
    return content


def readable_secrets(file: Path | None, *, database: Path | None) -> dict[Path, str]:
    """Return which of a file with secrets and a database others can read, each with the remedy."""
    paths = [file] if file else []
    if database:
        parts = [database.with_name(database.name + end) for end in ("", "-wal", "-shm")]
        # SQLite makes the others anew, with the mode of the first.
        paths += [path for path in parts if _is_readable(path)][:1]
    return {path: _remedy(path) for path in paths if _is_readable(path)}


def warn_of_readable(config: Config, *, database: Path | None) -> None:
    """Log a warning for the configuration and the database, if others can read secrets there."""
    for path, remedy in readable_secrets(config.secrets_file, database=database).items():
        log.warning("others can read secrets", extra={"file": str(path), "remedy": remedy})


def holds_secret(tables: dict[str, Any]) -> bool:
    """Whether the tables of a configuration file hold a key or a password."""
    return any(
        _SECRET_NAME.search(key) or holds_login(value)
        for section, table in tables.items()
        if section not in _PATHS_ONLY
        for key, value in _texts("", table)
        if value
    )


def may_hold_secret(text: str) -> bool:
    """Whether the text of a configuration seems to hold a key or a password, be it TOML or not."""
    return any(_SECRET_NAME.search(key) for key in _FILLED.findall(text))


def _texts(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield each text in a value, with the key that it stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(key, item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(name, item)


def _is_readable(path: Path) -> bool:
    try:
        return _is_open(path, path.stat())
    except OSError:  # it is missing; whoever reads it says more
        return False


def _is_open(path: Path, found: os.stat_result) -> bool:
    """Whether others can read a file that was not put there by an orchestrator."""
    if os.name != "posix" or not found.st_mode & _OTHERS:
        return False
    return not _is_mounted(path, found)


def _is_mounted(path: Path, found: os.stat_result) -> bool:
    """Whether a file cannot be changed or replaced here, as one of a read-only mount."""
    try:
        # A secret of Kubernetes is a link to a link, `..data`.
        folder = path.resolve().parent
        # Docker mounts the file itself.
        if os.statvfs(path).f_flag & os.ST_RDONLY:
            return True
        holder = folder.stat()
    except OSError:
        return False
    if found.st_mode & _ANY_WRITE:
        return False
    if not holder.st_mode & _ANY_WRITE:
        return True
    is_theirs = os.geteuid() not in (found.st_uid, holder.st_uid, 0)
    return is_theirs and not os.access(folder, os.W_OK)


def _remedy(path: Path) -> str:
    return f"chmod 600 {shlex.quote(str(path))}"
