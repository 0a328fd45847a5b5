"""Turns an issue into the bytes that are sent, the same in a preview as in a run.

What all mails of a run share is made once: header fields, the frame around the papers, each paper's
card. What all subscribers with one issue share is made once per issue. Only personal values,
addresses and links are made for each mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.mail import message
from digest.mail.body import BodyRenderer, Personal, RenderedIssue
from digest.mail.context import IN_A_SENTENCE, SiteIdentity, SubscriberLinks, personal_context
from digest.mail.verp import return_address
from digest.models.delivery import OutgoingMessage
from subscribers.addresses import for_envelope
from subscribers.models import LIKED, OWN, own_topic

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from digest.mail.templates import DigestTemplates
    from digest.models.issue import Edition, Issue
    from subscribers.models import Subscriber


@dataclass(frozen=True, kw_only=True)
class MailSettings:
    """What the mails of issues are made with."""

    templates: DigestTemplates
    sender: message.FromIdentity
    postal_address: str
    #: the envelope sender; `{id}` in it names the mail (see `verp`)
    bounce_address: str
    #: characters of the longest summary
    summary_length: int
    secret: str
    #: returns the links of a subscriber's mail by their id and its day, signed at this time
    subscriber_links: Callable[[int, date, datetime], SubscriberLinks]
    signer: message.MessageSigner | None = None
    #: a hash of the templates and of all other settings that shape a mail
    key: str = ""

    def renderer(self, edition: Edition, *, at: datetime) -> Renderer:
        """Return what renders the mails of an edition that was stored at a time: their Date."""
        body_renderer = BodyRenderer(
            self.templates,
            site=SiteIdentity(name=self.sender.name, postal_address=self.postal_address),
            coverage=edition.coverage,
            summary_length=self.summary_length,
            positions=edition.positions if self.sender.web_url else {},
        )
        return Renderer(self, edition, body_renderer, at=at)


@dataclass(frozen=True, kw_only=True)
class RenderedMessage:
    """A finished mail: the issue in it and the bytes that are sent."""

    #: the issue with the papers that fitted into the mail
    issue: Issue
    subject: str
    message_id: str
    #: the mail's Date
    at: datetime
    outgoing: OutgoingMessage

    @property
    def text(self) -> str:
        """The plain text, read from the bytes."""
        return message.read(self.outgoing.content)[0]

    @property
    def html(self) -> str:
        """The HTML, read from the bytes; empty for subscribers who want text only."""
        return message.read(self.outgoing.content)[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a mail will hold, before its bytes are made."""

    #: the issue with the papers that fit into the mail
    issue: Issue
    subject: str
    message_id: str
    #: makes the mail; raises RenderError
    render: Callable[[], RenderedMessage]


class Renderer:
    """Renders the mails of one edition; the same issue and subscriber give the same bytes."""

    def __init__(
        self,
        settings: MailSettings,
        edition: Edition,
        body_renderer: BodyRenderer,
        *,
        at: datetime,
        date: datetime | None = None,
    ) -> None:
        """Make the header fields that all mails share.

        `at` names the edition in links, and is the Date of the mails unless a `date` is given.
        """
        self._settings, self._edition, self._at = settings, edition, at
        self._body_renderer, self._date = body_renderer, date or at
        self._headers = message.CommonHeaders(
            settings.sender,
            day=edition.coverage.day,
            at=self._date,
            # The page shows the ranking of every topic; a subscriber's own words are not on it.
            is_public=any(edition.ranked.values()),
        )

    def dated(self, date: datetime) -> Renderer:
        """Return a renderer whose mails differ in their Date alone; both share their work."""
        return Renderer(self._settings, self._edition, self._body_renderer, at=self._at, date=date)

    def prepare(self, issue: Issue, subscriber: Subscriber) -> Draft:
        """Return what a subscriber's mail will hold; its bytes are made when it is rendered.

        Subscribers with the same issue share most of the work if they come with the same object.

        Raises:
            RenderError: a template cannot be filled, or not even one paper fits.
            AddressError: the subscriber's address is not valid any more.

        """
        address = for_envelope(subscriber.address)
        links = self._settings.subscriber_links(subscriber.id, issue.day, self._at)
        topics = self._subscribed_to(subscriber, issue)
        personal = Personal(
            personal_context(address=subscriber.address, topics=topics, links=links)
        )
        rendered = self._body_renderer.render(issue, subscriber.preferences.language, personal)
        identifier = message.message_id(
            issue.day,
            subscriber.id,
            secret=self._settings.secret,
            domain=self._settings.sender.domain,
        )
        recipient = message.Recipient(
            address=address, leave_url=links.leave_url, leave_address=links.leave_address
        )
        return Draft(
            issue=rendered.issue,
            subject=rendered.subject,
            message_id=identifier,
            render=lambda: self._render(rendered, personal, subscriber, identifier, recipient),
        )

    def render(self, issue: Issue, subscriber: Subscriber) -> RenderedMessage:
        """Turn a subscriber's issue into the bytes of a mail.

        Raises:
            RenderError, AddressError: as `prepare`.

        """
        return self.prepare(issue, subscriber).render()

    def _render(
        self,
        rendered: RenderedIssue,
        personal: Personal,
        subscriber: Subscriber,
        identifier: str,
        recipient: message.Recipient,
    ) -> RenderedMessage:
        settings, day = self._settings, rendered.issue.day
        text_only = subscriber.preferences.text_only
        content = message.build(
            self._headers,
            recipient=recipient,
            subject=rendered.header,
            identifier=identifier,
            text=self._body_renderer.text(rendered, personal),
            html=() if text_only else self._body_renderer.html(rendered, personal),
            signer=settings.signer,
        )
        outgoing = OutgoingMessage(
            day=day,
            sender=return_address(
                settings.bounce_address, day, subscriber.id, secret=settings.secret
            ),
            recipient=recipient.address,
            content=content,
            envid=message.envelope_id(identifier),
            # `quoted_printable.encode` makes no line with a dot in front, and no header has one.
            is_dot_free=True,
        )
        return RenderedMessage(
            issue=rendered.issue,
            subject=rendered.subject,
            message_id=identifier,
            at=self._date,
            outgoing=outgoing,
        )

    def _subscribed_to(self, subscriber: Subscriber, issue: Issue) -> list[str]:
        """Return what brings a subscriber this issue: topics, their own words, what they liked.

        Whoever has given all of them up since a first attempt got the sections of the issue by
        what they had then. Nobody gets an issue without sections who has neither topics nor likes.
        """
        sections = [section.slug for section in issue.sections]
        topics = self._edition.topics
        slugs = [slug for slug in subscriber.topics if slug in topics]
        slugs += [OWN] if own_topic(subscriber) else []
        slugs += [LIKED] if LIKED in sections else []
        slugs = slugs or sections or [LIKED]
        return [IN_A_SENTENCE.get(it) or topics[it].name for it in slugs]
