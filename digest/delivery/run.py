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

from digest.delivery.builder import Mailroom
from digest.delivery.process import calm
from digest.delivery.sender import Sender, Tally
from digest.models.delivery import OPEN, WAITING, SendReport, State, oldest_day

if TYPE_CHECKING:
    from digest.delivery.transports import Transport
    from digest.mail.renderer import Press
    from digest.models.delivery import Machine
    from digest.models.issue import Desk
    from digest.storage.editions import Desks, Frozen
    from digest.storage.history import Account
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
class Office:
    """The parts that a run of mails needs."""

    ledger: Ledger
    account: Account
    desks: Desks
    book: Book
    press: Press
    machine: Machine
    policy: Policy
    clock: Clock
    #: told of an address that does not exist any more
    gone: Callable[[int, str], None]
    #: returns the most bytes of memory this process ever took
    memory: Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One share of a day's mails, to be sent by one process."""

    day: date
    desk_id: int
    #: how many wait, in all shares
    mails: int
    share: tuple[int, int] = (0, 1)
    only: int | None = None


@dataclass(frozen=True, kw_only=True)
class Watch:
    """How a run is followed and stopped."""

    #: whether to go on
    going: Callable[[], bool] = lambda: True
    #: told how many mails wait, once
    total: Callable[[int], None] = lambda _number: None
    #: told how many more rows were dealt with
    progress: Callable[[int], None] = lambda _number: None


class Crew(Protocol):
    """Shares a task among several processes."""

    def __call__(
        self,
        task: Task,
        serve: Callable[[Task, Watch], Tally],
        lock: int | None,
        watch: Watch,
    ) -> Tally:
        """Serve all shares, one of them by calling `serve` here, and return what was done."""


@dataclass(kw_only=True)
class Run:
    """What is asked of a run."""

    day: date
    #: what new mails are made from; None to go on with what was frozen before
    desk: Desk | None
    #: whether readers are planned who have no mail of the day yet
    plans: bool = True
    #: whether somebody named this very day, so that it may be late
    named: bool = False
    #: serve this subscriber alone
    only: int | None = None
    watch: Watch = field(default_factory=Watch)
    crew: Crew | None = None


def dispatch(run: Run, office: Office, transport: Transport) -> SendReport:
    """Send every reader the day's issue who has not had it; one bad recipient stops nobody.

    Raises:
        RunInProgressError: another process is sending.
        LedgerError, StoreError: nothing can be written down, so nothing more is sent.

    """
    with office.ledger.alone() as lock:
        before = office.account.balance(run.day).states
        _tidy(office, named=run.day if run.named else None, apart_from=run.day)
        if not _may_leave(run.day, office):
            office.ledger.close(run.day, asks=office.policy.asks, now=office.clock())
            return SendReport(day=run.day, stopped=f"{run.day} {_TOO_LATE}")
        frozen, held = _prepare(run, office)
        states = office.account.balance(run.day).states
        lost = states[State.UNKNOWN] - before[State.UNKNOWN]
        counts = Counter({State.SKIPPED: held, State.UNKNOWN: lost})
        settled = sum(number for state, number in states.items() if state not in OPEN)
        already = settled - counts.total()
        if frozen is None:
            return _report(run, office, counts, Tally(), already=already)
        mails = 1 if run.only is not None else office.account.waiting(run.day, now=office.clock())
        run.watch.total(mails)
        task = Task(day=run.day, desk_id=frozen.id, mails=mails, only=run.only)

        def serve(share: Task, watch: Watch) -> Tally:
            return serve_share(share, frozen, office, transport, watch)

        tally = run.crew(task, serve, lock, run.watch) if run.crew else serve(task, run.watch)
        counts[State.UNKNOWN] += _recover(office)[State.UNKNOWN]
        if run.crew and tally.stopped is None and _is_planned(run, office):
            # A process of the crew died; what it left is sent from here.
            tally.add(serve(task, run.watch))
        if not run.watch.going() and tally.stopped is None:
            tally.stopped = "told to stop; what had not left was given back"
        office.ledger.close(run.day, asks=office.policy.asks, now=office.clock())
        return _report(run, office, counts, tally, already=already)


def tidy(office: Office, *, named: date | None = None) -> None:
    """Settle what dead runs left behind, and give up what is too old, without sending.

    A day that somebody named may be late.

    Raises:
        RunInProgressError: another process is sending.

    """
    with office.ledger.alone():
        _tidy(office, named=named)


def serve_share(
    task: Task, frozen: Frozen, office: Office, transport: Transport, watch: Watch
) -> Tally:
    """Send one share of a day's mails, as one sender."""
    tally = Tally()
    room = Mailroom(
        frozen,
        press=office.press,
        book=office.book,
        desks=office.desks,
        account=office.account,
    )
    late = task.day in _named(office)
    fence = office.ledger.enlist(task.day, office.machine, now=office.clock())
    sender = Sender(
        day=task.day,
        ledger=office.ledger,
        maker=room,
        transport=transport,
        fence=fence,
        clock=office.clock,
        share=task.share,
        only=task.only,
        # A machine that slept in mid-run must not go on with last week.
        going=lambda: watch.going() and (task.day >= _oldest(office) or late),
        gone=office.gone,
        progress=watch.progress,
        resend=office.policy.resend,
        tally=tally,
    )
    try:
        with calm():
            sender.run()
    finally:
        transport.close()
    office.ledger.dismiss(fence, now=office.clock(), resend=office.policy.resend)
    tally.memory.append(office.memory())
    return tally


def _tidy(office: Office, *, named: date | None, apart_from: date | None = None) -> None:
    """Settle what dead runs left behind, give up what is too old, close what is done."""
    now, ledger = office.clock(), office.ledger
    if named is not None:
        ledger.name(named, now=now)
    _recover(office)
    late = ledger.expire(before=_oldest(office), apart_from=_named(office), now=now)
    if late:
        log.warning("mails were too late", extra={"deliveries": late})
    for day in ledger.open_days():
        if day != apart_from:
            ledger.close(day, asks=office.policy.asks, now=now)


def _recover(office: Office) -> Counter[State]:
    """Take back what dead senders had in hand."""
    policy = office.policy
    found = office.ledger.recover(
        boot=office.machine.boot, resend=policy.resend, now=office.clock()
    )
    if found:
        numbers = {str(state): number for state, number in found.items()}
        log.warning("a sender died", extra=numbers)
    return found


def _oldest(office: Office) -> date:
    return oldest_day(now=office.clock(), max_lateness=office.policy.max_lateness)


def _named(office: Office) -> set[date]:
    """Return the days that somebody named not longer ago than a mail may be late."""
    return office.ledger.named_since(office.clock() - office.policy.max_lateness)


def _may_leave(day: date, office: Office) -> bool:
    return day >= _oldest(office) or day in _named(office)


def _prepare(run: Run, office: Office) -> tuple[Frozen | None, int]:
    """Plan the day's mails, freeze what they are made from; return it, and how many are held."""
    now, held = office.clock(), 0
    if run.desk is None:
        desk_id = office.desks.newest(run.day)
        return (None if desk_id is None else office.desks.open(desk_id)), held
    if run.plans:
        office.ledger.plan(run.day, now=now, only=run.only)
        held = _hold(run, office, now)
    return office.desks.freeze(run.desk, press_key=office.press.key, now=now), held


def _hold(run: Run, office: Office, now: datetime) -> int:
    """Skip what is more than a new sender may mail today; what is deferred comes first."""
    allowed = office.policy.allowance(now.date())
    if allowed is None:
        return 0
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    deferred = office.account.balance(run.day).states[State.DEFERRED]
    left = allowed - office.account.sent_since(midnight) - deferred
    reason = f"the sender is being warmed up: {allowed} mails today"
    held = office.ledger.hold(run.day, beyond=left, reason=reason, now=now)
    if held:
        log.warning("held back to warm up", extra={"deliveries": held, "allowed": allowed})
    return held


def _is_planned(run: Run, office: Office) -> bool:
    return bool(office.account.balance(run.day).states[State.PLANNED])


def _report(
    run: Run, office: Office, counts: Counter[State], tally: Tally, *, already: int
) -> SendReport:
    balance = office.account.balance(run.day)
    counts = counts + tally.counts
    if run.only is None:
        # What waits, whoever left it so.
        counts |= Counter({state: balance.states[state] for state in WAITING})
    report = SendReport(
        day=run.day,
        counts={state: counts[state] for state in State if counts[state]},
        already=already,
        stopped=tally.stopped,
        doubtful=balance.states[State.UNKNOWN] if office.policy.asks else 0,
        cpu=dict(tally.cpu),
        memory=tuple(tally.memory),
    )
    if report.stopped:
        log.error("run stopped", extra={"day": str(run.day), "error": report.stopped})
    numbers = {str(state): number for state, number in report.counts.items()}
    log.info("run finished", extra={"day": str(run.day), "already": already, **numbers})
    return report
