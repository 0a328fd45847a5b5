"""Several processes for one day's mails: making, signing and sending on all cores.

The run itself is the first of them. Each has a share of the subscribers, a fencing token and
connections of its own. What a worker that dies had claimed is taken back by the run.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import DupFd
from typing import TYPE_CHECKING, Any

from digest.app import log, services
from digest.delivery.process import SHUTDOWN_TIMEOUT
from digest.delivery.run import Progress, Shard, run_worker
from digest.delivery.worker import WorkerStats
from digest.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.app.config import Config

#: Seconds between two looks at whether the run was told to stop.
_LOOK = 0.2


@dataclass(frozen=True, kw_only=True)
class ProcessPool:
    """Processes, each with an installation of its own from the same configuration."""

    config: Config
    #: returns how many processes so many mails are worth
    processes: Callable[[int], int]

    def __call__(
        self,
        task: Shard,
        serve: Callable[[Shard, Progress], WorkerStats],
        lock: int | None,
        watch: Progress,
    ) -> WorkerStats:
        """Serve all shares, the first of them by `serve` here, and return what was done."""
        number = min(self.processes(task.mails), max(task.mails, 1))
        if number == 1:
            return serve(task, watch)
        shares = [replace(task, share=(n, number)) for n in range(number)]
        mates = [_WorkerProcess(self.config, share, lock) for share in shares[1:]]

        def listen() -> None:
            for mate in mates:
                mate.listen(watch.advance)

        def progress(number: int) -> None:
            watch.advance(number)
            listen()

        def going() -> bool:
            return watch.should_continue() and not any(mate.stats.stopped for mate in mates)

        tally = WorkerStats(stopped="the run itself failed")
        try:
            tally = serve(shares[0], replace(watch, should_continue=going, advance=progress))
        finally:
            while any(mate.is_at_work for mate in mates):
                if tally.stopped or not going():
                    for mate in mates:
                        mate.stop()
                wait([mate.receiver for mate in mates if mate.is_at_work], timeout=_LOOK)
                listen()
        for mate in mates:
            tally.add(mate.stats)
        return tally


class _WorkerProcess:
    """One more process, as the run sees it."""

    def __init__(self, config: Config, task: Shard, lock: int | None) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.receiver, mouth = spawn.Pipe(duplex=False)
        # It holds the run's lock too, so that nobody else begins while it is still at work.
        kept = None if lock is None else _InheritedDescriptor(lock)
        self._process = spawn.Process(
            target=_worker_main,
            args=(config, task, mouth, kept, os.getpid()),
            name="digest sender",
            daemon=True,
        )
        self._process.start()
        mouth.close()
        self.is_at_work = True
        self.stats = WorkerStats()

    def listen(self, progress: Callable[[int], None]) -> None:
        """Take in what it has told since; it is not at work any more when it falls silent."""
        try:
            while self.is_at_work and self.receiver.poll():
                told = self.receiver.recv()
                if isinstance(told, WorkerStats):
                    self.stats = told
                else:
                    progress(told)
        except (EOFError, OSError):
            self.is_at_work = False
            self._process.join()

    def stop(self) -> None:
        """Ask it to finish what it has in hand, and end."""
        self._process.terminate()


class _InheritedDescriptor:
    """A file descriptor that a new process gets too."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __reduce__(self) -> tuple[Any, ...]:
        return _take, (DupFd(self._descriptor),)


def _take(descriptor: Any) -> int:
    return int(descriptor.detach())


def _worker_main(
    config: Config,
    task: Shard,
    mouth: Connection,
    lock: int | None,  # noqa: ARG001 (held by being open)
    run: int,
) -> None:
    """Be a mate: serve a share, tell of progress, and at the end of what was done."""
    stopped = threading.Event()

    def stop(*_: object) -> None:
        stopped.set()
        signal.alarm(SHUTDOWN_TIMEOUT)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    log.configure(config.log.level, config.log.format)

    def tell(what: int | WorkerStats) -> None:
        with suppress(OSError):  # the run has gone; so shall we
            mouth.send(what)

    def going() -> bool:
        return not stopped.is_set() and os.getppid() == run

    try:
        opened = services.open_app(config)
        frozen = opened.editions.get(task.edition_id)
        watch = Progress(should_continue=going, advance=tell)
        tell(run_worker(task, frozen, opened.delivery_services, opened.transport(), watch))
    except DigestError as error:
        tell(WorkerStats(stopped=str(error)))
