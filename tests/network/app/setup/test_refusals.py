"""The usual refusals of mail servers, played, and what somebody is told to do about each."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import DAY
from support.smtp_server import HANG_UP, SMTPServer

from digest.app.setup import refusals
from digest.app.setup.answers import MailAnswers, MailServer
from digest.app.setup.providers import find_provider
from digest.delivery.smtp.connect import Connector, ServerSettings
from digest.delivery.smtp.single import send_alone
from digest.errors import MailServerError
from digest.models.delivery import OutgoingMessage

if TYPE_CHECKING:
    from collections.abc import Iterator

    import trustme

OFFERED = ("SIZE 9000000", "AUTH PLAIN")


@pytest.fixture
def server(server_tls: ssl.SSLContext) -> Iterator[SMTPServer]:
    """A server that offers STARTTLS and a login."""
    with SMTPServer(extensions=OFFERED, tls=server_tls) as running:
        yield running


def mail(provider: str = "gmail", **details: Any) -> MailAnswers:
    found = find_provider(provider)
    own = {
        "provider": found,
        "server": MailServer(host=found.host, port=found.port, security=found.security),
        "login": "ada@example.net",
        "password": "sesame",
        "sender": "ada@example.net",
    }
    return MailAnswers(**(own | details))


def settings(port: int, **details: Any) -> ServerSettings:
    own = {
        "host": "127.0.0.1",
        "security": "starttls",
        "username": "ada@example.net",
        "password": "sesame",
        "timeout": 5.0,
    }
    return ServerSettings(port=port, **(own | details))


def error_of(server: ServerSettings, trust: ssl.SSLContext) -> MailServerError:
    with pytest.raises(MailServerError) as refused:
        Connector(server, lambda: trust).connect()
    return refused.value


def remedies(server: ServerSettings, trust: ssl.SSLContext, answers: MailAnswers) -> str:
    return " ".join(refusals.remedies_of_error(error_of(server, trust), answers))


def other(port: int, security: str, host: str = "127.0.0.1", provider: str = "own") -> MailAnswers:
    return mail(provider, server=MailServer(host=host, port=port, security=security))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("provider", "reply", "words"),
    [
        ("gmail", "534-5.7.9 Application-specific password required\r\n534 5.7.9 see the help",
         "https://myaccount.google.com/apppasswords"),
        ("gmail", "535 5.7.8 Username and Password not accepted", "2-Step Verification"),
        ("yahoo", "535 5.7.0 (#MBR1212) Incorrect username or password", "an app password"),
        ("icloud", "535 5.7.8 Error: authentication failed", "address at icloud.com"),
        ("microsoft365",
         "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled",
         "allow Authenticated SMTP"),
        ("microsoft365",
         "535 5.7.139 Authentication unsuccessful, basic authentication is disabled",
         "switched off"),
        ("microsoft365",
         "550 5.7.30 Basic authentication is not supported for Client Submission", "switched off"),
        ("microsoft365", "535 5.7.3 Authentication unsuccessful", "Authenticated SMTP"),
        ("gmx", "535 Authentication credentials invalid", "POP3 and IMAP access must be switched"),
        ("zoho", "535 Authentication Failed, app password needed", "app-specific"),
        ("ses", "535 Authentication Credentials Invalid", "not a secret access key"),
        ("sendgrid", "535 Authentication failed: bad username / password", "an API key"),
        ("own", "538 5.7.11 Encryption required for requested authentication mechanism",
         "encrypted connection before the login"),
        ("own", "454 4.7.0 Temporary authentication failure", "wait some minutes"),
        ("own", "421 4.7.0 Too many errors", "wait some minutes"),
    ],
)  # fmt: skip
def test_a_refused_login_is_answered_with_the_password_that_is_wanted(
    server: SMTPServer, trusting: ssl.SSLContext, provider: str, reply: str, words: str
) -> None:
    server.when("AUTH", reply=reply)

    assert words in remedies(settings(server.port), trusting, mail(provider))


def test_private_mailboxes_of_microsoft_are_told_to_send_by_another_way(
    server: SMTPServer, trusting: ssl.SSLContext
) -> None:
    server.when("AUTH", reply="535 5.7.139 Authentication unsuccessful, basic auth is disabled")

    answers = mail("outlook", login="ada@outlook.com")
    said = remedies(settings(server.port), trusting, answers)

    assert "take no passwords from programs" in said
    assert "administrator" not in said


def test_starttls_at_a_port_for_tls_is_answered_with_both(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with SMTPServer(extensions=OFFERED, tls=server_tls, tls_at_once=True) as server:
        said = remedies(
            settings(server.port, timeout=0.2), trusting, other(465, "starttls", "a.example")
        )

    assert "a.example:465:tls, or a.example:587:starttls" in said


def test_tls_at_a_port_for_starttls_is_answered_with_both(
    server: SMTPServer, trusting: ssl.SSLContext
) -> None:
    said = remedies(settings(server.port, security="tls"), trusting, other(587, "tls", "a.example"))

    assert "a.example:587:starttls, or a.example:465:tls" in said


def test_a_server_without_starttls_is_said(trusting: ssl.SSLContext) -> None:
    with SMTPServer(extensions=OFFERED) as server:
        said = remedies(settings(server.port), trusting, other(25, "starttls", "a.example"))

    assert "a.example:587:starttls" in said
    assert ":none" not in said


def test_a_server_of_this_machine_without_starttls_may_be_spoken_to_in_the_clear(
    trusting: ssl.SSLContext,
) -> None:
    with SMTPServer(extensions=OFFERED) as server:
        said = {
            security: remedies(
                settings(server.port, security=security), trusting, other(2525, security)
            )
            for security in ("starttls", "tls")
        }

    assert "127.0.0.1:2525:none, without a login" in said["starttls"]
    assert "127.0.0.1:2525:starttls, 127.0.0.1:2525:none, or" in said["tls"]


def test_starttls_at_an_unusual_port_for_tls_is_answered_with_tls_there(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with SMTPServer(extensions=OFFERED, tls=server_tls, tls_at_once=True) as server:
        said = remedies(
            settings(server.port, timeout=0.2), trusting, other(8465, "starttls", "a.example")
        )

    assert "a.example:8465:tls" in said


def test_a_server_without_logins_is_answered_by_its_port(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with SMTPServer(tls=server_tls) as server:
        said = {
            port: remedies(settings(server.port), trusting, other(port, "starttls"))
            for port in (25, 587)
        }

    assert "Port 25 takes mail from other servers and no logins" in said[25]
    assert "offers no login that Digest knows at port 587" in said[587]


def test_a_certificate_of_another_name_is_said(
    trusting: ssl.SSLContext, authority: trustme.CA
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("mx.example.net").configure_cert(context)
    with SMTPServer(extensions=OFFERED, tls=context) as server:
        said = remedies(settings(server.port), trusting, other(587, "starttls"))

    assert "The certificate is of another name than 127.0.0.1" in said


@pytest.mark.parametrize(
    ("provider", "words"),
    [("own", "Nobody that this machine trusts"), ("proton", "Export it")],
)
def test_a_certificate_that_nobody_vouches_for_is_said(
    server_tls: ssl.SSLContext, provider: str, words: str
) -> None:
    with SMTPServer(extensions=OFFERED, tls=server_tls) as server:
        said = remedies(
            settings(server.port),
            ssl.create_default_context(),
            other(587, "starttls", "127.0.0.1", provider),
        )

    assert words in said


@pytest.mark.parametrize(
    ("port", "provider", "words"),
    [
        (25, "own", "Many networks block port 25"),
        (465, "own", "587 may be open"),
        (1025, "proton", "Start Proton Mail Bridge"),
    ],
)
def test_a_port_where_nothing_listens_is_said(
    trusting: ssl.SSLContext, port: int, provider: str, words: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        unused = free.getsockname()[1]

    said = remedies(settings(unused), trusting, other(port, "starttls", "127.0.0.1", provider))

    assert said.startswith(f"Nothing listens at port {port}")
    assert words in said


def test_a_host_that_nobody_knows_is_said(trusting: ssl.SSLContext) -> None:
    error = MailServerError("could not connect")
    error.__cause__ = socket.gaierror(-2, "Name or service not known")

    (said,) = refusals.remedies_of_error(error, other(587, "starttls", "smpt.example.net"))

    assert said.startswith("Nobody knows the host smpt.example.net")


def test_a_server_that_hangs_up_is_answered_with_the_other_port(trusting: ssl.SSLContext) -> None:
    with SMTPServer() as server:
        server.when("CONNECT", reply=HANG_UP)
        said = remedies(settings(server.port), trusting, other(587, "starttls", "a.example"))

    assert "Try the other usual port, a.example:465:tls" in said


@pytest.mark.parametrize(
    ("command", "reply", "answers", "words"),
    [
        (".", "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
         {"provider": "outlook", "login": "bo@example.net"},
         "The login bo@example.net may not send as ada@example.net"),
        ("MAIL", "553 5.7.1 Sender address rejected: not owned by user bo",
         {"provider": "zoho"}, "The account may not send as ada@example.net"),
        (".", "554 5.2.252 SendAsDenied", {"provider": "outlook"}, "may not send as"),
        (".", "554 5.7.1 Sender address rejected", {"provider": "fastmail"}, "may not send as"),
        ("MAIL", "553 5.7.1 Sender address rejected", {"provider": "own"},
         "verify this address, or its domain, at the server, or"),
        (".", "554 Message rejected: Email address is not verified", {"provider": "ses"},
         "verify this address, or its domain, at Amazon SES"),
        (".", "550 The from address does not match a verified Sender Identity",
         {"provider": "sendgrid"}, "verify this address"),
        ("RCPT", "530 5.7.57 Client not authenticated to send mail", {"login": ""},
         "wants a login"),
        ("RCPT", "554 5.7.1 Relay access denied", {"login": ""}, "wants a login"),
        ("RCPT", "451 4.7.1 Greylisted, try again", {}, "It may take the mail later"),
        (".", "552 5.3.4 Message too big", {}, "The server's words say why"),
    ],
)  # fmt: skip
def test_a_refused_mail_is_answered_with_the_sender_that_it_wants(
    server: SMTPServer,
    trusting: ssl.SSLContext,
    command: str,
    reply: str,
    answers: dict[str, Any],
    words: str,
) -> None:
    server.when(command, reply=reply)
    message = OutgoingMessage(
        day=DAY,
        sender="ada@example.net",
        recipient="ada@example.net",
        content=b"Subject: test\r\n\r\ntest\r\n",
        kind="test",
    )

    try:
        said = send_alone(settings(server.port), lambda: trusting, message)
    except MailServerError as error:  # what is refused at MAIL holds for all mails
        found = refusals.remedies_of_error(error, mail(**answers))
    else:
        found = refusals.remedies_of_outcome(said.outcome, mail(**answers))

    assert words in " ".join(found)
