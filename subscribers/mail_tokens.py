"""Signed tokens in mail addresses: whoever can write to such an address has had a mail from us.

Mail servers change the case of addresses, and a local part has 64 octets (RFC 5321 §4.5.3.1.1). So
a token is letters of one case and digits (base32, RFC 4648 §6, without padding), read without case,
and much shorter than the token of a link. As there, each purpose has its own key, the first secret
signs and all verify.
"""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from datetime import timedelta
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING

from subscribers.errors import LinkError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class MailPurpose(StrEnum):
    """What a token is for."""

    CONFIRM = "confirm"
    LEAVE = "leave"
    #: choose topics, pause or resume by answering a mail
    COMMANDS = "commands"


#: How long a token works after its mail was written. `None` means always: a subscriber must be
#: able to leave by any mail, however old.
LIFETIME: dict[MailPurpose, timedelta | None] = {
    MailPurpose.CONFIRM: timedelta(hours=72),
    MailPurpose.LEAVE: None,
    MailPurpose.COMMANDS: timedelta(hours=72),
}

_ID, _HOURS, _MAC = 7, 3, 10
#: Characters of the longest token.
LENGTH = (_ID + _HOURS + _MAC) * 8 // 5


def sign(purpose: MailPurpose, subscriber_id: int, *, secrets: Sequence[str], at: datetime) -> str:
    """Return a token of 28 characters, or of 32 if it has an end.

    The time is in whole hours, the next one, so that no token ends early.
    """
    payload = subscriber_id.to_bytes(_ID)
    if LIFETIME[purpose] is not None:
        payload += ceil(at.timestamp() / 3600).to_bytes(_HOURS)
    return _signed(purpose, payload, secrets[0])


def read(purpose: MailPurpose, token: str, *, secrets: Sequence[str], now: datetime) -> int:
    """Return the subscriber's id from a token; signatures are compared in constant time.

    Raises:
        LinkError: the token is forged, is for another purpose, or has expired.

    """
    lifetime, octets = LIFETIME[purpose], _decoded(token)
    if len(octets) != _ID + (_HOURS if lifetime else 0) + _MAC:
        raise LinkError(_INVALID)
    payload = octets[:-_MAC]
    # All secrets are tried, so that the time does not show which one fits. What is compared is the
    # whole token: the last character of one has bits that say nothing.
    lower = token.lower()
    valid = [hmac.compare_digest(_signed(purpose, payload, secret), lower) for secret in secrets]
    if not any(valid):
        raise LinkError(_INVALID)
    signed_at = int.from_bytes(payload[_ID:]) * 3600
    if lifetime is not None and signed_at + lifetime.total_seconds() < now.timestamp():
        raise LinkError("this address has expired; answer our latest mail")
    return int.from_bytes(payload[:_ID])


_INVALID = "this address is not valid; answer our latest mail"


def _signed(purpose: MailPurpose, payload: bytes, secret: str) -> str:
    mac = hmac.digest(secret.encode(), f"mail {purpose} ".encode() + payload, "sha256")[:_MAC]
    return b32encode(payload + mac).decode("ascii").rstrip("=").lower()


def _decoded(token: str) -> bytes:
    """Return the octets of a token, none if it is not base32."""
    if not token.isascii() or len(token) > LENGTH:
        return b""
    try:
        return b32decode(token.upper() + "=" * (-len(token) % 8))
    except ValueError:
        return b""
