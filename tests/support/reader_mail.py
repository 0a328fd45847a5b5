"""Mails that readers write to an installation."""

from __future__ import annotations

from email.header import Header

from digest.inbound.reading.message import IncomingMessage, parse
from digest.mail.command_address import CommandAddresses

ADDRESSES = CommandAddresses("papers+{command}@example.org")
READER = "ada@reader.example"


def mail_octets(text: str = "", *, subject: str = "", sender: str = READER, **fields: str) -> bytes:
    """A mail of plain text; an underscore in the name of a field stands for a hyphen."""
    head = {
        "From": sender,
        "Subject": Header(subject, "utf-8").encode() if not subject.isascii() else subject,
        "Message-ID": "<1@reader.example>",
        "Content-Type": "text/plain; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    lines = [f"{name}: {value}" for name, value in head.items() if value]
    return "\r\n".join([*lines, "", *text.split("\n")]).encode()


def mail(
    text: str = "", *, subject: str = "", sender: str = READER, **fields: str
) -> IncomingMessage:
    """The same, as it is read."""
    return parse(mail_octets(text, subject=subject, sender=sender, **fields))
