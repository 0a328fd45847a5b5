"""What the door needs from the house it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from subscribers.book import Book
    from subscribers.models import Topic
    from subscribers.rate_limits import SignupLimiter

#: The version of the words people agree to on the sign-up page; change it with the words.
WORDING = "2026-11"

TransactionalKind = Literal["confirm", "known", "privacy"]


@dataclass(frozen=True, kw_only=True)
class PaperCard:
    """A paper as a page shows it."""

    id: str
    title: str
    url: str
    byline: str
    #: one sentence, or nothing
    tldr: str
    summary: str
    why: str
    signals: str
    links: Sequence[Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class TopicEdition:
    """What one topic had on one day."""

    day: date
    topic: Topic
    entries: Sequence[PaperCard]


@dataclass(frozen=True, kw_only=True)
class WebServices:
    """Everything the pages ask for."""

    name: str
    postal_address: str
    #: a person's address, for help
    contact: str
    #: where the site is, without a slash at the end
    url: str
    book: Book
    limiter: SignupLimiter
    #: the keys of links, the one in use first
    secrets: Sequence[str]
    clock: Callable[[], datetime]
    topics: Sequence[Topic]
    #: the topics of somebody who chooses none
    default_topics: Sequence[str]
    #: the days there are editions of, newest first, at most so many
    days: Callable[[int], Sequence[date]]
    #: one topic's edition of a day, or None
    edition: Callable[[date, str], TopicEdition | None]
    #: ask for a letter to a reader; it is sent when the mail server will
    queue_mail: Callable[[int, TransactionalKind], None]
    #: all mails to a reader, and forgetting them
    issues: Callable[[int], list[dict[str, Any]]]
    transactional: Callable[[int], list[dict[str, Any]]]
    forget: Callable[[int], None]
    templates: Path
    #: how old a form is when people send it; what is younger was sent by a machine
    form_age: tuple[timedelta, timedelta] = (timedelta(seconds=3), timedelta(hours=2))
