"""The sockets that servers listen on, and the descriptors that connections need."""

from __future__ import annotations

import errno
import os
import resource
import socket
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

#: How many connections the system keeps until they are accepted. asyncio accepts as many at once,
#: before the first of them can be closed.
BACKLOG = 256
#: Descriptors for the database, the log and the mail server, and for connections that are being
#: accepted or closed.
_RESERVED = 2 * BACKLOG + 128


def room_for(connections: int) -> int:
    """Raise this process's limit of open files; return how many of these connections it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _RESERVED
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return connections
    return max(min(connections, soft - _RESERVED), 1)


def listen(host: str, port: int, *, setting: str = "[web] host and port") -> list[socket.socket]:
    """Listen at every address of a host; errors name the setting that has it.

    Raises:
        ConfigError: the host is not this computer's, or the port is taken.

    """
    opened: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        missing = None
        for family, kind, protocol, _, address in dict.fromkeys(found):
            try:
                opened.append(_bound(family, kind, protocol, address))
            except OSError as error:
                # `localhost` may have an address of IPv6 where the system has none.
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
                missing = error
        if missing and not opened:
            raise missing
    except UnicodeError as error:  # from the encoding of names in the DNS
        raise ConfigError(f"{host} cannot be the name of a host; check {setting}") from error
    except OSError as error:
        for one in opened:
            one.close()
        reason = f"cannot listen on {host}:{port}: {error.strerror}; check {setting}"
        raise ConfigError(reason) from error
    return opened


def _bound(
    family: int, kind: int, protocol: int, address: tuple[str | int | bytes, ...]
) -> socket.socket:
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


@dataclass(frozen=True, kw_only=True)
class UnixListener:
    """A Unix socket, and the file that is its address."""

    socket: socket.socket
    path: Path
    _identity: tuple[int, int]

    def remove(self) -> None:
        """Remove the file, unless another server has put its own in place."""
        with suppress(OSError):
            if _identity_of(self.path) == self._identity:
                self.path.unlink()


def listen_unix(path: Path, mode: int, *, setting: str = "[web] socket") -> UnixListener:
    """Listen at a Unix socket; one that a killed server left is replaced.

    Errors name the setting that has it.

    Raises:
        ConfigError: another server listens there, something else has that name, or the folder
            cannot be written to.

    """
    _refuse_taken(path, setting)
    # Nobody can connect before the mode is set, and there is always one file of that name.
    new = path.with_name(f".{path.name}.{os.getpid()}")
    listener = socket.socket(socket.AF_UNIX)
    try:
        new.unlink(missing_ok=True)
        listener.bind(str(new))
        new.chmod(mode)
        listener.listen(BACKLOG)
        new.rename(path)
        return UnixListener(socket=listener, path=path, _identity=_identity_of(path))
    except OSError as error:
        listener.close()
        new.unlink(missing_ok=True)
        reason = error.strerror or str(error)  # a path that is too long has no number
        raise ConfigError(f"cannot listen on {path}: {reason}; check {setting}") from error


def _refuse_taken(path: Path, setting: str) -> None:
    try:
        found = path.lstat()
    except OSError:
        return  # the attempt to listen says what is wrong, if anything is
    if not stat.S_ISSOCK(found.st_mode):
        raise ConfigError(f"{path} is no socket; remove it, or check {setting}")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return  # a server that was killed left it
        except OSError as error:
            reason = f"cannot use {path}: {error.strerror or error}; check {setting}"
            raise ConfigError(reason) from error
    raise ConfigError(f"another server listens on {path}; stop it, or check {setting}")


def _identity_of(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_dev, found.st_ino
