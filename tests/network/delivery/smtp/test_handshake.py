"""What a server says before the first mail is shown, and a login is sent in UTF-8."""

from __future__ import annotations

import base64
import hmac
import socket
import ssl
import threading
import unicodedata
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import outgoing
from support.smtp_server import HANG_UP, SMTPServer

from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.delivery.smtp.handshake import own_name, prepare
from digest.delivery.transports import send_one
from digest.errors import MailServerError
from digest.models.delivery import DeliveryState

USER, PASSWORD = "jürgen", "pässwörd €"


def client(server: SMTPServer, tls: ssl.SSLContext | None = None, **settings: Any) -> SMTPTransport:
    defaults: dict[str, Any] = {"security": "none", "timeout": 5, "pause": 0}
    return SMTPTransport(
        ServerSettings(host="127.0.0.1", port=server.port, **(defaults | settings)),
        tls=lambda: tls or ssl.create_default_context(),
    )


def error_of(server: SMTPServer, tls: ssl.SSLContext | None = None, **settings: Any) -> str:
    with closing(client(server, tls, **settings)) as smtp, pytest.raises(MailServerError) as caught:
        send_one(smtp, outgoing())
    assert server.mails == []
    return str(caught.value)


# -- the server's words -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        "421 4.7.0 Try again later, closing connection",
        "554 5.7.1 you are blocked",
        "450 4.3.2 busy",
        "500 what?",
    ],
)
@pytest.mark.parametrize("stage", ["CONNECT", "EHLO"])
def test_the_reply_to_a_refused_hello_is_shown(server: SMTPServer, stage: str, reply: str) -> None:
    server.when(stage, reply=reply)
    server.when("HELO", reply="503 5.5.1 bad sequence")

    assert reply in error_of(server)


def test_after_421_to_ehlo_the_server_is_not_asked_again(server: SMTPServer) -> None:
    server.when("EHLO", reply="421 4.7.0 Try again later")

    text = error_of(server, ehlo_name="mail.example.org")

    assert "refused EHLO mail.example.org: 421 4.7.0 Try again later" in text
    assert "it may take it later; else check [mail] ehlo_name" in text
    assert [session.commands for session in server.sessions] == [["EHLO mail.example.org"]]


def test_a_server_that_hangs_up_at_helo_is_quoted_with_its_reply_to_ehlo(
    server: SMTPServer,
) -> None:
    server.when("EHLO", reply="550 5.7.1 bad name")
    server.when("HELO", reply=HANG_UP)

    assert "550 5.7.1 bad name" in error_of(server)


def test_a_server_that_refuses_ehlo_may_take_helo(server: SMTPServer) -> None:
    server.when("EHLO", reply="550 5.7.1 bad name")

    with closing(client(server)) as smtp:
        assert send_one(smtp, outgoing()).state is DeliveryState.SENT


def test_what_a_server_without_ehlo_lacks_is_shown_with_its_reply_to_ehlo(
    server: SMTPServer,
) -> None:
    server.when("EHLO", reply="550 5.7.1 bad name")

    text = error_of(server, security="starttls")

    assert "STARTTLS extension not supported" in text
    assert "it has refused EHLO with 550 5.7.1 bad name" in text


@pytest.mark.parametrize("stage", ["CONNECT", "EHLO"])
def test_a_reply_that_the_server_does_not_finish_is_shown(server: SMTPServer, stage: str) -> None:
    server.when(stage, reply="421-4.7.0 too many\r\n421-connections")

    assert "421 4.7.0 too many connections" in error_of(server)


def test_words_that_come_before_the_hello_are_shown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = ServerSettings(host="127.0.0.1", port=port, security="none", timeout=5)
        speaking = threading.Thread(target=_greet_and_hang_up, args=(listening,))
        speaking.start()
        with pytest.raises(MailServerError, match="too many connections"):
            send_one(SMTPTransport(server), outgoing())
        speaking.join(timeout=10)


def _greet_and_hang_up(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.sendall(b"220 hello\r\n421 4.7.0 too many connections\r\n")


@pytest.mark.parametrize("reply", ["454 4.7.0 TLS not available", "501 5.5.4 no parameters"])
def test_the_reply_to_a_refused_starttls_is_shown(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext, reply: str
) -> None:
    with SMTPServer(tls=server_tls) as server:
        server.when("STARTTLS", reply=reply)

        assert f"refused STARTTLS: {reply}" in error_of(server, trusting, security="starttls")


# -- our name ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mail.example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]"])
def test_the_server_is_told_the_configured_name(server: SMTPServer, name: str) -> None:
    with closing(client(server, ehlo_name=name)) as smtp:
        send_one(smtp, outgoing())

    assert server.sessions[0].commands[0] == f"EHLO {name}"


@pytest.mark.parametrize(
    ("full_name", "address", "name"),
    [
        ("mx.papers.net", "192.0.2.1", "mx.papers.net"),
        ("3f2a9c", "172.17.0.2", "[172.17.0.2]"),
        ("localhost", "127.0.0.1", "[127.0.0.1]"),
        ("localhost.localdomain", "192.0.2.1", "[192.0.2.1]"),
        ("bad_name.example.org", "192.0.2.1", "[192.0.2.1]"),
        ("1.0.0.127.in-addr.arpa", "fe80::1%eth0", "[IPv6:fe80::1]"),
    ],
)
def test_without_a_name_it_is_the_machine_s_or_the_address_of_the_connection(
    full_name: str, address: str, name: str
) -> None:
    assert own_name(full_name=full_name, address=address) == name


# -- the login --------------------------------------------------------------------------------


def base64_of(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


@pytest.mark.parametrize("password", [PASSWORD, unicodedata.normalize("NFD", PASSWORD), "a b"])
def test_plain_sends_the_login_in_utf_8(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext, password: str
) -> None:
    with SMTPServer(extensions=("AUTH LOGIN PLAIN",), tls=server_tls) as server:
        smtp = client(server, trusting, security="starttls", username=USER, password=password)
        with closing(smtp):
            send_one(smtp, outgoing())

    octets = f"\0{USER}\0{unicodedata.normalize('NFC', password)}".encode()
    assert f"AUTH PLAIN {base64_of(octets)}" in server.sessions[0].encrypted


def test_login_sends_the_name_and_the_password_when_it_is_asked_for_them(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with SMTPServer(extensions=("AUTH LOGIN",), tls=server_tls) as server:
        server.when("AUTH LOGIN", reply=f"334 {base64_of(b'Username:')}")
        server.when(base64_of(USER.encode()), reply=f"334 {base64_of(b'Password:')}")
        server.when(base64_of(PASSWORD.encode()), reply="235 welcome")
        smtp = client(server, trusting, security="starttls", username=USER, password=PASSWORD)
        with closing(smtp):
            assert send_one(smtp, outgoing()).state is DeliveryState.SENT


def test_cram_md5_proves_the_password_in_utf_8(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    challenge = b"<1896.697170952@mail.example.org>"
    proof = hmac.new(PASSWORD.encode(), challenge, "md5").hexdigest()
    with SMTPServer(extensions=("AUTH CRAM-MD5",), tls=server_tls) as server:
        server.when("AUTH", reply=f"334 {base64_of(challenge)}")
        server.when(base64_of(f"{USER} {proof}".encode()), reply="235 welcome")
        smtp = client(server, trusting, security="starttls", username=USER, password=PASSWORD)
        with closing(smtp):
            assert send_one(smtp, outgoing()).state is DeliveryState.SENT


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("then", ["535 5.7.8 bad credentials", "421 4.7.0 too many attempts"])
def test_the_reply_to_any_step_of_a_login_is_shown(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext, mechanism: str, then: str
) -> None:
    with SMTPServer(extensions=(f"AUTH {mechanism}",), tls=server_tls) as server:
        server.when("AUTH", reply=f"334 {base64_of(b'go on')}")
        server.when("", reply=then, nth=4)  # after EHLO, STARTTLS and EHLO: CONNECT is none

        text = error_of(
            server, trusting, security="starttls", username=USER, password="open sesame"
        )

    assert then in text
    assert "sesame" not in text


def test_a_server_that_hangs_up_after_a_wrong_login_is_quoted(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with SMTPServer(extensions=("AUTH PLAIN LOGIN",), tls=server_tls) as server:
        server.when("AUTH PLAIN", reply="535 5.7.8 bad credentials")
        server.when("AUTH LOGIN", reply=HANG_UP)

        text = error_of(server, trusting, security="starttls", username=USER, password=PASSWORD)

    assert "did not accept the login (535 5.7.8 bad credentials)" in text
    assert "check [mail] username and password" in text


def test_a_login_that_is_put_off_does_not_blame_the_password(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with SMTPServer(extensions=("AUTH PLAIN",), tls=server_tls) as server:
        server.when("AUTH", reply="454 4.7.0 temporary failure")

        text = error_of(server, trusting, security="starttls", username=USER, password=PASSWORD)

    assert "cannot take the login now (454 4.7.0 temporary failure)" in text
    assert "password" not in text


def test_a_server_with_unknown_mechanisms_alone_is_an_error_that_lists_them(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with SMTPServer(extensions=("AUTH GSSAPI NTLM",), tls=server_tls) as server:
        text = error_of(server, trusting, security="starttls", username=USER, password=PASSWORD)

    assert "only the logins GSSAPI NTLM" in text


def test_a_host_that_cannot_be_one_is_named_and_a_password_beyond_ascii_is_not_blamed() -> None:
    server = ServerSettings(
        host="a..b", port=25, security="starttls", username=USER, password=PASSWORD
    )

    with pytest.raises(MailServerError, match=r"^a\.\.b cannot be the name of a host"):
        send_one(SMTPTransport(server), outgoing())


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_a_password_is_the_same_however_its_accents_were_typed(text: str) -> None:
    composed, taken_apart = (prepare(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))

    assert composed == taken_apart


@given(st.text(st.characters(codec="ascii")))
def test_a_password_in_ascii_is_sent_as_it_is(text: str) -> None:
    assert prepare(text) == text.encode()
