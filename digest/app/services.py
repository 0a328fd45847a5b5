"""All wiring: from the configuration to the parts that do the work. The one clock is here.

What can be wrong in the configuration is checked before the database is opened.
"""

from __future__ import annotations

import glob
import hashlib
import logging
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.app import transport as outlet
from digest.app.config import load as configuration
from digest.app.config import secrets as keyring
from digest.app.config.resources import templates_dir
from digest.delivery.builder import MessageBuilder
from digest.delivery.process import peak_memory, this_host
from digest.delivery.run import DeliveryServices, Policy
from digest.errors import NotFoundError
from digest.mail.links import LinkBuilder
from digest.mail.message import FromIdentity
from digest.mail.renderer import MailSettings
from digest.mail.templates import DigestTemplates, Templates
from digest.mail.transactional import TransactionalSettings
from digest.models.delivery import MailKind
from digest.sources import Source, allowed_hosts
from digest.sources.backlog import Backlog
from digest.sources.coverage import coverage_of
from digest.sources.fetch import Fetcher
from digest.storage.candidates import EditionCandidates
from digest.storage.editions import EditionStore
from digest.storage.engine import open_database
from digest.storage.fetches import FetchLog
from digest.storage.history import DeliveryHistory
from digest.storage.ledger import Ledger
from digest.storage.papers import PaperStore
from digest.storage.run_lock import lock_path, run_lock
from digest.storage.transactional import TransactionalQueue
from digest.text.wording import closest
from subscribers.book import Book, Evidence
from subscribers.models import Event, Topic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import sqlalchemy as sa

    from digest.app.config.load import Config
    from digest.delivery.transports import Transport
    from digest.mail.dkim import Signer
    from digest.models.issue import Edition, Quotas
    from digest.sources.http.client import HTTPClient, SourceClient

log = logging.getLogger(__name__)

#: So many mails take about as long as starting a process.
WORTH_A_PROCESS = 1000


def now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class App:
    """The parts, ready for use."""

    config: Config
    engine: sa.Engine

    def close(self) -> None:
        """Close the database, and the connections to services if there are any."""
        if "client" in self.__dict__:
            self.client.close()
        self.engine.dispose()

    @cached_property
    def papers(self) -> PaperStore:
        """The papers."""
        return PaperStore(self.engine)

    @cached_property
    def fetch_log(self) -> FetchLog:
        """How the sources were read."""
        return FetchLog(self.engine)

    @cached_property
    def client(self) -> HTTPClient:
        """HTTP for all sources, named and paced as services want it."""
        from digest.sources.http.client import HTTPClient
        from digest.sources.http.exchange import user_agent

        fetch, mail = self.config.fetch, self.config.mail
        contact = fetch.contact or mail.reply_to or mail.from_address
        if outlet.is_example(contact.rpartition("@")[2]):
            contact = ""
            log.warning("no contact", extra={"key": "[fetch] contact"})
        return HTTPClient(
            self.config.path(fetch.directory),
            user_agent=user_agent(contact),
            timeout=fetch.timeout,
            clock=now,
        )

    def client_for(self, source: Source) -> SourceClient:
        """Return the HTTP client of one source, which sends requests to the source's hosts only."""
        return self.client.restricted_to(allowed_hosts(source))

    @cached_property
    def backlog(self) -> Backlog:
        """The earlier days for which sources are read again."""
        return Backlog(fetch_log=self.fetch_log, catch_up=self.config.fetch.catch_up)

    @cached_property
    def candidates(self) -> EditionCandidates:
        """The papers that a day's edition may hold."""
        return EditionCandidates(
            store=self.papers, editions=self.editions, catch_up=self.config.fetch.catch_up
        )

    @cached_property
    def fetcher(self) -> Fetcher:
        """Reads the sources."""
        return Fetcher(
            papers=self.papers,
            fetch_log=self.fetch_log,
            backlog=self.backlog,
            candidates=self.candidates,
            client_for=self.client_for,
            clock=now,
        )

    def build_edition(self, day: date) -> Edition:
        """Rank a day's papers for all topics."""
        from digest.app import pipeline

        papers = [paper for paper in self.candidates.papers(day) if paper.withdrawn_on is None]
        coverage = coverage_of(
            day,
            self.sources,
            papers,
            counts=self.papers.counts(day),
            fetches=self.fetch_log.on(day),
            backlog=self.backlog,
            now=now(),
        )
        return pipeline.build_edition(
            papers,
            self.topics,
            coverage=coverage,
            withdrawn=self.candidates.withdrawn(day),
            quotas=self.quotas,
        )

    @cached_property
    def book(self) -> Book:
        """The readers."""
        # 53 bits, so that an id is the same number in JSON and JavaScript.
        return Book(
            self.engine,
            new_id=lambda: secrets.randbits(53),
            pepper=keyring.secret(
                self.config, self.config.site.pepper, keyring.PEPPER_FILE, "pepper"
            ),
        )

    @cached_property
    def secrets(self) -> list[str]:
        """The keys that sign links: the one in use, and the one before it if it is still live."""
        site = self.config.site
        previous = site.previous_secret_key.get_secret_value()
        newest = keyring.secret(self.config, site.secret_key, keyring.KEY_FILE, "secret_key")
        return [newest, *filter(None, [previous])]

    @cached_property
    def ledger(self) -> Ledger:
        """The deliveries."""
        return Ledger(self.engine)

    @cached_property
    def editions(self) -> EditionStore:
        """What mails were made from."""
        return EditionStore(self.engine)

    @cached_property
    def history(self) -> DeliveryHistory:
        """Who got what."""
        return DeliveryHistory(self.engine, self.editions)

    @cached_property
    def delivery_services(self) -> DeliveryServices:
        """All that a run of mails needs."""
        delivery = self.config.delivery
        return DeliveryServices(
            run_lock=partial(run_lock, lock_path(self.engine)),
            ledger=self.ledger,
            history=self.history,
            editions=self.editions,
            book=self.book,
            mail_settings=self.mail_settings,
            host=this_host(),
            policy=Policy(
                on_unknown=delivery.on_unknown,
                max_lateness=timedelta(hours=delivery.max_lateness),
                allowance=delivery.allowance,
            ),
            clock=now,
            on_invalid_address=self._on_invalid_address,
            peak_memory=peak_memory,
        )

    def message_builder(self, desk: Edition) -> MessageBuilder:
        """Return what makes the mails of a desk as a run would now, writing nothing."""
        frozen = self.editions.preview(desk, mail_key=self.mail_settings.key, now=now())
        return MessageBuilder(
            frozen,
            settings=self.mail_settings,
            book=self.book,
            editions=self.editions,
            history=self.history,
        )

    def _mail_key(self) -> str:
        """Return a hash of all that shapes a mail beside what is in it."""
        site, mail, web = self.config.site, self.config.mail, self.config.web
        words = [site.name, site.postal_address, mail.from_address, mail.reply_to, web.url]
        words += [mail.bounce_address, str(self.config.ranking.summary_length)]
        hashed = hashlib.sha256("\0".join(words).encode())
        for path in sorted((templates_dir() / "email").rglob("*.*")):
            hashed.update(path.read_bytes())
        return hashed.hexdigest()

    def _on_invalid_address(self, subscriber_id: int, reason: str) -> None:
        """Take an address off the list that does not exist any more, in the server's own words."""
        evidence = Evidence(at=now(), channel="mail server", note=reason[:500])
        self.book.record(subscriber_id, Event.BOUNCE, evidence=evidence)
        log.warning("address suppressed", extra={"subscriber": subscriber_id, "reason": reason})

    def processes(self, mails: int) -> int:
        """Return how many processes send so many mails."""
        wanted = self.config.delivery.senders
        if any(self.config.pace.model_dump().values()) or self.config.mail.transport == "stdout":
            return 1  # a rate is for all together, and a stream is one
        if wanted != "auto":
            return wanted
        if self.config.mail.transport != "smtp":
            return 1
        return min(os.cpu_count() or 1, 1 + mails // WORTH_A_PROCESS)

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        """The topics, in the order of the file."""
        return tuple(Topic(**topic.model_dump()) for topic in self.config.topics)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Where papers come from."""
        return tuple(
            Source(
                name=source.name,
                kind=source.kind,
                path=self._glob(source.path) if source.path else None,
                url=source.url or None,
                categories=source.categories,
                venues=source.venues,
                key=source.key.get_secret_value(),
                options=source.options,
            )
            for source in self.config.sources
        )

    def _glob(self, pattern: str) -> str:
        """Return a glob as seen from anywhere; a folder's own name is not part of it."""
        path = Path(pattern).expanduser()
        if path.is_absolute():
            return str(path)
        return f"{glob.escape(str(self.config.folder))}/{path}"

    @cached_property
    def quotas(self) -> Quotas:
        """How much goes into an issue."""
        from digest.models.issue import Quotas

        ranking = self.config.ranking
        return Quotas(
            per_topic=ranking.per_topic,
            max_papers=ranking.max_papers,
            trend_weight=ranking.trend_weight,
        )

    @cached_property
    def mail_settings(self) -> MailSettings:
        """What makes mails of issues."""
        mail = self.config.mail
        return MailSettings(
            templates=DigestTemplates(templates_dir(), "digest"),
            sender=self._sender(mail.from_address),
            postal_address=self.config.site.postal_address,
            bounce_address=mail.bounce_address or mail.from_address,
            summary_length=self.config.ranking.summary_length,
            secret=self.secrets[0],
            subscriber_links=self.links.subscriber_links,
            signer=self.signer,
            key=self._mail_key(),
        )

    @cached_property
    def transactional_queue(self) -> TransactionalQueue:
        """The letters that wait to be sent."""
        return TransactionalQueue(self.engine)

    @cached_property
    def transactional_settings(self) -> TransactionalSettings:
        """What it takes to write letters."""
        mail = self.config.mail
        names = {topic.slug: topic.name for topic in self.topics}
        address = mail.letters_from or mail.from_address
        may_sign = self.signer is not None and self.signer.may_sign_for(address)
        return TransactionalSettings(
            templates={kind: Templates(templates_dir(), kind) for kind in MailKind},
            sender=self._sender(address),
            signer=self.signer if may_sign else None,
            postal_address=self.config.site.postal_address,
            bounce_address=mail.bounce_address or mail.from_address,
            secret=self.secrets[0],
            links=self.links.transactional_links,
            topic_names=lambda slugs: [names[slug] for slug in slugs if slug in names],
        )

    def _sender(self, address: str) -> FromIdentity:
        return FromIdentity(
            name=self.config.site.name,
            address=address,
            reply_to=self.config.mail.reply_to,
            web_url=self.config.web.url.rstrip("/"),
        )

    @cached_property
    def links(self) -> LinkBuilder:
        """Where the links in mails lead."""
        mail = self.config.mail
        return LinkBuilder(
            secrets=self.secrets,
            web_url=self.config.web.url.rstrip("/"),
            reply_to=mail.reply_to or mail.from_address,
        )

    def transport(self) -> Transport:
        """Return the way mails leave; see `outlet.transport`."""
        return outlet.transport(self.config)

    @cached_property
    def signer(self) -> Signer | None:
        """What signs mails, or None where that is left to the mail server.

        Raises:
            ConfigError: a key cannot be used.

        """
        return keyring.signer(self.config)

    def today(self) -> date:
        """Return the day it is in the configured time zone, once it has begun in UTC too.

        Lists are kept by UTC days, and a day that is still to come can not be asked for.
        """
        at = now()
        local = at.astimezone(ZoneInfo(self.config.schedule.timezone)).date()
        return min(local, at.date())


def find_topic(slug: str, topics: Sequence[Topic]) -> Topic:
    """Return a topic by its slug.

    Raises:
        NotFoundError: there is none; the message names the nearest.

    """
    by_slug = {topic.slug: topic for topic in topics}
    if slug in by_slug:
        return by_slug[slug]
    similar = closest(slug, by_slug)
    hint = f"did you mean {similar}?" if similar else "`digest topics list` shows all"
    raise NotFoundError(f"there is no topic {slug!r}; {hint}")


def default_topics(topics: Sequence[Topic]) -> list[str]:
    """Return what a reader gets who names no topic: trending overall, or all there is."""
    return [topic.slug for topic in topics if topic.trending] or [topic.slug for topic in topics]


def open_app(config: Config) -> App:
    """Open the database and return the parts.

    Raises:
        ConfigError, StoreError: with what to mend.

    """
    url = config.database.url
    return App(config=config, engine=open_database(url, folder=config.folder))


def load_config(path: Path | None) -> Config:
    """Load the configuration the command line or DIGEST_CONFIG names, else ./config.toml."""
    return configuration.load(path or configuration.default_path())
