"""The press: turns an issue into the very bytes that are sent, in a preview as in a run.

What all mails of a run share is made once: header fields, the frame around the papers, each paper.
What all readers of one issue share is made once per issue. Only a reader's own words, addresses and
links are made for each mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.mail import message
from digest.mail.body import BodyRenderer, Personal, RenderedIssue
from digest.mail.context import SiteIdentity, SubscriberLinks, personal_context
from digest.mail.verp import return_address
from digest.models.delivery import OutgoingMessage
from subscribers.addresses import for_envelope
from subscribers.models import own_topic

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.mail.templates import DigestTemplates
    from digest.models.issue import Edition, Issue
    from subscribers.models import Subscriber


@dataclass(frozen=True, kw_only=True)
class MailSettings:
    """What it takes to make mails of issues."""

    templates: DigestTemplates
    sender: message.FromIdentity
    postal_address: str
    #: the envelope sender; `{id}` in it tells whose mail came back
    bounce_address: str
    summary_length: int
    secret: str
    #: returns the ways out for a subscriber's id, signed for this time
    subscriber_links: Callable[[int, datetime], SubscriberLinks]
    signer: message.MessageSigner | None = None
    #: a hash of the templates, and of all else that shapes a mail beside what is in it
    key: str = ""

    def renderer(self, desk: Edition, *, at: datetime) -> Renderer:
        """Return what prints the mails of a run, all of them dated `at`."""
        typesetter = BodyRenderer(
            self.templates,
            site=SiteIdentity(name=self.sender.name, postal_address=self.postal_address),
            coverage=desk.coverage,
            summary_length=self.summary_length,
        )
        return Renderer(self, desk, typesetter, at=at)


@dataclass(frozen=True, kw_only=True)
class RenderedMessage:
    """A finished mail: what is in it and the very bytes that are sent."""

    #: as far as it fitted
    issue: Issue
    subject: str
    message_id: str
    #: the mail's Date
    at: datetime
    outgoing: OutgoingMessage

    @property
    def text(self) -> str:
        """The plain text, as the bytes show it."""
        return message.read(self.outgoing.content)[0]

    @property
    def html(self) -> str:
        """The HTML, as the bytes show it; empty for readers who want none."""
        return message.read(self.outgoing.content)[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a mail will hold, before its bytes are made."""

    #: as far as it fits
    issue: Issue
    subject: str
    message_id: str
    #: makes the mail; raises RenderError
    render: Callable[[], RenderedMessage]


class Renderer:
    """Prints the mails of one day; the same issue and reader give the same bytes."""

    def __init__(
        self, press: MailSettings, desk: Edition, typesetter: BodyRenderer, *, at: datetime
    ) -> None:
        """Make what all mails share."""
        self._press, self._desk, self._typesetter, self._at = press, desk, typesetter, at
        self._masthead = message.CommonHeaders(press.sender, day=desk.coverage.day, at=at)

    def prepare(self, issue: Issue, reader: Subscriber) -> Draft:
        """Say what a reader's mail will hold; most of its bytes are made when it is printed.

        Readers who get the same issue share most of the work, if they come with the same object.

        Raises:
            RenderError: the templates or this issue's content do not make a mail.
            AddressError: the reader's address is none any more.

        """
        recipient = for_envelope(reader.address)
        doors = self._press.subscriber_links(reader.id, self._at)
        own = Personal(
            personal_context(address=reader.address, wanted=self._wanted(reader), doors=doors)
        )
        forme = self._typesetter.render(issue, reader.preferences.language, own)
        identifier = message.message_id(
            issue.day, reader.id, secret=self._press.secret, domain=self._press.sender.domain
        )
        leave_url = doors.leave_url if self._press.sender.web_url else ""
        return Draft(
            issue=forme.issue,
            subject=forme.subject,
            message_id=identifier,
            render=lambda: self._render(
                forme,
                own,
                reader,
                identifier,
                message.Recipient(
                    address=recipient, leave_url=leave_url, leave_mailto=doors.leave_mailto
                ),
            ),
        )

    def render(self, issue: Issue, reader: Subscriber) -> RenderedMessage:
        """Turn a reader's issue into the bytes of a mail.

        Raises:
            RenderError, AddressError: as `proof`.

        """
        return self.prepare(issue, reader).render()

    def _render(
        self,
        forme: RenderedIssue,
        own: Personal,
        reader: Subscriber,
        identifier: str,
        recipient: message.Recipient,
    ) -> RenderedMessage:
        press, day = self._press, forme.issue.day
        text_only = reader.preferences.text_only
        content = message.build(
            self._masthead,
            recipient=recipient,
            subject=forme.header,
            identifier=identifier,
            text=self._typesetter.text(forme, own),
            html=() if text_only else self._typesetter.html(forme, own),
            signer=press.signer,
        )
        parcel = OutgoingMessage(
            day=day,
            sender=return_address(press.bounce_address, day, reader.id, secret=press.secret),
            recipient=recipient.address,
            content=content,
            envid=message.envelope_id(identifier),
            is_dot_free=True,  # `quoted.encode` sees to it, and no header begins with one
        )
        return RenderedMessage(
            issue=forme.issue,
            subject=forme.subject,
            message_id=identifier,
            at=self._at,
            outgoing=parcel,
        )

    def _wanted(self, reader: Subscriber) -> list[str]:
        topics = self._desk.topics
        wanted = [topics[slug].name for slug in reader.topics if slug in topics]
        own = own_topic(reader)
        return [*wanted, own.name] if own else wanted
