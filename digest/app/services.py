"""The composition root: it builds the parts of an installation from its configuration.

Each part is built when it is first used. This module only connects them; each part
decides itself what its settings mean. What only runs and the website need, such as the mails, is
imported when it is built: a command that reads would spend most of its time on that.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.app.clock import now, place, today
from digest.app.config import permissions
from digest.app.config.secrets import KEY_FILE, PEPPER_FILE, secret, signer
from digest.app.steps import Steps
from digest.app.stores import Stores
from digest.app.traces import traces_of_use
from digest.delivery.outbox import newest_day
from digest.mail.command_address import CommandAddresses
from digest.sources import Source, allowed_hosts
from digest.sources.backlog import Backlog
from digest.storage.answers import AnswerQueue
from digest.storage.candidates import EditionCandidates
from digest.storage.engine import database_file, open_database, open_for_reading
from digest.storage.file_log import FileLog
from digest.storage.file_space import FileSpace, file_space, vacuum
from digest.storage.generation import Generation
from digest.storage.run_lock import lock_path, run_lock
from digest.storage.transactional import TransactionalQueue
from subscribers.book import Book

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import sqlalchemy as sa

    from digest.app.config import Config
    from digest.app.encoder import Encoder
    from digest.app.pipeline import ProgressBar
    from digest.delivery.builder import MessageBuilder
    from digest.delivery.run import DeliveryServices, Policy
    from digest.delivery.transports import Transport
    from digest.mail.dkim import Signer
    from digest.mail.links import LinkBuilder
    from digest.mail.renderer import MailSettings
    from digest.mail.transactional import TransactionalSettings
    from digest.models.issue import Edition, Quotas
    from digest.sources.fetch import Fetcher
    from digest.sources.http.client import HTTPClient, SourceClient
    from subscribers.models import Topic
    from subscribers.rate_limits import SignupLimiter


@dataclass(frozen=True)
class App(Stores):
    """One installation: its configuration, its database, and the parts made from both."""

    config: Config
    engine: sa.Engine
    #: whether it was opened to be read; then it asks for no erased address, and needs no pepper
    only_reads: bool = False
    #: closes what was opened for this installation, the newest first
    _opened: ExitStack = field(default_factory=ExitStack, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Close the database with the installation."""
        self._opened.callback(self.engine.dispose)

    def close(self) -> None:
        """Close the database, and the connections to sources if there are any."""
        self._opened.close()

    def warn_of_readable_secrets(self) -> None:
        """Log a warning for each file with secrets that others can read."""
        permissions.warn_of_readable(self.config, database=database_file(self.engine.url))

    @cached_property
    def steps(self) -> Steps:
        """How long the steps of the run take that goes on."""
        return Steps()

    @cached_property
    def client(self) -> HTTPClient:
        """The HTTP client of all sources; it names a contact and keeps to the rate limits."""
        from digest.app.http_client import open_client

        client = open_client(self.config)
        self._opened.callback(client.close)
        return client

    def client_for(self, source: Source) -> SourceClient:
        """Return the HTTP client of one source, restricted to that source's hosts."""
        return self.client.restricted_to(allowed_hosts(source))

    @cached_property
    def encoder(self) -> Encoder:
        """The model that makes sentence vectors; see `digest.app.meaning`.

        Raises:
            ConfigError: a file of the model is not the one that is meant.

        """
        from digest.app.encoder import Encoder

        return Encoder()

    @cached_property
    def backlog(self) -> Backlog:
        """The earlier days for which sources are read again."""
        return Backlog(fetch_log=self.fetch_log, catch_up=self.config.fetch.catch_up)

    @cached_property
    def candidates(self) -> EditionCandidates:
        """The papers that a day's edition may hold."""
        return EditionCandidates(
            store=self.papers,
            editions=self.editions,
            generation=self.generation,
            catch_up=self.config.fetch.catch_up,
        )

    @cached_property
    def generation(self) -> Generation:
        """Recognises a database that was restored from a backup."""
        mail = self.config.mail
        outbox = self.config.path(mail.directory) if mail.transport == "directory" else None
        return Generation(
            engine=self.engine,
            clock=now,
            today=partial(today, self.config.schedule.timezone),
            newest_written=partial(newest_day, outbox),
            moves=self.config.database.moves,
        )

    @cached_property
    def fetcher(self) -> Fetcher:
        """Reads the sources."""
        from digest.sources.fetch import Fetcher

        return Fetcher(
            papers=self.papers,
            fetch_log=self.fetch_log,
            file_log=FileLog(self.engine),
            backlog=self.backlog,
            candidates=self.candidates,
            client_for=self.client_for,
            clock=now,
        )

    @cached_property
    def book(self) -> Book:
        """The subscribers, in the database."""
        pepper = ""
        if not self.only_reads:
            pepper = secret(self.config, self.config.site.pepper, PEPPER_FILE, "pepper")
        # 53 bits, so that an id is the same number in JSON and JavaScript.
        return Book(self.engine, new_id=lambda: secrets.randbits(53), pepper=pepper)

    @cached_property
    def secrets(self) -> list[str]:
        """The keys of signed links: the one in use, then the previous one if it still counts."""
        site = self.config.site
        current = secret(self.config, site.secret_key, KEY_FILE, "secret_key")
        previous = site.previous_secret_key.get_secret_value()
        return [current, previous] if previous else [current]

    @cached_property
    def signup_limiter(self) -> SignupLimiter:
        """Counts sign-ups on the web and by mail, and refuses too many."""
        from subscribers.rate_limits import Rates, SignupLimiter

        web = self.config.web
        own = {"address": web.signups_per_address, "network": web.signups_per_network}
        rates = Rates(**own, domain=web.signups_per_domain, total=web.signups_in_total)
        return SignupLimiter(self.engine, rates, key=self.secrets[0])

    def file_space(self) -> FileSpace | None:
        """Return how large the file of the database is; None if it is on a server."""
        return file_space(self.engine)

    def vacuum(self) -> None:
        """Make the file of the database smaller; see `digest.storage.file_space`."""
        vacuum(self.engine)

    @property
    def policy(self) -> Policy:
        """The operator's rules for deliveries that are late, in doubt, or too many."""
        from digest.delivery.run import Policy

        delivery = self.config.delivery
        return Policy(
            on_unknown=delivery.on_unknown,
            max_lateness=timedelta(hours=delivery.max_lateness),
            allowance=delivery.allowance,
            zone=place(self.config.schedule.timezone),
        )

    @cached_property
    def delivery_services(self) -> DeliveryServices:
        """The parts that a run of messages needs."""
        from digest.app.profiles import Profiles
        from digest.delivery.process import peak_memory, this_host
        from digest.delivery.run import DeliveryServices
        from digest.delivery.suppression import suppress_invalid_address

        mail = self.config.mail
        return DeliveryServices(
            run_lock=partial(run_lock, lock_path(self.engine)),
            generation=self.generation,
            ledger=self.ledger,
            begun_days=self.begun_days,
            history=self.history,
            profiles=Profiles(self).of,
            editions=self.editions,
            reader_schedules=self.reader_schedules,
            book=self.book,
            mail_settings=self.mail_settings,
            host=this_host(),
            policy=self.policy,
            clock=now,
            on_invalid_address=partial(suppress_invalid_address, self.book, clock=now),
            own_addresses=frozenset({mail.from_address, mail.username} - {""}),
            peak_memory=peak_memory,
        )

    def message_builder(
        self,
        edition: Edition,
        *,
        windows: Mapping[date, Edition] | None = None,
        progress: ProgressBar | None = None,
    ) -> MessageBuilder:
        """Return a builder of the messages that a run would send now; it records nothing.

        `windows` are the editions for readers who have missed some, by the day of their last issue.
        """
        from digest.app.profiles import Profiles
        from digest.delivery.builder import MessageBuilder
        from digest.sources.fetch import no_progress

        preview = partial(self.editions.preview, mail_key=self.mail_settings.key, now=now())
        return MessageBuilder(
            preview(edition),
            settings=self.mail_settings,
            book=self.book,
            editions=self.editions,
            reader_schedules=self.reader_schedules,
            windows={day: preview(one, since=day) for day, one in (windows or {}).items()},
            at=now(),
            history=self.history,
            profiles=Profiles.of_run(self, edition, progress=progress or no_progress).of,
        )

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics, in the order of the file."""
        return self.config.topics

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The sources, in the order of the file."""
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
        """How many papers an issue and each of its topics may have, and what votes count."""
        from digest.models.issue import Quotas

        ranking = self.config.ranking
        return Quotas(
            per_topic=ranking.per_topic,
            max_papers=ranking.max_papers,
            trend_weight=ranking.trend_weight,
            # Only feedback tells what a drawn paper teaches, and that comes by the site.
            explore=0.0 if self._is_offline else ranking.explore,
        )

    @property
    def _is_offline(self) -> bool:
        """Whether [web] url was left at its example, so that no link in a mail leads anywhere."""
        from digest.app import transport

        return transport.is_example(urlsplit(self.config.web.url).hostname or "")

    @cached_property
    def mail_settings(self) -> MailSettings:
        """The settings by which an issue becomes a message."""
        from digest.app import message_settings

        return message_settings.of_digests(self)

    @cached_property
    def transactional_queue(self) -> TransactionalQueue:
        """The transactional messages that wait to be sent."""
        return TransactionalQueue(self.engine)

    @cached_property
    def transactional_settings(self) -> TransactionalSettings:
        """The settings by which a transactional message is written."""
        from digest.app import message_settings

        return message_settings.of_transactional(self)

    @cached_property
    def command_addresses(self) -> CommandAddresses:
        """The addresses that readers write to."""
        return CommandAddresses(self.config.inbound.address)

    @cached_property
    def answers(self) -> AnswerQueue:
        """The queue of answers to what readers write."""
        # Imported here, since few commands answer mails.
        from subscribers.rate_limits import windows

        in_all = windows(self.config.inbound.answers)
        to_domain = windows(self.config.web.signups_per_domain)
        return AnswerQueue(key=self.secrets[0], most_in_all=in_all, most_to_domain=to_domain)

    @cached_property
    def links(self) -> LinkBuilder:
        """The builder of the links in messages."""
        from digest.mail.links import LinkBuilder

        mail = self.config.mail
        return LinkBuilder(
            secrets=self.secrets,
            web_url=self.config.web.url.rstrip("/"),
            reply_to=mail.reply_to or mail.from_address,
            commands=self.command_addresses,
        )

    def transport(self) -> Transport:
        """Return a new transport; see `transport.open_transport`."""
        from digest.app import transport

        return transport.open_transport(self.config)

    @cached_property
    def signer(self) -> Signer | None:
        """The DKIM signer of messages, or None if the mail server signs.

        Raises:
            ConfigError: a key cannot be used.

        """
        return signer(self.config)


def open_app(config: Config, *, is_new: bool = False, only_reads: bool = False) -> App:
    """Open the database of an installation, and return the installation; close it after use.

    Args:
        config: its configuration.
        is_new: whether it begins now, so that mails in its outbox are those of another.
        only_reads: whether the database may be one that cannot be written.

    Raises:
        ConfigError: the address of the database is wrong.
        StoreError: the database cannot be opened or brought up to date.

    """
    traces = dict if is_new else partial(traces_of_use, config)
    opened = open_for_reading if only_reads else open_database
    engine = opened(config.database.url, folder=config.folder, traces=traces)
    return App(config=config, engine=engine, only_reads=only_reads)
