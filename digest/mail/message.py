"""The bytes of a mail, correct to the last header (RFC 5322, 2045, 2369, 2919, 8058, 3834).

Bodies come encoded (see `quoted`), so a mail is put together and never parsed, folded or encoded
as a whole.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import format_datetime
from typing import TYPE_CHECKING, Protocol

from digest.errors import RenderError
from digest.mail.headers import Field, field
from digest.mail.quoted_printable import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from digest.mail.templates import Rendered

#: A local part and a domain as a header can hold them (RFC 5322 §3.4.1, RFC 6532).
_ADDRESS = re.compile(r"[^\s\"(),:;<>@\[\\\]]+@[^\s\"(),:;<>@\[\\\]]+")


class MessageSigner(Protocol):
    """Vouches for a mail (DKIM, RFC 6376)."""

    def sign(
        self, headers: Sequence[Field], body: bytes, *, at: datetime, canonical: bool
    ) -> bytes:
        """Return whole header fields, each with its CRLF, to stand on top of the mail.

        `canonical`: the body is in relaxed form already (RFC 6376 §3.4.4).
        """


@dataclass(frozen=True, kw_only=True)
class FromIdentity:
    """Who a mail is from, the same for all mails."""

    name: str
    address: str
    #: where answers go; empty for the address itself
    reply_to: str = ""
    #: where links lead; empty while there is no web door
    web_url: str = ""

    @property
    def domain(self) -> str:
        """The domain of the address, which names the list and the messages."""
        return self.address.rpartition("@")[2]

    @property
    def answers(self) -> str:
        """The address a person reads."""
        return self.reply_to or self.address


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who one mail is for, and how they leave."""

    address: str
    #: an https address that takes RFC 8058's POST, or empty
    leave_url: str
    #: a mailto address for the same
    leave_mailto: str


def message_id(day: date, subscriber_id: int, *, secret: str, domain: str, kind: str = "") -> str:
    """Return the Message-ID of a subscriber's issue: the same for every attempt to send it.

    `kind` tells letters of one day apart from the issue.
    """
    name = ".".join(filter(None, (f"{day:%Y%m%d}", f"{subscriber_id:x}", kind)))
    mac = hmac.digest(secret.encode(), f"message-id {name}".encode(), "sha256").hex()[:16]
    return f"<{name}.{mac}@{domain}>"


def envelope_id(identifier: str) -> str:
    """Return what is before the @ of a Message-ID: a delivery's name to mail servers (RFC 3461)."""
    return identifier.strip("<>").rpartition("@")[0]


class CommonHeaders:
    """The header fields that all mails of a day share."""

    def __init__(self, sender: FromIdentity, *, day: date, at: datetime) -> None:
        """Date them `at`."""
        self.at = at
        self.from_identity = _from(sender)
        self.date = field("Date", format_datetime(at))
        self.list = [
            field("List-Id", f"<digest.{sender.domain}>", words=sender.name),
            field("List-Help", f"<mailto:{sender.answers}?subject=help>"),
            field("Feedback-ID", f"{day:%Y%m%d}:daily:digest:{sender.domain}"),
            field("Precedence", "bulk"),
            field("Auto-Submitted", "auto-generated"),
        ]
        if sender.web_url:
            self.list.append(field("List-Archive", f"<{sender.web_url}/archive>"))


def build(
    masthead: CommonHeaders,
    *,
    recipient: Recipient,
    subject: Field,
    identifier: str,
    text: Iterable[bytes],
    html: Sequence[bytes],
    signer: MessageSigner | None = None,
) -> bytes:
    """Return the mail with CRLF line ends; the same arguments give the same bytes.

    The encoded text and HTML come in pieces; without HTML the mail is plain text alone.

    Raises:
        RenderError: a header would hold what it cannot, or the address is none.

    """
    ways_out = (recipient.leave_url, recipient.leave_mailto)
    headers = [
        *masthead.from_identity,
        field("To", _address(recipient.address)),
        subject,
        masthead.date,
        field("Message-ID", identifier),
        *masthead.list,
        field("List-Unsubscribe", ", ".join([f"<{url}>" for url in ways_out if url])),
        field("X-Digest-Issue", envelope_id(identifier)),
    ]
    if recipient.leave_url.startswith("https://"):
        headers.append(_ONE_CLICK)
    return _put_together(headers, text, html, identifier=identifier, at=masthead.at, signer=signer)


def build_transactional(
    rendered: Rendered,
    *,
    sender: FromIdentity,
    to: str,
    identifier: str,
    at: datetime,
    signer: MessageSigner | None = None,
) -> bytes:
    """Return a letter to one person, who asked for it: no list headers (RFC 8058 §3 wants none).

    Raises:
        RenderError: as `build`.

    """
    headers = [
        *_from(sender),
        field("To", _address(to)),
        field("Subject", words=rendered.subject),
        field("Date", format_datetime(at)),
        field("Message-ID", identifier),
        field("Auto-Submitted", "auto-replied"),
    ]
    text, html = [encode(rendered.text)], [encode(rendered.html)]
    return _put_together(headers, text, html, identifier=identifier, at=at, signer=signer)


def read(content: bytes) -> tuple[str, str]:
    """Return the text and the HTML that a mail's bytes show; the latter is empty if it has none."""
    message = message_from_bytes(content, policy=policy.default)
    found = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = ("" if part is None else part.get_content() for part in found)
    return text.replace("\r\n", "\n"), html.replace("\r\n", "\n")


def _written(headers: Iterable[Field]) -> bytes:
    return b"".join([b"%b: %b\r\n" % (name.encode(), value) for name, value in headers])


_ONE_CLICK = field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
_MIME = field("MIME-Version", "1.0")
_QUOTED = field("Content-Transfer-Encoding", "quoted-printable")
_PLAIN = [field("Content-Type", 'text/plain; charset="utf-8"'), _QUOTED]
_HTML = [field("Content-Type", 'text/html; charset="utf-8"'), _QUOTED]
_PLAIN_PART, _HTML_PART = (b"\r\n" + _written(part) + b"\r\n" for part in (_PLAIN, _HTML))


def _put_together(
    headers: list[Field],
    text: Iterable[bytes],
    html: Sequence[bytes],
    *,
    identifier: str,
    at: datetime,
    signer: MessageSigner | None,
) -> bytes:
    if html:
        # From the mail's own name, since a random one would change with every preview; "=_" stands
        # in no encoded text.
        boundary = "=_" + hashlib.sha256(identifier.encode()).hexdigest()[:24]
        kind = field("Content-Type", f'multipart/alternative; boundary="{boundary}"')
        headers = [*headers, _MIME, kind]
        fence = f"\r\n--{boundary}".encode()
        body = b"".join((fence[2:], _PLAIN_PART, *text, fence, _HTML_PART, *html, fence, b"--\r\n"))
    else:
        headers = [*headers, _MIME, *_PLAIN]
        body = b"".join(text)
    # What `quoted.encode` makes is in relaxed form: no runs of blanks, none where a line ends.
    signature = signer.sign(headers, body, at=at, canonical=True) if signer else b""
    return b"".join((signature, _written(headers), b"\r\n", body))


def _from(sender: FromIdentity) -> list[Field]:
    found = [field("From", f"<{_address(sender.address)}>", words=sender.name)]
    if sender.reply_to and sender.reply_to != sender.address:
        found.append(field("Reply-To", _address(sender.reply_to)))
    return found


def _address(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise RenderError(f"{address!r} is no address that can stand in a header")
    return address
