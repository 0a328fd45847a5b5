"""What the website needs from the installation it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from subscribers.site_paths import base_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from subscribers.book import Book
    from subscribers.editions import DayEdition
    from subscribers.feedback import ReaderFeedback
    from subscribers.libraries import LibraryImport, LibraryUpload
    from subscribers.models import Subscriber, Topic
    from subscribers.rate_limits import SignupLimiter
    from subscribers.timing_words import SiteTimes
    from subscribers.web.admin.services import AdminServices

TransactionalKind = Literal["confirm", "known", "privacy"]


@dataclass(frozen=True, kw_only=True)
class WebServices:
    """The data and functions that the pages and the API use."""

    #: the name of the site
    name: str
    postal_address: str
    #: the e-mail address of a person who helps
    contact: str
    #: the address of the site, without a slash at the end
    url: str
    book: Book
    limiter: SignupLimiter
    #: the keys that sign links, the current one first
    secrets: Sequence[str]
    clock: Callable[[], datetime]
    topics: Sequence[Topic]
    #: the topics of a subscriber who chooses none
    default_topics: Sequence[str]
    #: given a number, return at most so many days that have an edition, newest first
    days: Callable[[int], Sequence[date]]
    #: given a day, return its edition, or None
    edition: Callable[[date], DayEdition | None]
    #: return how many editions were mailed, and when the last one was
    editions_state: Callable[[], tuple[int, datetime | None]]
    #: queue a transactional mail to a subscriber; a background task sends it
    queue_mail: Callable[[int, TransactionalKind], None]
    #: given a subscriber's id, yield all issues sent to them, ready for JSON
    issues: Callable[[int], Iterator[dict[str, Any]]]
    #: given a subscriber's id, return all transactional mails sent to them, ready for JSON
    transactional: Callable[[int], list[dict[str, Any]]]
    #: given a subscriber's id, return the messages that came in from or about them, ready for JSON
    inbound: Callable[[int], list[dict[str, Any]]]
    #: given a subscriber, return when their next mail comes, in the zone of their hour; or None
    next_mail: Callable[[Subscriber], datetime | None]
    #: given a subscriber's id, delete the records of all mails to them
    forget: Callable[[int], None]
    #: given a subscriber's id and an upload, keep its papers as likes; raises UploadError
    import_library: Callable[[int, LibraryUpload], LibraryImport]
    #: what readers say of papers
    feedback: ReaderFeedback
    #: when the mail of those comes who chose no hour
    site_times: SiteTimes
    #: return whether the site can do its work, and a line that says what is missing
    readiness: Callable[[], tuple[bool, str]]
    #: given the Authorization of a request, return the metrics and their media type; None if they
    #: are not for whoever asks
    metrics: Callable[[str], tuple[bytes, str] | None]
    #: the operator's pages
    admin: AdminServices
    #: the folder of the page templates
    templates: Path
    #: the youngest and oldest age of an accepted form; programs send forms faster than people
    form_age: tuple[timedelta, timedelta] = (timedelta(seconds=3), timedelta(hours=2))

    @property
    def base(self) -> str:
        """The path that stands before all paths of the site, such as `/digest`; mostly empty."""
        return base_of(self.url)
