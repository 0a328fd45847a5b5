"""What a run reports of a day: counted in the ledger, and logged.

A worker process that died could not say what it did, so nothing is counted on the way.
"""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from digest.delivery.run_start import settled
from digest.models.delivery import DeliveryState, RunReport

if TYPE_CHECKING:
    from datetime import date

    from digest.delivery.run import DeliveryServices
    from digest.delivery.run_start import RunStart

log = logging.getLogger(__name__)


def report_day(day: date, services: DeliveryServices, start: RunStart) -> RunReport:
    """Return how a day stands that is not sent: what was settled at the start, and what waits."""
    return write_report(day, services, settled_before(start, day, services, None), None)


def settled_before(
    start: RunStart, day: date, services: DeliveryServices, only: int | None
) -> Counter[DeliveryState]:
    """Count the deliveries of a day that earlier runs settled; its start is this run's work too."""
    now = settled(services.history.day_totals(day, only=only).states)
    return now - start.settled.get(day, Counter[DeliveryState]()) if only is None else now


def write_report(
    day: date,
    services: DeliveryServices,
    before: Counter[DeliveryState],
    only: int | None,
    stopped: str | None = None,
) -> RunReport:
    """Count the day in the ledger, and log and return the report.

    `before` are the deliveries that earlier runs settled. All others are this run's, and so are
    those that wait, whichever run left them. Together they are all that were planned.
    """
    states = services.history.day_totals(day, only=only).states
    counts = states - before
    report = RunReport(
        day=day,
        counts={state: counts[state] for state in DeliveryState if counts[state]},
        already=states.total() - counts.total(),
        stopped=stopped,
        doubtful=states[DeliveryState.UNKNOWN] if services.policy.asks else 0,
    )
    if stopped:
        log.error("run stopped", extra={"day": str(day), "error": stopped})
    numbers = {str(state): number for state, number in report.counts.items()}
    log.info("day finished", extra={"day": str(day), "already": report.already, **numbers})
    return report
