"""The composition root: it builds the parts of an installation from its configuration.

Each part is built when it is first used. This module only wires: what a part does with its
settings stands in the part.
"""

from __future__ import annotations

import logging
import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from digest import sources
from digest.app import transport
from digest.app.clock import now
from digest.app.config.mail_key import mail_key
from digest.app.config.resources import templates_dir
from digest.app.config.secrets import KEY_FILE, PEPPER_FILE, secret, signer
from digest.delivery.builder import MessageBuilder
from digest.delivery.process import peak_memory, this_machine
from digest.delivery.run import DeliveryServices, Policy
from digest.delivery.suppression import suppress_invalid_address
from digest.mail.links import LinkBuilder
from digest.mail.message import FromIdentity
from digest.mail.renderer import MailSettings
from digest.mail.templates import DigestTemplates, Templates
from digest.mail.transactional import TransactionalSettings
from digest.models.delivery import MailKind
from digest.sources import Source
from digest.sources.backlog import Collection
from digest.storage.editions import EditionStore
from digest.storage.engine import open_database
from digest.storage.fetches import FetchLog
from digest.storage.history import DeliveryHistory
from digest.storage.ledger import Ledger
from digest.storage.papers import PaperStore
from digest.storage.run_lock import lock_path
from digest.storage.transactional import TransactionalQueue
from subscribers.book import Book

if TYPE_CHECKING:
    import sqlalchemy as sa

    from digest.app.config import Config
    from digest.delivery.transports import Transport
    from digest.mail.dkim import Signer
    from digest.models.issue import Edition, Quotas
    from digest.sources.http.client import HTTPClient, SourceClient
    from subscribers.models import Topic

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class App:
    """One installation: its configuration, its database, and the parts made from both."""

    config: Config
    engine: sa.Engine
    #: closes what was opened for this installation, the newest first
    _opened: ExitStack = field(default_factory=ExitStack, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Close the database with the installation."""
        self._opened.callback(self.engine.dispose)

    def close(self) -> None:
        """Close the database, and the connections to sources if there are any."""
        self._opened.close()

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
        from digest.sources.http.exchange import agent

        fetch, mail = self.config.fetch, self.config.mail
        contact = fetch.contact or mail.reply_to or mail.from_address
        if transport.is_example(contact.rpartition("@")[2]):
            contact = ""
            log.warning("no contact", extra={"key": "[fetch] contact"})
        client = HTTPClient(
            self.config.path(fetch.directory),
            agent=agent(contact),
            timeout=fetch.timeout,
            clock=now,
        )
        self._opened.callback(client.close)
        return client

    def web_for(self, location: Source) -> SourceClient:
        """Return the HTTP of one source; it keeps to the source's hosts."""
        return self.client.restricted_to(sources.hosts(location))

    @cached_property
    def collection(self) -> Collection:
        """The papers, and the way to more of them."""
        return Collection(
            store=self.papers,
            readings=self.fetch_log,
            desks=self.editions,
            clock=now,
            web=self.web_for,
            catch_up=self.config.fetch.catch_up,
        )

    @cached_property
    def book(self) -> Book:
        """The readers."""
        # 53 bits, so that an id is the same number in JSON and JavaScript.
        return Book(
            self.engine,
            new_id=lambda: secrets.randbits(53),
            pepper=secret(self.config, self.config.site.pepper, PEPPER_FILE, "pepper"),
        )

    @cached_property
    def secrets(self) -> list[str]:
        """The keys that sign links: the one in use, and the one before it if it is still live."""
        site = self.config.site
        previous = site.previous_secret_key.get_secret_value()
        newest = secret(self.config, site.secret_key, KEY_FILE, "secret_key")
        return [newest, *filter(None, [previous])]

    @cached_property
    def ledger(self) -> Ledger:
        """The deliveries."""
        return Ledger(self.engine, lock=lock_path(self.engine))

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
            ledger=self.ledger,
            history=self.history,
            editions=self.editions,
            book=self.book,
            mail_settings=self.mail_settings,
            host=this_machine(),
            policy=Policy(
                on_unknown=delivery.on_unknown,
                max_lateness=timedelta(hours=delivery.max_lateness),
                allowance=delivery.allowance,
            ),
            clock=now,
            on_invalid_address=partial(suppress_invalid_address, self.book, clock=now),
            memory=peak_memory,
        )

    def message_builder(self, desk: Edition) -> MessageBuilder:
        """Return what makes the mails of a desk as a run would now, writing nothing."""
        frozen = self.editions.preview(desk, mail_key=self.mail_settings.key, now=now())
        return MessageBuilder(
            frozen,
            press=self.mail_settings,
            book=self.book,
            desks=self.editions,
            account=self.history,
        )

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics, in the order of the file."""
        return self.config.topics

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Where papers come from."""
        return tuple(
            Source(
                name=source.name,
                kind=source.kind,
                path=self.config.glob(source.path) if source.path else None,
                url=source.url or None,
                categories=source.categories,
                venues=source.venues,
                key=source.key.get_secret_value(),
                options=source.options,
            )
            for source in self.config.sources
        )

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
            key=mail_key(self.config),
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
            names=lambda slugs: [names[slug] for slug in slugs if slug in names],
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
        """Return a new transport; see `transport.open_transport`."""
        return transport.open_transport(self.config)

    @cached_property
    def signer(self) -> Signer | None:
        """What signs mails, or None where that is left to the mail server.

        Raises:
            ConfigError: a key cannot be used.

        """
        return signer(self.config)


def open_app(config: Config) -> App:
    """Open the database and return the parts.

    Raises:
        ConfigError, StoreError: with what to mend.

    """
    url = config.database.url
    return App(config=config, engine=open_database(url, folder=config.folder))
