"""What shows who wrote a command: a token in the address, or the mail of ours that was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.inbound.commands.decision import Proof
from digest.inbound.commands.phrases import Command
from digest.inbound.reading import returned_mail
from digest.inbound.reading.message import Fields
from digest.inbound.reading.returned_mail import MOST_CHECKED
from digest.mail.command_address import CommandWord
from subscribers import mail_tokens
from subscribers.errors import LinkError
from subscribers.mail_tokens import MailPurpose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.inbound.commands.request import Request
    from digest.inbound.reading.message import IncomingMessage
    from digest.inbound.reading.returned_mail import Ours
    from digest.models.inbound import ReturnedMail

_TOKENS = {
    CommandWord.LEAVE: (MailPurpose.LEAVE, Proof.LEAVE_TOKEN),
    CommandWord.CONFIRM: (MailPurpose.CONFIRM, Proof.CONFIRM_TOKEN),
    CommandWord.COMMANDS: (MailPurpose.COMMANDS, Proof.COMMANDS_TOKEN),
}


def by_token(
    request: Request, *, secrets: Sequence[str], now: datetime
) -> tuple[Proof, int] | None:
    """Return what a token in the address proves, and whose it is; None without a valid one.

    Every mail has a leave token, also one that was forwarded, so it is for leaving alone. What a
    program may have answered confirms nothing, but it tells who is asked again.
    """
    if request.word not in _TOKENS or not request.token:
        return None
    purpose, proof = _TOKENS[request.word]
    if proof is Proof.LEAVE_TOKEN and request.command is not Command.LEAVE:
        return None
    subscriber_id = _read(purpose, request.token, secrets=secrets, now=now)
    if subscriber_id is None:
        return None
    confirms = proof is Proof.CONFIRM_TOKEN and request.command is Command.CONFIRM
    return (proof if request.may_agree or not confirms else Proof.FROM), subscriber_id


def is_leave_token(token: str, *, secrets: Sequence[str], now: datetime) -> bool:
    """Whether a token is one of a List-Unsubscribe field, whoever wrote to it."""
    return _read(MailPurpose.LEAVE, token, secrets=secrets, now=now) is not None


def _read(purpose: MailPurpose, token: str, *, secrets: Sequence[str], now: datetime) -> int | None:
    try:
        return mail_tokens.read(purpose, token, secrets=secrets, now=now)
    except LinkError:
        return None


def by_own_mail(message: IncomingMessage, recipient: str, *, ours: Ours) -> ReturnedMail:
    """Return the mail of ours that was answered, proven by a signature of ours if it is known.

    Some programs answer to the return address, and nearly all say which mail they answer
    (RFC 5322 §3.6.4).
    """
    answered = " ".join(message.fields.get(name) for name in ("in-reply-to", "references"))
    heads = [Fields((("message-id", one),)) for one in answered.split()[:MOST_CHECKED]]
    return returned_mail.find(ours, [recipient], heads)
