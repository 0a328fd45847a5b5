"""The envelope of a message as SMTP commands: MAIL, RCPT and DATA (RFC 5321 §3.3).

No address can end its command or begin another one: an address with such characters is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.models.delivery import OutgoingMessage


class EnvelopeError(Exception):
    """This message cannot be sent over this server; the text says why."""


class TooBigError(EnvelopeError):
    """The server takes only smaller messages."""


class Extensions(NamedTuple):
    """The extensions of a server that this client uses, from its reply to EHLO."""

    #: RFC 2920: the client may send commands without waiting for the reply to the one before.
    pipelining: bool = False
    #: RFC 1870: the most octets of a message; 0 is no limit, None means that it is not offered.
    size: int | None = None
    #: RFC 6531: addresses may have characters beyond ASCII.
    smtputf8: bool = False
    #: RFC 3461: the client may say when and how the server reports a failed delivery.
    dsn: bool = False


def read_extensions(extensions: Mapping[str, str]) -> Extensions:
    """Return the extensions of an EHLO reply, given as parameters by keyword in lower case."""
    limit = extensions.get("size", "").split(" ")[0]
    return Extensions(
        pipelining="pipelining" in extensions,
        size=(int(limit) if limit.isascii() and limit.isdigit() else 0)
        if "size" in extensions
        else None,
        smtputf8="smtputf8" in extensions,
        dsn="dsn" in extensions,
    )


def envelope_commands(
    message: OutgoingMessage, extensions: Extensions, *, server: str
) -> tuple[bytes, bytes, bytes]:
    """Return the MAIL, RCPT and DATA commands for a message.

    Args:
        message: The message, with its envelope sender and recipient.
        extensions: What the server supports.
        server: The name of the server, for error texts.

    Raises:
        EnvelopeError: an address cannot be part of a command, or it needs SMTPUTF8 and the server
            does not have it.
        TooBigError: the message is larger than the server accepts.

    """
    sender, recipient = message.sender, message.recipient
    _check_address(sender)
    _check_address(recipient)
    mail, rcpt = f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>"
    if extensions.size is not None:
        size = len(message.content)
        if 0 < extensions.size < size:
            raise TooBigError(
                f"{server} takes mails of up to {extensions.size} octets, and this one has {size}"
            )
        mail += f" SIZE={size}"
    if not (sender.isascii() and recipient.isascii()):
        if not extensions.smtputf8:
            raise EnvelopeError(f"{server} does not take addresses beyond ASCII (SMTPUTF8)")
        mail += " SMTPUTF8"
    if extensions.dsn:
        mail += f" RET=HDRS ENVID={xtext(message.envid)}" if message.envid else " RET=HDRS"
        rcpt += f" NOTIFY=FAILURE,DELAY ORCPT={_original_recipient(recipient)}"
    return f"{mail}\r\n".encode(), f"{rcpt}\r\n".encode(), b"DATA\r\n"


def xtext(text: str) -> str:
    """Encode text as the value of a DSN parameter (RFC 3461 §4)."""
    if text.isascii():
        return text.translate(_XTEXT)
    return "".join(_XTEXT.get(octet, chr(octet)) for octet in text.encode())


#: The octets that xtext writes in hexadecimal. `<` and `>` need not be, but delimit addresses.
_XTEXT = {
    octet: f"+{octet:02X}" for octet in range(256) if not 33 <= octet <= 126 or chr(octet) in "+=<>"
}


def _original_recipient(recipient: str) -> str:
    """Return the value of ORCPT, which is ASCII even if the address is not (RFC 6533 §3)."""
    if recipient.isascii():
        return f"rfc822;{recipient.translate(_XTEXT)}"
    return "utf-8;" + "".join(
        ch if 33 <= ord(ch) <= 126 and ch not in "+=\\" else f"\\x{{{ord(ch):02X}}}"
        for ch in recipient
    )


def _check_address(address: str) -> None:
    """Refuse an address that could end the brackets around it, or the command.

    Raises:
        EnvelopeError: it holds a space, a bracket, or a character that cannot be printed.

    """
    if not address.isprintable() or " " in address or "<" in address or ">" in address:
        raise EnvelopeError(f"{address!r} cannot be an address on the wire")
