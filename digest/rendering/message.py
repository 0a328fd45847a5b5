"""The bytes of a mail, correct to the last header (RFC 5322, 2045, 2369, 2919, 8058, 3834)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from digest.errors import RenderError

if TYPE_CHECKING:
    from datetime import date, datetime
    from email.policy import Policy

    from digest.rendering.templates import Rendered


@dataclass(frozen=True, kw_only=True)
class Sender:
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
    mac = hmac.new(secret.encode(), f"message-id {name}".encode(), hashlib.sha256).hexdigest()[:16]
    return f"<{name}.{mac}@{domain}>"


def build(
    rendered: Rendered,
    *,
    sender: Sender,
    recipient: Recipient,
    day: date,
    identifier: str,
    at: datetime,
) -> bytes:
    """Return the mail with CRLF line ends; the same arguments give the same bytes.

    Raises:
        RenderError: a header would hold a control character, or an address does not parse.

    """
    headers = _headers(rendered, sender, recipient, day, identifier, at)
    return _assemble(rendered, headers, to=recipient.address, identifier=identifier)


def build_letter(
    rendered: Rendered, *, sender: Sender, to: str, identifier: str, at: datetime
) -> bytes:
    """Return a letter to one person, who asked for it: no list headers (RFC 8058 §3 wants none).

    Raises:
        RenderError: as `build`.

    """
    headers: list[tuple[str, Any]] = [
        ("From", _address(sender.address, sender.name)),
        ("To", _address(to)),
        ("Subject", rendered.subject),
        ("Date", format_datetime(at)),
        ("Message-ID", identifier),
        ("Auto-Submitted", "auto-replied"),
    ]
    if sender.reply_to and sender.reply_to != sender.address:
        headers.insert(2, ("Reply-To", _address(sender.reply_to)))
    return _assemble(rendered, headers, to=to, identifier=identifier)


def _assemble(
    rendered: Rendered, headers: list[tuple[str, Any]], *, to: str, identifier: str
) -> bytes:
    message = EmailMessage(policy=_policy(SMTP if to.isascii() else SMTPUTF8))
    for name, value in headers:
        message[name] = _checked(name, value)
    message.set_content(rendered.text, charset="utf-8", cte="quoted-printable")
    if rendered.html:
        message.add_alternative(
            rendered.html, subtype="html", charset="utf-8", cte="quoted-printable"
        )
        # From the content's own name, since a random one would change with every preview.
        message.set_boundary("=_" + hashlib.sha256(identifier.encode()).hexdigest()[:32])
    return message.as_bytes()


def _headers(
    rendered: Rendered,
    sender: Sender,
    recipient: Recipient,
    day: date,
    identifier: str,
    at: datetime,
) -> list[tuple[str, Any]]:
    leave = [f"<{url}>" for url in (recipient.leave_url, recipient.leave_mailto) if url]
    headers: list[tuple[str, Any]] = [
        ("From", _address(sender.address, sender.name)),
        ("To", _address(recipient.address)),
        ("Subject", rendered.subject),
        ("Date", format_datetime(at)),
        ("Message-ID", identifier),
        ("List-Id", f"{_phrase(sender.name)} <digest.{sender.domain}>"),
        ("List-Unsubscribe", ", ".join(leave)),
        ("List-Help", f"<mailto:{sender.answers}?subject=help>"),
        ("Feedback-ID", f"{day:%Y%m%d}:daily:digest:{sender.domain}"),
        ("Precedence", "bulk"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Digest-Issue", identifier.strip("<>").rpartition("@")[0]),
    ]
    if recipient.leave_url.startswith("https://"):
        headers.insert(7, ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if sender.web_url:
        headers.insert(-4, ("List-Archive", f"<{sender.web_url}/archive>"))
    if sender.reply_to and sender.reply_to != sender.address:
        headers.insert(2, ("Reply-To", _address(sender.reply_to)))
    return headers


def _phrase(name: str) -> str:
    """Return a name for List-Id, quoted where RFC 2919 needs it."""
    if name.isascii() and all(ch.isalnum() or ch in " -_'" for ch in name):
        return name
    quoted = name.replace("\\", "").replace('"', "")
    return f'"{quoted}"' if name.isascii() else quoted.replace("<", "").replace(">", "")


def _address(address: str, name: str = "") -> Address:
    # Given in two parts, because the whole would be parsed as ASCII.
    local, _, domain = address.rpartition("@")
    try:
        return Address(display_name=name, username=local, domain=domain)
    except ValueError as error:
        raise RenderError(f"{address!r} cannot stand in a header: {error}") from error


def _checked(name: str, value: Any) -> Any:
    """Refuse what could end a header and begin another (CVE-2024-6923 and its kin)."""
    if any(not ch.isprintable() for ch in str(value)):
        raise RenderError(f"{name} would hold a control character: {str(value)!r}")
    return value


class _OneLine(UnstructuredHeader):
    """A header of addresses: folding would turn a long one into words no client can follow."""

    def fold(self: Any, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _policy(base: Any) -> Any:
    registry = HeaderRegistry()
    for name in (
        "List-Unsubscribe",
        "List-Help",
        "List-Archive",
        "Feedback-ID",
        "X-Digest-Issue",
        "Message-ID",
    ):
        registry.map_to_type(name, _OneLine)  # type: ignore[arg-type]  # typeshed: mixins
    return base.clone(header_factory=registry)
