"""What an installation provides to its website: editions, mails, and regular upkeep."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from digest.app.admin.services import admin_services
from digest.app.config.resources import templates_dir
from digest.app.config.topics import default_topics
from digest.app.due import next_mail
from digest.app.feedback import AppFeedback
from digest.app.inbound.serializers import arrivals_of
from digest.app.readiness import readiness_of
from digest.app.serializers import issues_of, transactional_of
from digest.app.site_times import site_times
from digest.errors import LibraryError
from digest.mail.context import paper_context
from digest.models.delivery import MailKind
from digest.models.issue import NOTHING_SEEN, Issue
from digest.ranking.compose import compose
from subscribers.editions import DayEdition, PaperCard, TopicEdition
from subscribers.errors import UploadError
from subscribers.libraries import MOST_ENTRIES, LibraryImport
from subscribers.web.services import WebServices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from digest.app.services import App
    from digest.models.picks import Pick
    from digest.storage.editions import EditionStore
    from subscribers.libraries import LibraryUpload
    from subscribers.web.services import TransactionalKind

#: The number of papers on pages that stay in memory, about 2 kB each.
PAPERS_IN_MEMORY = 10_000


@dataclass
class Archive:
    """Past editions, as they were mailed: a day of which no mail has left has none.

    Nothing is ranked here. What was read lately stays in memory, since a stored edition does not
    change.
    """

    editions: EditionStore
    #: characters
    summary_length: int
    _read: dict[int, DayEdition] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def edition(self, day: date) -> DayEdition | None:
        """Return what a subscriber of each topic alone would have got, or None."""
        newest = self.editions.newest_mailed(day)
        if newest is None:
            return None
        edition_id, _ = newest
        # The server runs requests in threads. Of those for the same edition, only one reads it.
        with self._lock:
            found = self._read.pop(edition_id, None) or self._compose(day, edition_id)
            self._read[edition_id] = found  # at the end: the first is the least recent
            while len(self._read) > 1 and _papers_of(self._read.values()) > PAPERS_IN_MEMORY:
                self._read.pop(next(iter(self._read)))
        return found

    def _compose(self, day: date, edition_id: int) -> DayEdition:
        edition = self.editions.get(edition_id).edition
        topics = {}
        for slug, topic in edition.topics.items():
            issue = compose(edition, [slug], seen=NOTHING_SEEN)
            picks = issue.picks if isinstance(issue, Issue) else ()
            papers = [paper_card(pick, self.summary_length, today=day) for pick in picks]
            topics[slug] = TopicEdition(day=day, topic=topic, papers=papers)
        return DayEdition(day=day, topics=topics)


def _papers_of(editions: Iterable[DayEdition]) -> int:
    return sum(len(topic.papers) for edition in editions for topic in edition.topics.values())


def paper_card(pick: Pick, summary_length: int, *, today: date) -> PaperCard:
    """Return a pick in the words that mails use too; `summary_length` is in characters."""
    words = paper_context(pick, summary_length, today=today) | {"id": pick.paper.id}
    return PaperCard(**{field.name: words[field.name] for field in fields(PaperCard)})


def take_library(
    app: App, subscriber_id: int, upload: LibraryUpload, *, at: datetime
) -> LibraryImport:
    """Take the papers of an upload as likes of a subscriber.

    Raises:
        UploadError: the file holds no library, or nothing names a paper.

    """
    # Imported here, since few visitors bring a library.
    from digest.app.seeds import give_seeds
    from digest.sources.library import merged, read, read_ids

    libraries = [read_ids(upload.ids)]
    if upload.octets:
        try:
            libraries.append(read(upload.octets, most_entries=MOST_ENTRIES))
        except LibraryError as error:
            raise UploadError(str(error)) from error
    library = merged(libraries)
    if not (library.seeds or library.rejected):
        raise UploadError("no id of a paper is in it")
    report = give_seeds(app, subscriber_id, library, at=at)
    return LibraryImport(
        new=report.new,
        known=report.known,
        waiting=report.waiting,
        is_looked_up=report.is_looked_up,
        rejected=tuple((one.where, one.reason) for one in report.rejected),
    )


def site_readiness(app: App, *, sends: bool) -> tuple[bool, str]:
    """Return whether the site can do its work, and a line that says what is missing."""
    found = readiness_of(app, sends=sends)
    return found.is_ready, found.text


def site_metrics(app: App, authorization: str) -> tuple[bytes, str] | None:
    """Return the metrics for a request with the token of `[metrics] token`; without one nobody's.

    The site is open to the world, and behind a proxy every client comes from this machine. So what
    the address of a client says does not count.
    """
    # Imported here, since most sites are not asked.
    from digest.app.figures_server import is_allowed
    from digest.app.metrics import CONTENT_TYPE, page

    return (page(app), CONTENT_TYPE) if is_allowed(app, authorization) else None


def web_services(
    app: App,
    *,
    clock: Callable[[], datetime],
    wake: Callable[[], None],
    sends: bool = False,
) -> WebServices:
    """Return what the website needs.

    `wake` is called whenever a mail was queued; `sends` says that the process runs the schedule
    too.
    """
    config = app.config
    archive = Archive(app.editions, config.ranking.summary_length)

    def queue_mail(subscriber_id: int, kind: TransactionalKind) -> None:
        if app.transactional_queue.enqueue(subscriber_id, MailKind(kind), now=clock()):
            wake()

    def import_library(subscriber_id: int, upload: LibraryUpload) -> LibraryImport:
        return take_library(app, subscriber_id, upload, at=clock())

    return WebServices(
        name=config.site.name,
        postal_address=config.site.postal_address,
        contact=config.mail.reply_to or config.mail.from_address,
        url=config.web.url.rstrip("/"),
        book=app.book,
        limiter=app.signup_limiter,
        secrets=app.secrets,
        clock=clock,
        topics=app.topics,
        default_topics=default_topics(app.topics),
        days=lambda most: app.editions.mailed_days(most=most),
        edition=archive.edition,
        editions_state=app.editions.last_mailed,
        queue_mail=queue_mail,
        transactional=lambda subscriber_id: transactional_of(
            app.transactional_queue, subscriber_id
        ),
        inbound=lambda subscriber_id: arrivals_of(app.arrivals, subscriber_id),
        issues=lambda subscriber_id: issues_of(app.subscriber_history, app.bounces, subscriber_id),
        next_mail=lambda subscriber: next_mail(app, subscriber, at=clock(), is_daemon=sends),
        forget=app.ledger.forget,
        feedback=AppFeedback(app, clock),
        import_library=import_library,
        site_times=site_times(config.schedule, is_daemon=sends),
        readiness=lambda: site_readiness(app, sends=sends),
        metrics=lambda authorization: site_metrics(app, authorization),
        admin=admin_services(app, clock=clock),
        templates=templates_dir() / "web",
    )
