"""Messages that come in, as mail servers and people write them; all of it is invented."""

from __future__ import annotations

import base64
from datetime import date

from digest.inbound.reading.explanation import explain as _explain
from digest.inbound.reading.returned_mail import Ours
from digest.mail.message import message_id
from digest.mail.verp import return_address
from digest.models.inbound import Envelope, Explanation

TODAY = date(2026, 3, 2)
SECRET = "the key of the tests that read mail"
PATTERN = "bounces+{id}@digest.example.org"
OURS = Ours(bounce_address=PATTERN, secrets=(SECRET,), today=TODAY)
#: The reader and the address that most messages are about.
READER_ID, READER = 0xC0FFEE, "grace@example.com"


def verp(day: date = TODAY, subscriber_id: int = READER_ID, *, secret: str = SECRET) -> str:
    """The return address of a mail of ours."""
    return return_address(PATTERN, day, subscriber_id, secret=secret)


def own_message_id(day: date = TODAY, subscriber_id: int = READER_ID, kind: str = "") -> str:
    """The Message-ID of a mail of ours."""
    return message_id(day, subscriber_id, secret=SECRET, domain="digest.example.org", kind=kind)


def returned(
    *, to: str = READER, identifier: str = "<1@elsewhere.example>", lines: str = ""
) -> str:
    """The head of the mail that a report gives back."""
    return (
        f"From: Papers <digest@digest.example.org>\nTo: <{to}>\nSubject: Papers of the day\n"
        f"Message-ID: {identifier}\n{lines}"
    )


def multipart(
    *parts: str, kind: str = "report; report-type=delivery-status", head: str = ""
) -> bytes:
    """A message of parts; each part begins with its own fields."""
    body = "".join(f"--=_edge\n{part.strip(chr(10))}\n\n" for part in parts)
    return (
        f"From: MAILER-DAEMON@mx.example.com\nTo: <{verp()}>\nSubject: Undelivered\n{head}"
        f'MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary="=_edge"\n\n'
        f"{body}--=_edge--\n"
    ).encode()


def text_part(text: str) -> str:
    return f"Content-Type: text/plain; charset=utf-8\n\n{text}"


def status_part(*blocks: str, kind: str = "message/delivery-status") -> str:
    inner = "\n\n".join(block.strip() for block in blocks)
    return f"Content-Type: {kind}\n\nReporting-MTA: dns; mx.example.com\n\n{inner}"


def head_part(text: str = "") -> str:
    return f"Content-Type: text/rfc822-headers\n\n{text or returned()}"


def block(
    action: str = "failed",
    status: str = "5.0.0",
    diagnostic: str = "",
    *,
    address: str = READER,
    more: str = "",
) -> str:
    """What a report says of one recipient."""
    lines = [f"Final-Recipient: rfc822; {address}", f"Action: {action}", f"Status: {status}"]
    if diagnostic:
        lines.append(f"Diagnostic-Code: smtp; {diagnostic}")
    return "\n".join([*lines, more]).strip()


def report(*blocks: str, notice: str = "It was not delivered.", back: str = "") -> bytes:
    """A report about some recipients."""
    return multipart(text_part(notice), status_part(*blocks), head_part(back))


def letter(
    text: str = "",
    *,
    sender: str = "Grace <grace@example.com>",
    subject: str = "Re: Papers of the day",
    head: str = "",
    to: str = "digest@digest.example.org",
) -> bytes:
    """A message of plain text."""
    return (
        f"From: {sender}\nTo: <{to}>\nSubject: {subject}\n{head}"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}"
    ).encode()


def in_base64(text: str, kind: str, charset: str) -> str:
    """A part whose text is encoded as base64 in a charset."""
    octets = base64.encodebytes(text.encode(charset)).decode()
    return f"Content-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: base64\n\n{octets}"


def explain(
    octets: bytes, *, sender: str = "", recipient: str = "", ours: Ours = OURS
) -> Explanation:
    """What a message is; the null sender sent it unless another is given."""
    return _explain(octets, Envelope(sender=sender, recipient=recipient), ours)


def classes(found: Explanation) -> dict[str, str]:
    """The class of each recipient."""
    return {one.address: str(one.bounce_class) for one in found.recipients}
