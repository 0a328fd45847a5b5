"""How the time of a function grows with its input. Ratios differ little between computers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """The smaller CPU time of two calls."""
    tries = []
    for _ in range(2):
        started = time.process_time()
        work()
        tries.append(time.process_time() - started)
    return min(tries)


def grows_evenly(work: Callable[[int], object], size: int) -> bool:
    """Whether twice the size takes about twice the time; four times would be a square."""
    return seconds(lambda: work(size)) < 3.3 * seconds(lambda: work(size // 2)) + 0.02
