"""A recorder of what a transport reports, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.delivery.transports import Transport
    from digest.models.delivery import Outcome, OutgoingMessage


class OutcomeRecorder:
    """A `ReportOutcomes` that keeps every call."""

    def __init__(self) -> None:
        """Start without calls."""
        #: of each call, the recipients that have an outcome and those whose message leaves next
        self.calls: list[tuple[list[str], list[str]]] = []
        self.outcomes: list[tuple[str, Outcome]] = []

    def __call__(
        self,
        outcomes: Sequence[tuple[OutgoingMessage, Outcome]],
        leaving: Sequence[OutgoingMessage],
    ) -> None:
        assert outcomes or leaving
        reported = [(message.recipient, outcome) for message, outcome in outcomes]
        self.calls.append(
            ([recipient for recipient, _ in reported], [message.recipient for message in leaving])
        )
        self.outcomes += reported

    def send(self, transport: Transport, messages: Iterable[OutgoingMessage]) -> dict[str, str]:
        """Send messages and return the states of their outcomes, by recipient."""
        transport.send_all(iter(messages), self)
        return self.states

    @property
    def states(self) -> dict[str, str]:
        """The state of every outcome, by recipient; nobody may have two."""
        recipients = [recipient for recipient, _ in self.outcomes]
        assert sorted(recipients) == sorted(set(recipients))
        return {recipient: str(outcome.state) for recipient, outcome in self.outcomes}

    @property
    def leaving(self) -> list[str]:
        """The recipients whose message was reported to leave, in order."""
        return [recipient for _, leaving in self.calls for recipient in leaving]

    def reason(self, recipient: str) -> str:
        """The reason of a recipient's outcome."""
        return str(dict(self.outcomes)[recipient].reason)
