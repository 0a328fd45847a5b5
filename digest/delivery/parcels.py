"""What is carried and what became of it: the words that senders and transports share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from digest.models import State


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """One mail on its way."""

    day: date
    #: the envelope's sender, where bounces go
    sender: str
    #: the envelope's recipient
    recipient: str
    content: bytes
    #: tells letters apart from the day's issue
    kind: str = ""
    #: what a bounce calls the mail by (RFC 3461 §4.4), in ASCII; empty for nothing
    envid: str = ""
    #: whoever made it knows that no line begins with a dot, so that none is looked for
    dotless: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of a parcel: sent, deferred, failed, unknown, or planned.

    Planned means that nothing was handed over and nobody was asked about this recipient: the
    parcel is given back.
    """

    state: State
    reason: str | None = None
    #: the server's reply code (RFC 5321 §4.2), 0 where no server answered
    code: int = 0
    #: its enhanced status code such as "5.1.1" (RFC 3463), empty where it gave none
    status: str = ""


#: Told of the answers that have come since the last call, and of the parcels that leave next.
Note = Callable[[Sequence[tuple[Parcel, Answer]], Sequence[Parcel]], None]
