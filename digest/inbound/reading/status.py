"""Status codes in the words of a mail server (RFC 5321 §4.2, RFC 3463)."""

from __future__ import annotations

import re
from typing import NamedTuple

#: An enhanced status code, and no address of a host or number of a version.
_ENHANCED = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?![\w]|\.\d)")
#: A reply code at the beginning of a reply, or behind what introduces one.
_REPLY = re.compile(
    r"(?:^|[:;>(\[\"']\s*|\b(?:said|error|reply|reason|response|code|status|was|with|/|->)[:\s]*)"
    r"([45]\d\d)(?=[\s\-:)]|\.(?!\d)|$)",
    re.IGNORECASE,
)
#: A server's retry code says nothing but that the server behind it said something.
_GENERIC = ("0",)


class Codes(NamedTuple):
    """The codes in the words of a server."""

    #: of three digits; 0 without one
    reply: int
    #: such as `5.1.1`; empty without one
    enhanced: str


def codes_in(text: str) -> Codes:
    """Return the codes in a text: the first reply code, and the first enhanced code that says much.

    Exchange Online puts the code of the remote server behind its own 5.0.350.
    """
    reply = _REPLY.search(text)
    found = ["".join((one[1], ".", one[2], ".", one[3])) for one in _ENHANCED.finditer(text)]
    enhanced = next((one for one in found if not is_generic(one)), found[0] if found else "")
    return Codes(int(reply[1]) if reply else 0, enhanced)


def status_of(value: str) -> str:
    """Return the enhanced code of a `Status` field, which may have a comment; empty without one."""
    match = _ENHANCED.search(value)
    return match[0] if match else ""


def is_generic(status: str) -> bool:
    """Whether a code says no more than success or failure, such as 5.0.0."""
    return not status or status.split(".")[1] in _GENERIC
