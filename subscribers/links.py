"""Signed links: each names a subscriber by id and is valid for one purpose.

Each purpose has its own key, derived from the installation's secret. So a link to confirm cannot
manage. There can be several secrets: the first signs, and all verify. So an operator can change
the secret, and the links in older mails still work.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode, bytes_to_int, int_to_bytes

from subscribers.errors import LinkError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Purpose(StrEnum):
    """What a link is for."""

    CONFIRM = "confirm"
    MANAGE = "manage"
    LEAVE = "leave"
    #: refuse all further mail, in a confirmation mail
    REFUSE = "refuse"
    #: export or erase all data
    PRIVACY = "privacy"
    #: say what one thinks of a paper of one mail
    FEEDBACK = "feedback"


#: How long a link works after its mail was written. `None` means always: a subscriber must be
#: able to leave with the link of any mail, however old.
LIFETIME: dict[Purpose, timedelta | None] = {
    Purpose.CONFIRM: timedelta(hours=72),
    Purpose.MANAGE: timedelta(days=30),
    Purpose.LEAVE: None,
    Purpose.REFUSE: None,
    Purpose.PRIVACY: timedelta(hours=1),
    Purpose.FEEDBACK: timedelta(days=90),
}


class MailRef(NamedTuple):
    """A subscriber's mail, and the edition that it was made from.

    A day can have several editions, and so can the mails of one subscriber, if one was sent again.
    """

    subscriber_id: int
    day: date
    #: when the edition was stored, in whole seconds: no two editions of a day share it
    at: datetime


def sign(
    purpose: Purpose,
    subscriber_id: int,
    *,
    secrets: Sequence[str],
    at: datetime,
    day: date | None = None,
) -> str:
    """Return the token of a link: about 60 characters, all safe in a URL's path.

    With a `day` it names a mail of that day, made from the edition of the time `at`; see
    `read_mail`.
    """
    numbers = [subscriber_id]
    if LIFETIME[purpose] is not None:
        numbers.append(int(at.timestamp()))
    if day is not None:
        numbers.append(day.toordinal())
    payload = b".".join(base64_encode(int_to_bytes(number)) for number in numbers)
    return _signer(purpose, tuple(secrets)).sign(payload).decode("ascii")


def read(purpose: Purpose, token: str, *, secrets: Sequence[str], now: datetime) -> int:
    """Return the subscriber's id from a token; signatures are compared in constant time.

    Raises:
        LinkError: the token is forged, is for another purpose, or has expired.

    """
    return _read(purpose, token, secrets=secrets, now=now)[0]


def read_mail(token: str, *, secrets: Sequence[str], now: datetime) -> MailRef:
    """Return which mail a token for feedback is from.

    Raises:
        LinkError: as `read`.

    """
    subscriber_id, at, day = _read(Purpose.FEEDBACK, token, secrets=secrets, now=now)
    return MailRef(subscriber_id, date.fromordinal(day), datetime.fromtimestamp(at, UTC))


def _read(purpose: Purpose, token: str, *, secrets: Sequence[str], now: datetime) -> list[int]:
    """Return the numbers that were signed."""
    try:
        parts = _signer(purpose, tuple(secrets)).unsign(token.encode()).split(b".")
        numbers = [bytes_to_int(base64_decode(part)) for part in parts]
    except (BadSignature, UnicodeEncodeError) as error:
        raise LinkError("this link is not valid; use the one in your latest mail") from error
    lifetime = LIFETIME[purpose]
    if lifetime is not None and datetime.fromtimestamp(numbers[1], UTC) + lifetime < now:
        raise LinkError("this link has expired; use the one in your latest mail")
    return numbers


@lru_cache(maxsize=64)
def _signer(purpose: Purpose, secrets: tuple[str, ...]) -> Signer:
    # itsdangerous signs with the last key and accepts all.
    keys = list(reversed(secrets))
    return Signer(keys, salt=f"digest.{purpose}", digest_method=hashlib.sha256)
