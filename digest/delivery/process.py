"""What this process runs on."""

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


def this_machine() -> WorkerHost:
    """Return where this process runs; Linux tells one start of a machine from another."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return WorkerHost(host=socket.gethostname(), boot=boot, pid=os.getpid())


#: Seconds that a run which is told to stop may take for the mails it has in hand.
SHUTDOWN_TIMEOUT = 30


@contextmanager
def gc_paused() -> Iterator[None]:
    """Let the collector of cyclic garbage look up less often, and not at what is there already.

    A sender makes few cycles, and a twentieth of its time went into looking for them.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def processor_time() -> float:
    """Return the seconds of CPU that this process and its children that have ended took."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_memory() -> int:
    """Return the most bytes this process took; what its parent took does not count on Linux."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
