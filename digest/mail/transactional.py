"""To be written."""

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
    """What it takes to write letters."""

    templates: Mapping[MailKind, Templates]
    sender: message.FromIdentity
    postal_address: str
    bounce_address: str
    secret: str
    #: returns the addresses a letter of a kind leads to, by name, signed for this time
    links: Callable[[MailKind, int, datetime], Mapping[str, str]]
    #: returns the names of topics
    names: Callable[[tuple[str, ...]], list[str]]
    signer: message.MessageSigner | None = None


def render(
    letter: TransactionalMail,
    reader: Subscriber,
    *,
    stationery: TransactionalSettings,
    now: datetime,
) -> OutgoingMessage:
    """Write a letter out. Nothing a visitor typed is in it but the address it goes to.

    Its links work for as long as it says from `now`, however long the letter had to wait.

    Raises:
        RenderError, AddressError: it cannot be made.

    """
    at = letter.made_at
    rendered = stationery.templates[letter.kind].render(
        {
            "site": stationery.sender.name,
            "postal_address": stationery.postal_address,
            "topics": ", ".join(stationery.names(reader.topics)),
            **stationery.links(letter.kind, reader.id, now),
        }
    )
    recipient = for_envelope(reader.address)
    identifier = message.message_id(
        at.date(),
        reader.id,
        secret=stationery.secret,
        domain=stationery.sender.domain,
        kind=f"{letter.kind}{letter.id}",
    )
    content = message.build_transactional(
        rendered,
        sender=stationery.sender,
        to=recipient,
        identifier=identifier,
        at=at,
        signer=stationery.signer,
    )
    return OutgoingMessage(
        day=at.date(),
        sender=return_address(
            stationery.bounce_address, at.date(), reader.id, secret=stationery.secret
        ),
        recipient=recipient,
        content=content,
        kind=str(letter.kind),
        envid=message.envelope_id(identifier),
    )
