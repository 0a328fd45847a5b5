"""The process that delivers: its host, its garbage collector, its CPU time and memory."""

from __future__ import annotations

import gc
import os
import resource
import socket
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from digest.models.delivery import WorkerHost

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds that a run may take, once it is told to stop, to finish the messages it has begun.
SHUTDOWN_TIMEOUT = 30


def this_host() -> WorkerHost:
    """Return the host and process id of this process.

    The boot id tells one boot of a Linux host from another; other systems have none.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return WorkerHost(host=socket.gethostname(), boot=boot, pid=os.getpid())


def is_running(process: WorkerHost) -> bool | None:
    """Return whether a process still runs; None if it was on another machine."""
    here = this_host()
    if process.host != here.host:
        return None
    if process.boot != here.boot:
        return False
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another user
        return True
    return True


@contextmanager
def gc_paused() -> Iterator[None]:
    """Run the cyclic garbage collector rarely, and only over objects made in this block.

    A worker makes few reference cycles. With the default thresholds it spent a twentieth of its
    time in the collector.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def cpu_seconds() -> float:
    """Return the CPU time of this process and of its children that have ended, in seconds."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_memory() -> int:
    """Return the peak resident memory of this process, in bytes.

    Linux counts in `ru_maxrss` what the parent used before the fork, so its own figure is read
    from /proc.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
