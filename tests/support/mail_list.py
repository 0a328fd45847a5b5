"""An installation as people see it who know its addresses alone: mails go in, mails come out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

from support.builders import NOON, PEPPER, enrolled, topic
from support.installation import RecordingTransport
from support.reader_mail import READER, mail_octets

from digest.app.config.resources import templates_dir
from digest.delivery.transactional import send_due
from digest.inbound.commands.acting import Commands
from digest.mail.command_address import CommandAddresses, CommandWord
from digest.mail.links import LinkBuilder
from digest.mail.message import FromIdentity
from digest.mail.templates import Templates
from digest.mail.transactional import TransactionalSettings
from digest.models.delivery import MailKind
from digest.models.inbound import Arrival, Envelope
from digest.storage.answers import AnswerQueue
from digest.storage.transactional import TransactionalQueue
from subscribers import mail_tokens
from subscribers.book import Book
from subscribers.mail_tokens import MailPurpose
from subscribers.models import Event
from subscribers.rate_limits import Rates, SignupLimiter

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    import sqlalchemy as sa

    from subscribers.models import Subscriber

TOPICS = (
    topic("llm", name="Large language models"),
    topic("robotics", name="Robotics"),
    topic("trending", name="Trending", words_in=(), trending=True),
)
SECRET = "a key for the tests and nothing else"
WORDING = "2026-11"
TEMPLATES = {kind: Templates(templates_dir(), kind) for kind in MailKind}


@dataclass
class MailList:
    """One installation, whose addresses are all of one domain."""

    engine: sa.Engine
    domain: str = "papers.example"
    now: datetime = NOON
    #: what was done, in words, message by message
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = Book(self.engine, new_id=itertools.count(100).__next__, pepper=PEPPER)
        self.queue = TransactionalQueue(self.engine)
        self.addresses = CommandAddresses(f"{{command}}@{self.domain}")
        self.address = f"digest@{self.domain}"
        self.bounce_address = f"bounces+{{id}}@{self.domain}"
        self.commands = Commands(
            book=self.book,
            queue=self.queue,
            answers=AnswerQueue(key=SECRET),
            allow_join=SignupLimiter(self.engine, Rates(), key=SECRET).allow_by_mail,
            command_addresses=self.addresses,
            bounce_address=self.bounce_address,
            own_addresses=(self.address,),
            secrets=(SECRET,),
            topics=TOPICS,
            default_topics=("trending",),
            names=("Trending Papers",),
            confirm_subject="Please confirm your subscription to Trending Papers",
            wording=WORDING,
            clock=lambda: self.now,
        )

    def receive(
        self, to: str, octets: bytes, *, sender: str = READER, at: datetime | None = None
    ) -> str:
        """Hand a message over to the commands; return what was done, in words."""
        arrival = Arrival(
            id=1,
            envelope=Envelope(sender=sender, recipient=to),
            content=octets,
            received_at=at or self.now,
            channel="lmtp",
        )
        with self.engine.execution_options(writes=True).begin() as db:
            obeyed = self.commands.obey(db, arrival)
        self.done.append(obeyed.result)
        return obeyed.result

    def write(
        self, to: str, subject: str = "", text: str = "", *, sender: str = READER, **fields: str
    ) -> str:
        """Have a person write a mail; return what was done, in words."""
        octets = mail_octets(text, subject=subject, sender=sender, **fields)
        return self.receive(to, octets, sender=sender)

    def answer(self, mail: EmailMessage, text: str = "", *, sender: str = READER) -> str:
        """Have a person answer a mail, as mail programs do."""
        to = str(mail["Reply-To"] or mail["From"]).rpartition("<")[2].rstrip(">")
        quoted = "\n".join(f"> {line}" for line in body_of(mail).splitlines())
        return self.write(
            to,
            f"Re: {mail['Subject']}",
            f"{text}\n\nOn 2 Feb 2026, Papers wrote:\n{quoted}",
            sender=sender,
            In_Reply_To=str(mail["Message-ID"]),
        )

    def send(self) -> list[EmailMessage]:
        """Send what is queued; return the mails."""
        return [parsed(message.content) for message in self.send_raw().messages]

    def send_raw(self) -> RecordingTransport:
        """Send what is queued."""
        transport = RecordingTransport()
        links = LinkBuilder(
            secrets=(SECRET,), web_url="", reply_to=self.address, commands=self.addresses
        )
        settings = TransactionalSettings(
            templates=TEMPLATES,
            sender=FromIdentity(name="Trending Papers", address=self.address),
            postal_address="",
            bounce_address=self.bounce_address,
            secret=SECRET,
            links=links,
            topics={one.slug: one.name for one in TOPICS},
        )
        send_due(
            self.queue, self.book, settings=settings, transport=transport, clock=lambda: self.now
        )
        return transport

    def wait(self, time: timedelta) -> None:
        """Move the clock."""
        self.now += time

    def own(self, word: CommandWord, subscriber_id: int = 0) -> str:
        """An address for commands, with the token of a subscriber if there is one."""
        if not subscriber_id:
            return self.addresses.of(word)
        purpose = MailPurpose(str(word))
        token = mail_tokens.sign(purpose, subscriber_id, secrets=[SECRET], at=self.now)
        return self.addresses.of(word, token)

    def subscribe(self, address: str = READER, *events: Event) -> int:
        """Have somebody subscribed, to whom all this happened; return their id."""
        return enrolled(self.book, address, Event.CONFIRM, *events, topics=("llm",)).id

    def reader(self, address: str = READER) -> Subscriber:
        """The subscriber of an address."""
        found = self.book.find(address)
        assert found is not None
        return found


def parsed(octets: bytes) -> EmailMessage:
    """A mail as programs read it."""
    message = message_from_bytes(octets, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
