"""One run: a day's deliveries from the plan to the closed day.

    lock ─▶ recover ─▶ expire ─▶ plan ─▶ store the edition ─▶ workers ─▶ close

Every step can be repeated. The next run finishes what a killed run left. The first three steps are
for all days (`digest.delivery.run_start`); after them several days may be sent, one by one.

What a run reports is counted in the ledger: a worker process that died could not say what it did.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Literal, Protocol

from digest.delivery.builder import MessageBuilder
from digest.delivery.day_report import settled_before, write_report
from digest.delivery.process import gc_paused
from digest.delivery.run_start import (
    allowed_late,
    may_leave,
    oldest,
    recover,
    start_run,
)
from digest.delivery.stats import WorkerStats
from digest.delivery.worker import DeliveryWorker
from digest.models.clock_times import midnight
from digest.models.delivery import DeliveryState, RunReport

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from digest.delivery.run_start import RunStart
    from digest.delivery.transports import Transport
    from digest.mail.renderer import MailSettings
    from digest.models.delivery import WorkerHost
    from digest.models.due import Turn
    from digest.models.issue import Edition
    from digest.models.profile import Profile
    from digest.storage.begun_days import BegunDays
    from digest.storage.editions import EditionStore, StoredEdition
    from digest.storage.generation import Generation
    from digest.storage.history import DeliveryHistory
    from digest.storage.ledger import Ledger
    from digest.storage.reader_schedules import ReaderSchedules
    from subscribers.book import Book

log = logging.getLogger(__name__)

_TOO_LATE = "is too long ago to be mailed; name it with --day to mail it all the same"

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The operator's rules for deliveries that are late, in doubt, or too many."""

    on_unknown: Literal["skip", "resend", "ask"] = "skip"
    #: how long after the end of a day, in UTC, its messages may still be sent
    max_lateness: timedelta = timedelta(hours=24)
    #: the most messages per day while a new sender is warmed up; None for no limit
    allowance: Callable[[date], int | None] = lambda _day: None
    #: the time zone of these days
    zone: tzinfo = UTC

    @property
    def asks(self) -> bool:
        """Whether the operator decides about each delivery whose outcome is unknown."""
        return self.on_unknown == "ask"

    @property
    def resend(self) -> bool:
        """Whether a message whose outcome is unknown is sent again."""
        return self.on_unknown == "resend"


class RunLock(Protocol):
    """Lets one run at a time into its block."""

    def __call__(self, *, polls: Iterable[object] = ()) -> AbstractContextManager[int | None]:
        """Return a context with the lock's file descriptor; see `digest.storage.run_lock`."""


@dataclass(frozen=True, kw_only=True)
class DeliveryServices:
    """The parts of an installation that a run needs."""

    run_lock: RunLock
    generation: Generation
    ledger: Ledger
    begun_days: BegunDays
    history: DeliveryHistory
    editions: EditionStore
    reader_schedules: ReaderSchedules
    book: Book
    mail_settings: MailSettings
    host: WorkerHost
    policy: Policy
    clock: Clock
    #: returns the profiles of those of some readers who gave feedback
    profiles: Callable[[Collection[int]], Mapping[int, Profile]]
    #: called with a subscriber's id and the server's words when the address does not exist
    on_invalid_address: Callable[[int, str], None]
    #: our addresses that a refusal may name: From and the login
    own_addresses: frozenset[str]
    #: returns the peak memory of this process, in bytes
    peak_memory: Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class Shard:
    """One share of a day's deliveries, for one worker."""

    day: date
    edition_id: int
    #: the number of due deliveries in all shares together
    due: int
    #: (index, number of shares)
    share: tuple[int, int] = (0, 1)
    #: the only subscriber to serve; None for all
    only: int | None = None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Callbacks that follow a run and can stop it."""

    #: called before each batch and each message; the run stops when it returns False
    should_continue: Callable[[], bool] = lambda: True
    #: called once, with the number of due deliveries
    total: Callable[[int], None] = lambda _number: None
    #: called with the number of deliveries that are done since the last call
    advance: Callable[[int], None] = lambda _number: None


class WorkerPool(Protocol):
    """Runs the workers of one run in several processes."""

    def __call__(
        self,
        shard: Shard,
        run_shard: Callable[[Shard, Progress], WorkerStats],
        lock: int | None,
        progress: Progress,
    ) -> WorkerStats:
        """Split the shard, run one part by calling `run_shard` here, and return the sum.

        `lock` is the file descriptor of the run's lock. Each process inherits it, so that no
        other run starts while one of them lives.
        """


@dataclass(kw_only=True)
class RunRequest:
    """What one run has to do."""

    day: date
    #: the edition for new messages; None to go on with the edition that was stored last
    edition: Edition | None
    #: whether to plan deliveries for subscribers who have none for the day yet
    plan_new: bool = True
    #: plan those who are due in these turns; None for everybody
    turns: Sequence[Turn] | None = None
    #: plan only those who were confirmed at this time; None for all who are now
    confirmed_by: datetime | None = None
    #: makes the edition of the day for readers whose last issue was of another, earlier day
    edition_since: Callable[[date], Edition] | None = None
    #: whether the day may be sent late, because the operator named it
    allow_late: bool = False
    #: the only subscriber to serve; None for all
    only: int | None = None
    progress: Progress = field(default_factory=Progress)
    workers: WorkerPool | None = None

    @property
    def names_day(self) -> bool:
        """Whether the operator named the day, to be planned and sent to everybody."""
        return self.allow_late and self.plan_new and self.only is None


def run_delivery(
    request: RunRequest, services: DeliveryServices, transport: Transport
) -> RunReport:
    """Take the run's lock and send a day; see `send_day`.

    Raises:
        RunInProgressError: another process is sending.
        RestoredError: the database was restored from a backup, and the day was not named.
        LedgerError, StoreError: outcomes cannot be recorded, so nothing more is sent.

    """
    named = request.day if request.allow_late else None
    with start_run(
        services,
        day=request.day,
        is_named=request.names_day,
        allow_late=named,
        was_sent=transport.was_sent,
    ) as start:
        return send_day(request, services, transport, start)


def send_day(
    request: RunRequest, services: DeliveryServices, transport: Transport, start: RunStart
) -> RunReport:
    """Send the day's issue to every subscriber who has not had it.

    A failure for one recipient does not stop the others.

    Raises:
        LedgerError, StoreError: outcomes cannot be recorded, so nothing more is sent.

    """
    ledger, day, only = services.ledger, request.day, request.only
    transport.remove_left_over()
    if not may_leave(day, services):
        ledger.close(day, asks=services.policy.asks, now=services.clock())
        before = settled_before(start, day, services, only)
        return write_report(day, services, before, only, f"{day} {_TOO_LATE}")
    with services.generation.sending(day):
        if request.edition is not None and request.plan_new:
            ledger.plan(
                day,
                now=services.clock(),
                only=only,
                turns=request.turns,
                confirmed_by=request.confirmed_by,
            )
        before = settled_before(start, day, services, only)
        stored = _prepare(request, services)
        stats = WorkerStats()
        if stored is not None:
            stats = _send_stored(request, stored, services, transport, start)
        ledger.close(day, asks=services.policy.asks, now=services.clock())
    report = write_report(day, services, before, only, stats.stopped)
    return replace(report, cpu=dict(stats.cpu), memory=tuple(stats.memory))


def _send_stored(
    request: RunRequest,
    stored: StoredEdition,
    services: DeliveryServices,
    transport: Transport,
    start: RunStart,
) -> WorkerStats:
    """Send the planned issues of a stored edition, in one process or several."""
    history, day, only = services.history, request.day, request.only
    due, done = history.waiting(day, now=services.clock(), only=only), 0
    request.progress.total(due)
    whole = Shard(day=day, edition_id=stored.id, due=due, only=only)

    def advance(number: int) -> None:
        nonlocal done
        done += number
        request.progress.advance(number)

    def run_shard(shard: Shard, progress: Progress) -> WorkerStats:
        return run_worker(shard, stored, services, transport, progress)

    progress = replace(request.progress, advance=advance)
    if request.workers:
        stats = request.workers(whole, run_shard, start.lock, progress)
    else:
        stats = run_shard(whole, progress)
    recover(services, was_sent=transport.was_sent)
    if untold := due - history.waiting(day, now=services.clock(), only=only) - done:
        advance(untold)  # done by a worker process that died; only the ledger knows
    if request.workers and stats.stopped is None and _has_planned(day, services, only):
        # A worker process died; this process sends what it left.
        stats.add(run_shard(whole, progress))
    if not progress.should_continue() and stats.stopped is None:
        stats.stopped = "told to stop; what had not left was given back"
    return stats


def run_worker(
    shard: Shard,
    stored: StoredEdition,
    services: DeliveryServices,
    transport: Transport,
    progress: Progress,
) -> WorkerStats:
    """Send one share of a day's deliveries, registered in the ledger as one worker.

    Raises:
        LedgerError, StoreError: outcomes cannot be recorded, so nothing more is sent.

    """
    ledger, clock, resend = services.ledger, services.clock, services.policy.resend
    may_be_late = shard.day in allowed_late(services)
    builder = MessageBuilder(
        stored,
        settings=services.mail_settings,
        book=services.book,
        editions=services.editions,
        reader_schedules=services.reader_schedules,
        history=services.history,
        profiles=services.profiles,
    )
    token = ledger.register(shard.day, services.host, now=clock())

    def should_continue() -> bool:
        # The day is checked again, because a suspended machine may wake up days later.
        return progress.should_continue() and (may_be_late or shard.day >= oldest(services))

    worker = DeliveryWorker(
        day=shard.day,
        ledger=ledger,
        builder=builder,
        transport=transport,
        fencing_token=token,
        clock=clock,
        share=shard.share,
        only=shard.only,
        own_addresses=services.own_addresses,
        should_continue=should_continue,
        on_invalid_address=services.on_invalid_address,
        advance=progress.advance,
        resend=resend,
    )
    try:
        with gc_paused():
            stats = worker.run()
    finally:
        transport.close()
    ledger.deregister(token, now=clock(), resend=resend)
    stats.memory.append(services.peak_memory())
    return stats


def _prepare(request: RunRequest, services: DeliveryServices) -> StoredEdition | None:
    """Hold back what is too much, store the edition if there is a new one, and return it."""
    now, editions = services.clock(), services.editions
    # Also when nothing was planned now: a run may have been killed after it had planned.
    _hold_back(request.day, services, now)
    key = services.mail_settings.key
    if request.edition is not None:
        stored = editions.save(request.edition, mail_key=key, now=now)
    elif (edition_id := editions.newest(request.day)) is not None:
        stored = editions.get(edition_id)
    else:
        return None
    _store_windows(request, services, now)
    return stored


def _store_windows(request: RunRequest, services: DeliveryServices, now: datetime) -> None:
    """Store an edition for each group of readers who have missed some since their last issue."""
    if request.edition_since is None:
        return
    editions, day = services.editions, request.day
    last = editions.last_mailed_day(before=day)
    known = set() if request.edition else set(editions.newest_since(day))
    for since in sorted(services.reader_schedules.windows(day, last_mailed=last) - known):
        edition = request.edition_since(since)
        editions.save(edition, mail_key=services.mail_settings.key, now=now, since=since)


def _hold_back(day: date, services: DeliveryServices, now: datetime) -> None:
    """Skip planned rows beyond today's allowance; deferred rows use the allowance first."""
    today = now.astimezone(services.policy.zone).date()
    allowed = services.policy.allowance(today)
    if allowed is None:
        return
    since = midnight(today, services.policy.zone)
    deferred = services.history.day_totals(day).states[DeliveryState.DEFERRED]
    left = allowed - services.history.sent_since(since) - deferred
    reason = f"the sender is being warmed up: {allowed} mails today"
    held_back = services.ledger.hold_back(day, beyond=left, reason=reason, now=now)
    if held_back:
        log.warning("held back to warm up", extra={"deliveries": held_back, "allowed": allowed})


def _has_planned(day: date, services: DeliveryServices, only: int | None) -> bool:
    return bool(services.history.day_totals(day, only=only).states[DeliveryState.PLANNED])
