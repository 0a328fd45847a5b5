"""What an installation provides to its website: editions, mails, and regular upkeep."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.app import pipeline
from digest.app.clock import today
from digest.app.config.resources import templates_dir
from digest.app.config.topics import default_topics
from digest.app.serializers import issues_of, transactional_of
from digest.mail.context import paper_context
from digest.models.delivery import MailKind
from digest.models.issue import NOTHING_SEEN, Issue
from digest.ranking.compose import compose
from subscribers.editions import PaperCard, TopicEdition
from subscribers.rate_limits import Rates, SignupLimiter
from subscribers.web.services import WebServices

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from digest.app.services import App
    from digest.models.issue import Edition, Pick
    from subscribers.web.services import TransactionalKind

#: How long a ranking is shown before it is computed again.
RERANK_AFTER = timedelta(minutes=5)
#: The number of days whose editions stay in memory; most visitors look at the newest.
CACHED_DAYS = 30


@dataclass
class Archive:
    """Past editions, as they were mailed or would have been; recent ones stay in memory."""

    app: App
    clock: Callable[[], datetime]
    _editions: dict[date, tuple[datetime, Edition]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def edition(self, day: date, slug: str) -> TopicEdition | None:
        """Return the papers that a subscriber of this topic alone would get, or None."""
        edition = self._edition(day)
        topic = edition.topics.get(slug)
        if topic is None or not edition.coverage.considered:
            return None
        issue = compose(edition, [slug], seen=NOTHING_SEEN)
        picks = issue.picks if isinstance(issue, Issue) else ()
        length = self.app.config.ranking.summary_length
        papers = [paper_card(pick, length, today=day) for pick in picks]
        return TopicEdition(day=day, topic=topic, papers=papers)

    def _edition(self, day: date) -> Edition:
        # The server runs requests in threads. Of those for the same day, only one ranks it.
        with self._lock:
            now = self.clock()
            loaded_at, edition = self._editions.pop(day, (now, None))
            if edition is None or now - loaded_at > RERANK_AFTER:
                loaded_at, edition = now, self._stored_or_new(day)
            self._editions[day] = (loaded_at, edition)  # at the end: the first is the least recent
            if len(self._editions) > CACHED_DAYS:
                self._editions.pop(next(iter(self._editions)))
            return edition

    def _stored_or_new(self, day: date) -> Edition:
        """Return the edition that was mailed last on a day, or else a new ranking."""
        newest = self.app.editions.newest(day)
        return (
            self.app.editions.get(newest).edition
            if newest
            else pipeline.build_edition(self.app, day)
        )


def paper_card(pick: Pick, summary_length: int, *, today: date) -> PaperCard:
    """Return a pick in the words that mails use too; `summary_length` is in characters."""
    words = paper_context(pick, summary_length, today=today) | {"id": pick.paper.id}
    return PaperCard(**{field.name: words[field.name] for field in fields(PaperCard)})


def web_services(
    app: App, *, clock: Callable[[], datetime], wake: Callable[[], None]
) -> WebServices:
    """Return what the website needs; `wake` is called whenever a mail was queued."""
    config = app.config
    archive = Archive(app, clock)

    def queue_mail(subscriber_id: int, kind: TransactionalKind) -> None:
        if app.transactional_queue.enqueue(subscriber_id, MailKind(kind), now=clock()):
            wake()

    return WebServices(
        name=config.site.name,
        postal_address=config.site.postal_address,
        contact=config.mail.reply_to or config.mail.from_address,
        url=config.web.url.rstrip("/"),
        book=app.book,
        limiter=SignupLimiter(
            Rates(
                address=config.web.signups_per_address,
                network=config.web.signups_per_network,
                domain=config.web.signups_per_domain,
                total=config.web.signups_in_total,
            )
        ),
        secrets=app.secrets,
        clock=clock,
        topics=app.topics,
        default_topics=default_topics(app.topics),
        days=lambda most: app.papers.days(until=today(config.schedule.timezone), limit=most),
        edition=archive.edition,
        queue_mail=queue_mail,
        transactional=lambda subscriber_id: transactional_of(
            app.transactional_queue, subscriber_id
        ),
        issues=lambda subscriber_id: issues_of(app.subscriber_history, subscriber_id),
        forget=app.ledger.forget,
        templates=templates_dir() / "web",
    )
