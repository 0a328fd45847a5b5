"""When a run should stop by itself: what fails for everybody is nobody's own fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from digest.models.delivery import Outcome

#: So many mails in a row that did not leave, and the run stops.
MAX_FAILURES = 5
#: So many when a server only puts off (4xx) the readers of one mail domain: it may be greylisting.
MAX_DEFERRALS_OF_A_DOMAIN = 50
#: Of at least so many answers, so large a share refused, and the run stops: the list is bad, or
#: the server thinks so, and going on costs the sender's good name.
MIN_ANSWERS, MAX_REFUSED_SHARE = 50, 0.25


class CircuitBreaker:
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

    def record(self, answer: Outcome, *, domain: str | None = None) -> None:
        """Take note of how one mail ended, to a reader of a mail domain."""
        if answer.state is DeliveryState.PLANNED:
            return  # it never got anywhere
        self._answers += 1
        self._refused += answer.state is DeliveryState.FAILED
        if answer.state in (DeliveryState.DEFERRED, DeliveryState.UNKNOWN):
            self._trouble(answer, domain)
        else:
            self._troubles = 0
            self._domains.clear()
        if self._answers >= MIN_ANSWERS and self._refused > MAX_REFUSED_SHARE * self._answers:
            self.stopped = (
                f"{self._refused} of {self._answers} addresses were refused,"
                f" the last one with: {answer.reason}"
            )

    def _trouble(self, answer: Outcome, domain: str | None) -> None:
        put_off = answer.state is DeliveryState.DEFERRED and 400 <= answer.code < 500
        self._troubles += 1
        self._domains.add(domain if put_off else None)
        of_one_domain = len(self._domains) == 1 and None not in self._domains
        if self._troubles >= (MAX_DEFERRALS_OF_A_DOMAIN if of_one_domain else MAX_FAILURES):
            self.stopped = answer.reason
