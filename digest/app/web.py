"""What the web door gets from the house: topics with their papers, past editions, letters."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
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
from subscribers.rate_limits import Rates, SignupLimiter
from subscribers.web.services import PaperCard, TopicEdition, WebServices

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from digest.app.services import App
    from digest.models.issue import Edition
    from subscribers.web.services import TransactionalKind

#: For how long a day's ranking is shown before it is worked out again.
RERANK_AFTER = timedelta(minutes=5)
#: Days kept in memory; the archive's readers mostly look at the newest.
CACHED_DAYS = 30


@dataclass
class Archive:
    """Past editions as they were mailed, or as they would have been; kept for a while."""

    opened: App
    clock: Callable[[], datetime]
    _editions: dict[date, tuple[datetime, Edition]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def edition(self, day: date, slug: str) -> TopicEdition | None:
        """Return what a reader of one topic alone would have got that day, or None."""
        desk = self._edition(day)
        topic = desk.topics.get(slug)
        if topic is None or not desk.coverage.considered:
            return None
        issue = compose(desk, [slug], seen=NOTHING_SEEN)
        picks = issue.picks if isinstance(issue, Issue) else ()
        length = self.opened.config.ranking.summary_length
        cards = [(pick.paper.id, paper_context(pick, length, today=day)) for pick in picks]
        entries = [
            PaperCard(id=paper_id, **{k: v for k, v in shown.items() if k != "similar"})
            for paper_id, shown in cards
        ]
        return TopicEdition(day=day, topic=topic, entries=entries)

    def _edition(self, day: date) -> Edition:
        # Visitors come in threads; of those who ask for one day at once, one has it ranked.
        with self._lock:
            now = self.clock()
            made_at, desk = self._editions.pop(day, (now, None))
            if desk is None or now - made_at > RERANK_AFTER:
                made_at, desk = now, self._stored_or_new(day)
            self._editions[day] = (made_at, desk)  # last: what was not asked for longest goes first
            if len(self._editions) > CACHED_DAYS:
                self._editions.pop(next(iter(self._editions)))
            return desk

    def _stored_or_new(self, day: date) -> Edition:
        """Return the desk that mails were last made from on a day, or what there would be."""
        frozen = self.opened.editions.newest(day)
        return (
            self.opened.editions.get(frozen).edition
            if frozen
            else pipeline.build_edition(self.opened, day)
        )


def web_services(
    opened: App, *, clock: Callable[[], datetime], poke: Callable[[], None]
) -> WebServices:
    """Return what the web door needs; `poke` is called when a letter waits."""
    config = opened.config
    archive = Archive(opened, clock)

    def write(subscriber_id: int, letter: TransactionalKind) -> None:
        if opened.transactional_queue.enqueue(subscriber_id, MailKind(letter), now=clock()):
            poke()

    return WebServices(
        name=config.site.name,
        postal_address=config.site.postal_address,
        contact=config.mail.reply_to or config.mail.from_address,
        url=config.web.url.rstrip("/"),
        book=opened.book,
        limiter=SignupLimiter(
            Rates(
                address=config.web.signups_per_address,
                network=config.web.signups_per_network,
                domain=config.web.signups_per_domain,
                total=config.web.signups_in_total,
            )
        ),
        secrets=opened.secrets,
        clock=clock,
        topics=opened.topics,
        default_topics=default_topics(opened.topics),
        days=lambda most: opened.papers.days(until=today(config.schedule.timezone), most=most),
        edition=archive.edition,
        queue_mail=write,
        transactional=lambda subscriber_id: transactional_of(
            opened.transactional_queue, subscriber_id
        ),
        issues=lambda subscriber_id: issues_of(opened.history, subscriber_id),
        forget=opened.ledger.forget,
        templates=templates_dir() / "web",
    )
