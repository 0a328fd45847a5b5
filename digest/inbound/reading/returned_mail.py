"""Which mail of ours a message is about, proven by a signature of ours.

Anybody can write a report. What suppresses a reader must be proven by what only their own mail
says: the return address (VERP), the Message-ID, or the link to leave. A report that gives back a
mail of ours has all three, and a feedback loop that hides the reader at least one.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.inbound.reading import addresses
from digest.mail.message import parse_message_id
from digest.mail.verp import ID_PLACEHOLDER, parse_return_address
from digest.models.inbound import RETURN_ADDRESS, ReturnedMail
from subscribers import links, mail_tokens
from subscribers.errors import LinkError
from subscribers.mail_tokens import MailPurpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digest.inbound.reading.message import Fields

#: How long after a mail's day a report on it counts. Servers give up within a week; complaints
#: come when somebody tidies up.
WINDOW = timedelta(days=90)
#: How far ahead of our day a mail's day may be: as far as a time zone.
AHEAD = timedelta(days=1)

#: Where a proof may stand.
MESSAGE_ID, LEAVE_LINK = "Message-ID", "leave link"
FORGED, TOO_OLD, IN_FUTURE, NO_KEY = (
    "its signature is not ours", "it is too old", "its day is in the future",
    "there is no key to check it with",
)  # fmt: skip
#: Fields of the mail that came back, or of the report, that hold its return address.
_RETURN_PATHS = ("return-path", "original-mail-from", "x-postfix-sender")
_MESSAGE_IDS = ("message-id", "original-message-id")
#: What may be the token of a link, in a field that lists links (RFC 2369).
_TOKEN = re.compile(r"[\w.-]{20,200}", re.ASCII)
#: How many addresses and tokens are checked.
MOST_CHECKED = 20
#: Links to leave are valid for ever, so the time does not count.
_ANY_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Ours:
    """What this installation's mails can be known by."""

    #: `[mail] bounce_address`, with `{id}` if return addresses are signed
    bounce_address: str
    #: the keys that may have signed a mail
    secrets: tuple[str, ...]
    today: date


def find(ours: Ours, recipients: Iterable[str], heads: Iterable[Fields]) -> ReturnedMail:
    """Return the mail that a message is about; without any sign of one, an empty `ReturnedMail`.

    Args:
        ours: What our mails can be known by.
        recipients: To whom the message came: return addresses of ours.
        heads: The head of the mail that came back, and what the report says of it.

    """
    first = ReturnedMail()
    for found in _signs(ours, list(recipients)[:MOST_CHECKED], list(heads)):
        if found.is_proven:
            return found
        if not first.fault:
            first = found
    return first


def _signs(ours: Ours, recipients: list[str], heads: list[Fields]) -> Iterator[ReturnedMail]:
    """Return every sign of a mail of ours, the surest first."""
    paths = [value for head in heads for name in _RETURN_PATHS for value in head.all(name)]
    for address in recipients + [addresses.from_report(path) for path in paths[:MOST_CHECKED]]:
        match = _pattern(ours.bounce_address).fullmatch(address)
        if match is not None:
            yield _checked(
                ours, parse_return_address(match["id"], secrets=ours.secrets), RETURN_ADDRESS
            )
    identifiers = [value for head in heads for name in _MESSAGE_IDS for value in head.all(name)]
    for identifier in identifiers[:MOST_CHECKED]:
        if (parsed := parse_message_id(identifier, secrets=ours.secrets)) is not None:
            yield _checked(ours, parsed, MESSAGE_ID)
    listed = [value for head in heads for value in head.all("list-unsubscribe")]
    for token in [one for value in listed for one in _TOKEN.findall(value)][:MOST_CHECKED]:
        subscriber_id = _leaver(token, ours.secrets)
        if subscriber_id is not None:
            yield ReturnedMail(subscriber_id=subscriber_id, found_in=LEAVE_LINK)


def _checked(ours: Ours, parsed: tuple[date, int] | None, found_in: str) -> ReturnedMail:
    """Return the mail that a sign names, or why it proves nothing."""
    if parsed is None:
        return ReturnedMail(found_in=found_in, fault=FORGED if ours.secrets else NO_KEY)
    day, subscriber_id = parsed
    fault = ""
    if day < ours.today - WINDOW:
        fault = TOO_OLD
    elif day > ours.today + AHEAD:
        fault = IN_FUTURE
    return ReturnedMail(day=day, subscriber_id=subscriber_id, found_in=found_in, fault=fault)


def _leaver(token: str, secrets: tuple[str, ...]) -> int | None:
    """Return whom a token lets leave, of the page or of the address; None if it is not valid."""
    if not secrets:
        return None
    with suppress(LinkError):
        return links.read(links.Purpose.LEAVE, token, secrets=secrets, now=_ANY_TIME)
    with suppress(LinkError):
        return mail_tokens.read(MailPurpose.LEAVE, token, secrets=secrets, now=_ANY_TIME)
    return None


@lru_cache(maxsize=16)
def _pattern(bounce_address: str) -> re.Pattern[str]:
    """Return the pattern of the return addresses; one that nothing fits if they have no id."""
    before, placeholder, after = bounce_address.partition(ID_PLACEHOLDER)
    if not placeholder:
        return re.compile(r"(?P<id>)(?!)")
    return re.compile(f"{re.escape(before)}(?P<id>.+){re.escape(after)}", re.IGNORECASE)
