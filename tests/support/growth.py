"""How the time of a work grows with its size; machines differ, the ratio of two sizes hardly."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds in which a processor may be busy with something else.
NOISE = 0.02


def seconds(work: Callable[[int], object], size: int) -> float:
    """The processor time of one try."""
    started = time.process_time()
    work(size)
    return time.process_time() - started


def grows_evenly(work: Callable[[int], object], size: int) -> bool:
    """Whether twice the size takes about twice the time; a square would take four times as long.

    Of two tries of about one size the faster counts. Their sizes differ a little, since what was
    worked on once may be remembered.
    """
    whole = seconds(work, size)
    if whole < NOISE:
        return True
    half = min(seconds(work, size // 2), seconds(work, size // 2 - size // 50))
    allowed = 3.3 * half + NOISE
    return whole < allowed or seconds(work, size - size // 50) < allowed
