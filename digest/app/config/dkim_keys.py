"""The files of the DKIM keys: PEM, each readable for its owner only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app.config import permissions
from digest.errors import ConfigError
from digest.mail import dkim
from digest.storage import files

if TYPE_CHECKING:
    from pathlib import Path


def save(key: dkim.Key, path: Path) -> None:
    """Write a key into a new file that nobody else may read.

    Raises:
        ConfigError: the file exists already, or cannot be written.

    """
    try:
        files.create(path, key.pem)
    except FileExistsError as error:
        raise ConfigError(f"{path} is there already; it was not touched") from error
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error


def load(path: Path, *, selector: str, kind: dkim.Kind) -> dkim.Key:
    """Read a key from a PEM file.

    Raises:
        ConfigError: the file cannot be read, others can read it too, or its key cannot be used.

    """
    return dkim.parse_key(_read(path), selector=selector, kind=kind, file=str(path))


def _read(path: Path) -> bytes:
    try:
        return permissions.read_secret(path)
    except FileNotFoundError as error:
        raise ConfigError(f"there is no {path}; `digest dkim keygen` makes a key") from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
