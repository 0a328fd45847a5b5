"""A session of SMTP without a socket, brought to where a test begins."""

from __future__ import annotations

from support.builders import outgoing

from digest.delivery.smtp.commands import Extensions
from digest.delivery.smtp.protocol import ReadyForData, SMTPProtocol
from digest.models.delivery import OutgoingMessage

PIPELINING = Extensions(pipelining=True, size=0)
PLAIN = Extensions(size=0)


def new_protocol(extensions: Extensions = PIPELINING) -> SMTPProtocol:
    return SMTPProtocol(extensions, server="mail.example.org:25")


def take_output(protocol: SMTPProtocol) -> bytes:
    """Return the whole output and mark it as written."""
    octets = b"".join(protocol.output)
    protocol.mark_written(len(octets))
    return octets


def ready(protocol: SMTPProtocol, recipient: str = "ada@example.org") -> OutgoingMessage:
    """Begin a message and bring it to the point where the server expects its data."""
    mail = outgoing(recipient)
    protocol.begin_transaction(mail)
    for reply in (b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
        take_output(protocol)
        events = protocol.receive(reply)
    assert list(events) == [ReadyForData(mail)]
    return mail
