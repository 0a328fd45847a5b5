"""Transactional mails as bytes: each answers what one person did, such as signing up.

Nothing that a visitor typed is in such a mail but the address it goes to, so nobody can use the
sign-up form to send a text of their own to others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.mail import message
from digest.mail.verp import return_address
from digest.models.delivery import MailKind, OutgoingMessage
from subscribers.addresses import for_envelope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from digest.mail.templates import Templates
    from digest.models.delivery import TransactionalMail
    from subscribers.models import Subscriber


@dataclass(frozen=True, kw_only=True)
class TransactionalSettings:
    """What transactional mails are made with."""

    templates: Mapping[MailKind, Templates]
    sender: message.FromIdentity
    postal_address: str
    #: the envelope sender; `{id}` in it names the mail (see `verp`)
    bounce_address: str
    secret: str
    #: returns the links of a kind of mail for a subscriber's id, by name, signed at this time
    links: Callable[[MailKind, int, datetime], Mapping[str, str]]
    #: returns the names of topics, given their slugs
    topic_names: Callable[[tuple[str, ...]], list[str]]
    signer: message.MessageSigner | None = None


def render(
    mail: TransactionalMail,
    subscriber: Subscriber,
    *,
    settings: TransactionalSettings,
    now: datetime,
) -> OutgoingMessage:
    """Return a transactional mail as it is sent.

    Its links are signed `now`, so they work for their full time, however long the mail waited.

    Raises:
        RenderError: a template cannot be filled, or a header cannot be written.
        AddressError: the subscriber's address is not valid any more.

    """
    at = mail.made_at
    rendered = settings.templates[mail.kind].render(
        {
            "site": settings.sender.name,
            "postal_address": settings.postal_address,
            "topics": ", ".join(settings.topic_names(subscriber.topics)),
            **settings.links(mail.kind, subscriber.id, now),
        }
    )
    recipient = for_envelope(subscriber.address)
    identifier = message.message_id(
        at.date(),
        subscriber.id,
        secret=settings.secret,
        domain=settings.sender.domain,
        kind=f"{mail.kind}{mail.id}",
    )
    content = message.build_transactional(
        rendered,
        sender=settings.sender,
        to=recipient,
        identifier=identifier,
        at=at,
        signer=settings.signer,
    )
    return OutgoingMessage(
        day=at.date(),
        sender=return_address(
            settings.bounce_address, at.date(), subscriber.id, secret=settings.secret
        ),
        recipient=recipient,
        content=content,
        kind=str(mail.kind),
        envid=message.envelope_id(identifier),
    )
