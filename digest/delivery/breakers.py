"""When a run should stop by itself: what fails for everybody is nobody's own fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models import State

if TYPE_CHECKING:
    from digest.delivery.transports import Answer

#: So many mails in a row that did not leave, and the run stops.
TROUBLES = 5
#: Of at least so many answers, so large a share refused, and the run stops: the list is bad, or
#: the server thinks so, and going on costs the sender's good name.
ENOUGH, TOO_MANY_REFUSED = 50, 0.25


class Breaker:
    """Watches the answers of one run."""

    def __init__(self) -> None:
        """Begin with a run that goes well."""
        self._troubles = 0
        self._answers = 0
        self._refused = 0
        #: why the run should stop
        self.stopped: str | None = None

    def watch(self, answer: Answer) -> None:
        """Take note of how one mail ended."""
        if answer.state is State.PLANNED:
            return  # it never got anywhere
        self._answers += 1
        self._refused += answer.state is State.FAILED
        troubled = answer.state in (State.DEFERRED, State.UNKNOWN)
        self._troubles = self._troubles + 1 if troubled else 0
        if self._troubles >= TROUBLES:
            self.stopped = answer.reason
        elif self._answers >= ENOUGH and self._refused > TOO_MANY_REFUSED * self._answers:
            self.stopped = (
                f"{self._refused} of {self._answers} addresses were refused,"
                f" the last one with: {answer.reason}"
            )
