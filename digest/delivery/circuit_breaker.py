"""When a run should stop by itself: what fails for everybody is nobody's own fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models.delivery import State

if TYPE_CHECKING:
    from digest.models.delivery import Answer

#: So many mails in a row that did not leave, and the run stops.
TROUBLES = 5
#: So many when a server only puts off (4xx) the readers of one mail domain: it may be greylisting.
PUT_OFF = 50
#: Of at least so many answers, so large a share refused, and the run stops: the list is bad, or
#: the server thinks so, and going on costs the sender's good name.
ENOUGH, TOO_MANY_REFUSED = 50, 0.25


class Breaker:
    """Watches the answers of one run."""

    def __init__(self) -> None:
        """Begin with a run that goes well."""
        self._troubles = 0
        #: the domains of those in trouble; None where it is nobody's domain's fault
        self._domains: set[str | None] = set()
        self._answers = 0
        self._refused = 0
        #: why the run should stop
        self.stopped: str | None = None

    def watch(self, answer: Answer, *, domain: str | None = None) -> None:
        """Take note of how one mail ended, to a reader of a mail domain."""
        if answer.state is State.PLANNED:
            return  # it never got anywhere
        self._answers += 1
        self._refused += answer.state is State.FAILED
        if answer.state in (State.DEFERRED, State.UNKNOWN):
            self._trouble(answer, domain)
        else:
            self._troubles = 0
            self._domains.clear()
        if self._answers >= ENOUGH and self._refused > TOO_MANY_REFUSED * self._answers:
            self.stopped = (
                f"{self._refused} of {self._answers} addresses were refused,"
                f" the last one with: {answer.reason}"
            )

    def _trouble(self, answer: Answer, domain: str | None) -> None:
        put_off = answer.state is State.DEFERRED and 400 <= answer.code < 500
        self._troubles += 1
        self._domains.add(domain if put_off else None)
        of_one_domain = len(self._domains) == 1 and None not in self._domains
        if self._troubles >= (PUT_OFF if of_one_domain else TROUBLES):
            self.stopped = answer.reason
