"""Addresses beyond ASCII, which a server must declare with SMTPUTF8 (RFC 6531)."""

from __future__ import annotations

from contextlib import closing

from support.builders import outgoing
from support.recorded_outcomes import OutcomeRecorder
from support.smtp_server import SMTPServer

from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.delivery.transports import send_one
from digest.models.delivery import DeliveryState


def client(server: SMTPServer) -> SMTPTransport:
    settings = ServerSettings(host="127.0.0.1", port=server.port, security="none", timeout=10)
    return SMTPTransport(settings)


def test_an_address_beyond_ascii_is_declared_to_a_server_that_accepts_it() -> None:
    with (
        SMTPServer(extensions=("8BITMIME", "SMTPUTF8", "DSN")) as server,
        closing(client(server)) as smtp,
    ):
        OutcomeRecorder().send(smtp, map(outgoing, ("jürgen@example.org", "ada@example.org")))

        assert server.recipients == ["jürgen@example.org", "ada@example.org"]
        mail, rcpt = server.sessions[0].commands[1:3]
    assert "SMTPUTF8" in mail.split()
    assert r"ORCPT=utf-8;j\x{FC}rgen@example.org" in rcpt.split()


def test_an_address_beyond_ascii_fails_if_the_server_does_not_accept_it(
    server: SMTPServer,
) -> None:
    with closing(client(server)) as smtp:
        first = send_one(smtp, outgoing("jürgen@example.org"))
        second = send_one(smtp, outgoing("ada@example.org"))

    assert (first.state, second.state) == (DeliveryState.FAILED, DeliveryState.SENT)
    assert "SMTPUTF8" in str(first.reason)
    assert server.recipients == ["ada@example.org"]
