"""What shows who wrote a command: a token in the address, or the mail of ours that was answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.inbound.commands.decision import Proof
from digest.inbound.commands.phrases import Command
from digest.mail.command_address import CommandWord
from digest.mail.verp import ID_PLACEHOLDER, parse_return_address
from subscribers import mail_tokens
from subscribers.errors import LinkError
from subscribers.mail_tokens import MailPurpose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.inbound.commands.request import Request

_TOKENS = {
    CommandWord.LEAVE: (MailPurpose.LEAVE, Proof.LEAVE_TOKEN),
    CommandWord.CONFIRM: (MailPurpose.CONFIRM, Proof.CONFIRM_TOKEN),
    CommandWord.COMMANDS: (MailPurpose.COMMANDS, Proof.COMMANDS_TOKEN),
}


def by_token(
    request: Request, *, secrets: Sequence[str], now: datetime
) -> tuple[Proof, int] | None:
    """Return what a token in the address proves, and whose it is; None without a valid one.

    Every mail has a leave token, also one that was forwarded, so it is for leaving alone.
    """
    if request.word not in _TOKENS or not request.token:
        return None
    purpose, proof = _TOKENS[request.word]
    if proof is Proof.LEAVE_TOKEN and request.command is not Command.LEAVE:
        return None
    try:
        return proof, mail_tokens.read(purpose, request.token, secrets=secrets, now=now)
    except LinkError:
        return None


def by_return_address(pattern: str, recipient: str, *, secrets: Sequence[str]) -> int | None:
    """Return whose mail was sent with this address, or None if we did not sign it.

    `pattern` is `[mail] bounce_address`. Some programs answer to the envelope's sender.
    """
    before, placeholder, after = pattern.partition(ID_PLACEHOLDER)
    if not placeholder:
        return None
    match = re.fullmatch(
        rf"<?\"?{re.escape(before)}(?P<id>[0-9a-f.]+){re.escape(after)}>?",
        recipient.strip().replace('"@', "@"),
        re.IGNORECASE,
    )
    found = parse_return_address(match["id"], secrets=secrets) if match else None
    return found[1] if found else None
