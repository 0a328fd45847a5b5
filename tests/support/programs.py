"""Programs that some tests need: a test without one is skipped, except in CI, where it fails."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Daemons are in folders that the search path of a person who is not root may lack.
_FOLDERS = os.pathsep.join([os.defpath, "/usr/sbin", "/usr/lib/postfix/sbin", "/usr/lib/dovecot"])
#: How often it is looked whether a server has done something, 0.02 seconds apart.
_ATTEMPTS = 1000


def program(name: str, *, package: str) -> str:
    """Return where a program is; skip the test, or fail it in CI, without it."""
    path = shutil.which(name, path=_FOLDERS)
    return path or _missing(f"{name} (Debian: {package})")


def need_root(what: str) -> None:
    """Skip the test, or fail it in CI, unless it runs as root, as a server for several users."""
    if os.geteuid() != 0:
        _missing(f"root, as whom {what} is started,")


def _missing(what: str) -> str:
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and CI must not skip the tests that need it")
    pytest.skip(f"{what} is not there")


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def attempts(process: subprocess.Popen[Any], *, what: str) -> Iterator[None]:
    """Yield again and again, for somebody who waits for what a running server does.

    Raises:
        RuntimeError: the server has ended, or does not do what is awaited.

    """
    for _ in range(_ATTEMPTS):
        yield
        with suppress(subprocess.TimeoutExpired):
            raise RuntimeError(f"a server has ended, with {process.wait(timeout=0.02)}")
    raise RuntimeError(f"a server is too slow: {what}")


def await_listening(process: subprocess.Popen[bytes], address: int | Path) -> None:
    """Return when somebody listens on a port of loopback or at the path of a socket."""
    for _ in attempts(process, what=f"nobody listens on {address}"):
        family = socket.AF_INET if isinstance(address, int) else socket.AF_UNIX
        with socket.socket(family) as client:
            client.settimeout(5)
            place = ("127.0.0.1", address) if isinstance(address, int) else str(address)
            if client.connect_ex(place) == 0:
                return
