"""What this process runs on."""

from __future__ import annotations

import os
import resource
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where a sender runs."""

    host: str
    #: differs after each start of the machine; empty where the system does not tell
    boot: str
    pid: int


def this_machine() -> Machine:
    """Return where this process runs; Linux tells one start of a machine from another."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return Machine(host=socket.gethostname(), boot=boot, pid=os.getpid())


def peak_memory() -> int:
    """Return the most bytes this process took; what its parent took does not count on Linux."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
