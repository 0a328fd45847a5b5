"""The press: turns an issue into the very bytes that are sent, in a preview as in a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.delivery.transports import Parcel
from digest.rendering import message
from digest.rendering.fit import fit
from digest.rendering.view import Doors, Letterhead, view
from digest.tailor import OWN
from subscribers.addresses import for_envelope

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.compose import Desk
    from digest.models import Issue
    from digest.rendering.templates import Rendered, Templates
    from subscribers.models import Subscriber


@dataclass(frozen=True, kw_only=True)
class Press:
    """What it takes to make mails of issues."""

    templates: Templates
    sender: message.Sender
    postal_address: str
    bounce_address: str
    summary_length: int
    secret: str
    #: returns the ways out for a subscriber's id, signed for this time
    doors: Callable[[int, datetime], Doors]
    #: returns the mailto address by which a subscriber's id leaves
    leave_mailto: Callable[[int], str]

    def printer(self, desk: Desk, *, at: datetime) -> Printer:
        return Printer(press=self, desk=desk, at=at)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A finished mail: what it shows and the very bytes that are sent."""

    issue: Issue
    rendered: Rendered
    message_id: str
    #: the mail's Date
    at: datetime
    parcel: Parcel

    @property
    def subject(self) -> str:
        return self.rendered.subject


def print_mail(issue: Issue, reader: Subscriber, desk: Desk, *, press: Press, at: datetime) -> Mail:
    """Turn an issue into the bytes of a mail, dated `at`; the same input gives the same bytes.

    Raises:
        RenderError: the templates or this issue's content do not make a mail.
        AddressError: the reader's address is none any more.

    """
    doors = press.doors(reader.id, at)
    choice = reader.preferences
    wanted = [desk.topics[slug].name for slug in (*reader.topics, OWN) if slug in desk.topics]
    letterhead = Letterhead(name=press.sender.name, postal_address=press.postal_address)

    def render(candidate: Issue, summary_length: int) -> Rendered:
        words = view(
            candidate,
            letterhead=letterhead,
            address=reader.address,
            wanted=wanted,
            doors=doors,
            summary_length=summary_length,
            language=choice.language,
        )
        return press.templates.render(words)

    fitted, rendered = fit(issue, render, summary_length=press.summary_length)
    if choice.text_only:
        rendered = replace(rendered, html="")
    recipient = for_envelope(reader.address)
    identifier = message.message_id(
        issue.day, reader.id, secret=press.secret, domain=press.sender.domain
    )
    content = message.build(
        rendered,
        sender=press.sender,
        recipient=message.Recipient(
            address=recipient,
            leave_url=doors.leave_url if press.sender.web_url else "",
            leave_mailto=press.leave_mailto(reader.id),
        ),
        day=issue.day,
        identifier=identifier,
        at=at,
    )
    parcel = Parcel(
        day=issue.day,
        sender=press.bounce_address,
        recipient=recipient,
        content=content,
        envid=identifier,
    )
    return Mail(issue=fitted, rendered=rendered, message_id=identifier, at=at, parcel=parcel)


@dataclass(frozen=True, kw_only=True)
class Printer:
    press: Press
    desk: Desk
    at: datetime

    def print(self, issue: Issue, reader: Subscriber) -> Mail:
        return print_mail(issue, reader, self.desk, press=self.press, at=self.at)
