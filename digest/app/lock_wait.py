"""How long a run waits while another one is sending."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)

#: Seconds between two looks whether the other run has ended; a signal is noticed as quickly.
POLL_INTERVAL = 0.5


def polls(
    minutes: float,
    *,
    should_continue: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[float]:
    """Wait a little before each item, until the minutes are over or the work must stop.

    Before the first it logs for how long it will wait, so that nobody wonders. The items are the
    seconds that are left.
    """
    until = clock() + minutes * 60
    if minutes and should_continue():
        log.warning("waiting for another run", extra={"minutes": minutes})
    while should_continue() and (left := until - clock()) > 0:
        sleep(min(POLL_INTERVAL, left))
        yield left
