"""A reader, what they want, and the table that says how consent changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from subscribers.errors import ConsentError

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A named interest: words in, words out, categories, authors."""

    slug: str
    name: str
    #: words or phrases that make a paper relevant, in any form of the word
    words_in: tuple[str, ...] = ()
    #: words or phrases that exclude a paper, whatever else it says
    words_out: tuple[str, ...] = ()
    #: arXiv categories, such as cs.CL
    categories: tuple[str, ...] = ()
    #: people whose papers are always relevant
    authors: tuple[str, ...] = ()
    #: takes every paper, ordered by votes alone
    trending: bool = False


class Status(StrEnum):
    """Whether a subscriber may be written to."""

    #: signed up, not confirmed: no digest
    PENDING = "pending"
    #: wants the digest
    CONFIRMED = "confirmed"
    #: asked not to get it any more
    LEFT = "left"


class Event(StrEnum):
    """What a reader, or the operator for them, did."""

    SIGN_UP = "sign-up"
    CONFIRM = "confirm"
    LEAVE = "leave"


_MOVES: dict[tuple[Status | None, Event], Status] = {
    (None, Event.SIGN_UP): Status.PENDING,
    (Status.PENDING, Event.SIGN_UP): Status.PENDING,
    (Status.PENDING, Event.CONFIRM): Status.CONFIRMED,
    (Status.PENDING, Event.LEAVE): Status.LEFT,
    (Status.CONFIRMED, Event.SIGN_UP): Status.CONFIRMED,
    (Status.CONFIRMED, Event.CONFIRM): Status.CONFIRMED,
    (Status.CONFIRMED, Event.LEAVE): Status.LEFT,
    (Status.LEFT, Event.SIGN_UP): Status.PENDING,
    (Status.LEFT, Event.LEAVE): Status.LEFT,
}


def move(status: Status | None, event: Event) -> Status:
    """Return the status after an event; `None` is somebody we do not know yet.

    Raises:
        ConsentError: the event is not possible, such as confirming after having left.

    """
    try:
        return _MOVES[status, event]
    except KeyError:
        raise ConsentError(f"{event} is not possible for {status or 'an unknown'} reader") from None


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """An address with a consent state and the topics it wants, in the reader's order."""

    id: int
    #: as the reader wrote it; mail goes here
    address: str
    status: Status
    topics: tuple[str, ...] = ()
    since: datetime
