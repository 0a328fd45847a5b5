"""Signed links: they name a subscriber by id and are good for one purpose only.

The key of a purpose is derived from the installation's secret, so a link to leave cannot manage.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode, bytes_to_int, int_to_bytes

from subscribers.errors import LinkError


class Purpose(StrEnum):
    """What a link is for."""

    MANAGE = "manage"
    LEAVE = "leave"


#: How long a link works after the mail it stands in; `None` is for ever, since a reader must be
#: able to leave from the oldest mail in the drawer.
LIFETIME: dict[Purpose, timedelta | None] = {
    Purpose.MANAGE: timedelta(days=30),
    Purpose.LEAVE: None,
}


def sign(purpose: Purpose, subscriber_id: int, *, secret: str, at: datetime) -> str:
    """Return the token for a link, about 60 characters, all safe in a URL's path."""
    payload = base64_encode(int_to_bytes(subscriber_id))
    if LIFETIME[purpose] is not None:
        payload += b"." + base64_encode(int_to_bytes(int(at.timestamp())))
    return _signer(purpose, secret).sign(payload).decode("ascii")


def read(purpose: Purpose, token: str, *, secret: str, now: datetime) -> int:
    """Return the subscriber's id from a token.

    Raises:
        LinkError: the token is not ours, is for another purpose, or has expired.

    """
    try:
        parts = _signer(purpose, secret).unsign(token.encode()).split(b".")
        numbers = [bytes_to_int(base64_decode(part)) for part in parts]
    except (BadSignature, UnicodeEncodeError) as error:
        raise LinkError("this link is not valid; use the one in your latest mail") from error
    lifetime = LIFETIME[purpose]
    if lifetime is not None and datetime.fromtimestamp(numbers[1], UTC) + lifetime < now:
        raise LinkError("this link has expired; use the one in your latest mail")
    return numbers[0]


def _signer(purpose: Purpose, secret: str) -> Signer:
    return Signer(secret, salt=f"digest.{purpose}", digest_method=hashlib.sha256)
