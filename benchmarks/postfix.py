"""Postfix's test tools, both in C: a server that discards messages, and a client."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Their paths; None if they are not installed.
SINK, SOURCE = (shutil.which(name, path="/usr/sbin") for name in ("smtp-sink", "smtp-source"))


def is_installed() -> bool:
    """Whether both tools are installed; print a line if not."""
    if SINK and SOURCE:
        return True
    print("no figures without smtp-sink and smtp-source (Debian: postfix)")
    return False


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink on a free port, and yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    server = subprocess.Popen([str(SINK), *user, f"127.0.0.1:{port}", "1000"])
    try:
        for _ in range(100):
            with suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.02)  # it does not tell when it listens
        yield port
    finally:
        server.kill()
        server.wait()


def generate(port: int, messages: int, *, sessions: int, size: int) -> None:
    """Have smtp-source send messages of `size` octets over several sessions at once."""
    command = [str(SOURCE), "-s", str(sessions), "-m", str(messages), "-l", str(size)]
    subprocess.run([*command, f"127.0.0.1:{port}"], check=True)
