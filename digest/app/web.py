"""What the web door gets from the house: topics with their papers, past editions, letters."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.app.config.resources import templates_dir
from digest.app.serializers import issues_of, letters_of
from digest.app.services import default_topics
from digest.delivery.transactional import send_due
from digest.mail.context import paper_context
from digest.models.delivery import MailKind
from digest.models.issue import Issue
from digest.ranking.compose import compose
from subscribers.book import Evidence
from subscribers.rate_limits import Gate, Rates
from subscribers.web.services import TopicEdition, Entry, House

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from digest.app.services import App
    from digest.delivery.transports import Transport
    from digest.models.issue import Edition
    from subscribers.web.services import Letter

#: For how long a day's ranking is shown before it is worked out again.
FRESH = timedelta(minutes=5)
#: Days kept in memory; the archive's readers mostly look at the newest.
KEPT = 30
#: Who has not confirmed by then is forgotten.
UNCONFIRMED = timedelta(days=7)


@dataclass
class Archive:
    """Past editions as they were mailed, or as they would have been; kept for a while."""

    opened: App
    clock: Callable[[], datetime]
    _desks: dict[date, tuple[datetime, Edition]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def edition(self, day: date, slug: str) -> TopicEdition | None:
        """Return what a reader of one topic alone would have got that day, or None."""
        desk = self._desk(day)
        topic = desk.topics.get(slug)
        if topic is None or not desk.coverage.considered:
            return None
        issue = compose(desk, [slug], seen=())
        picks = issue.picks if isinstance(issue, Issue) else ()
        length = self.opened.config.ranking.summary_length
        cards = [(pick.paper.id, paper_context(pick, length, today=day)) for pick in picks]
        entries = [
            Entry(id=paper_id, **{k: v for k, v in shown.items() if k != "similar"})
            for paper_id, shown in cards
        ]
        return TopicEdition(day=day, topic=topic, entries=entries)

    def _desk(self, day: date) -> Edition:
        # Visitors come in threads; of those who ask for one day at once, one has it ranked.
        with self._lock:
            now = self.clock()
            made_at, desk = self._desks.pop(day, (now, None))
            if desk is None or now - made_at > FRESH:
                made_at, desk = now, self._laid_out(day)
            self._desks[day] = (made_at, desk)  # last: what was not asked for longest goes first
            if len(self._desks) > KEPT:
                self._desks.pop(next(iter(self._desks)))
            return desk

    def _laid_out(self, day: date) -> Edition:
        """Return the desk that mails were last made from on a day, or what there would be."""
        frozen = self.opened.desks.newest(day)
        return self.opened.desks.get(frozen).edition if frozen else self.opened.lay_out(day)


def go_round(
    opened: App,
    transport: Transport,
    *,
    clock: Callable[[], datetime],
    going: Callable[[], bool] = lambda: True,
) -> int:
    """Send the letters that are due and forget who never confirmed; return how many left."""
    at = clock()
    evidence = Evidence(at=at, door="never confirmed")
    opened.book.forget_unconfirmed(before=at - UNCONFIRMED, evidence=evidence)
    try:
        return send_due(
            opened.letters,
            opened.book,
            stationery=opened.stationery,
            transport=transport,
            clock=clock,
            going=going,
        )
    finally:
        transport.close()


def open_house(opened: App, *, clock: Callable[[], datetime], poke: Callable[[], None]) -> House:
    """Return what the web door needs; `poke` is called when a letter waits."""
    config = opened.config
    archive = Archive(opened, clock)

    def write(subscriber_id: int, letter: Letter) -> None:
        if opened.letters.enqueue(subscriber_id, MailKind(letter), now=clock()):
            poke()

    return House(
        name=config.site.name,
        postal_address=config.site.postal_address,
        contact=config.mail.reply_to or config.mail.from_address,
        url=config.web.url.rstrip("/"),
        book=opened.book,
        gate=Gate(
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
        days=lambda most: opened.store.days(until=opened.today(), most=most),
        edition=archive.edition,
        write=write,
        letters=lambda subscriber_id: letters_of(opened.letters, subscriber_id),
        issues=lambda subscriber_id: issues_of(opened.account, subscriber_id),
        forget=opened.ledger.forget,
        templates=templates_dir() / "web",
    )
