"""The keys of an installation: for signed links, for hashes, and for DKIM signatures."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from digest.app.config import permissions
from digest.app.config.values import check_key, check_password
from digest.errors import ConfigError
from digest.storage import files

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import SecretStr

    from digest.app.config.load import Config
    from digest.mail import dkim

KEY_FILE = "digest.key"
PEPPER_FILE = "digest.pepper"


def secret(config: Config, setting: SecretStr, file: str, key: str) -> str:
    """Return a secret: the configured one, or one made once and kept beside the configuration.

    Raises:
        ConfigError: its file cannot be read or written, others can read it too, or it is too short.

    """
    return known_secret(config, setting, file, key) or _new_key(config.path(file))


def known_secret(config: Config, setting: SecretStr, file: str, key: str) -> str:
    """Return a secret that there is already; empty if there is none.

    Raises:
        ConfigError: its file cannot be read, others can read it too, or it is too short.

    """
    configured = setting.get_secret_value()
    if configured:
        return configured
    path = config.path(file)
    try:
        found = _read(path)
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not text in ASCII; or set [site] {key}") from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}; or set [site] {key}") from error
    try:
        check_key(found)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error
    return found


def mail_password(config: Config) -> str:
    """Return the password for the mail server: the configured one, or that of its file.

    Raises:
        ConfigError: the file cannot be read, or others can read it too.

    """
    mail = config.mail
    if (configured := mail.password.get_secret_value()) or not mail.password_file:
        return configured
    path = config.path(mail.password_file)
    try:
        text = permissions.read_secret(path).decode("utf-8-sig").strip()
    except OSError as error:
        raise ConfigError(f"[mail] password_file: cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"[mail] password_file: {path} is not text in UTF-8") from error
    try:
        check_password(text)
    except ValueError as error:
        raise ConfigError(f"[mail] password_file: {path} {error}") from error
    return text


def signer(config: Config) -> dkim.Signer | None:
    """Read the DKIM keys and return their signer; None if none are configured.

    Raises:
        ConfigError: a key cannot be used.

    """
    # Imported here, since most commands sign nothing.
    from digest.app.config import dkim_keys
    from digest.mail import dkim

    named: tuple[tuple[str, str, dkim.Kind], ...] = (
        (config.dkim.selector, config.dkim.key, "rsa"),
        (config.dkim.ed25519_selector, config.dkim.ed25519_key, "ed25519"),
    )
    keys = [
        dkim_keys.load(config.path(file), selector=selector, kind=kind)
        for selector, file, kind in named
        if file
    ]
    return dkim.Signer(mail_domain(config), keys) if keys else None


def mail_domain(config: Config) -> str:
    """Return the domain of the sender's address, which DKIM signs for."""
    return config.mail.from_address.rpartition("@")[2].lower()


def _read(path: Path) -> str:
    return permissions.read_secret(path).decode("ascii").strip()


def _new_key(path: Path) -> str:
    key = secrets.token_urlsafe(32)
    try:
        files.create(path, f"{key}\n".encode("ascii"))
    except FileExistsError:  # another process was quicker
        return _read(path)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}; or set it in [site]") from error
    return key
