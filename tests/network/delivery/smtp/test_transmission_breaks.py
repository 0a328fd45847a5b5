"""A mail server that closes connections, does not reply, or cannot be used at all."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.builders import outgoing
from support.rate_limited_clients import client, hold_until_the_second_says
from support.recorded_outcomes import OutcomeRecorder
from support.smtp_server import HANG_UP, RESET, SILENCE, SMTPServer

from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.delivery.transports import send_one
from digest.errors import MailServerError
from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterator

ADA, BEN, CYD, DAN = (f"{name}@example.org" for name in ("ada", "ben", "cyd", "dan"))


@pytest.fixture
def smtp(server: SMTPServer) -> Iterator[SMTPTransport]:
    with closing(client(server)) as connected:
        yield connected


# -- the connection breaks ----------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(HANG_UP, id="closes"),
        pytest.param(RESET, id="resets"),
        pytest.param("421 too many mails", id="421"),
        pytest.param("what?", id="no SMTP reply"),
        pytest.param("250" + "x" * 9000, id="endless line"),
    ],
)
def test_a_kept_connection_that_breaks_before_the_data_is_replaced_once(
    server: SMTPServer, smtp: SMTPTransport, stage: str, reply: str
) -> None:
    server.when(stage, reply=reply, nth=2)

    first, second = send_one(smtp, outgoing(ADA)), send_one(smtp, outgoing(BEN))

    assert (first.state, second.state) == (DeliveryState.SENT, DeliveryState.SENT)
    assert server.recipients == [ADA, BEN]
    assert len(server.sessions) == 2


def test_a_kept_connection_that_was_closed_meanwhile_is_replaced(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    send_one(smtp, outgoing(ADA))
    server.hang_up()

    outcome = send_one(smtp, outgoing(BEN))

    assert outcome.state is DeliveryState.SENT
    assert server.recipients == [ADA, BEN]


@pytest.mark.parametrize("reply", [HANG_UP, RESET, "421 go away", "what?"])
def test_a_server_that_breaks_every_connection_is_unusable_and_has_accepted_nothing(
    server: SMTPServer, smtp: SMTPTransport, reply: str
) -> None:
    server.when("RCPT", reply=reply)
    recorder = OutcomeRecorder()

    with pytest.raises(MailServerError, match="broke the connection"):
        recorder.send(smtp, map(outgoing, (ADA, BEN, CYD, DAN)))

    assert set(recorder.states.values()) == {"deferred", "planned"}
    assert all("broke the connection" in recorder.reason(who) for who in recorder.states)
    assert recorder.leaving == []
    assert len(server.sessions) == 4
    assert server.recipients == []


def test_a_recipient_at_whom_the_server_closes_does_not_stop_the_next(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when("RCPT", reply=HANG_UP, nth=1)
    recorder = OutcomeRecorder()

    states = recorder.send(smtp, map(outgoing, ("poison@example.org", ADA)))

    assert states == {"poison@example.org": "deferred", ADA: "sent"}
    assert "broke the connection" in recorder.reason("poison@example.org")
    assert server.recipients == [ADA]


def test_a_recipient_at_whom_the_server_always_closes_is_tried_twice_and_stops_no_other(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when("RCPT TO:<poison", reply=HANG_UP)

    states = OutcomeRecorder().send(smtp, map(outgoing, (ADA, "poison@example.org", BEN)))

    assert states == {ADA: "sent", "poison@example.org": "deferred", BEN: "sent"}
    commands = [line for session in server.sessions for line in session.commands]
    assert sum("poison" in line for line in commands) == 2


def test_after_421_the_message_is_sent_on_a_new_connection(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when("MAIL", reply="421 4.7.0 slow down", nth=1)

    outcome = send_one(smtp, outgoing())

    assert outcome.state is DeliveryState.SENT
    assert len(server.sessions) == 2


@pytest.mark.parametrize("stage", ["MAIL", "DATA", "."])
def test_after_421_there_is_a_pause_before_the_next_connection(
    server: SMTPServer, stage: str
) -> None:
    server.when(stage, reply="421 4.7.0 slow down", nth=2)

    with closing(client(server, pause=0.2)) as smtp:
        started = time.monotonic()
        OutcomeRecorder().send(smtp, map(outgoing, (ADA, BEN, CYD)))
        took = time.monotonic() - started

    assert took >= 0.2
    assert server.recipients[-1] == CYD


def test_after_an_idle_connection_was_closed_there_is_no_pause(
    server: SMTPServer,
) -> None:
    with closing(client(server, pause=30)) as smtp:
        send_one(smtp, outgoing(ADA))
        server.hang_up("421 4.4.2 idle for too long")
        outcome = send_one(smtp, outgoing(BEN))

    assert outcome.state is DeliveryState.SENT
    assert len(server.sessions) == 2


def test_a_message_that_gets_421_twice_is_deferred_with_the_reply(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when("RCPT", reply="421 4.7.0 slow down")

    outcome = send_one(smtp, outgoing())

    assert (outcome.state, outcome.code, outcome.status) == (DeliveryState.DEFERRED, 421, "4.7.0")
    assert "421 4.7.0 slow down" in str(outcome.reason)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(HANG_UP, id="closes"),
        pytest.param(RESET, id="resets"),
        pytest.param(SILENCE, id="no reply"),
        pytest.param("what?", id="no SMTP reply"),
    ],
)
def test_without_a_reply_after_the_final_dot_the_outcome_is_unknown(
    server: SMTPServer, reply: str
) -> None:
    server.when(".", reply=reply)

    with closing(client(server, timeout=0.2)) as smtp:
        outcome = send_one(smtp, outgoing())

    assert outcome.state is DeliveryState.UNKNOWN
    assert "may have been delivered" in str(outcome.reason)
    assert len(server.mails) == 1


def test_after_an_unknown_outcome_the_next_message_is_sent_on_a_new_connection(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when(".", reply=HANG_UP, nth=1)

    states = OutcomeRecorder().send(smtp, map(outgoing, (ADA, BEN)))

    assert states == {ADA: "unknown", BEN: "sent"}
    assert server.recipients == [ADA, BEN]
    assert len(server.sessions) == 2


def test_the_timeout_for_the_reply_to_a_whole_message_is_longer(
    server: SMTPServer,
) -> None:
    server.when(".", do=lambda: server.wait(0.3))

    with closing(client(server, timeout=0.1, dot_timeout=10)) as smtp:
        outcome = send_one(smtp, outgoing())

    assert outcome.state is DeliveryState.SENT


# -- the server cannot be used ------------------------------------------------------------------


def test_a_refused_sender_stops_everything_and_names_the_settings(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when("MAIL", reply="550 not a sender of ours")
    recorder = OutcomeRecorder()

    with pytest.raises(MailServerError, match="from_address and bounce_address"):
        recorder.send(smtp, map(outgoing, (ADA, BEN)))

    assert set(recorder.states.values()) == {"planned"}


def test_a_sender_that_is_refused_only_at_rcpt_makes_the_server_unusable(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when("RCPT", reply="550 5.1.8 sender's domain not found")

    with pytest.raises(MailServerError, match="from_address and bounce_address"):
        send_one(smtp, outgoing())


def test_a_server_that_becomes_unusable_still_replies_to_what_was_sent(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when("MAIL", reply="550 no more", nth=2)
    recorder = OutcomeRecorder()

    with pytest.raises(MailServerError, match="550 no more"):
        recorder.send(smtp, map(outgoing, (ADA, BEN, CYD)))

    assert recorder.states.pop(ADA) == "sent"
    assert recorder.states[BEN] == "planned"
    assert server.recipients == [ADA]


def test_replies_to_data_are_awaited_when_another_connection_finds_the_server_unusable(
    server: SMTPServer,
) -> None:
    recorder = OutcomeRecorder()
    server.when("MAIL", reply="550 no more", on=2)
    hold_until_the_second_says("MAIL", server)
    names = [f"r{number}@example.org" for number in range(30)]

    with (
        closing(client(server, connections=2)) as smtp,
        pytest.raises(MailServerError, match="550 no more"),
    ):
        recorder.send(smtp, map(outgoing, names))

    assert [who for who, state in recorder.states.items() if state == "sent"] == names[:4]
    assert set(recorder.states.values()) == {"sent", "planned"}
    assert server.recipients == names[:4]


@pytest.mark.parametrize(
    ("stage", "reply", "words"),
    [
        ("CONNECT", "421 too busy", "refused the connection: 421 too busy"),
        ("CONNECT", "554 no service here", "refused the connection: 554 no service here"),
        ("CONNECT", "what?", "sent what is no SMTP reply"),
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
        send_one(smtp, outgoing())

    assert f"127.0.0.1:{server.port}" in str(caught.value)


def test_a_closed_port_is_named_with_the_settings_to_check() -> None:
    with SMTPServer() as server:
        pass

    with pytest.raises(MailServerError, match=r"refused; check \[mail\] host and port"):
        send_one(client(server), outgoing())


def test_an_unknown_host_is_named_with_the_settings_to_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # no DNS query leaves this machine
    smtp = SMTPTransport(ServerSettings(host="mail.example.org", port=25, security="none"))

    with pytest.raises(MailServerError, match=r"mail.example.org:25: Name .* check \[mail\] host"):
        send_one(smtp, outgoing())


@pytest.mark.parametrize("host", ["mail..example.org", "m" * 70 + ".example.org"])
def test_a_host_that_cannot_be_a_name_is_a_mail_server_error(host: str) -> None:
    smtp = SMTPTransport(ServerSettings(host=host, port=25, security="none"))

    with pytest.raises(MailServerError, match=r"check \[mail\] host"):
        send_one(smtp, outgoing())
