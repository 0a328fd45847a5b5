"""A notebook for the tests of transports: it writes down what it is told, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.delivery.transports import Transport
    from digest.models.delivery import Outcome, OutgoingMessage


class Notebook:
    """Called as a note; also carries, since every test does that next."""

    def __init__(self) -> None:
        """Begin with empty pages."""
        self.calls: list[tuple[list[str], list[str]]] = []
        self.answers: list[tuple[str, Outcome]] = []

    def __call__(
        self, answers: Sequence[tuple[OutgoingMessage, Outcome]], leaving: Sequence[OutgoingMessage]
    ) -> None:
        assert answers or leaving
        told = [(parcel.recipient, answer) for parcel, answer in answers]
        self.calls.append(([who for who, _ in told], [parcel.recipient for parcel in leaving]))
        self.answers += told

    def carry(self, transport: Transport, parcels: Iterable[OutgoingMessage]) -> dict[str, str]:
        """Carry parcels and return the states, by recipient."""
        transport.send_all(iter(parcels), self)
        return self.states

    @property
    def states(self) -> dict[str, str]:
        """How everybody's mail ended; nobody has two answers."""
        names = [who for who, _ in self.answers]
        assert sorted(names) == sorted(set(names))
        return {who: str(answer.state) for who, answer in self.answers}

    @property
    def left(self) -> list[str]:
        """Whose mail was said to leave, in this order."""
        return [who for _, leaving in self.calls for who in leaving]

    def reason(self, recipient: str) -> str:
        """Why somebody's mail ended so."""
        return str(dict(self.answers)[recipient].reason)
