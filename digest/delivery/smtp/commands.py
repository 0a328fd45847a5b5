"""The envelope of a mail as SMTP commands: MAIL, RCPT and DATA, with what the server offers.

Nothing in an address can end a command or begin another: what could is refused before it is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.models.delivery import OutgoingMessage


class EnvelopeError(Exception):
    """This mail can not be offered to this server; the reason is in words."""


class Extensions(NamedTuple):
    """What a server offers in answer to EHLO, as far as it matters here."""

    #: RFC 2920: commands may be sent without waiting for the answer to the one before
    pipelining: bool = False
    #: RFC 1870: the size of a mail may be declared; 0 is no limit, None is not offered
    size: int | None = None
    #: RFC 6531: addresses beyond ASCII
    smtputf8: bool = False
    #: RFC 3461: what a bounce shall look like
    dsn: bool = False


def read_extensions(extensions: Mapping[str, str]) -> Extensions:
    """Return what matters of the extensions of an EHLO reply, given by name in lower case."""
    limit = extensions.get("size", "").split(" ")[0]
    return Extensions(
        pipelining="pipelining" in extensions,
        size=(int(limit) if limit.isascii() and limit.isdigit() else 0)
        if "size" in extensions
        else None,
        smtputf8="smtputf8" in extensions,
        dsn="dsn" in extensions,
    )


def commands(
    parcel: OutgoingMessage, offers: Extensions, *, server: str
) -> tuple[bytes, bytes, bytes]:
    """Return MAIL, RCPT and DATA for a mail.

    Raises:
        EnvelopeError: an address can not stand in a command, or the server cannot take this mail.

    """
    sender, recipient = parcel.sender, parcel.recipient
    _check(sender)
    _check(recipient)
    mail, rcpt = f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>"
    if offers.size is not None:
        size = len(parcel.content)
        if 0 < offers.size < size:
            raise EnvelopeError(
                f"{server} takes mails of up to {offers.size} octets, and this one has {size}"
            )
        mail += f" SIZE={size}"
    if not (sender.isascii() and recipient.isascii()):
        if not offers.smtputf8:
            raise EnvelopeError(f"{server} does not take addresses beyond ASCII (SMTPUTF8)")
        mail += " SMTPUTF8"
    if offers.dsn:
        mail += f" RET=HDRS ENVID={xtext(parcel.envid)}" if parcel.envid else " RET=HDRS"
        rcpt += f" NOTIFY=FAILURE,DELAY ORCPT={_original(recipient)}"
    return f"{mail}\r\n".encode(), f"{rcpt}\r\n".encode(), b"DATA\r\n"


def xtext(text: str) -> str:
    """Write text so that it can be a parameter (RFC 3461 §4)."""
    if text.isascii():
        return text.translate(_XTEXT)
    return "".join(_XTEXT.get(octet, chr(octet)) for octet in text.encode())


#: The octets that xtext does not have as they are, and the brackets that delimit an address.
_XTEXT = {
    octet: f"+{octet:02X}" for octet in range(256) if not 33 <= octet <= 126 or chr(octet) in "+=<>"
}


def _original(recipient: str) -> str:
    """Name a recipient for ORCPT, in ASCII even where the address is not (RFC 6533 §3)."""
    if recipient.isascii():
        return f"rfc822;{recipient.translate(_XTEXT)}"
    return "utf-8;" + "".join(
        ch if 33 <= ord(ch) <= 126 and ch not in "+=\\" else f"\\x{{{ord(ch):02X}}}"
        for ch in recipient
    )


def _check(address: str) -> None:
    """Refuse what would not be one address any more inside the brackets of a command."""
    if not address.isprintable() or " " in address or "<" in address or ">" in address:
        raise EnvelopeError(f"{address!r} cannot be an address on the wire")
