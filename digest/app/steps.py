"""How long each step of a run takes: reading, ranking, learning, sending and what follows.

A step within another counts for itself alone, so that the steps of a run add up to no more than it
took.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: The names of steps; each source that is read has one more, `read NAME`.
LOOK_UP, RANK, LEARN, SEND, FOLLOW_UP = "look up", "rank", "learn", "send", "follow up"


def read(source: str) -> str:
    """Return the name of the step that reads a source."""
    return f"read {source}"


@dataclass
class Steps:
    """Adds up the seconds of steps, for one run at a time."""

    clock: Callable[[], float] = monotonic
    _seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    #: of each step that goes on, the outermost first: the seconds of those within it
    _within: list[float] = field(default_factory=list)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Count the time of the block for a step."""
        began = self.clock()
        self._within.append(0.0)
        try:
            yield
        finally:
            passed = self.clock() - began
            self._seconds[name] += passed - self._within.pop()
            if self._within:
                self._within[-1] += passed

    def take(self) -> Mapping[str, float]:
        """Return the seconds of each step since the last call, in milliseconds' precision."""
        found = {name: round(seconds, 3) for name, seconds in self._seconds.items()}
        self._seconds.clear()
        return found
