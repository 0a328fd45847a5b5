"""A mail server that does anything, remembers everything, and so knows what is true."""

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
    """The process ended, and nothing that it would have done was done."""


class Fate(StrEnum):
    """What becomes of a mail that is handed over."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    DEFER = "defer"
    #: it is taken, and the answer lost
    TAKEN_LOST = "taken, answer lost"
    #: it is not taken, and the answer lost
    LOST = "answer lost"
    #: the server cannot be used any more
    DOWN = "down"
    #: the process ends before the first byte, on the wire, or when the mail was taken
    KILL_BEFORE = "kill before"
    KILL_DURING = "kill during"
    KILL_AFTER = "kill after"


_ANSWERS = {
    Fate.ACCEPT: Outcome(state=DeliveryState.SENT),
    Fate.REFUSE: Outcome(state=DeliveryState.FAILED, reason="550 no", code=550),
    Fate.DEFER: Outcome(state=DeliveryState.DEFERRED, reason="450 later", code=450),
    Fate.TAKEN_LOST: Outcome(state=DeliveryState.UNKNOWN, reason="connection lost"),
    Fate.LOST: Outcome(state=DeliveryState.UNKNOWN, reason="connection lost"),
}
_TAKEN = (Fate.ACCEPT, Fate.TAKEN_LOST, Fate.KILL_AFTER)


@dataclass
class Server:
    """Several runs' worth of mails, and what came of them; also the transport that leads to it."""

    #: looks at each mail before its first byte leaves
    watch: Callable[[OutgoingMessage], None]
    #: what becomes of the next mails; all others are accepted
    fates: list[Fate] = field(default_factory=list)
    #: how many mails are on the wire at once
    wide: int = 1
    #: how often it took a mail, by day and address
    taken: Counter[Key] = field(default_factory=Counter)
    #: the bytes of every attempt, by day and address
    tried: dict[Key, list[bytes]] = field(default_factory=dict)
    #: mails whose answer was lost in the run that is under way
    doubtful: set[Key] = field(default_factory=set)

    def send_all(self, parcels: Iterator[OutgoingMessage], note: ReportOutcomes) -> None:
        """Take so many at a time, and answer all of them together."""
        while together := list(islice(parcels, self.wide)):
            fates = [self.fates.pop(0) if self.fates else Fate.ACCEPT for _ in together]
            if Fate.KILL_BEFORE in fates:
                raise KilledError
            if Fate.DOWN in fates:
                down = Outcome(state=DeliveryState.PLANNED, reason="server is down")
                note([(parcel, down) for parcel in together], [])
                raise MailServerError("server is down")
            for parcel in together:
                self.watch(parcel)
            note([], together)
            note([self._take(*both) for both in zip(together, fates, strict=True)], [])

    def _take(self, parcel: OutgoingMessage, fate: Fate) -> tuple[OutgoingMessage, Outcome]:
        key = (parcel.day, parcel.recipient)
        self.tried.setdefault(key, []).append(parcel.content)
        if fate in _TAKEN:
            self.taken[key] += 1
        if fate in (Fate.KILL_DURING, Fate.KILL_AFTER):
            raise KilledError
        if _ANSWERS[fate].state is DeliveryState.UNKNOWN:
            self.doubtful.add(key)
        return parcel, _ANSWERS[fate]

    def close(self) -> None:
        """Nothing is held open."""


@cache
def words(content: bytes) -> str:
    """What a reader reads in a mail."""
    message = email.message_from_bytes(content, policy=policy.default)
    part = message.get_body(("plain",))  # type: ignore[attr-defined]
    return " ".join(str(part.get_content()).split())
