"""The certificates that are trusted: for services, and for the mail server.

SSL_CERT_FILE and SSL_CERT_DIR replace them, as in every program that uses OpenSSL. OpenSSL says
nothing about a file that is missing, or that holds no certificate: each connection would fail later
and blame the server. Here the variable is named.
"""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import certifi

from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What OpenSSL calls the certificates in a folder; `openssl rehash` makes these names.
_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.\d+")


def for_services(variables: Mapping[str, str]) -> ssl.SSLContext:
    """Return the certificates for web services: those of certifi, if no variable names others.

    Raises:
        ConfigError: a variable names what cannot be read, or holds no certificates.

    """
    return _named(variables) or _trusting(file=certifi.where())


def for_mail(variables: Mapping[str, str]) -> ssl.SSLContext:
    """Return the certificates for the mail server: the system's, if no variable names others.

    Raises:
        ConfigError: a variable names what cannot be read, or holds no certificates.

    """
    # Not `load_default_certs`, because OpenSSL takes an empty variable for the name of a file.
    paths = ssl.get_default_verify_paths()
    file = paths.openssl_cafile if Path(paths.openssl_cafile).is_file() else None
    return _named(variables) or _trusting(file=file, folder=paths.openssl_capath)


def _named(variables: Mapping[str, str]) -> ssl.SSLContext | None:
    """Return the certificates that variables name, if any does."""
    file, folder = variables.get("SSL_CERT_FILE"), variables.get("SSL_CERT_DIR")
    if file:
        try:
            return _trusting(file=file, folder=folder)
        except ssl.SSLError as error:
            raise ConfigError(f"SSL_CERT_FILE: {file} holds no certificates in PEM") from error
        except OSError as error:
            raise ConfigError(f"SSL_CERT_FILE: cannot read {file}: {error.strerror}") from error
    if folder:
        _check_folders(folder)
        return _trusting(folder=folder)
    return None


def _check_folders(folders: str) -> None:
    """Check that a list of folders, as in PATH, holds at least one certificate."""
    for folder in folders.split(":"):
        try:
            names = [entry.name for entry in Path(folder).iterdir()]
        except OSError as error:
            reason = f"SSL_CERT_DIR: cannot read {folder}: {error.strerror}"
            continue
        if any(map(_HASHED_NAME.fullmatch, names)):
            return
        reason = f"SSL_CERT_DIR: {folder} holds no certificates; `openssl rehash` gives them names"
    raise ConfigError(reason)


def _trusting(*, file: str | None = None, folder: str | None = None) -> ssl.SSLContext:
    # Not `create_default_context`: that also writes the keys of all connections into the file of
    # SSLKEYLOGFILE, and fails if it cannot.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if file or folder:
        context.load_verify_locations(cafile=file, capath=folder or None)
    return context
