"""The tables of the configuration: each class is a table, each field a key with its default."""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)
from pydantic.dataclasses import dataclass

from digest.app.clock import LOCAL, zone
from digest.app.config.addresses import (
    BounceAddress,
    CommandAddress,
    MailAddress,
    OneLine,
    Selector,
)
from digest.app.config.values import (
    Category,
    Day,
    EhloName,
    Key,
    Nameserver,
    Password,
    Ranker,
    Secret,
    Slug,
    SummaryLength,
    TimeOfDay,
    Weekdays,
    file_mode,
    site_address,
    web_address,
)
from digest.errors import ConfigError
from digest.ranking import query
from digest.sources import get_kind
from subscribers.models import Topic


def _zone(name: str) -> str:
    try:
        zone(name)
    except (KeyError, OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError('is neither "local" nor a time zone like Europe/Paris') from error
    return name


def _senders(value: object) -> object:
    if value == "auto":
        return value
    if isinstance(value, str | int) and str(value).isdecimal() and 1 <= int(value) <= 64:
        return int(value)
    raise ValueError('is neither "auto" nor a number from 1 to 64')


def _semantic(value: object) -> object:
    if value in ("auto", True, False):
        return value
    if value in ("true", "false"):  # of the environment
        return value == "true"
    raise ValueError('is neither "auto" nor true or false')


def _kind(name: str) -> str:
    try:
        get_kind(name)
    except ConfigError as error:
        raise ValueError(str(error)) from error
    return name


def _entry(text: str) -> str:
    query.parse(text)  # its error is a ValueError
    return text


class Section(BaseModel):
    """A table of the file; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(Section):
    """The newsletter and its keys."""

    name: Annotated[OneLine, Field(min_length=1, max_length=80)] = "Trending Papers"
    postal_address: OneLine = ""
    secret_key: Key = SecretStr("")
    previous_secret_key: Key = SecretStr("")
    pepper: Key = SecretStr("")


class Database(Section):
    """The database."""

    url: str = "sqlite:///digest.db"
    moves: bool = False


class SourceSettings(Section):
    """A source of papers."""

    name: Annotated[OneLine, Field(min_length=1)] = "Hugging Face"
    kind: Annotated[OneLine, AfterValidator(_kind)] = "huggingface"
    path: str = ""
    url: Annotated[OneLine, AfterValidator(web_address)] = ""
    categories: tuple[Category, ...] = ()
    venues: tuple[Annotated[OneLine, Field(min_length=1)], ...] = ()
    key: Secret = SecretStr("")
    options: dict[str, Any] = {}

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> SourceSettings:
        if self.kind in ("capture", "jsonl") and not self.path:
            raise ValueError(f'a source of kind "{self.kind}" needs a path')
        if self.path:
            return self
        if self.kind == "arxiv" and not self.categories:
            raise ValueError('a source of kind "arxiv" needs categories, such as ["cs.CL"]')
        if self.kind == "openreview" and not self.venues:
            raise ValueError(
                'a source of kind "openreview" needs venues, such as ["ICLR.cc/2026/Conference"]'
            )
        return self


class Fetch(Section):
    """How sources are read."""

    contact: OneLine = ""
    directory: str = "cache"
    timeout: Annotated[float, Field(gt=0, le=600)] = 20.0
    catch_up: Annotated[int, Field(ge=0, le=60)] = 7
    every: Annotated[int, Field(ge=0, le=24)] = 4


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class TopicSettings(Topic):
    """A topic of the file: a `Topic` whose fields are checked, and three of them restricted."""

    slug: Slug
    name: Annotated[OneLine, Field(min_length=1, max_length=80)]
    words_in: tuple[Annotated[str, AfterValidator(_entry)], ...] = ()

    @model_validator(mode="after")
    def _selects_papers(self) -> TopicSettings:
        if not (self.words_in or self.categories or self.authors or self.trending):
            raise ValueError("a topic needs words_in, categories, authors, or trending = true")
        if (examples := len(query.examples_of(self.words_in))) > query.MOST_EXAMPLES:
            raise ValueError(
                f"words_in names {examples} papers as examples; a topic has"
                f" {query.MOST_EXAMPLES} at most, so keep those that say most of it"
            )
        return self


class Ranking(Section):
    """How papers are chosen."""

    per_topic: Annotated[int, Field(ge=1, le=100)] = 5
    max_papers: Annotated[int, Field(ge=1, le=100)] = 20
    trend_weight: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 0.3
    summary_length: SummaryLength = 420
    #: so many papers outside a reader's topics for each paper of an issue
    explore: Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)] = 0.1
    #: the ranker that is interleaved with ours; empty for none
    interleave: Ranker = ""
    #: whether sentence vectors are used, if the extra is installed or in any case
    semantic: Annotated[Literal["auto"] | bool, BeforeValidator(_semantic)] = "auto"


class Schedule(Section):
    """The time zone of a run, and the hours of the daemon."""

    timezone: Annotated[str, AfterValidator(_zone)] = LOCAL
    #: empty: any run is the time of readers who chose no hour
    at: TimeOfDay = ""
    weekdays: Weekdays = (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    )


class Mail(Section):
    """The transport of messages, and their addresses."""

    transport: Literal["directory", "stdout", "smtp"] = "directory"
    directory: str = "outbox"
    host: Annotated[OneLine, Field(min_length=1)] = "localhost"
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: OneLine = ""
    password: Password = SecretStr("")
    #: a file that holds the password; empty for none
    password_file: str = ""
    ehlo_name: EhloName = ""
    timeout: Annotated[float, Field(gt=0, le=3600)] = 30.0
    connections: Annotated[int, Field(ge=1, le=100)] = 5
    rotate_after: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    from_address: Annotated[MailAddress, Field(min_length=3)] = "digest@example.org"
    letters_from: MailAddress = ""
    reply_to: MailAddress = ""
    bounce_address: BounceAddress = ""

    @model_validator(mode="after")
    def _no_login_in_the_clear(self) -> Mail:
        if self.transport == "smtp" and self.security == "none" and self.username:
            raise ValueError(
                'a login is never sent over an unprotected connection; set security = "starttls"'
                ' or "tls", or leave username empty'
            )
        return self


class Delivery(Section):
    """How much is sent, and what happens to messages that do not leave."""

    on_unknown: Literal["skip", "resend", "ask"] = "skip"
    max_lateness: Annotated[float, Field(ge=0, le=8760, allow_inf_nan=False)] = 24.0
    max_wait: Annotated[float, Field(ge=0, le=1440, allow_inf_nan=False)] = 60.0
    senders: Annotated[int | Literal["auto"], BeforeValidator(_senders)] = "auto"
    warm_up: tuple[Annotated[int, Field(ge=1)], ...] = ()
    warm_up_from: Day = ""

    @model_validator(mode="after")
    def _warmed_up_from_a_day(self) -> Delivery:
        if bool(self.warm_up) != bool(self.warm_up_from):
            raise ValueError("warm_up and warm_up_from go together")
        return self

    def allowance(self, day: date) -> int | None:
        """Return the most messages of a day while the sender is warmed up; afterwards None."""
        if not self.warm_up:
            return None
        passed = (day - date.fromisoformat(self.warm_up_from)).days
        return self.warm_up[max(passed, 0)] if passed < len(self.warm_up) else None


def _retention(least: int, why: str) -> AfterValidator:
    """Let a number of days be 0, for ever, or no fewer than some."""

    def check(days: int) -> int:
        if 0 < days < least:
            raise ValueError(
                f"must be {least} days or more, since {why}, or 0 to keep all for ever"
            )
        return days

    return AfterValidator(check)


_Days = Annotated[int, Field(ge=0, le=36500)]


class Retention(Section):
    """How long the database remembers what, in days."""

    # bounces come for five days or so, and `[delivery] warm_up` counts the mails of 30
    deliveries: Annotated[_Days, _retention(30, "bounces and readers' questions come late")] = 60
    # `digest train` learns from so many, and readers answer mails of the last 90
    papers: Annotated[_Days, _retention(400, "earlier papers teach how to order new ones")] = 0
    signals: Annotated[_Days, _retention(30, "papers come back when their votes rise")] = 90
    cache: Annotated[int, Field(ge=1, le=30)] = 30


class DKIM(Section):
    """The keys that sign messages; none if the mail server signs."""

    selector: Selector = ""
    key: str = ""
    ed25519_selector: Selector = ""
    ed25519_key: str = ""

    @model_validator(mode="after")
    def _pairs(self) -> DKIM:
        if bool(self.selector) != bool(self.key):
            raise ValueError("selector and key belong together; set both or neither")
        if bool(self.ed25519_selector) != bool(self.ed25519_key):
            raise ValueError(
                "ed25519_selector and ed25519_key belong together; set both or neither"
            )
        if self.ed25519_key and not self.key:
            raise ValueError("ed25519_key needs key beside it: many receivers know RSA alone")
        if self.key and self.selector.lower() == self.ed25519_selector.lower():
            raise ValueError(
                "selector and ed25519_selector must differ: a name in the DNS is one key"
            )
        return self


class DNS(Section):
    """The servers that are asked for records of the DNS."""

    servers: tuple[Nameserver, ...] = ()


def _rate(text: str) -> str:
    for part in text.split(";"):
        if not re.fullmatch(r"\s*[1-9]\d{0,6}\s*/\s*(second|minute|hour|day)\s*", part):
            raise ValueError("is not a rate like 6/hour or 6/hour;20/day")
    return text


Rate = Annotated[str, AfterValidator(_rate)]
#: A rate, or an empty text for no limit.
Limit = Annotated[str, AfterValidator(lambda text: _rate(text) if text else text)]


class RateSettings(Section):
    """The most messages in a span of time; see digest.delivery.smtp.rate_limit."""

    total: Limit = ""
    gmail: Limit = ""
    outlook: Limit = ""
    yahoo: Limit = ""
    icloud: Limit = ""
    other: Limit = ""


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError("is not an IP address or a network like 192.0.2.0/24") from error
    return text


class Web(Section):
    """The web server, and the address of links in messages."""

    url: Annotated[OneLine, AfterValidator(site_address)] = "https://digest.example.org"
    host: Annotated[OneLine, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    socket: str = ""
    socket_mode: Annotated[str, AfterValidator(file_mode)] = "0660"
    trusted_proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = ("127.0.0.1",)
    signups_per_address: Rate = "5/hour;12/day"
    signups_per_network: Rate = "6/hour;20/day"
    signups_per_domain: Rate = "60/hour"
    signups_in_total: Rate = "600/hour"


class Inbound(Section):
    """Mail that comes in: the addresses it comes to, and the ways it takes."""

    address: CommandAddress = ""
    lmtp: OneLine = ""
    socket_mode: Annotated[str, AfterValidator(file_mode)] = "0660"
    #: octets
    largest: Annotated[int, Field(ge=65_536, le=1 << 30)] = 36_700_160
    maildir: OneLine = ""
    imap_host: OneLine = ""
    imap_port: Annotated[int, Field(ge=1, le=65535)] = 993
    imap_security: Literal["none", "starttls", "tls"] = "tls"
    imap_username: OneLine = ""
    imap_password: Password = SecretStr("")
    imap_folder: Annotated[OneLine, Field(min_length=1)] = "INBOX"
    after: Literal["keep", "delete"] = "delete"
    rate: Rate = "200/second"
    answers: Rate = "600/hour"

    @model_validator(mode="after")
    def _no_login_in_the_clear(self) -> Inbound:
        is_here = self.imap_host in ("localhost", "127.0.0.1", "::1")
        if self.imap_host and self.imap_security == "none" and not is_here:
            raise ValueError(
                'a login is never sent over an unprotected connection; set imap_security = "tls"'
                ' or "starttls"'
            )
        return self


class Log(Section):
    """What is logged, how, and where."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"
    #: a file that the log is appended to; empty for standard error
    file: str = ""
