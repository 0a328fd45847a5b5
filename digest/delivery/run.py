"""One run: a day's deliveries from the plan to the closed day.

    recover ─▶ expire ─▶ plan ─▶ store the edition ─▶ workers ─▶ close

Every step can be repeated. The next run finishes what a killed run left.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Literal, Protocol

from digest.delivery.builder import MessageBuilder
from digest.delivery.process import gc_paused
from digest.delivery.stats import WorkerStats
from digest.delivery.worker import DeliveryWorker
from digest.models.clock_times import midnight
from digest.models.delivery import (
    SHOWN,
    UNSETTLED,
    WAITING,
    DeliveryState,
    RunReport,
    oldest_deliverable_day,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from digest.delivery.transports import Transport
    from digest.mail.renderer import MailSettings
    from digest.models.delivery import WasSent, WorkerHost
    from digest.models.issue import Edition
    from digest.storage.editions import EditionStore, StoredEdition
    from digest.storage.generation import Generation
    from digest.storage.history import DeliveryHistory
    from digest.storage.ledger import Ledger
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


@dataclass(frozen=True, kw_only=True)
class DeliveryServices:
    """The parts of an installation that a run needs."""

    #: lets one run at a time into its block, and yields the lock's file descriptor
    run_lock: Callable[[], AbstractContextManager[int | None]]
    generation: Generation
    ledger: Ledger
    history: DeliveryHistory
    editions: EditionStore
    book: Book
    mail_settings: MailSettings
    host: WorkerHost
    policy: Policy
    clock: Clock
    #: called with a subscriber's id and the server's words when the address does not exist
    on_invalid_address: Callable[[int, str], None]
    #: our addresses that a refusal may name: From, and the login if it is an address
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
    """Send the day's issue to every subscriber who has not had it.

    A failure for one recipient does not stop the others.

    Raises:
        RunInProgressError: another process is sending.
        RestoredError: the database was restored from a backup, and the day was not named.
        LedgerError, StoreError: outcomes cannot be recorded, so nothing more is sent.

    """
    ledger, history, policy = services.ledger, services.history, services.policy
    day, progress = request.day, request.progress
    with services.run_lock() as lock, services.generation.of_run(day, named=request.names_day):
        before = history.day_totals(day).states
        named = day if request.allow_late else None
        _settle_earlier_runs(
            services, was_sent=transport.was_sent, allow_late=named, apart_from=day
        )
        transport.remove_left_over()
        if not _may_leave(day, services):
            ledger.close(day, asks=policy.asks, now=services.clock())
            return RunReport(day=day, stopped=f"{day} {_TOO_LATE}")
        stored, held_back = _prepare(request, services)
        states = history.day_totals(day).states
        lost = states[DeliveryState.UNKNOWN] - before[DeliveryState.UNKNOWN]
        counts = Counter({DeliveryState.SKIPPED: held_back, DeliveryState.UNKNOWN: lost})
        settled = sum(number for state, number in states.items() if state not in UNSETTLED)
        already = settled - counts.total()
        if stored is None:
            return _report(request, services, counts, WorkerStats(), already=already)
        due = 1 if request.only is not None else history.waiting(day, now=services.clock())
        progress.total(due)
        whole = Shard(day=day, edition_id=stored.id, due=due, only=request.only)

        def run_shard(shard: Shard, progress: Progress) -> WorkerStats:
            return run_worker(shard, stored, services, transport, progress)

        if request.workers:
            stats = request.workers(whole, run_shard, lock, progress)
        else:
            stats = run_shard(whole, progress)
        recovered = _recover(services, transport.was_sent)
        counts += Counter({state: recovered[state] for state in SHOWN})
        if request.workers and stats.stopped is None and _has_planned(day, services):
            # A worker process died; this process sends what it left.
            stats.add(run_shard(whole, progress))
        if not progress.should_continue() and stats.stopped is None:
            stats.stopped = "told to stop; what had not left was given back"
        ledger.close(day, asks=policy.asks, now=services.clock())
        return _report(request, services, counts, stats, already=already)


def settle_earlier_runs(
    services: DeliveryServices, *, was_sent: WasSent, allow_late: date | None = None
) -> None:
    """Settle what dead runs left, and expire what is too old, without sending.

    `was_sent` is that of the transport. `allow_late` is a day that the operator named; it does not
    expire.

    Raises:
        RunInProgressError: another process is sending.
        RestoredError: the database was restored from a backup, and the day was not named.

    """
    with services.run_lock(), services.generation.of_run(None, named=False):
        _settle_earlier_runs(services, was_sent=was_sent, allow_late=allow_late)


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
    may_be_late = shard.day in _allowed_late(services)
    builder = MessageBuilder(
        stored,
        settings=services.mail_settings,
        book=services.book,
        editions=services.editions,
        history=services.history,
    )
    token = ledger.register(shard.day, services.host, now=clock())

    def should_continue() -> bool:
        # The day is checked again, because a suspended machine may wake up days later.
        return progress.should_continue() and (may_be_late or shard.day >= _oldest(services))

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


def _settle_earlier_runs(
    services: DeliveryServices,
    *,
    was_sent: WasSent,
    allow_late: date | None,
    apart_from: date | None = None,
) -> None:
    """Recover what dead runs left, expire what is too old, and close days that are done."""
    now, ledger = services.clock(), services.ledger
    if allow_late is not None:
        ledger.allow_late(allow_late, now=now)
    _recover(services, was_sent)
    expired = ledger.expire(before=_oldest(services), apart_from=_allowed_late(services), now=now)
    if expired:
        log.warning("mails were too late", extra={"deliveries": expired})
    for day in ledger.open_days():
        if day != apart_from:
            ledger.close(day, asks=services.policy.asks, now=now)


def _recover(services: DeliveryServices, was_sent: WasSent) -> Counter[DeliveryState]:
    """Take back the rows of dead workers; return how many went into each state."""
    recovered = services.ledger.recover(
        boot=services.host.boot,
        resend=services.policy.resend,
        now=services.clock(),
        was_sent=was_sent,
    )
    if recovered:
        numbers = {str(state): number for state, number in recovered.items()}
        log.warning("a sender died", extra=numbers)
    return recovered


def _oldest(services: DeliveryServices) -> date:
    lateness = services.policy.max_lateness
    return oldest_deliverable_day(now=services.clock(), max_lateness=lateness)


def _allowed_late(services: DeliveryServices) -> set[date]:
    """Return the days that the operator named no longer ago than messages may be late."""
    return services.ledger.allowed_late_since(services.clock() - services.policy.max_lateness)


def _may_leave(day: date, services: DeliveryServices) -> bool:
    return day >= _oldest(services) or day in _allowed_late(services)


def _prepare(request: RunRequest, services: DeliveryServices) -> tuple[StoredEdition | None, int]:
    """Plan the deliveries and store the edition; return it and how many were held back."""
    now, editions, held_back = services.clock(), services.editions, 0
    if request.edition is None:
        edition_id = editions.newest(request.day)
        return (None if edition_id is None else editions.get(edition_id)), held_back
    if request.plan_new:
        services.ledger.plan(request.day, now=now, only=request.only)
        held_back = _hold_back(request.day, services, now)
    stored = editions.save(request.edition, mail_key=services.mail_settings.key, now=now)
    return stored, held_back


def _hold_back(day: date, services: DeliveryServices, now: datetime) -> int:
    """Skip planned rows beyond today's allowance; deferred rows use the allowance first."""
    today = now.astimezone(services.policy.zone).date()
    allowed = services.policy.allowance(today)
    if allowed is None:
        return 0
    since = midnight(today, services.policy.zone)
    deferred = services.history.day_totals(day).states[DeliveryState.DEFERRED]
    left = allowed - services.history.sent_since(since) - deferred
    reason = f"the sender is being warmed up: {allowed} mails today"
    held_back = services.ledger.hold_back(day, beyond=left, reason=reason, now=now)
    if held_back:
        log.warning("held back to warm up", extra={"deliveries": held_back, "allowed": allowed})
    return held_back


def _has_planned(day: date, services: DeliveryServices) -> bool:
    return bool(services.history.day_totals(day).states[DeliveryState.PLANNED])


def _report(
    request: RunRequest,
    services: DeliveryServices,
    counts: Counter[DeliveryState],
    stats: WorkerStats,
    *,
    already: int,
) -> RunReport:
    """Log and return the report; `already` counts the rows that earlier runs settled."""
    totals = services.history.day_totals(request.day)
    counts = counts + stats.counts
    if request.only is None:
        # All rows that wait are reported, whichever run left them.
        counts |= Counter({state: totals.states[state] for state in WAITING})
    report = RunReport(
        day=request.day,
        counts={state: counts[state] for state in DeliveryState if counts[state]},
        already=already,
        stopped=stats.stopped,
        doubtful=totals.states[DeliveryState.UNKNOWN] if services.policy.asks else 0,
        cpu=dict(stats.cpu),
        memory=tuple(stats.memory),
    )
    if report.stopped:
        log.error("run stopped", extra={"day": str(request.day), "error": report.stopped})
    numbers = {str(state): number for state, number in report.counts.items()}
    log.info("run finished", extra={"day": str(request.day), "already": already, **numbers})
    return report
