"""A fake mail server that can fail in any way and remembers what it really accepted."""

from __future__ import annotations

import email
from collections import Counter
from dataclasses import dataclass, field
from email import policy
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from digest.errors import MailServerError
from digest.models.delivery import DeliveryState, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from digest.models.delivery import OutgoingMessage, ReportOutcomes

    Key = tuple[date, str]


class KilledError(BaseException):
    """The process was killed: nothing that it would have done next was done."""


class Behaviour(StrEnum):
    """What the server, or the process, does with one message."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    DEFER = "defer"
    #: it accepts the message, and its reply is lost
    ACCEPT_UNANSWERED = "accept unanswered"
    #: it does not accept the message, and its reply is lost
    UNANSWERED = "unanswered"
    #: it cannot be used any more
    DOWN = "down"
    #: the process is killed before the first byte, in mid-message, or after the server accepted
    KILL_BEFORE = "kill before"
    KILL_DURING = "kill during"
    KILL_AFTER = "kill after"


_OUTCOMES = {
    Behaviour.ACCEPT: Outcome(state=DeliveryState.SENT),
    Behaviour.REFUSE: Outcome(state=DeliveryState.FAILED, reason="550 no", code=550),
    Behaviour.DEFER: Outcome(state=DeliveryState.DEFERRED, reason="450 later", code=450),
    Behaviour.ACCEPT_UNANSWERED: Outcome(state=DeliveryState.UNKNOWN, reason="connection lost"),
    Behaviour.UNANSWERED: Outcome(state=DeliveryState.UNKNOWN, reason="connection lost"),
}
_ACCEPTING = (Behaviour.ACCEPT, Behaviour.ACCEPT_UNANSWERED, Behaviour.KILL_AFTER)


@dataclass
class FakeMailServer:
    """A mail server that lives through several runs; also the transport that leads to it."""

    #: called with each message before its first byte leaves
    on_leaving: Callable[[OutgoingMessage], None]
    #: what happens to the next messages; all after them are accepted
    behaviours: list[Behaviour] = field(default_factory=list)
    #: how many messages are in flight at once
    concurrency: int = 1
    #: how often it accepted a message, by day and address
    accepted: Counter[Key] = field(default_factory=Counter)
    #: the bytes of every attempt, by day and address
    attempts: dict[Key, list[bytes]] = field(default_factory=dict)
    #: messages of the current run whose reply was lost
    unanswered: set[Key] = field(default_factory=set)

    def send_all(self, messages: Iterator[OutgoingMessage], report: ReportOutcomes) -> None:
        """Take `concurrency` messages at a time, and report their outcomes together."""
        while taken := list(islice(messages, self.concurrency)):
            behaviours = [
                self.behaviours.pop(0) if self.behaviours else Behaviour.ACCEPT for _ in taken
            ]
            if Behaviour.KILL_BEFORE in behaviours:
                raise KilledError
            if Behaviour.DOWN in behaviours:
                down = Outcome(state=DeliveryState.PLANNED, reason="server is down")
                report([(message, down) for message in taken], [])
                raise MailServerError("server is down")
            for message in taken:
                self.on_leaving(message)
            report([], taken)
            report([self._receive(*both) for both in zip(taken, behaviours, strict=True)], [])

    def _receive(
        self, message: OutgoingMessage, behaviour: Behaviour
    ) -> tuple[OutgoingMessage, Outcome]:
        key = (message.day, message.recipient)
        self.attempts.setdefault(key, []).append(message.content)
        if behaviour in _ACCEPTING:
            self.accepted[key] += 1
        if behaviour in (Behaviour.KILL_DURING, Behaviour.KILL_AFTER):
            raise KilledError
        outcome = _OUTCOMES[behaviour]
        if outcome.state is DeliveryState.UNKNOWN:
            self.unanswered.add(key)
        return message, outcome

    def was_sent(self, _message: object) -> None:
        """Nobody can know, as with a real one."""

    def remove_left_over(self) -> None:
        """Do nothing: it keeps no partial messages."""

    def close(self) -> None:
        """Do nothing: nothing is held open."""


@cache
def text_of(content: bytes) -> str:
    """The plain text of a message, in one line."""
    message = email.message_from_bytes(content, policy=policy.default)
    part = message.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())
