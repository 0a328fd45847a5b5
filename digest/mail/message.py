"""The bytes of a mail: its headers and MIME parts (RFC 5322, 2045, 2369, 2919, 3834, 8058).

Bodies come encoded from `quoted_printable`, so a mail is joined from pieces and never parsed,
folded or encoded as a whole.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import date
from email import message_from_bytes, policy
from email.utils import format_datetime
from typing import TYPE_CHECKING, Protocol

from digest.errors import RenderError
from digest.mail.headers import Field, field
from digest.mail.links import mailto
from digest.mail.quoted_printable import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from digest.mail.templates import Rendered

#: An address that needs no quoting in a header (RFC 5322 §3.4.1, RFC 6532).
_ADDRESS = re.compile(r"[^\s\"(),:;<>@\[\\\]]+@[^\s\"(),:;<>@\[\\\]]+")
#: A Message-ID that somebody else made, if it is short and of plain characters (RFC 5322 §3.6.4).
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}>")
#: What `message_id` makes: the name, its day and subscriber, and the signature.
_OWN_IDENTIFIER = re.compile(
    r"<?(([0-9]{8})\.([0-9a-f]{1,16})(?:\.[\w-]{1,40})?)\.([0-9a-f]{16})@[^\s<>@]+>?", re.ASCII
)


#: Exchange answers lists too, at Reply-To, but for this ([MS-OXCMAIL] §2.1.3.2.20). "All" would
#: stop its reports that a mail could not be delivered.
_NO_VACATION = field("X-Auto-Response-Suppress", "OOF, AutoReply")


class MessageSigner(Protocol):
    """Signs a mail (DKIM, RFC 6376)."""

    def sign(
        self, headers: Sequence[Field], body: bytes, *, at: datetime, canonical: bool
    ) -> bytes:
        """Return header fields, each with its CRLF, to go on top of the mail.

        `canonical` says that the body is in relaxed form already (RFC 6376 §3.4.4).
        """


@dataclass(frozen=True, kw_only=True)
class FromIdentity:
    """Who mails are from."""

    name: str
    address: str
    #: the address for replies, if it is not `address`
    reply_to: str = ""
    #: the web server's URL; empty if there is none
    web_url: str = ""
    #: the address that answers what can be done by mail; empty where nothing can
    help_address: str = ""

    @property
    def domain(self) -> str:
        """The domain of the address, used in List-Id and Message-ID."""
        return self.address.rpartition("@")[2]

    @property
    def help_url(self) -> str:
        """The site's page of help; where there is no site, a letter to the program or to people."""
        if self.web_url:
            return f"{self.web_url}/help"
        return mailto(self.help_address or self.reply_to or self.address, "help")


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who a mail is to, and the link by which they leave."""

    address: str
    #: a web address, which takes the one-click POST of RFC 8058 if it is https; or a mailto link
    leave_url: str
    #: the address a mail to which means the same; empty where nothing can be done by mail
    leave_address: str = ""

    @property
    def ways_to_leave(self) -> list[str]:
        """The links of List-Unsubscribe, the one to prefer first (RFC 2369 §2)."""
        if not self.leave_address:
            return [self.leave_url]
        # A letter to leave, where there is no site, differs from this one by a subject for people.
        pages = [self.leave_url] if self.leave_url.startswith(("https:", "http:")) else []
        return [*pages, mailto(self.leave_address)]


def message_id(day: date, subscriber_id: int, *, secret: str, domain: str, kind: str = "") -> str:
    """Return the Message-ID of a subscriber's issue, the same for every attempt to send it.

    `kind` distinguishes the day's transactional mails from the issue.
    """
    name = ".".join(filter(None, (f"{day:%Y%m%d}", f"{subscriber_id:x}", kind)))
    return f"<{name}.{_mac(name, secret)}@{domain}>"


def parse_message_id(identifier: str, *, secrets: Sequence[str]) -> tuple[date, int] | None:
    """Return the day and the subscriber of a Message-ID of ours, or None if it is not ours.

    Servers on the way may have changed the case. Any of the secrets may have signed it.
    """
    match = _OWN_IDENTIFIER.fullmatch(identifier.strip().lower())
    if match is None:
        return None
    # All secrets are tried, so that the time does not show which one fits.
    valid = [hmac.compare_digest(_mac(match[1], secret), match[4]) for secret in secrets]
    if not any(valid):
        return None
    return date.fromisoformat(match[2]), int(match[3], 16)


def _mac(name: str, secret: str) -> str:
    return hmac.digest(secret.encode(), f"message-id {name}".encode(), "sha256").hex()[:16]


def envelope_id(identifier: str) -> str:
    """Return the ENVID of a message (RFC 3461 §4.4): its Message-ID up to the @."""
    return identifier.strip("<>").rpartition("@")[0]


class CommonHeaders:
    """The header fields that all mails of an edition share."""

    def __init__(
        self, sender: FromIdentity, *, day: date, at: datetime, is_public: bool = False
    ) -> None:
        """Encode the fields; `at` becomes the Date of the mails.

        `is_public` says that the site has a page of the day's edition (RFC 5064). With a site none
        of these names a mailbox, since programs prefer it to a page.

        They do not say Auto-Submitted (RFC 3834 §5): Dovecot tells nobody that a reader's rules
        refused such a mail. Other fields stop vacation answers alone.
        """
        self.at = at
        self.from_fields = _from(sender)
        self.date = field("Date", format_datetime(at))
        self.list_fields = [
            field("List-Id", f"<digest.{sender.domain}>", text=sender.name),
            field("List-Help", f"<{sender.help_url}>"),
            field("Feedback-ID", f"{day:%Y%m%d}:daily:digest:{sender.domain}"),
            field("Precedence", "bulk"),
            _NO_VACATION,
        ]
        if sender.web_url:
            self.list_fields.append(field("List-Archive", f"<{sender.web_url}/archive>"))
        if sender.web_url and is_public:
            self.list_fields.append(field("Archived-At", f"<{sender.web_url}/archive/{day}>"))


def build(
    common: CommonHeaders,
    *,
    recipient: Recipient,
    subject: Field,
    identifier: str,
    text: Iterable[bytes],
    html: Sequence[bytes],
    signer: MessageSigner | None = None,
) -> bytes:
    """Return the mail with CRLF line ends; the same arguments give the same bytes.

    The encoded text and HTML come in pieces. Without HTML the mail is plain text only.

    Raises:
        RenderError: a header field or the address cannot be written.

    """
    headers = [
        *common.from_fields,
        field("To", _address(recipient.address)),
        subject,
        common.date,
        field("Message-ID", identifier),
        *common.list_fields,
        field("List-Unsubscribe", ", ".join(f"<{url}>" for url in recipient.ways_to_leave)),
        field("X-Digest-Issue", envelope_id(identifier)),
    ]
    if recipient.leave_url.startswith("https://"):
        headers.append(_ONE_CLICK)
    return _assemble(headers, text, html, identifier=identifier, at=common.at, signer=signer)


def build_transactional(
    rendered: Rendered,
    *,
    sender: FromIdentity,
    to: str,
    identifier: str,
    at: datetime,
    reply_to: str = "",
    in_reply_to: str = "",
    auto_submitted: str = "auto-replied",
    signer: MessageSigner | None = None,
) -> bytes:
    """Return a mail that answers one person's request; it has no list headers.

    Without HTML it is plain text only. `auto_submitted` says what made it (RFC 3834 §5).

    Answers to it go to `reply_to`, if that is given, in place of the sender's address for them.
    `in_reply_to` is the Message-ID of the mail that it answers, if it is one (RFC 5322 §3.6.4).

    Raises:
        RenderError: as `build`.

    """
    answered = in_reply_to if _MESSAGE_ID.fullmatch(in_reply_to) else ""
    headers = [
        *_from(replace(sender, reply_to=reply_to or sender.reply_to)),
        field("To", _address(to)),
        field("Subject", text=rendered.subject),
        field("Date", format_datetime(at)),
        field("Message-ID", identifier),
        *(field(name, answered) for name in ("In-Reply-To", "References") if answered),
        field("Auto-Submitted", auto_submitted),
        _NO_VACATION,
    ]
    text = [encode(rendered.text)]
    html = [encode(rendered.html)] if rendered.html else []
    return _assemble(headers, text, html, identifier=identifier, at=at, signer=signer)


def build_plain(
    subject: str,
    text: str,
    *,
    sender: FromIdentity,
    to: str,
    identifier: str,
    at: datetime,
    signer: MessageSigner | None = None,
) -> bytes:
    """Return a mail in plain text that nobody asked for and no list sends (RFC 3834 §5).

    Raises:
        RenderError: as `build`.

    """
    headers = [
        *_from(sender),
        field("To", _address(to)),
        field("Subject", text=subject),
        field("Date", format_datetime(at)),
        field("Message-ID", identifier),
        field("Auto-Submitted", "auto-generated"),
        _NO_VACATION,
    ]
    return _assemble(headers, [encode(text)], [], identifier=identifier, at=at, signer=signer)


def read(content: bytes) -> tuple[str, str]:
    """Return the text and the HTML of a mail; a part that it lacks is empty."""
    message = message_from_bytes(content, policy=policy.default)
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = ("" if part is None else part.get_content() for part in bodies)
    return text.replace("\r\n", "\n"), html.replace("\r\n", "\n")


def _encoded(headers: Iterable[Field]) -> bytes:
    return b"".join([b"%b: %b\r\n" % (name.encode(), value) for name, value in headers])


_ONE_CLICK = field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
_MIME = field("MIME-Version", "1.0")
_QUOTED = field("Content-Transfer-Encoding", "quoted-printable")
_PLAIN = [field("Content-Type", 'text/plain; charset="utf-8"'), _QUOTED]
_HTML = [field("Content-Type", 'text/html; charset="utf-8"'), _QUOTED]
_PLAIN_PART, _HTML_PART = (b"\r\n" + _encoded(part) + b"\r\n" for part in (_PLAIN, _HTML))


def _assemble(
    headers: list[Field],
    text: Iterable[bytes],
    html: Sequence[bytes],
    *,
    identifier: str,
    at: datetime,
    signer: MessageSigner | None,
) -> bytes:
    if html:
        # From the Message-ID, since a random one would differ in each preview. No encoded text
        # has "=_" in it.
        boundary = "=_" + hashlib.sha256(identifier.encode()).hexdigest()[:24]
        content_type = field("Content-Type", f'multipart/alternative; boundary="{boundary}"')
        headers = [*headers, _MIME, content_type]
        line = f"\r\n--{boundary}".encode()
        body = b"".join((line[2:], _PLAIN_PART, *text, line, _HTML_PART, *html, line, b"--\r\n"))
    else:
        headers = [*headers, _MIME, *_PLAIN]
        body = b"".join(text)
    # `quoted_printable.encode` leaves no runs of spaces and none at the end of a line, which is the
    # relaxed form.
    signature = signer.sign(headers, body, at=at, canonical=True) if signer else b""
    return b"".join((signature, _encoded(headers), b"\r\n", body))


def _from(sender: FromIdentity) -> list[Field]:
    fields = [field("From", f"<{_address(sender.address)}>", text=sender.name)]
    if sender.reply_to and sender.reply_to != sender.address:
        fields.append(field("Reply-To", _address(sender.reply_to)))
    return fields


def _address(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise RenderError(f"{address!r} is no address that can stand in a header")
    return address
