"""A test mail: it leaves as others do, and what the server says is kept for whoever asked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.app.transport import mail_certificates, open_transport, server_settings
from digest.delivery.smtp.single import send_alone
from digest.delivery.transports import Directory, send_one
from digest.mail import message
from digest.mail.templates import Rendered
from digest.mail.verp import NOBODY, return_address
from digest.models.delivery import OutgoingMessage
from subscribers.addresses import for_envelope, parse
from subscribers.errors import ConsentError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from digest.app.services import App
    from digest.models.delivery import Outcome

#: The kind of the mail, which is in the name of its file.
KIND = "test"
_TEXT = """\
This is a test mail of {site}.

`{command}` has sent it, on {at:%Y-%m-%d %H:%M} UTC. Nothing was recorded of it,
and nobody needs to answer it.
"""


@dataclass(frozen=True, kw_only=True)
class TestResult:
    """What came of a test mail."""

    outcome: Outcome
    #: the server's last reply, on one line; empty without a server
    reply: str
    #: the version of TLS; empty for an unprotected connection, or without a server
    tls: str
    #: octets
    size: int
    #: the selectors of the keys that signed it
    selectors: tuple[str, ...]
    sender: str
    message_id: str
    #: where the mail is, if it was written into a folder
    file: Path | None


def send_test(
    app: App, address: str, *, at: datetime, command: str = "digest mail test"
) -> TestResult:
    """Send a test mail, which no table records, and which names the command that sent it.

    Raises:
        AddressError: the text is no address.
        ConsentError: nobody may write to the address.
        ConfigError: mail to a real server would carry the example's names.
        MailServerError: the mail server cannot be used.

    """
    recipient = for_envelope(parse(address).original)
    refuse_suppressed(app, address)
    outgoing, message_id = _mail(app, recipient, at=at, command=command)
    # Also for a mail server: it refuses what must not leave.
    transport = open_transport(app.config)
    reply, tls, file = "", "", None
    try:
        if app.config.mail.transport == "smtp":
            said = send_alone(server_settings(app.config), mail_certificates(), outgoing)
            outcome, reply, tls = said.outcome, said.reply, said.tls
        else:
            outcome = send_one(transport, outgoing)
            file = transport.path(outgoing) if isinstance(transport, Directory) else None
    finally:
        transport.close()
    return TestResult(
        outcome=outcome,
        reply=reply,
        tls=tls,
        size=len(outgoing.content),
        selectors=tuple(key.selector for key in app.signer.keys) if app.signer else (),
        sender=outgoing.sender,
        message_id=message_id,
        file=file,
    )


def refuse_suppressed(app: App, address: str) -> None:
    """Refuse an address that nobody may write to, whatever an operator wants.

    Raises:
        ConsentError: its owner said "never again", or it does not exist.

    """
    with app.engine.connect() as db:
        if app.book.within(db).must_not_be_written_to(address):
            raise ConsentError(
                f"{address} must not be written to: it refuses mail, or its owner said never again;"
                " test with another address"
            )


def _mail(app: App, recipient: str, *, at: datetime, command: str) -> tuple[OutgoingMessage, str]:
    config = app.config
    sender = message.FromIdentity(
        name=config.site.name, address=config.mail.from_address, reply_to=config.mail.reply_to
    )
    identifier = f"<test.{secrets.token_hex(8)}@{sender.domain}>"
    content = message.build_transactional(
        Rendered(
            subject=f"Test mail of {config.site.name}",
            text=_TEXT.format(site=config.site.name, command=command, at=at),
            html="",
        ),
        sender=sender,
        to=recipient,
        identifier=identifier,
        at=at,
        auto_submitted="auto-generated",
        signer=app.signer,
    )
    pattern = config.mail.bounce_address or config.mail.from_address
    outgoing = OutgoingMessage(
        day=at.date(),
        sender=return_address(pattern, at.date(), NOBODY, secret=app.secrets[0]),
        recipient=recipient,
        content=content,
        kind=KIND,
        envid=message.envelope_id(identifier),
    )
    return outgoing, identifier
