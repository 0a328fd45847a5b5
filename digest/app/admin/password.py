"""Where the hash of the operator's password is kept: in a file, or in the configuration.

Without one there is no page. The file is read for every request, so a new password holds at once,
and in every process; whoever logged in with the old one is logged out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app.config import permissions
from digest.errors import ConfigError
from digest.storage import files
from subscribers.passwords import is_hash

if TYPE_CHECKING:
    from pathlib import Path

    from digest.app.config import Config

PASSWORD_FILE = "digest.admin"  # noqa: S105 (the name of a file)


def password_hash(config: Config) -> str:
    """Return the hash of the password; empty if there is none, which turns the page off.

    Raises:
        ConfigError: its file cannot be read, others can read it too, or it holds something else.

    """
    configured = config.admin.password_hash.get_secret_value()
    path = password_file(config)
    if configured or not path.exists():
        return configured
    try:
        found = permissions.read_secret(path).decode("ascii").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        found = ""
    if not is_hash(found):
        raise ConfigError(f"{path} holds no hash; `digest admin password` writes it anew")
    return found


def refuse_configured(config: Config) -> None:
    """Refuse to keep or remove a password where the configuration has one.

    Raises:
        ConfigError: it has.

    """
    if config.admin.password_hash.get_secret_value():
        raise ConfigError(
            "[admin] password_hash is set, and counts instead of a file; put there what"
            " `digest admin password --print` prints, or empty it to turn the page off"
        )


def keep(config: Config, hashed: str) -> Path:
    """Keep the hash of a new password; return its file.

    Raises:
        ConfigError: it cannot be written, or the configuration has another that would count.

    """
    refuse_configured(config)
    path = password_file(config)
    try:
        files.replace(path, f"{hashed}\n".encode("ascii"))
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    return path


def remove(config: Config) -> bool:
    """Remove the password, which turns the page off; return whether there was one.

    Raises:
        ConfigError: its file cannot be removed, or the configuration has one.

    """
    refuse_configured(config)
    path = password_file(config)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ConfigError(f"cannot remove {path}: {error.strerror}") from error
    return True


def password_file(config: Config) -> Path:
    """Return the file of the hash, beside the configuration."""
    return config.path(PASSWORD_FILE)
