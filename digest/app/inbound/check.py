"""Whether mail comes in: a mail is sent to ourselves by the real way, and what arrives is compared.

Two mails leave by the configured mail server: one to an address of commands with a tag, as a reader
would write, and one with the null sender to the return address of a mail, as a bounce would come.
The doors are open elsewhere (`digest inbound serve`, the pipe); here the database is watched.
"""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cached_property
from typing import TYPE_CHECKING

from digest.app.inbound.lmtp import address_of
from digest.delivery.smtp.refusals import BAD_SENDER, MAIL
from digest.delivery.transports import send_one
from digest.errors import ConfigError, MailServerError
from digest.mail.command_address import CommandAddresses, CommandWord
from digest.mail.verp import ID_PLACEHOLDER, NOBODY, return_address
from digest.models.delivery import DeliveryState, OutgoingMessage
from digest.storage.arrivals import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from digest.app.config import Config
    from digest.delivery.transports import Transport
    from digest.models.inbound import Arrival
    from digest.storage.arrivals import Arrivals

#: Seconds between two looks into the database and the mailboxes.
INTERVAL = 1.0
#: Seconds within which whoever listens at `[inbound] lmtp` must greet.
_GREETING = 5.0

_UNKNOWN = (
    "make the addresses known to the mail server that takes mail for the domain; for Postfix they"
    " must be in relay_recipient_maps or local_recipient_maps"
)
_TAG_LOST = (
    "the mail server must hand over the address as it was sent; Exim needs rcpt_include_affixes in"
    " the transport, Postfix's pipe ${recipient}; a mailbox needs Delivered-To"
)
_NAMELESS = (
    "the server that fills the mailbox must take one recipient at a time, such as by"
    " lmtp_destination_recipient_limit = 1 in Postfix"
)
_SENDER_LOST = "the mail server must hand over the envelope sender, and the null sender as it is"
_NOTHING_CAME = (
    "the log of the mail server says where it is; see that the domain's MX record and its transport"
    " lead here"
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that was tried, and what to do if it failed."""

    text: str
    remedy: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it is as it should be."""
        return not self.remedy


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A mail to ourselves."""

    #: what it stands for
    name: str
    sender: str
    recipient: str
    content: bytes
    sent_at: datetime

    def to_send(self) -> OutgoingMessage:
        """Return it as it leaves."""
        return OutgoingMessage(
            day=self.sent_at.date(),
            sender=self.sender,
            recipient=self.recipient,
            content=self.content,
            kind="check",
        )

    @cached_property
    def keys(self) -> list[bytes]:
        """What it is stored under, for each recipient that it may have been handed over with."""
        local, _, domain = self.recipient.rpartition("@")
        untagged = f"{local.partition('+')[0]}@{domain}"
        return [key_of(self.content, one) for one in (self.recipient, untagged, "")]


@dataclass(frozen=True, kw_only=True)
class InboundCheck:
    """Sends mails to ourselves, and says what came of each."""

    config: Config
    #: keys of signed addresses, the one in use first
    secrets: list[str]
    transport: Transport
    arrivals: Arrivals
    clock: Callable[[], datetime]
    #: waits for some seconds, and may read mailboxes meanwhile
    wait: Callable[[float], object]

    def run(self, timeout: timedelta) -> Iterator[Step]:
        """Yield each step when it is known.

        Raises:
            ConfigError: there is nothing to check, or mails do not leave by a mail server.

        """
        check_settings(self.config)
        if self.config.inbound.lmtp:
            yield listening(self.config)
        under_way = []
        for probe in self._probes():
            step, has_left = self._send(probe)
            yield step
            if has_left:
                under_way.append(probe)
        until = self.clock() + timeout
        while under_way and self.clock() < until:
            for probe in list(under_way):
                if (found := self.arrivals.find(probe.keys)) is not None:
                    under_way.remove(probe)
                    yield from arrived(probe, found)
            if under_way:
                self.wait(INTERVAL)
        for probe in under_way:
            yield self._missing(probe, timeout)

    def _probes(self) -> Iterator[Probe]:
        mail, now = self.config.mail, self.clock()
        addresses = CommandAddresses(self.config.inbound.address)
        returns = ID_PLACEHOLDER in mail.bounce_address
        # The days of the return addresses tell apart what comes back to them.
        today, before = now.date(), now.date() - timedelta(days=1)
        if addresses:
            sender = self._return_address(today) if returns else mail.from_address
            yield self._probe(
                "a command",
                sender=sender,
                recipient=addresses.of(CommandWord.HELP, secrets.token_hex(8)),
            )
        if returns:
            yield self._probe(
                "a bounce",
                sender="",
                recipient=self._return_address(before),
            )

    def _return_address(self, day: date) -> str:
        pattern = self.config.mail.bounce_address
        return return_address(pattern, day, NOBODY, secret=self.secrets[0])

    def _probe(self, name: str, *, sender: str, recipient: str) -> Probe:
        now, domain = self.clock(), self.config.mail.from_address.rpartition("@")[2]
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = self.config.mail.from_address
        message["To"] = recipient
        message["Subject"] = f"Test: {name}"
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<check.{secrets.token_hex(8)}@{domain}>"
        # So that nobody answers it, we among them (RFC 3834 §5).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content("`digest inbound check` has sent this to see whether it arrives.\n")
        return Probe(
            name=name,
            sender=sender,
            recipient=recipient,
            content=message.as_bytes(),
            sent_at=now,
        )

    def _send(self, probe: Probe) -> tuple[Step, bool]:
        """Send a mail; return the step, and whether it has left."""
        host = self.config.mail.host
        try:
            outcome = send_one(self.transport, probe.to_send())
        except MailServerError as error:
            return Step(text=f"{probe.name}: not sent", remedy=str(error)), False
        if outcome.state is DeliveryState.SENT:
            return Step(text=f"{probe.name}: {host} took it, for {probe.recipient}"), True
        text = f"{probe.name}: {host} did not take it: {outcome.reason}"
        is_about_sender = outcome.stage == MAIL or outcome.status in BAD_SENDER
        if is_about_sender and not probe.sender:
            # Bounces come from other servers, which may say what this one may not.
            return Step(text=f"{text}; so only a real bounce shows whether bounces arrive"), False
        return Step(text=text, remedy=_UNKNOWN), False

    def _missing(self, probe: Probe, timeout: timedelta) -> Step:
        text = f"{probe.name}: nothing came within {timeout.total_seconds():.0f} seconds"
        for back in self.arrivals.newest(most=100):
            envelope = back.arrival.envelope
            if probe.sender and envelope.recipient.casefold() == probe.sender.casefold():
                return Step(text=f"{probe.name}: it came back: {back.why}", remedy=_UNKNOWN)
        return Step(text=text, remedy=_NOTHING_CAME)


def check_settings(config: Config) -> None:
    """Refuse to check what is not set up.

    Raises:
        ConfigError: the text names the setting.

    """
    inbound, mail = config.inbound, config.mail
    if not inbound.address and ID_PLACEHOLDER not in mail.bounce_address:
        raise ConfigError(
            "nothing comes in: set [inbound] address, such as {command}@news.example.org, and"
            " [mail] bounce_address, such as bounces+{id}@news.example.org"
        )
    if mail.transport != "smtp":
        raise ConfigError(
            f'[mail] transport is "{mail.transport}", so no mail leaves; set it to "smtp"'
        )


def listening(config: Config) -> Step:
    """Whether somebody listens at `[inbound] lmtp`, and greets."""
    place = config.inbound.lmtp
    try:
        with _connected(config, place) as client:
            greeting = client.recv(512)
    except OSError as error:
        return Step(
            text=f"nobody listens at {place}: {error.strerror or error}",
            remedy="start `digest inbound serve`",
        )
    if not greeting.startswith(b"220"):
        said = greeting.decode("ascii", "replace").strip()
        return Step(text=f"who listens at {place} says: {said}", remedy="see its log")
    return Step(text=f"somebody listens at {place}")


def _connected(config: Config, place: str) -> socket.socket:
    if address := address_of(place):
        return socket.create_connection(address, timeout=_GREETING)
    client = socket.socket(socket.AF_UNIX)
    try:
        client.settimeout(_GREETING)
        client.connect(str(config.path(place)))
    except OSError:
        client.close()
        raise
    return client


def arrived(probe: Probe, arrival: Arrival) -> Iterator[Step]:
    """Compare what arrived with what was sent."""
    seconds = max((arrival.received_at - probe.sent_at).total_seconds(), 0)
    text = f"{probe.name}: arrived by {arrival.channel} after {seconds:.1f} seconds"
    recipient = arrival.envelope.recipient
    if not recipient:
        yield Step(text=f"{text}, but names no recipient", remedy=_NAMELESS)
    elif recipient.casefold() != probe.recipient.casefold():
        yield Step(text=f"{text}, but for {recipient}", remedy=_TAG_LOST)
    else:
        yield Step(text=f"{text}, with its tag")
    if not probe.sender and arrival.envelope.sender:
        sender = arrival.envelope.sender
        yield Step(text=f"{probe.name}: its null sender became {sender}", remedy=_SENDER_LOST)
