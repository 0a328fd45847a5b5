"""Transactional mails as bytes: each answers what one person did, such as signing up.

Nothing that a visitor typed is in such a mail but the address it goes to, and words that could be
topics. So nobody can use the sign-up form, or a mail, to send a text of their own to others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.mail import answers, message
from digest.mail.verp import NOBODY, return_address
from digest.models.delivery import ANSWERS, MailKind, OutgoingMessage
from subscribers.addresses import for_envelope
from subscribers.mail_tokens import MailPurpose
from subscribers.timing_words import ANY_TIMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from digest.mail.links import LinkBuilder
    from digest.mail.templates import Templates
    from digest.models.delivery import TransactionalMail
    from subscribers.models import Subscriber
    from subscribers.timing_words import SiteTimes


@dataclass(frozen=True, kw_only=True)
class TransactionalSettings:
    """What transactional mails are made with."""

    templates: Mapping[MailKind, Templates]
    sender: message.FromIdentity
    postal_address: str
    #: the envelope sender; `{id}` in it names the mail (see `verp`)
    bounce_address: str
    secret: str
    links: LinkBuilder
    #: the names of all topics by their slugs, in the order of the configuration
    topics: Mapping[str, str]
    signer: message.MessageSigner | None = None
    site_times: SiteTimes = ANY_TIMES


def render(
    mail: TransactionalMail,
    subscriber: Subscriber | None,
    *,
    settings: TransactionalSettings,
    now: datetime,
) -> OutgoingMessage:
    """Return a transactional mail as it is sent; only an answer can be to no subscriber.

    Its links are signed `now`, so they work for their full time, however long the mail waited.

    Raises:
        RenderError: a template cannot be filled, or a header cannot be written; or it is an answer
            and nothing can be done by mail any more.
        AddressError: the address is not valid any more.

    """
    at, reply_to = mail.made_at, _reply_to(mail, subscriber, settings.links, now)
    variables = {
        "site": settings.sender.name,
        "postal_address": settings.postal_address,
        "topics": "",
        "can_reply": bool(reply_to),
    }
    if subscriber:
        names = [settings.topics[slug] for slug in subscriber.topics if slug in settings.topics]
        variables["topics"] = ", ".join(names)
        variables |= settings.links.transactional_links(mail.kind, subscriber.id, now)
    if mail.kind in ANSWERS:
        variables |= answers.variables(
            mail,
            subscriber,
            topics=settings.topics,
            commands=settings.links.commands,
            reply_to=reply_to,
            site_times=settings.site_times,
        )
    subscriber_id = subscriber.id if subscriber else NOBODY
    recipient = for_envelope(subscriber.address if subscriber else mail.address)
    identifier = message.message_id(
        at.date(),
        subscriber_id,
        secret=settings.secret,
        domain=settings.sender.domain,
        kind=f"{mail.kind}{mail.id}",
    )
    content = message.build_transactional(
        settings.templates[mail.kind].render(variables),
        sender=settings.sender,
        to=recipient,
        identifier=identifier,
        at=at,
        reply_to=reply_to,
        in_reply_to=mail.in_reply_to,
        signer=settings.signer,
    )
    return OutgoingMessage(
        day=at.date(),
        sender=return_address(
            settings.bounce_address, at.date(), subscriber_id, secret=settings.secret
        ),
        recipient=recipient,
        content=content,
        kind=str(mail.kind),
        envid=message.envelope_id(identifier),
    )


def _reply_to(
    mail: TransactionalMail, subscriber: Subscriber | None, links: LinkBuilder, now: datetime
) -> str:
    """Return the address that proves by a token whose answer it is; empty where people answer."""
    if mail.kind is MailKind.CONFIRM and subscriber:
        return links.command_address(MailPurpose.CONFIRM, subscriber.id, now)
    if mail.kind in ANSWERS and subscriber and subscriber.status in answers.SUBSCRIBED:
        return links.command_address(MailPurpose.COMMANDS, subscriber.id, now)
    return ""
