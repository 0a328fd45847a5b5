"""A mail server that breaks off, says nothing, or cannot be used at all."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from builders import parcel
from wire.smtp_server import HANG_UP, SILENCE, SMTPServer

from digest.delivery.smtp import SMTP, Server
from digest.errors import MailServerError, RecipientDeferredError, UnknownOutcomeError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def smtp(server: SMTPServer) -> Iterator[SMTP]:
    with closing(client(server)) as connected:
        yield connected


def client(server: SMTPServer, *, timeout: float = 10) -> SMTP:
    settings = Server(
        host="127.0.0.1", port=server.port, security="none", timeout=timeout, dot_timeout=timeout
    )
    return SMTP(settings)


# -- the connection breaks ----------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(HANG_UP, id="hangs up"),
        pytest.param("421 too many mails", id="421"),
        pytest.param("what?", id="no SMTP reply"),
        pytest.param("250" + "x" * 9000, id="endless line"),
    ],
)
def test_a_kept_connection_that_breaks_before_the_mail_is_remade_once(
    server: SMTPServer, smtp: SMTP, stage: str, reply: str
) -> None:
    server.when(stage, reply=reply, nth=2)

    smtp.send(parcel("ada@example.org"))
    smtp.send(parcel("ben@example.org"))

    assert server.recipients == ["ada@example.org", "ben@example.org"]
    assert len(server.sessions) == 2


@pytest.mark.parametrize("reply", [HANG_UP, "421 go away", "what?"])
def test_a_server_that_breaks_every_connection_is_unusable_and_has_taken_nothing(
    server: SMTPServer, smtp: SMTP, reply: str
) -> None:
    server.when("RCPT", reply=reply)

    for address in ("ada@example.org", "ben@example.org", "cy@example.org"):
        with pytest.raises(RecipientDeferredError, match="broke the connection"):
            smtp.send(parcel(address))
    with pytest.raises(MailServerError, match="broke the connection"):
        smtp.send(parcel("dan@example.org"))

    assert server.recipients == []


def test_a_recipient_at_whom_the_server_hangs_up_does_not_stop_the_next(
    server: SMTPServer, smtp: SMTP
) -> None:
    server.when("RCPT", reply=HANG_UP, nth=1)

    with pytest.raises(RecipientDeferredError, match="broke the connection"):
        smtp.send(parcel("poison@example.org"))
    smtp.send(parcel("ada@example.org"))

    assert server.recipients == ["ada@example.org"]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(HANG_UP, id="hangs up"),
        pytest.param(SILENCE, id="says nothing"),
        pytest.param("what?", id="no SMTP reply"),
    ],
)
def test_a_mail_without_an_answer_after_its_last_dot_has_an_unknown_fate(
    server: SMTPServer, reply: str
) -> None:
    server.when(".", reply=reply)

    with (
        closing(client(server, timeout=0.3)) as smtp,
        pytest.raises(UnknownOutcomeError, match="may have been delivered"),
    ):
        smtp.send(parcel())

    assert len(server.mails) == 1


def test_after_an_unknown_fate_the_next_mail_goes_over_a_new_connection(
    server: SMTPServer, smtp: SMTP
) -> None:
    server.when(".", reply=HANG_UP, nth=1)

    with pytest.raises(UnknownOutcomeError):
        smtp.send(parcel("ada@example.org"))
    smtp.send(parcel("ben@example.org"))

    assert server.recipients == ["ada@example.org", "ben@example.org"]
    assert len(server.sessions) == 2


# -- the server cannot be used ------------------------------------------------------------------


def test_a_refused_sender_stops_everything_and_names_the_settings(
    server: SMTPServer, smtp: SMTP
) -> None:
    server.when("MAIL", reply="550 not a sender of ours")

    with pytest.raises(MailServerError, match="from_address and bounce_address"):
        smtp.send(parcel())


@pytest.mark.parametrize(
    ("stage", "reply", "words"),
    [
        ("CONNECT", "421 too busy", "answered 421 too busy"),
        ("CONNECT", "554 no service here", "answered 554 no service here"),
        ("CONNECT", HANG_UP, "could not talk to"),
        ("CONNECT", SILENCE, "did not answer within 0.3 seconds"),
        ("EHLO", SILENCE, "did not answer within 0.3 seconds"),
        ("EHLO", HANG_UP, "could not talk to"),
    ],
)
def test_a_server_that_does_not_greet_is_unusable_and_says_why(
    server: SMTPServer, stage: str, reply: str, words: str
) -> None:
    server.when(stage, reply=reply)

    with (
        closing(client(server, timeout=0.3)) as smtp,
        pytest.raises(MailServerError, match=words) as caught,
    ):
        smtp.send(parcel())

    assert f"127.0.0.1:{server.port}" in str(caught.value)


def test_a_closed_port_is_named_with_the_settings_to_check() -> None:
    with SMTPServer() as server:
        pass

    with pytest.raises(MailServerError, match=r"refused; check \[mail\] host and port"):
        client(server).send(parcel())


def test_an_unknown_host_is_named_with_the_settings_to_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # no question leaves this machine
    smtp = SMTP(Server(host="mail.example.org", port=25, security="none"))

    with pytest.raises(MailServerError, match=r"mail.example.org:25: Name .* check \[mail\] host"):
        smtp.send(parcel())


@pytest.mark.parametrize("host", ["mail..example.org", "m" * 70 + ".example.org"])
def test_a_host_that_cannot_be_a_name_is_a_mail_server_error(host: str) -> None:
    smtp = SMTP(Server(host=host, port=25, security="none"))

    with pytest.raises(MailServerError, match=r"check \[mail\] host"):
        smtp.send(parcel())
