"""A reader, what they want, and the table that says how consent changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from subscribers.errors import ConsentError, PreferenceError

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
    #: wants it again later
    PAUSED = "paused"
    #: asked not to get it any more
    LEFT = "left"
    #: must never be written to: the address does not exist, or its owner complained
    SUPPRESSED = "suppressed"


class Event(StrEnum):
    """What a reader did, the operator for them, or their mail server."""

    SIGN_UP = "sign-up"
    CONFIRM = "confirm"
    PAUSE = "pause"
    RESUME = "resume"
    LEAVE = "leave"
    #: the address refuses mail for good
    BOUNCE = "bounce"
    #: "never write to me again", or a report as spam
    COMPLAINT = "complaint"
    #: came in with a list of the operator's
    IMPORT = "import"
    #: asked to be forgotten; the status after it is that of the hash that stays
    ERASE = "erase"


_PENDING, _CONFIRMED, _PAUSED = Status.PENDING, Status.CONFIRMED, Status.PAUSED
_LEFT, _SUPPRESSED = Status.LEFT, Status.SUPPRESSED

#: What each event makes of each status; a step that is not here is refused. Only a reader's own
#: sign-up brings somebody back who left, and nothing brings back who is suppressed.
_MOVES: dict[Event, dict[Status | None, Status]] = {
    Event.SIGN_UP: {
        None: _PENDING, _PENDING: _PENDING, _CONFIRMED: _CONFIRMED, _PAUSED: _PAUSED,
        _LEFT: _PENDING, _SUPPRESSED: _SUPPRESSED,
    },
    Event.IMPORT: {
        None: _PENDING, _PENDING: _PENDING, _CONFIRMED: _CONFIRMED, _PAUSED: _PAUSED,
        _LEFT: _LEFT, _SUPPRESSED: _SUPPRESSED,
    },
    Event.CONFIRM: {_PENDING: _CONFIRMED, _CONFIRMED: _CONFIRMED, _PAUSED: _PAUSED},
    Event.PAUSE: {_CONFIRMED: _PAUSED, _PAUSED: _PAUSED},
    Event.RESUME: {_CONFIRMED: _CONFIRMED, _PAUSED: _CONFIRMED},
    Event.LEAVE: {
        _PENDING: _LEFT, _CONFIRMED: _LEFT, _PAUSED: _LEFT, _LEFT: _LEFT,
        _SUPPRESSED: _SUPPRESSED,
    },
    Event.ERASE: {**dict.fromkeys(Status, _LEFT), _SUPPRESSED: _SUPPRESSED},
    Event.BOUNCE: dict.fromkeys(Status, _SUPPRESSED),
    Event.COMPLAINT: dict.fromkeys(Status, _SUPPRESSED),
}  # fmt: skip


def move(status: Status | None, event: Event) -> Status:
    """Return the status after an event; `None` is somebody we do not know yet.

    Raises:
        ConsentError: the event is not possible, such as confirming after having left.

    """
    try:
        return _MOVES[event][status]
    except KeyError:
        raise ConsentError(f"{event} is not possible for {status or 'an unknown'} reader") from None


WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: The languages dates can be written in.
LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pt")


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What a reader chose beside topics.

    Raises:
        PreferenceError: a value is none, with the key in the message.

    """

    #: the reader's own words and people, over and above the topics
    words_in: tuple[str, ...] = ()
    words_out: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    #: the most papers in an issue; None for the site's own number
    papers: int | None = None
    #: the days on which mail is wanted: all, weekdays, or some
    days: tuple[str, ...] = WEEK
    timezone: str = "UTC"
    #: the hour of that day, 0 to 23
    hour: int = 18
    #: in which dates are written
    language: str = "en"
    text_only: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        _require(self.papers is None or 1 <= self.papers <= 50, "papers must be 1 to 50")
        _require(bool(self.days) and set(self.days) <= set(WEEK), "days must name days of the week")
        _require(0 <= self.hour <= 23, "hour must be 0 to 23")
        _require(self.language in LANGUAGES, f"language must be one of {', '.join(LANGUAGES)}")
        _require(_is_zone(self.timezone), f"{self.timezone!r} is not a time zone like Europe/Paris")
        for name in ("words_in", "words_out", "authors"):
            values: tuple[str, ...] = getattr(self, name)
            fits = len(values) <= 50 and all(0 < len(value) <= 100 for value in values)
            _require(fits, f"{name} takes at most 50 words of at most 100 characters")
            readable = all(v.isprintable() and any(c.isalnum() for c in v) for v in values)
            _require(readable, f"{name} takes words of letters and digits")
        object.__setattr__(self, "days", tuple(day for day in WEEK if day in self.days))


def _require(fulfilled: bool, message: str) -> None:  # noqa: FBT001 (reads as a sentence)
    if not fulfilled:
        raise PreferenceError(message)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """An address with a consent state and the topics it wants, in the reader's order."""

    id: int
    #: as the reader wrote it; mail goes here
    address: str
    status: Status
    topics: tuple[str, ...] = ()
    since: datetime
    preferences: Preferences = Preferences()


#: The slug of a reader's own topic; no configured topic can have it.
OWN = "own:words"


OWN_NAME = "Your own words"


def own_topic(reader: Subscriber) -> Topic | None:
    """Return the topic a reader's own words and authors make, or None without any."""
    words, authors = reader.preferences.words_in, reader.preferences.authors
    if not (words or authors):
        return None
    return Topic(slug=OWN, name=OWN_NAME, words_in=words, authors=authors)
