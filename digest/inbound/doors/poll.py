"""Reads a mailbox: each message is stored, and only then deleted or remembered."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.inbound.doors.envelope import HandedOver, from_mailbox
from digest.models.inbound import Incoming

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.inbound.doors.mailbox import Mailbox
    from digest.inbound.doors.store import IsOurs, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Polled:
    """What a mailbox had."""

    read: int = 0
    #: of these, how many are new, for each of their recipients
    new: int = 0
    #: of those read, how many name no recipient of the envelope
    unnamed: int = 0


def poll(
    mailbox: Mailbox,
    *,
    store: Store,
    is_ours: IsOurs,
    clock: Callable[[], datetime],
    should_continue: Callable[[], bool] = lambda: True,
) -> Polled:
    """Store the messages of a mailbox; return how many there were.

    A mail server that keeps one copy for two recipients names none of them. Such a message is
    stored for those of To and Cc, or for nobody, and counted.

    Raises:
        MailboxError: the mailbox cannot be read any further now.
        StoreError: the database cannot be written now; the rest stays in the mailbox.

    """
    read = new = unnamed = 0
    for batch in mailbox.batches():
        handed = [from_mailbox(message.content, is_ours=is_ours) for message in batch]
        incoming = [_incoming(one, channel=mailbox.channel, now=clock()) for one in handed]
        new += sum(store.store_all(incoming))
        read += len(batch)
        unnamed += sum(one.is_guess for one in handed)
        mailbox.done(batch)
        if not should_continue():
            break
    if read:
        log.info("mailbox read", extra={"channel": mailbox.channel, "read": read, "new": new})
    if unnamed:
        log.warning("recipients not named", extra={"channel": mailbox.channel, "messages": unnamed})
    return Polled(read=read, new=new, unnamed=unnamed)


def _incoming(message: HandedOver, *, channel: str, now: datetime) -> Incoming:
    return Incoming(
        content=message.content,
        sender=message.sender,
        recipients=message.recipients or ("",),
        channel=channel,
        received_at=now,
    )
