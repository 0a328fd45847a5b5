"""What a worker did: its outcomes by state, and its time by stage."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.models.delivery import DeliveryState


@dataclass(kw_only=True)
class WorkerStats:
    """What one worker did, or several together."""

    counts: Counter[DeliveryState] = field(default_factory=Counter)
    #: seconds of CPU by stage: select, render, ledger, wire
    cpu: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    #: why it stopped before all rows were done
    stopped: str | None = None
    #: the peak memory of each process, in bytes
    memory: list[int] = field(default_factory=list)

    def add(self, other: WorkerStats) -> None:
        """Add the figures of another worker."""
        self.counts += other.counts
        for stage, seconds in other.cpu.items():
            self.cpu[stage] += seconds
        self.memory += other.memory
        self.stopped = self.stopped or other.stopped


class StageTimer:
    """Adds up CPU seconds by stage; the time of an inner stage does not count for the outer."""

    def __init__(self, cpu: defaultdict[str, float]) -> None:
        """Add the seconds to `cpu`."""
        self._cpu = cpu
        self._stage: str | None = None
        self._since = time.process_time()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the CPU time of the block for a stage."""
        outer = self._switch(name)
        try:
            yield
        finally:
            self._switch(outer)

    def _switch(self, name: str | None) -> str | None:
        """Start another stage and return the one that was running."""
        before, now = self._stage, time.process_time()
        if before is not None:
            self._cpu[before] += now - self._since
        self._stage, self._since = name, now
        return before
