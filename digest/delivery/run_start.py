"""How a run starts: it takes the lock, and settles what earlier runs left of any day."""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.models.delivery import UNSETTLED, DeliveryState, WasSent, oldest_deliverable_day
from digest.storage.recovery import nobody_knows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from digest.delivery.run import DeliveryServices

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RunStart:
    """What a run has and knows as it starts."""

    #: when it took the run's lock
    at: datetime
    #: the lock's file descriptor
    lock: int | None
    #: the days that were open, oldest first, and which deliveries of each were settled by the
    #: start: lost by a dead run, or expired
    settled: Mapping[date, Counter[DeliveryState]]


@contextmanager
def start_run(
    services: DeliveryServices,
    *,
    day: date | None = None,
    is_named: bool = False,
    allow_late: date | None = None,
    was_sent: WasSent = nobody_knows,
    polls: Iterable[object] = (),
) -> Iterator[RunStart]:
    """Hold the run's lock for the block; before it, settle what dead runs left and is too old.

    Args:
        services: the parts of the installation.
        day: the day that is sent; None if only what waits is sent, of any day.
        is_named: whether an operator named the day, to be sent to everybody.
        allow_late: a day that does not expire.
        was_sent: that of the transport, which may be opened when it is asked first.
        polls: how long to wait for the lock; see `digest.storage.run_lock`.

    Raises:
        RunInProgressError: another process is sending.
        RestoredError: the database was restored from a backup, and the day was not named.

    """
    with services.run_lock(polls=polls) as lock:
        services.generation.refuse(day, named=is_named)
        if is_named and day is not None:
            services.generation.accept(day)
        settled_now = _settle(services, allow_late=allow_late, was_sent=was_sent)
        yield RunStart(at=services.clock(), lock=lock, settled=settled_now)


def _settle(
    services: DeliveryServices, *, allow_late: date | None, was_sent: WasSent
) -> dict[date, Counter[DeliveryState]]:
    """Recover what dead runs left, expire what is too old, and close days that are done.

    Return which deliveries were settled so, by day: all days that were open, oldest first.
    """
    now, ledger, history = services.clock(), services.ledger, services.history
    if allow_late is not None:
        ledger.allow_late(allow_late, now=now)
    before = {day: history.day_totals(day).states for day in ledger.open_days()}
    recover(services, was_sent=was_sent)
    first, apart_from = oldest(services), allowed_late(services)
    for day, begun_at in services.begun_days.to_plan(until=first - timedelta(days=1)).items():
        if day not in apart_from:
            # It is too late to send the day, but its readers are recorded with the reason.
            ledger.plan(day, now=now, confirmed_by=begun_at)
    expired = ledger.expire(before=first, apart_from=apart_from, now=now)
    if expired:
        log.warning("mails were too late", extra={"deliveries": expired})
    for day in before:
        ledger.close(day, asks=services.policy.asks, now=now)
    return {
        day: settled(history.day_totals(day).states) - settled(states)
        for day, states in before.items()
    }


def recover(services: DeliveryServices, *, was_sent: WasSent) -> None:
    """Take back the rows of dead workers, of whatever day."""
    recovered = services.ledger.recover(
        boot=services.host.boot,
        resend=services.policy.resend,
        now=services.clock(),
        was_sent=was_sent,
    )
    if recovered:
        numbers = {str(state): number for state, number in recovered.items()}
        log.warning("a sender died", extra=numbers)


def oldest(services: DeliveryServices) -> date:
    """Return the oldest day whose mails may leave by themselves."""
    lateness = services.policy.max_lateness
    return oldest_deliverable_day(now=services.clock(), max_lateness=lateness)


def allowed_late(services: DeliveryServices) -> set[date]:
    """Return the days that the operator named no longer ago than messages may be late."""
    return services.ledger.allowed_late_since(services.clock() - services.policy.max_lateness)


def may_leave(day: date, services: DeliveryServices) -> bool:
    """Whether the mails of a day may leave."""
    return day >= oldest(services) or day in allowed_late(services)


def settled(states: Counter[DeliveryState]) -> Counter[DeliveryState]:
    """Return the deliveries of a day that do not wait and are not on their way."""
    return Counter({state: states[state] for state in states if state not in UNSETTLED})
