"""A mail to the operator: plain text, from the newsletter's own address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.mail import message
from digest.mail.verp import NOBODY
from digest.models.delivery import OutgoingMessage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.mail.message import FromIdentity, MessageSigner
    from digest.models.delivery import AlertKind


def build_alert(
    kind: AlertKind,
    *,
    subject: str,
    lines: Sequence[str],
    sender: FromIdentity,
    to: str,
    at: datetime,
    secret: str,
    signer: MessageSigner | None = None,
) -> OutgoingMessage:
    """Return a mail to the operator; the sender's own address takes what comes back.

    Raises:
        RenderError: an address cannot stand in a header.

    """
    identifier = message.message_id(
        at.date(), NOBODY, secret=secret, domain=sender.domain, kind=f"{kind}-{at:%H%M%S}"
    )
    content = message.build_plain(
        subject,
        "".join(f"{line}\n" for line in lines),
        sender=sender,
        to=to,
        identifier=identifier,
        at=at,
        signer=signer,
    )
    return OutgoingMessage(
        day=at.date(), sender=sender.address, recipient=to, content=content, kind=str(kind)
    )
