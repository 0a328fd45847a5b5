"""Mails split into what a signer takes, and joined with their signatures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from support.builders import NOON

if TYPE_CHECKING:
    from digest.mail.dkim import Signer

_FIELD = re.compile(rb"([^\s:]+):((?:[^\r]|\r\n[ \t])*)\r\n")


def parts(mail: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """Return a mail's header fields, as they are on the wire, and its body."""
    head, _, body = mail.partition(b"\r\n\r\n")
    fields = _FIELD.findall(head + b"\r\n")
    assert b"".join(b"%b:%b\r\n" % field for field in fields) == head + b"\r\n"
    return [(name.decode(), value) for name, value in fields], body


def signed(mail: bytes, signer: Signer) -> bytes:
    """Return a mail with its signatures on top."""
    headers, body = parts(mail)
    return signer.sign(headers, body, at=NOON) + mail
