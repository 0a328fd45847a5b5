"""A day's mails, from the plan to the closed account.

    recover ─▶ expire ─▶ plan ─▶ freeze ─▶ (look, make, claim, carry, note)* ─▶ close

Every step can be repeated: a run that was killed anywhere is finished by the next.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from digest.delivery.builder import MessageBuilder
from digest.delivery.process import gc_paused
from digest.delivery.worker import DeliveryWorker, WorkerStats
from digest.models.delivery import (
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
    from digest.models.delivery import WorkerHost
    from digest.models.issue import Edition
    from digest.storage.editions import EditionStore, StoredEdition
    from digest.storage.history import DeliveryHistory
    from digest.storage.ledger import Ledger
    from subscribers.book import Book

log = logging.getLogger(__name__)

_TOO_LATE = "is too long ago to be mailed; name it with --day to mail it all the same"

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the operator decided about mails that do not leave as they should."""

    on_unknown: Literal["skip", "resend", "ask"] = "skip"
    #: how long after a day's end, in UTC, its mails may still leave by themselves
    max_lateness: timedelta = timedelta(hours=24)
    #: the most mails a day while a new sender earns its name; None when that is over
    allowance: Callable[[date], int | None] = lambda _day: None

    @property
    def asks(self) -> bool:
        """Whether somebody has to decide about mails whose fate is unknown."""
        return self.on_unknown == "ask"

    @property
    def resend(self) -> bool:
        """Whether a mail whose fate is unknown is sent again."""
        return self.on_unknown == "resend"


@dataclass(frozen=True, kw_only=True)
class DeliveryServices:
    """The parts that a run of mails needs."""

    #: lets one run at a time into its block, and yields the lock's file descriptor
    run_lock: Callable[[], AbstractContextManager[int | None]]
    ledger: Ledger
    history: DeliveryHistory
    editions: EditionStore
    book: Book
    mail_settings: MailSettings
    host: WorkerHost
    policy: Policy
    clock: Clock
    #: told of an address that does not exist any more
    on_invalid_address: Callable[[int, str], None]
    #: returns the most bytes of memory this process ever took
    memory: Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class Shard:
    """One share of a day's mails, to be sent by one process."""

    day: date
    edition_id: int
    #: how many wait, in all shares
    mails: int
    share: tuple[int, int] = (0, 1)
    only: int | None = None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How a run is followed and stopped."""

    #: whether to go on
    should_continue: Callable[[], bool] = lambda: True
    #: told how many mails wait, once
    total: Callable[[int], None] = lambda _number: None
    #: told how many more rows were dealt with
    advance: Callable[[int], None] = lambda _number: None


class WorkerPool(Protocol):
    """Shares a task among several processes."""

    def __call__(
        self,
        task: Shard,
        serve: Callable[[Shard, Progress], WorkerStats],
        lock: int | None,
        watch: Progress,
    ) -> WorkerStats:
        """Serve all shares, one of them by calling `serve` here, and return what was done."""


@dataclass(kw_only=True)
class RunRequest:
    """What is asked of a run."""

    day: date
    #: what new mails are made from; None to go on with what was frozen before
    edition: Edition | None
    #: whether readers are planned who have no mail of the day yet
    plans: bool = True
    #: whether somebody named this very day, so that it may be late
    named: bool = False
    #: serve this subscriber alone
    only: int | None = None
    progress: Progress = field(default_factory=Progress)
    workers: WorkerPool | None = None


def run_delivery(run: RunRequest, office: DeliveryServices, transport: Transport) -> RunReport:
    """Send every reader the day's issue who has not had it; one bad recipient stops nobody.

    Raises:
        RunInProgressError: another process is sending.
        LedgerError, StoreError: nothing can be written down, so nothing more is sent.

    """
    with office.run_lock() as lock:
        before = office.history.day_totals(run.day).states
        _settle_earlier_runs(office, named=run.day if run.named else None, apart_from=run.day)
        if not _may_leave(run.day, office):
            office.ledger.close(run.day, asks=office.policy.asks, now=office.clock())
            return RunReport(day=run.day, stopped=f"{run.day} {_TOO_LATE}")
        frozen, held = _prepare(run, office)
        states = office.history.day_totals(run.day).states
        lost = states[DeliveryState.UNKNOWN] - before[DeliveryState.UNKNOWN]
        counts = Counter({DeliveryState.SKIPPED: held, DeliveryState.UNKNOWN: lost})
        settled = sum(number for state, number in states.items() if state not in UNSETTLED)
        already = settled - counts.total()
        if frozen is None:
            return _report(run, office, counts, WorkerStats(), already=already)
        mails = 1 if run.only is not None else office.history.waiting(run.day, now=office.clock())
        run.progress.total(mails)
        task = Shard(day=run.day, edition_id=frozen.id, mails=mails, only=run.only)

        def serve(share: Shard, watch: Progress) -> WorkerStats:
            return run_worker(share, frozen, office, transport, watch)

        tally = (
            run.workers(task, serve, lock, run.progress)
            if run.workers
            else serve(task, run.progress)
        )
        counts[DeliveryState.UNKNOWN] += _recover(office)[DeliveryState.UNKNOWN]
        if run.workers and tally.stopped is None and _is_planned(run, office):
            # A process of the crew died; what it left is sent from here.
            tally.add(serve(task, run.progress))
        if not run.progress.should_continue() and tally.stopped is None:
            tally.stopped = "told to stop; what had not left was given back"
        office.ledger.close(run.day, asks=office.policy.asks, now=office.clock())
        return _report(run, office, counts, tally, already=already)


def settle_earlier_runs(office: DeliveryServices, *, named: date | None = None) -> None:
    """Settle what dead runs left behind, and give up what is too old, without sending.

    A day that somebody named may be late.

    Raises:
        RunInProgressError: another process is sending.

    """
    with office.run_lock():
        _settle_earlier_runs(office, named=named)


def run_worker(
    task: Shard,
    frozen: StoredEdition,
    office: DeliveryServices,
    transport: Transport,
    watch: Progress,
) -> WorkerStats:
    """Send one share of a day's mails, as one sender."""
    tally = WorkerStats()
    room = MessageBuilder(
        frozen,
        press=office.mail_settings,
        book=office.book,
        desks=office.editions,
        account=office.history,
    )
    late = task.day in _allowed_late(office)
    fencing_token = office.ledger.register(task.day, office.host, now=office.clock())
    sender = DeliveryWorker(
        day=task.day,
        ledger=office.ledger,
        builder=room,
        transport=transport,
        fencing_token=fencing_token,
        clock=office.clock,
        share=task.share,
        only=task.only,
        # A machine that slept in mid-run must not go on with last week.
        should_continue=lambda: watch.should_continue() and (task.day >= _oldest(office) or late),
        on_invalid_address=office.on_invalid_address,
        progress=watch.advance,
        resend=office.policy.resend,
        stats=tally,
    )
    try:
        with gc_paused():
            sender.run()
    finally:
        transport.close()
    office.ledger.deregister(fencing_token, now=office.clock(), resend=office.policy.resend)
    tally.memory.append(office.memory())
    return tally


def _settle_earlier_runs(
    office: DeliveryServices, *, named: date | None, apart_from: date | None = None
) -> None:
    """Settle what dead runs left behind, give up what is too old, close what is done."""
    now, ledger = office.clock(), office.ledger
    if named is not None:
        ledger.allow_late(named, now=now)
    _recover(office)
    late = ledger.expire(before=_oldest(office), apart_from=_allowed_late(office), now=now)
    if late:
        log.warning("mails were too late", extra={"deliveries": late})
    for day in ledger.open_days():
        if day != apart_from:
            ledger.close(day, asks=office.policy.asks, now=now)


def _recover(office: DeliveryServices) -> Counter[DeliveryState]:
    """Take back what dead senders had in hand."""
    policy = office.policy
    found = office.ledger.recover(boot=office.host.boot, resend=policy.resend, now=office.clock())
    if found:
        numbers = {str(state): number for state, number in found.items()}
        log.warning("a sender died", extra=numbers)
    return found


def _oldest(office: DeliveryServices) -> date:
    return oldest_deliverable_day(now=office.clock(), max_lateness=office.policy.max_lateness)


def _allowed_late(office: DeliveryServices) -> set[date]:
    """Return the days that somebody named not longer ago than a mail may be late."""
    return office.ledger.allowed_late_since(office.clock() - office.policy.max_lateness)


def _may_leave(day: date, office: DeliveryServices) -> bool:
    return day >= _oldest(office) or day in _allowed_late(office)


def _prepare(run: RunRequest, office: DeliveryServices) -> tuple[StoredEdition | None, int]:
    """Plan the day's mails, freeze what they are made from; return it, and how many are held."""
    now, held = office.clock(), 0
    if run.edition is None:
        edition_id = office.editions.newest(run.day)
        return (None if edition_id is None else office.editions.get(edition_id)), held
    if run.plans:
        office.ledger.plan(run.day, now=now, only=run.only)
        held = _hold_back(run, office, now)
    return office.editions.save(run.edition, mail_key=office.mail_settings.key, now=now), held


def _hold_back(run: RunRequest, office: DeliveryServices, now: datetime) -> int:
    """Skip what is more than a new sender may mail today; what is deferred comes first."""
    allowed = office.policy.allowance(now.date())
    if allowed is None:
        return 0
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    deferred = office.history.day_totals(run.day).states[DeliveryState.DEFERRED]
    left = allowed - office.history.sent_since(midnight) - deferred
    reason = f"the sender is being warmed up: {allowed} mails today"
    held = office.ledger.hold_back(run.day, beyond=left, reason=reason, now=now)
    if held:
        log.warning("held back to warm up", extra={"deliveries": held, "allowed": allowed})
    return held


def _is_planned(run: RunRequest, office: DeliveryServices) -> bool:
    return bool(office.history.day_totals(run.day).states[DeliveryState.PLANNED])


def _report(
    run: RunRequest,
    office: DeliveryServices,
    counts: Counter[DeliveryState],
    tally: WorkerStats,
    *,
    already: int,
) -> RunReport:
    balance = office.history.day_totals(run.day)
    counts = counts + tally.counts
    if run.only is None:
        # What waits, whoever left it so.
        counts |= Counter({state: balance.states[state] for state in WAITING})
    report = RunReport(
        day=run.day,
        counts={state: counts[state] for state in DeliveryState if counts[state]},
        already=already,
        stopped=tally.stopped,
        doubtful=balance.states[DeliveryState.UNKNOWN] if office.policy.asks else 0,
        cpu=dict(tally.cpu),
        memory=tuple(tally.memory),
    )
    if report.stopped:
        log.error("run stopped", extra={"day": str(run.day), "error": report.stopped})
    numbers = {str(state): number for state, number in report.counts.items()}
    log.info("run finished", extra={"day": str(run.day), "already": already, **numbers})
    return report
