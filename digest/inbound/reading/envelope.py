"""What the head of a message says of its envelope, where nobody handed one over.

Mailboxes, fetchers and files keep the envelope in fields that their servers added, or not at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.inbound.null_sender import is_null_sender
from digest.inbound.reading import addresses

if TYPE_CHECKING:
    from digest.inbound.reading.message import IncomingMessage

#: The fields in which servers write the envelope's recipient, by what wrote them.
_RECIPIENT_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_FOR = re.compile(r"\bfor\s+<?([^\s<>;]+@[^\s<>;]+)>?")
#: Who sends reports, by the local part of From.
_DAEMONS = re.compile(
    r"(?i)\b(?:mailer[-_.]?daemon|mail[-_. ]?daemon|mdaemon|postmaster|mail ?delivery"
    r"|delivery ?(?:sub)?system"
    r"|double-bounce|microsoftexchange[0-9a-f]*)\b"
)
#: How many fields and addresses are read, and how many characters of a field.
_MOST, _LONGEST = 20, 2000


def is_daemon(message: IncomingMessage) -> bool:
    """Whether From is one that mail servers write their reports with."""
    sender = message.fields.text("from")
    return bool(_DAEMONS.search(sender)) or sender.endswith("<>")


def sender_of(message: IncomingMessage) -> str:
    """Return the envelope's sender as far as the head tells; empty for the null sender."""
    if "return-path" in message.fields:
        path = message.fields.get("return-path")
        return "" if is_null_sender(path) else addresses.plain(path)
    if is_daemon(message) or "report-type=" in message.fields.get("content-type").lower():
        return ""
    return addresses.plain(message.fields.text("from"))


def recipients_of(message: IncomingMessage) -> list[str]:
    """Return all addresses that may be the envelope's recipient, the surest first.

    The first field may be of somebody on the way, so all of them count; To comes last.
    """
    values = [value for name in _RECIPIENT_FIELDS for value in message.fields.all(name)]
    values += [match[1] for match in map(_FOR.search, message.fields.all("received")[:3]) if match]
    values += message.fields.all("to") + message.fields.all("cc")
    found = [
        match[1]
        for value in values[:_MOST]
        for match in addresses.IN_TEXT.finditer(value[:_LONGEST])
    ]
    return list(dict.fromkeys(found))[:_MOST]
