"""Backs up an installation into one file, and restores it from there.

A database alone is no installation. Without `digest.key` the links in mails fail, without
`digest.pepper` nobody knows whose address was erased, without the keys of `[dkim]` no mail is
signed, and without its password the mail server takes none. So a backup holds these, the hash of
the operator's password, and the configuration too. Settings that come from the environment are not
in it, nor the files that a variable ending in `_FILE` names.
"""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from digest.app import config as configuration
from digest.app.admin.password import PASSWORD_FILE
from digest.app.clock import now
from digest.app.config.load import FILE_NAME
from digest.app.config.secrets import KEY_FILE, PEPPER_FILE
from digest.app.environment import our_variables
from digest.errors import ConfigError, StoreError
from digest.storage import backup as backups
from digest.storage import files
from digest.storage import restore as restoring
from digest.storage.engine import database_path
from digest.storage.mark import refuse_lost
from digest.storage.page_copy import no_progress
from digest.storage.run_lock import is_held, run_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from digest.app.config import Config
    from digest.storage.backup import Backup

#: The variables that say where the configuration is, and how to show an error.
_NO_SETTINGS = ("DIGEST_CONFIG", "DIGEST_TRACEBACK")


#: The priority behind all others (setpriority(2)): a run that sends beside it comes first.
_LAST = 19


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was restored."""

    backup: Backup
    database: Path
    #: where the database is now that was there before, if there was one
    old_database: Path | None
    #: the files that were put in place, and where each old one is now
    files: Mapping[Path, Path | None]
    #: the configuration that was kept although the backup's is another one
    kept: Path | None


def back_up(
    config: Config,
    config_file: Path,
    target: Path,
    *,
    database_only: bool = False,
    progress: Callable[[int, int], None] = no_progress,
) -> Backup:
    """Write a backup of an installation; runs may send meanwhile.

    Args:
        config: its configuration.
        config_file: the file of that.
        target: the file of the backup.
        database_only: whether to leave out the configuration and all keys.
        progress: told how many bytes are copied, and of how many.

    Raises:
        ConfigError: the database is on a server, or a key cannot be read.
        StoreError: the database cannot be read, or the file cannot be written.

    """
    database = _database(config, "pg_dump makes a backup of it")
    refuse_lost(database, dict)
    if not database.exists():
        raise ConfigError(f"there is no {database} yet, so there is nothing to back up")
    kept = {} if database_only else _files_of(config, config_file)
    work = partial(backups.back_up, database, target, kept=kept, now=now())
    if is_held(_lock(database)):
        return _behind_others(work, progress)
    return work(progress=progress)


def _behind_others(work: Callable[..., Backup], progress: Callable[[int, int], None]) -> Backup:
    """Do work in a thread for which no other process waits; the program's own priority stays."""
    is_stopped = threading.Event()

    def told(done: int, of_all: int) -> None:
        if is_stopped.is_set():
            raise StoreError("the backup was stopped")
        progress(done, of_all)

    def begin() -> None:
        if sys.platform == "linux":  # elsewhere it is the priority of all threads
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LAST)

    with ThreadPoolExecutor(1, initializer=begin) as threads:
        try:
            return threads.submit(work, progress=told).result()
        finally:
            is_stopped.set()


def unsaved_variables() -> list[str]:
    """Return the variables with settings, which no backup holds."""
    return sorted(name for name in our_variables() if name.upper() not in _NO_SETTINGS)


def restore(
    file: Path,
    config_file: Path,
    *,
    replace: bool = False,
    database_only: bool = False,
    progress: Callable[[int, int], None] = no_progress,
) -> Restored:
    """Put the database and the keys of a backup in place, and its configuration if there is none.

    Args:
        file: the backup.
        config_file: where the configuration is, or is to be.
        replace: whether to move aside a database that holds something, and keys that differ.
        database_only: whether to leave out the configuration and all keys.
        progress: told how many bytes are copied, and of how many.

    Raises:
        ConfigError: something is in the way, or there is no configuration.
        StoreError: the file is no backup that can be used, or something cannot be written.
        RunInProgressError: a run is sending.

    """
    at = now()
    if not file.is_file():
        raise ConfigError(f"there is no file {file}")
    found = backups.read_backup(file)
    config = _config(found, config_file, database_only=database_only)
    database = _database(config, "use what its server has, such as psql or pg_restore")
    if database.exists() and database.samefile(file):
        raise ConfigError(f"{file} is the database itself")
    wanted = {} if database_only else _wanted(found, config, config_file)
    in_the_way = [path for path, content in wanted.items() if _differs(path, content)]
    kept = config_file if config_file in in_the_way else None
    if kept is not None:
        in_the_way.remove(kept)
    if not restoring.is_unused(database):
        in_the_way.insert(0, database)
    if in_the_way and not replace:
        raise ConfigError(
            f"there is already {', '.join(map(str, in_the_way))}; --replace moves the old aside"
        )
    restoring.require_room(found, database)
    # The keys come first: with a database and without them, another process would make new ones.
    with _locked(database), _put(wanted, at=at, apart_from=kept) as changed:
        old = restoring.restore(found, database, now=at, progress=progress)
    return Restored(backup=found, database=database, old_database=old, files=changed, kept=kept)


def _database(config: Config, remedy: str) -> Path:
    database = database_path(config.database.url, folder=config.folder)
    if database is None:
        raise ConfigError(
            f"[database] url names no file of SQLite, so `digest` cannot do this: {remedy}; keep"
            f" {FILE_NAME}, {KEY_FILE}, {PEPPER_FILE}, {PASSWORD_FILE}, [mail] password_file and"
            " the keys of [dkim] with it"
        )
    return database


def _lock(database: Path) -> Path:
    return database.with_name(f"{database.name}-run")


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    """Hold the lock of the run; if the block fails where no database was, none is left.

    A lock without a database would say that the database is lost.
    """
    lock = _lock(database)
    is_first = not (os.path.lexists(lock) or database.exists())
    with run_lock(lock), ExitStack() as undo:
        if is_first:
            undo.callback(lock.unlink, missing_ok=True)
        yield
        undo.pop_all()


def _keys(config: Config) -> list[str]:
    """Return the files of keys and passwords, as the configuration names them."""
    named = (
        KEY_FILE,
        PEPPER_FILE,
        PASSWORD_FILE,
        config.mail.password_file,
        config.dkim.key,
        config.dkim.ed25519_key,
    )
    return [name for name in named if name]


def _files_of(config: Config, config_file: Path) -> dict[str, bytes]:
    """Return the configuration and the keys, by name."""
    paths = {FILE_NAME: config_file} | {name: config.path(name) for name in _keys(config)}
    found = {}
    for name, path in paths.items():
        try:
            found[name] = path.read_bytes()
        except FileNotFoundError:
            continue  # set in the configuration, or not needed until now
        except OSError as error:
            raise ConfigError(
                f"cannot read {path}: {error.strerror}; run this as the user who owns it, or with"
                " --database-only"
            ) from error
    return found


def _config(found: Backup, config_file: Path, *, database_only: bool) -> Config:
    """Return the configuration that there is, or else that of a backup."""
    text = found.files.get(FILE_NAME)
    if text is None or database_only or os.path.lexists(config_file):
        return configuration.load(config_file)
    return configuration.read(text.decode("utf-8-sig"), config_file)


def _wanted(found: Backup, config: Config, config_file: Path) -> dict[Path, bytes]:
    """Return what a backup has of the files that an installation has, by where it has them."""
    paths = {FILE_NAME: config_file} | {name: config.path(name) for name in _keys(config)}
    return {path: found.files[name] for name, path in paths.items() if name in found.files}


def _differs(path: Path, content: bytes) -> bool:
    """Whether there is a file with another content."""
    try:
        return path.read_bytes() != content
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error


@contextmanager
def _put(
    wanted: Mapping[Path, bytes], *, at: datetime, apart_from: Path | None
) -> Iterator[dict[Path, Path | None]]:
    """Write the files that are missing or differ; yield where each old one is now.

    If one cannot be written, or the block fails, all are as they were.
    """
    changed: dict[Path, Path | None] = {}
    with ExitStack() as undo:
        for path, content in wanted.items():
            if path == apart_from or (path.exists() and not _differs(path, content)):
                continue
            old = None
            try:
                if path.exists():
                    old = path.with_name(f"{path.name}.before-{at:%Y%m%dT%H%M%SZ}")
                    path.rename(old)
                    undo.callback(old.replace, path)
                files.create(path, content)
                if old is None:
                    undo.callback(path.unlink)
            except OSError as error:
                raise ConfigError(f"cannot write {path}: {error.strerror}") from error
            changed[path] = old
        yield changed
        undo.pop_all()
