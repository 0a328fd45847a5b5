"""Encryption and logins are done as configured, or nothing is sent."""

from __future__ import annotations

import base64
import ssl
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import outgoing
from support.recorded_outcomes import OutcomeRecorder
from support.smtp_server import SMTPServer

from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.delivery.transports import send_one
from digest.errors import MailServerError
from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterator

    import trustme

LOGIN = ("SIZE 9000000", "AUTH PLAIN")


@pytest.fixture
def starttls(server_tls: ssl.SSLContext) -> Iterator[SMTPServer]:
    with SMTPServer(extensions=LOGIN, tls=server_tls) as running:
        yield running


@pytest.fixture
def at_once(server_tls: ssl.SSLContext) -> Iterator[SMTPServer]:
    with SMTPServer(extensions=LOGIN, tls=server_tls, tls_at_once=True) as running:
        yield running


def client(server: SMTPServer, tls: ssl.SSLContext | None = None, **settings: Any) -> SMTPTransport:
    return SMTPTransport(
        ServerSettings(host="127.0.0.1", port=server.port, timeout=5, pause=0, **settings),
        tls=lambda: tls or ssl.create_default_context(),
    )


def test_with_starttls_no_command_about_a_message_is_sent_in_the_clear(
    starttls: SMTPServer, trusting: ssl.SSLContext
) -> None:
    with closing(client(starttls, trusting, security="starttls")) as smtp:
        send_one(smtp, outgoing("ada@example.org"))

    (session,) = starttls.sessions
    assert [line.split()[0] for line in session.in_the_clear] == ["EHLO", "STARTTLS"]
    assert starttls.recipients == ["ada@example.org"]


def test_with_tls_nothing_is_sent_in_the_clear(
    at_once: SMTPServer, trusting: ssl.SSLContext
) -> None:
    with closing(client(at_once, trusting, security="tls")) as smtp:
        send_one(smtp, outgoing("ada@example.org"))

    (session,) = at_once.sessions
    assert session.in_the_clear == []
    assert at_once.recipients == ["ada@example.org"]


def test_none_does_not_encrypt_even_where_it_could(starttls: SMTPServer) -> None:
    with closing(client(starttls, security="none")) as smtp:
        send_one(smtp, outgoing("ada@example.org"))

    (session,) = starttls.sessions
    assert session.encrypted == []
    assert starttls.recipients == ["ada@example.org"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_login_is_sent_only_once_the_connection_is_encrypted(
    starttls: SMTPServer, at_once: SMTPServer, trusting: ssl.SSLContext, security: str
) -> None:
    server = {"starttls": starttls, "tls": at_once}[security]
    secret = base64.b64encode(b"\0ada\0open sesame").decode()

    with closing(
        client(server, trusting, security=security, username="ada", password="open sesame")
    ) as smtp:
        send_one(smtp, outgoing())

    (session,) = server.sessions
    assert f"AUTH PLAIN {secret}" in session.encrypted
    assert secret not in "".join(session.in_the_clear)


@pytest.mark.parametrize("reply", ["454 not now", "501 what?"])
def test_a_server_that_refuses_starttls_gets_neither_login_nor_mail(
    starttls: SMTPServer, trusting: ssl.SSLContext, reply: str
) -> None:
    starttls.when("STARTTLS", reply=reply)

    with pytest.raises(MailServerError, match=reply):
        send_one(
            client(starttls, trusting, security="starttls", username="ada", password="x"),
            outgoing(),
        )

    (session,) = starttls.sessions
    assert not any(line.startswith(("AUTH", "MAIL")) for line in session.commands)


def test_a_server_without_starttls_gets_neither_login_nor_mail() -> None:
    with SMTPServer(extensions=LOGIN) as server:
        smtp = client(server, security="starttls", username="ada", password="x")

        with pytest.raises(MailServerError, match=r'STARTTLS .* check \[mail\] security = "star'):
            send_one(smtp, outgoing())

        (session,) = server.sessions
        assert not any(line.startswith(("AUTH", "MAIL")) for line in session.commands)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_an_unknown_authority_is_refused(
    starttls: SMTPServer, at_once: SMTPServer, security: str
) -> None:
    server = {"starttls": starttls, "tls": at_once}[security]

    with pytest.raises(MailServerError, match=r"certificate .* check \[mail\] host") as caught:
        send_one(client(server, security=security), outgoing())

    assert "unable to get local issuer certificate" in str(caught.value)
    assert server.mails == []


def test_a_certificate_for_another_name_is_refused(
    authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    other = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("mail.example.org").configure_cert(other)

    with SMTPServer(tls=other) as server:
        with pytest.raises(MailServerError, match=r"not valid for '127\.0\.0\.1'"):
            send_one(client(server, trusting, security="starttls"), outgoing())

        assert server.mails == []


def test_tls_on_a_port_without_tls_names_the_settings(
    server: SMTPServer, trusting: ssl.SSLContext
) -> None:
    with pytest.raises(MailServerError, match=r'port and security = "tls"'):
        send_one(client(server, trusting, security="tls"), outgoing())


def test_a_refused_login_names_the_settings_and_not_the_password(
    starttls: SMTPServer, trusting: ssl.SSLContext
) -> None:
    starttls.when("AUTH", reply="535 bad credentials")
    smtp = client(starttls, trusting, security="starttls", username="ada", password="open sesame")

    with pytest.raises(MailServerError, match=r"535 .* username and password") as caught:
        send_one(smtp, outgoing())

    assert "sesame" not in str(caught.value)


def test_a_server_that_takes_no_login_is_an_error_when_one_is_configured(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with SMTPServer(tls=server_tls) as server:
        smtp = client(server, trusting, security="starttls", username="ada", password="x")

        with pytest.raises(MailServerError, match="AUTH extension not supported"):
            send_one(smtp, outgoing())


def test_a_new_connection_is_encrypted_again(
    starttls: SMTPServer, trusting: ssl.SSLContext
) -> None:
    starttls.when("MAIL", reply="421 too old", nth=2)

    with closing(client(starttls, trusting, security="starttls")) as smtp:
        send_one(smtp, outgoing("ada@example.org"))
        send_one(smtp, outgoing("ben@example.org"))

    assert starttls.recipients == ["ada@example.org", "ben@example.org"]
    assert [len(session.in_the_clear) for session in starttls.sessions] == [2, 2]


# -- a whole run, encrypted ---------------------------------------------------------------------


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mails_are_pipelined_over_an_encrypted_connection_too(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext, security: str
) -> None:
    contents = [b"Subject: %d\r\n\r\n" % n + b"0123456789abcd\r\n" * n**4 for n in range(1, 18)]
    mails = [outgoing(f"r{n}@example.org", content=content) for n, content in enumerate(contents)]

    with SMTPServer(
        extensions=("PIPELINING",),
        tls=server_tls,
        tls_at_once=security == "tls",
        reply_mode="merged",
    ) as server:
        with closing(client(server, trusting, security=security, connections=2)) as smtp:
            states = OutcomeRecorder().send(smtp, mails)

        assert set(states.values()) == {"sent"}
        assert len(states) == len(mails)
        assert sorted(mail.data for mail in server.accepted) == sorted(contents)


def test_a_reply_longer_than_one_read_is_read_whole_when_it_is_decrypted_at_once(
    at_once: SMTPServer, trusting: ssl.SSLContext
) -> None:
    at_once.when("RCPT", reply="550-5.1.1 " + "x" * 5000 + "\r\n550 5.1.1 no such user")

    with closing(client(at_once, trusting, security="tls")) as smtp:
        outcome = send_one(smtp, outgoing())

    assert (outcome.state, outcome.status) == (DeliveryState.FAILED, "5.1.1")


@pytest.mark.parametrize("extension", ["SIZE 1", "AUTH PLAIN"])
def test_what_the_server_sent_before_the_encryption_is_forgotten(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext, extension: str
) -> None:
    with SMTPServer(tls=server_tls) as server:
        server.when("STARTTLS", reply=f"220 go\r\n250-evil.example.org\r\n250 {extension}")

        with closing(client(server, trusting, security="starttls")) as smtp:
            outcome = send_one(smtp, outgoing())

    assert outcome.state is DeliveryState.SENT


@pytest.mark.parametrize("security", ["none", "tls"])
def test_replies_that_come_before_their_commands_are_an_error(
    starttls: SMTPServer, at_once: SMTPServer, trusting: ssl.SSLContext, security: str
) -> None:
    server = {"none": starttls, "tls": at_once}[security]
    server.when("EHLO", reply="250 hello\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken")

    with (
        closing(client(server, trusting, security=security)) as smtp,
        pytest.raises(MailServerError, match="said unasked"),
    ):
        send_one(smtp, outgoing())

    assert server.mails == []


def test_the_password_does_not_show_in_a_server_s_settings() -> None:
    server = ServerSettings(
        host="h", port=25, security="tls", username="ada", password="open sesame"
    )

    assert "sesame" not in repr(server)
