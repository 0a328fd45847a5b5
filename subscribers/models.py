"""Subscribers, their topics and preferences, and the table of consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from annotated_types import Ge, Le, MaxLen, MinLen

from subscribers.errors import ConsentError, PreferenceError

if TYPE_CHECKING:
    from datetime import datetime

#: The version of the text people agree to when they sign up. Change it when the text changes.
WORDING = "2026-11"
#: A subscriber who has not confirmed by then is forgotten.
FORGET_UNCONFIRMED_AFTER = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A named interest: the words, categories and authors of the papers it selects."""

    slug: str
    name: str
    #: words or phrases that make a paper relevant; every inflection counts
    words_in: tuple[str, ...] = ()
    #: words or phrases that exclude a paper, even if it is relevant
    words_out: tuple[str, ...] = ()
    #: arXiv categories, such as cs.CL
    categories: tuple[str, ...] = ()
    #: names of people whose papers are always relevant
    authors: tuple[str, ...] = ()
    #: whether the topic takes every paper and ranks by votes alone
    trending: bool = False


class Status(StrEnum):
    """Whether a subscriber may be written to."""

    #: signed up, not confirmed: no digest
    PENDING = "pending"
    #: wants the digest
    CONFIRMED = "confirmed"
    #: does not want the digest for now
    PAUSED = "paused"
    #: does not want the digest any more
    LEFT = "left"
    #: must never get mail: the address does not exist, or its owner complained
    SUPPRESSED = "suppressed"


#: Who gets no digest until they sign up themselves, if they can at all.
INACTIVE = (Status.LEFT, Status.SUPPRESSED)


class Event(StrEnum):
    """What changes consent: an act of the subscriber, the operator or a mail server."""

    SIGN_UP = "sign-up"
    CONFIRM = "confirm"
    PAUSE = "pause"
    RESUME = "resume"
    LEAVE = "leave"
    #: the mail server rejects the address permanently
    BOUNCE = "bounce"
    #: "never write to me again", or a report as spam
    COMPLAINT = "complaint"
    #: was in a CSV file that the operator imported
    IMPORT = "import"
    #: asked to be erased; the status after it applies to the hash that is kept
    ERASE = "erase"


_PENDING, _CONFIRMED, _PAUSED = Status.PENDING, Status.CONFIRMED, Status.PAUSED
_LEFT, _SUPPRESSED = Status.LEFT, Status.SUPPRESSED

#: The status after each event, by the status before it; a pair that is missing is refused.
#: After LEFT, only the subscriber's own sign-up leads back. Nothing leads back from SUPPRESSED.
_TRANSITIONS: dict[Event, dict[Status | None, Status]] = {
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


def next_status(status: Status | None, event: Event) -> Status:
    """Return the status after an event; `None` is the status of an unknown address.

    Raises:
        ConsentError: the event is not possible, such as confirming after having left.

    """
    try:
        return _TRANSITIONS[event][status]
    except KeyError:
        raise ConsentError(f"{event} is not possible for {status or 'an unknown'} reader") from None


class Verdict(StrEnum):
    """What a reader says of a paper: what they want in future."""

    #: more like it
    LIKE = "like"
    #: less like it
    LESS = "less"
    #: more like it, and to find it again
    SAVE = "save"

    @property
    def is_liked(self) -> bool:
        """Whether more like the paper is wanted."""
        return self is not Verdict.LESS


Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Day, ...] = get_args(Day)
WEEKDAYS: tuple[Day, ...] = WEEK[:5]
#: How often mail is wanted: on each chosen day; on those from Monday to Friday; on the first of
#: them; or on a chosen day on which enough has come together.
Frequency = Literal["daily", "weekdays", "weekly", "enough"]
FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)
#: The languages dates can be written in.
LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pt")

MAX_PAPERS = 50
MAX_WORDS, MAX_WORD_LENGTH = 50, 100
Words = Annotated[tuple[Annotated[str, MinLen(1), MaxLen(MAX_WORD_LENGTH)], ...], MaxLen(MAX_WORDS)]


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What a subscriber chose beside topics.

    The annotated limits describe the fields to the API; `__post_init__` enforces all rules.

    Raises:
        PreferenceError: a value is not possible; the message names the field.

    """

    #: the subscriber's own words and authors, in addition to the topics
    words_in: Words = ()
    words_out: Words = ()
    authors: Words = ()
    #: authors whose papers are never shown
    muted: Words = ()
    #: whether feedback on papers changes what is shown
    learns: bool = True
    #: words that feedback must not teach
    unlearned: Words = ()
    #: the most papers in an issue; None for the site's own limit
    papers: Annotated[int, Ge(1), Le(MAX_PAPERS)] | None = None
    #: the days of the week on which mail is wanted
    days: Annotated[tuple[Day, ...], MinLen(1), MaxLen(len(WEEK))] = WEEK
    frequency: Frequency = "daily"
    timezone: str = "UTC"
    #: the hour of the day in that time zone, 0 to 23; None for the site's own, in its zone
    hour: Annotated[int, Ge(0), Le(23)] | None = None
    #: whether two lines say so on a day on which nothing is new; else no mail comes
    quiet_mail: bool = False
    #: the language of dates
    language: str = "en"
    text_only: bool = False

    def __post_init__(self) -> None:
        """Check every field, and put the days into the order of the week."""
        papers = self.papers is None or 1 <= self.papers <= MAX_PAPERS
        _require(papers, f"papers must be 1 to {MAX_PAPERS}")
        _require(bool(self.days) and set(self.days) <= set(WEEK), "days must name days of the week")
        _require(self.hour is None or 0 <= self.hour <= 23, "hour must be 0 to 23")
        known = self.frequency in FREQUENCIES
        _require(known, f"frequency must be one of {', '.join(FREQUENCIES)}")
        has_day = self.frequency != "weekdays" or not set(self.days).isdisjoint(WEEKDAYS)
        _require(has_day, "weekdays need a day from Monday to Friday among the days")
        _require(self.language in LANGUAGES, f"language must be one of {', '.join(LANGUAGES)}")
        _require(_is_zone(self.timezone), f"{self.timezone!r} is not a time zone like Europe/Paris")
        for name in ("words_in", "words_out", "authors", "muted", "unlearned"):
            words: tuple[str, ...] = getattr(self, name)
            fits = len(words) <= MAX_WORDS and all(0 < len(w) <= MAX_WORD_LENGTH for w in words)
            limits = f"at most {MAX_WORDS} words of at most {MAX_WORD_LENGTH} characters"
            _require(fits, f"{name} takes {limits}")
            readable = all(w.isprintable() and any(c.isalnum() for c in w) for w in words)
            _require(readable, f"{name} takes words of letters and digits")
        object.__setattr__(self, "days", tuple(day for day in WEEK if day in self.days))

    @property
    def mail_days(self) -> tuple[Day, ...]:
        """The days of the week on which mail may come, by the days and the frequency."""
        if self.frequency == "weekly":
            return self.days[:1]
        if self.frequency == "weekdays":
            return tuple(day for day in self.days if day in WEEKDAYS)
        return self.days


def _require(fulfilled: bool, message: str) -> None:  # noqa: FBT001 (reads as a sentence)
    if not fulfilled:
        raise PreferenceError(message)


def _is_zone(name: str) -> bool:
    if name in _NO_PLACES:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


#: Names of the system's files of time zones that are another on another machine.
_NO_PLACES = ("localtime", "posixrules", "Factory")
#: The id of a made-up subscriber, as a preview may have; nobody in an address book has it.
MADE_UP_ID = 0


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """An address with its consent, topics and preferences."""

    id: int
    #: in the spelling of the sign-up; mail goes to this spelling
    address: str
    status: Status
    #: slugs, in the order of the subscriber's choice
    topics: tuple[str, ...] = ()
    #: the time of the first sign-up
    since: datetime
    preferences: Preferences = Preferences()


#: The slug and name of the topic made of a subscriber's own words.
#: These slugs have a colon, which no configured topic can have.
OWN, OWN_NAME = "own:words", "Your own words"
#: Of the topic made of what a subscriber liked, and of papers that no topic of theirs has.
LIKED, LIKED_NAME = "own:liked", "Like what you liked"
LIKED_TOPIC = Topic(slug=LIKED, name=LIKED_NAME)
EXPLORE, EXPLORE_NAME = "own:explore", "Outside your topics"


def own_topic(subscriber: Subscriber) -> Topic | None:
    """Return the topic made of a subscriber's own words and authors, or None without any."""
    words, authors = subscriber.preferences.words_in, subscriber.preferences.authors
    if not (words or authors):
        return None
    return Topic(slug=OWN, name=OWN_NAME, words_in=words, authors=authors)
