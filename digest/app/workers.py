"""Several worker processes for one run, so that rendering, signing and sending use all cores.

The process of the run is the first worker. Each worker has a share of the subscribers, a fencing
token and connections of its own. When a worker process dies, the run takes back what it had
claimed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import DupFd
from typing import TYPE_CHECKING, Any

from digest.app import log, services
from digest.delivery.process import SHUTDOWN_TIMEOUT
from digest.delivery.run import Progress, Shard, run_worker
from digest.delivery.stats import WorkerStats
from digest.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.app.config import Config

#: Seconds between two checks whether the run should stop.
_POLL_INTERVAL = 0.2
#: The signals that can end a run.
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, kw_only=True)
class ProcessPool:
    """A `WorkerPool` of processes; each opens the installation from the same configuration."""

    config: Config
    #: returns how many processes to use for so many deliveries
    processes: Callable[[int], int]

    def __call__(
        self,
        shard: Shard,
        run_shard: Callable[[Shard, Progress], WorkerStats],
        lock: int | None,
        progress: Progress,
    ) -> WorkerStats:
        """Run all shares, the first of them by `run_shard` here, and return the sum."""
        number = min(self.processes(shard.due), max(shard.due, 1))
        if number == 1:
            return run_shard(shard, progress)
        first, *others = (replace(shard, share=(index, number)) for index in range(number))
        workers = [_WorkerProcess(self.config, other, lock) for other in others]

        def receive() -> None:
            for worker in workers:
                worker.receive(progress.advance)

        def advance(number: int) -> None:
            progress.advance(number)
            receive()

        def should_continue() -> bool:
            return progress.should_continue() and not any(it.stats.stopped for it in workers)

        stats = WorkerStats(stopped="the run itself failed")
        try:
            stats = run_shard(
                first, replace(progress, should_continue=should_continue, advance=advance)
            )
        finally:
            while any(worker.is_running for worker in workers):
                if stats.stopped or not should_continue():
                    for worker in workers:
                        worker.stop()
                running = [worker.receiver for worker in workers if worker.is_running]
                wait(running, timeout=_POLL_INTERVAL)
                receive()
        for worker in workers:
            stats.add(worker.stats)
        return stats


class _WorkerProcess:
    """A worker process, as the process of the run sees it."""

    def __init__(self, config: Config, shard: Shard, lock: int | None) -> None:
        """Start the process."""
        spawn = multiprocessing.get_context("spawn")
        self.receiver, sender = spawn.Pipe(duplex=False)
        # The process inherits the run's lock, so that no other run starts while it lives.
        inherited = None if lock is None else _InheritedDescriptor(lock)
        self._process = spawn.Process(
            target=_worker_main,
            args=(config, shard, sender, inherited, os.getpid()),
            name="digest sender",
            daemon=True,
        )
        with _signals_held():
            self._process.start()
        sender.close()
        self.is_running = True
        self.stats = WorkerStats()

    def receive(self, advance: Callable[[int], None]) -> None:
        """Read what the process has sent: the progress it made, and at its end its stats."""
        try:
            while self.is_running and self.receiver.poll():
                received = self.receiver.recv()
                if isinstance(received, WorkerStats):
                    self.stats = received
                else:
                    advance(received)
        except (EOFError, OSError):
            self.is_running = False
            self._process.join()

    def stop(self) -> None:
        """Tell the process to finish the messages it has begun, and to end."""
        self._process.terminate()


@contextmanager
def _signals_held() -> Iterator[None]:
    """Hold back signals, also in a process that is started, until that lets them through.

    So no signal ends it before it is ready for one. `multiprocessing` starts a tracker with the
    first process, and lets SIGINT and SIGTERM through then; so it is started before.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP,))  # the tracker keeps that
    try:
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _InheritedDescriptor:
    """A file descriptor that pickles into a duplicate for the new process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __reduce__(self) -> tuple[Any, ...]:
        return _detach, (DupFd(self._descriptor),)


def _detach(duplicate: Any) -> int:
    return int(duplicate.detach())


def _worker_main(
    config: Config,
    shard: Shard,
    sender: Connection,
    lock: int | None,  # noqa: ARG001 (it locks for as long as it is open)
    run_pid: int,
) -> None:
    """Run one share in this process; send progress, and at the end the stats."""
    stopped = threading.Event()

    def stop(*_: object) -> None:
        stopped.set()
        signal.alarm(SHUTDOWN_TIMEOUT)

    # A terminal sends these to all processes of the run. The run says who ends, and when.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def send(what: int | WorkerStats) -> None:
        with suppress(OSError):  # the run has ended; `should_continue` ends this process too
            sender.send(what)

    def should_continue() -> bool:
        return not stopped.is_set() and os.getppid() == run_pid

    try:
        log.configure(config.log.level, config.log.format, config.log_file)
        app = services.open_app(config)
        stored = app.editions.get(shard.edition_id)
        progress = Progress(should_continue=should_continue, advance=send)
        send(run_worker(shard, stored, app.delivery_services, app.transport(), progress))
    except DigestError as error:
        send(WorkerStats(stopped=str(error)))
