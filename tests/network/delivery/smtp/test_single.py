"""One message over a connection of its own, and the server's words."""

from __future__ import annotations

import ssl

import pytest
from support.builders import outgoing
from support.smtp_server import HANG_UP, SMTPServer

from digest.delivery.smtp.connect import ServerSettings
from digest.delivery.smtp.single import Dialogue, send_alone
from digest.errors import MailServerError
from digest.models.delivery import DeliveryState


def sent(
    server: SMTPServer, tls: ssl.SSLContext | None = None, *, to: str = "ada@example.org"
) -> Dialogue:
    settings = ServerSettings(
        host="127.0.0.1", port=server.port, security="starttls" if tls else "none", timeout=10
    )
    return send_alone(settings, lambda: tls or ssl.create_default_context(), outgoing(to))


def test_a_message_that_is_accepted_comes_with_the_server_s_words(server: SMTPServer) -> None:
    server.when(".", reply="250 2.0.0 queued as 4711")

    found = sent(server)

    assert (found.outcome.state, found.outcome.code, found.outcome.status) == (
        DeliveryState.SENT,
        250,
        "2.0.0",
    )
    assert (found.reply, found.tls) == ("250 2.0.0 queued as 4711", "")
    assert server.recipients == ["ada@example.org"]
    server.await_sessions()
    assert server.sessions[0].commands[-1] == "QUIT"


def test_over_an_encrypted_connection_it_says_which_tls(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with SMTPServer(tls=server_tls) as server:
        found = sent(server, trusting)

    assert found.outcome.state is DeliveryState.SENT
    assert found.tls.startswith("TLSv1.")


@pytest.mark.parametrize(
    ("command", "reply", "state"),
    [
        ("RCPT", "550 5.1.1 no such user", DeliveryState.FAILED),
        ("RCPT", "451 4.7.1 greylisted", DeliveryState.DEFERRED),
        (".", "554 5.6.0 what is this", DeliveryState.FAILED),
    ],
)
def test_a_refusal_comes_with_the_server_s_words(
    server: SMTPServer, command: str, reply: str, state: DeliveryState
) -> None:
    server.when(command, reply=reply)

    found = sent(server)

    assert found.outcome.state is state
    assert found.outcome.code == int(reply[:3])
    assert reply[4:] in (found.outcome.reason or "")


def test_a_connection_that_is_lost_after_the_message_leaves_it_unknown(
    server: SMTPServer,
) -> None:
    server.when(".", reply=HANG_UP)

    assert sent(server).outcome.state is DeliveryState.UNKNOWN


def test_a_connection_that_is_lost_before_defers_it(server: SMTPServer) -> None:
    server.when("MAIL", reply=HANG_UP)

    assert sent(server).outcome.state is DeliveryState.DEFERRED


def test_an_address_that_cannot_be_on_the_wire_fails_without_a_word(server: SMTPServer) -> None:
    found = sent(server, to="a<b>@example.org")

    assert (found.outcome.state, found.reply) == (DeliveryState.FAILED, "")
    assert server.mails == []


def test_a_server_that_wants_a_login_cannot_be_used(server: SMTPServer) -> None:
    server.when("MAIL", reply="530 5.7.0 authentication required")

    with pytest.raises(MailServerError, match="authentication required"):
        sent(server)
