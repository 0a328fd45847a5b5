"""The rule that stops a run when failures are not the fault of single recipients.

Refusals for good are judged in `digest.delivery.verdicts`; here only their share counts. Pure: it
counts outcomes and does no I/O.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from digest.models.delivery import Outcome

#: The run stops after this many failures in a row.
MAX_FAILURES = 5
#: The run stops after this many deferrals (4xx) in a row when all recipients share one mail
#: domain. The limit is higher because that domain may only be greylisting.
MAX_DEFERRALS_OF_A_DOMAIN = 50
#: The run stops when more than this share of the recipients is refused, counted from the given
#: number of outcomes on. Then the list is bad, or the server takes us for a spammer; to go on
#: would damage the sender's reputation.
MIN_OUTCOMES, MAX_REFUSED_SHARE = 50, 0.25


class CircuitBreaker:
    """Counts the outcomes of one run and decides when the run must stop."""

    def __init__(self) -> None:
        """Start without any outcome."""
        self._failures_in_a_row = 0
        #: the domains of those failures; None for a failure that no single domain can cause
        self._domains: set[str | None] = set()
        self._outcomes = 0
        self._refused = 0
        #: why the run must stop; None while it may go on
        self.stopped: str | None = None

    def record(self, outcome: Outcome, *, domain: str | None = None) -> None:
        """Count the outcome of one message; `domain` is the mail domain of its recipient."""
        if outcome.state is DeliveryState.PLANNED:
            return  # given back: the server was never asked about this recipient
        self._outcomes += 1
        if outcome.state in (DeliveryState.DEFERRED, DeliveryState.UNKNOWN):
            self._record_failure(outcome, domain)
        else:
            self._failures_in_a_row = 0
            self._domains.clear()
        if outcome.state is DeliveryState.FAILED:
            self._refused += 1
            self._check_share(outcome)

    def record_refusal(self, outcome: Outcome) -> None:
        """Count a refusal for good, which has no verdict yet but is not about us."""
        self.record(replace(outcome, state=DeliveryState.FAILED))

    def _check_share(self, outcome: Outcome) -> None:
        if self._outcomes >= MIN_OUTCOMES and self._refused > MAX_REFUSED_SHARE * self._outcomes:
            self.stopped = (
                f"{self._refused} of {self._outcomes} addresses were refused,"
                f" the last one with: {outcome.reason}"
            )

    def _record_failure(self, outcome: Outcome, domain: str | None) -> None:
        is_deferral = outcome.state is DeliveryState.DEFERRED and 400 <= outcome.code < 500
        self._failures_in_a_row += 1
        self._domains.add(domain if is_deferral else None)
        is_one_domain = len(self._domains) == 1 and None not in self._domains
        limit = MAX_DEFERRALS_OF_A_DOMAIN if is_one_domain else MAX_FAILURES
        if self._failures_in_a_row >= limit:
            self.stopped = outcome.reason
