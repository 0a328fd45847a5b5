"""Pruning deliveries by `[retention]`: in small steps, and never while a run is sending."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from digest.app.clock import now
from digest.inbound.transitions import SOFT_LIFETIME
from digest.storage.run_lock import is_held, lock_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.app.services import App
    from digest.storage.pruning import PrunableDay

log = logging.getLogger(__name__)

#: Rows of one transaction: some tenths of a second, for which others wait to write.
BATCH = 2000
#: As long as a return address is valid.
ARRIVALS_KEPT = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class PruneReport:
    """What was pruned."""

    days: int
    rows: int
    #: why it ended before all was pruned; None if all was
    stopped: str | None = None


def prunable(app: App) -> list[PrunableDay]:
    """Return the days that are older than the deliveries that are kept, oldest first."""
    keep = app.config.deliveries_kept
    if not keep:
        return []
    oldest = now() - timedelta(days=keep)
    return app.pruning.days(before=oldest.date(), closed_before=oldest)


def prune(
    app: App,
    days: list[PrunableDay],
    *,
    should_continue: Callable[[], bool] = lambda: True,
    advance: Callable[[int], None] = lambda _rows: None,
) -> PruneReport:
    """Prune days, one small transaction after the other.

    Args:
        app: the installation.
        days: those of `prunable`.
        should_continue: whether to go on; the rest is pruned the next time.
        advance: called with the number of rows of each transaction.

    """
    oldest = now() - timedelta(days=app.config.deliveries_kept)
    lock, done, rows = lock_path(app.engine), 0, 0
    for day in days:
        while True:
            if not should_continue():
                return PruneReport(days=done, rows=rows, stopped="told to stop")
            if is_held(lock):
                return PruneReport(days=done, rows=rows, stopped="a run is sending")
            pruned = app.pruning.prune(
                day.day, before=oldest.date(), closed_before=oldest, limit=BATCH, now=now()
            )
            rows += pruned
            advance(pruned)
            if pruned < BATCH:
                break
        done += 1
    if rows:
        log.info("deliveries pruned", extra={"days": done, "deliveries": rows})
    return PruneReport(days=done, rows=rows)


def prune_inbound(app: App, *, should_continue: Callable[[], bool] = lambda: True) -> int:
    """Delete old messages that came in, and what came back of old mails; return how many rows.

    A message is known for as long as a return address is valid, so that none is handled twice.
    """
    came_before = now() - ARRIVALS_KEPT
    steps = [partial(app.arrivals.prune, before=came_before)]
    if (sent_before := bounces_kept(app)) is not None:
        steps.append(partial(app.bounces.prune, before=sent_before))
    rows = 0
    for step in steps:
        while should_continue() and not is_held(lock_path(app.engine)):
            pruned = step(limit=BATCH)
            rows += pruned
            if pruned < BATCH:
                break
    return rows


def bounces_kept(app: App) -> datetime | None:
    """Return the time since which it is known what came back of mails; None: for ever."""
    keep = app.config.deliveries_kept
    return now() - max(timedelta(days=keep), SOFT_LIFETIME) if keep else None
