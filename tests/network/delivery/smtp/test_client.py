"""What a mail server receives, and what its replies mean for one recipient."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import outgoing
from support.recorded_outcomes import OutcomeRecorder
from support.smtp_server import HANG_UP, SMTPServer

from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.delivery.transports import send_one
from digest.errors import MailServerError
from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def smtp(server: SMTPServer) -> Iterator[SMTPTransport]:
    with closing(client(server)) as connected:
        yield connected


def client(server: SMTPServer, **settings: Any) -> SMTPTransport:
    defaults: dict[str, Any] = {"host": "127.0.0.1", "port": server.port, "security": "none"}
    return SMTPTransport(ServerSettings(**(defaults | {"timeout": 10, "pause": 0} | settings)))


# -- what arrives -----------------------------------------------------------------------------


def test_the_server_receives_the_exact_octets_of_the_message(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    content = "Subject: Grüße\r\n\r\nOne.\r\n\r\nTwo.\r\n".encode()

    send_one(smtp, outgoing(content=content))

    assert [mail.data for mail in server.mails] == [content]


def test_the_envelope_names_the_bounce_address_and_the_subscriber(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    send_one(smtp, outgoing("ada@example.org", sender="bounces@example.org"))

    assert [(mail.sender, mail.recipient) for mail in server.mails] == [
        ("bounces@example.org", "ada@example.org")
    ]


def test_a_line_that_begins_with_a_dot_gets_another_dot(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    send_one(smtp, outgoing(content=b"Subject: a\r\n\r\n.\r\n..two\r\nthree.\r\n"))

    assert server.mails[0].data == b"Subject: a\r\n\r\n..\r\n...two\r\nthree.\r\n"


@given(st.lists(st.text(alphabet=".a ", max_size=4), min_size=1, max_size=6))
@example([".", "", "."])
def test_no_content_ends_its_message_early(lines: list[str]) -> None:
    content = "".join(f"{line}\r\n" for line in lines).encode()

    with SMTPServer() as server, closing(client(server)) as smtp:
        send_one(smtp, outgoing(content=content))

        assert [mail.content for mail in server.mails] == [content]


def test_a_message_without_a_last_line_end_gets_one(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    send_one(smtp, outgoing(content=b"Subject: a\r\n\r\nend"))

    assert server.mails[0].data == b"Subject: a\r\n\r\nend\r\n"


def test_a_message_larger_than_the_socket_s_buffer_arrives_whole(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    content = b"Subject: a\r\n\r\n" + b"0123456789abcde\r\n" * 500_000

    outcome = send_one(smtp, outgoing(content=content))

    assert outcome.state is DeliveryState.SENT
    assert [mail.data == content for mail in server.mails] == [True]


def test_the_size_is_declared_to_a_server_with_the_extension(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    send_one(smtp, outgoing(content=b"12345678\r\n"))

    assert "SIZE=10" in server.sessions[0].commands[1].split()


def test_a_message_larger_than_the_server_accepts_is_not_sent(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    content = b"a" * 9_000_001

    outcome = send_one(smtp, outgoing(content=content))

    assert outcome.state is DeliveryState.FAILED
    assert "up to 9000000 octets, and this one has 9000001" in str(outcome.reason)
    assert not any(line.startswith("MAIL") for line in server.sessions[0].commands)


def test_a_server_with_dsn_gets_the_parameters_for_a_bounce() -> None:
    with SMTPServer(extensions=("DSN",)) as server, closing(client(server)) as smtp:
        send_one(smtp, outgoing("a+b=c@example.org", envid="2026-02-02.7"))

        _, mail, rcpt, *_ = server.sessions[0].commands
    assert mail == "MAIL FROM:<bounces@example.org> RET=HDRS ENVID=2026-02-02.7"
    assert rcpt == (
        "RCPT TO:<a+b=c@example.org> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@example.org"
    )


@pytest.mark.parametrize(
    "address",
    [
        "a b@example.org",
        "a\r\nRCPT TO:<b@example.org>",
        "a>b@example.org",
        "<a@example.org",
        "\0@a",
    ],
)
@pytest.mark.parametrize("which", ["sender", "recipient"])
def test_an_address_that_could_end_its_command_is_never_sent(
    server: SMTPServer, smtp: SMTPTransport, which: str, address: str
) -> None:
    outcome = send_one(smtp, outgoing(**{which: address}))

    assert outcome.state is DeliveryState.FAILED
    assert "cannot be an address on the wire" in str(outcome.reason)
    assert not any(line.startswith("MAIL") for line in server.sessions[0].commands)


# -- connections ------------------------------------------------------------------------------


def test_many_messages_share_one_connection(server: SMTPServer, smtp: SMTPTransport) -> None:
    send_one(smtp, outgoing("ada@example.org"))
    send_one(smtp, outgoing("ben@example.org"))

    assert server.recipients == ["ada@example.org", "ben@example.org"]
    assert len(server.sessions) == 1


def test_without_messages_there_is_no_connection(server: SMTPServer, smtp: SMTPTransport) -> None:
    recorder = OutcomeRecorder()

    recorder.send(smtp, [])

    assert (recorder.calls, server.sessions) == ([], [])


def test_a_connection_is_replaced_after_a_number_of_messages(server: SMTPServer) -> None:
    names = [f"r{number}@example.org" for number in range(7)]

    with closing(client(server, connections=1, rotate_after=3)) as smtp:
        states = OutcomeRecorder().send(smtp, map(outgoing, names))

    assert states == dict.fromkeys(names, "sent")
    server.await_sessions()
    starts = [sum(line.startswith("MAIL") for line in s.commands) for s in server.sessions]
    assert starts == [3, 3, 1]
    assert [session.commands[-1] for session in server.sessions] == ["QUIT"] * 3


def test_closing_sends_quit(server: SMTPServer) -> None:
    smtp = client(server)
    send_one(smtp, outgoing())

    smtp.close()

    server.await_sessions()
    assert server.sessions[0].commands[-1] == "QUIT"


def test_closing_raises_nothing_when_the_server_has_gone() -> None:
    with SMTPServer() as server:
        smtp = client(server)
        send_one(smtp, outgoing())

    smtp.close()

    assert len(server.mails) == 1


# -- reporting --------------------------------------------------------------------------------


def test_a_message_is_reported_as_leaving_before_the_server_receives_an_octet_of_it(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    recorder = OutcomeRecorder()
    reported_before: list[list[str]] = []
    server.when(".", do=lambda: reported_before.append(recorder.leaving[:]))
    names = ["ada@example.org", "ben@example.org", "cyd@example.org"]

    recorder.send(smtp, map(outgoing, names))

    assert reported_before == [names[:1], names[:2], names]


def test_an_outcome_is_reported_together_with_the_next_message_that_leaves() -> None:
    recorder = OutcomeRecorder()
    names = ["ada@example.org", "ben@example.org", "cyd@example.org"]

    with (
        SMTPServer(extensions=("PIPELINING",), reply_mode="merged") as server,
        closing(client(server)) as smtp,
    ):
        recorder.send(smtp, map(outgoing, names))

    ada, ben, cyd = ([name] for name in names)
    assert recorder.calls == [([], ada), (ada, ben), (ben, cyd), (cyd, [])]


def test_a_pipelined_message_needs_one_round_trip() -> None:
    names = [f"r{number}@example.org" for number in range(5)]

    with (
        SMTPServer(extensions=("PIPELINING",), reply_mode="merged") as server,
        closing(client(server)) as smtp,
    ):
        OutcomeRecorder().send(smtp, map(outgoing, names))
        round_trips = server.sessions[0].round_trips

    # The greeting, EHLO, the first envelope, then each data with the envelope of the next message.
    assert round_trips == 3 + len(names)


def test_after_a_failed_report_nothing_is_sent_any_more(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    def report(_outcomes: object, _leaving: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        smtp.send_all(iter([outgoing(), outgoing("ben@example.org")]), report)

    assert server.mails == []
    assert send_one(smtp, outgoing("cyd@example.org")).state is DeliveryState.SENT


# -- one recipient ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "reply", "state"),
    [
        pytest.param("RCPT", "550 no such user", DeliveryState.FAILED, id="unknown user"),
        pytest.param("RCPT", "553 not a mailbox", DeliveryState.FAILED, id="bad mailbox"),
        pytest.param("RCPT", "450 greylisted", DeliveryState.DEFERRED, id="greylisted"),
        pytest.param("RCPT", "452 box full", DeliveryState.DEFERRED, id="mailbox full"),
        pytest.param("MAIL", "451 busy", DeliveryState.DEFERRED, id="busy at MAIL"),
        pytest.param("MAIL", "552 too big", DeliveryState.FAILED, id="mail too big"),
        pytest.param("DATA", "554 no", DeliveryState.DEFERRED, id="refused at DATA"),
        pytest.param("DATA", "451 later", DeliveryState.DEFERRED, id="deferred at DATA"),
        pytest.param(".", "554 spam", DeliveryState.DEFERRED, id="called spam"),
        pytest.param("RCPT", "550 5.7.1 relay denied", DeliveryState.DEFERRED, id="policy"),
        pytest.param("RCPT", "550 5.1.1 who?", DeliveryState.FAILED, id="unknown, in full"),
        pytest.param("RCPT", "554 5.2.1 disabled", DeliveryState.FAILED, id="disabled"),
        pytest.param(".", "554 5.3.4 too big", DeliveryState.FAILED, id="too big, in full"),
        pytest.param(".", "554 5.6.0 malformed", DeliveryState.FAILED, id="bad content"),
        pytest.param(".", "554 5.3.0 trouble", DeliveryState.DEFERRED, id="the server's trouble"),
        pytest.param(".", "451 later", DeliveryState.DEFERRED, id="deferred after the mail"),
        pytest.param(".", "421 closing", DeliveryState.DEFERRED, id="closing after the mail"),
    ],
)
def test_an_outcome_keeps_the_code_and_the_text_of_the_reply(
    server: SMTPServer, smtp: SMTPTransport, stage: str, reply: str, state: DeliveryState
) -> None:
    server.when(stage, reply=reply)

    outcome = send_one(smtp, outgoing())

    assert outcome.state is state
    assert reply in str(outcome.reason)
    assert str(outcome.code) == reply[:3]
    assert outcome.status == (reply[4:9] if reply[4:5] == "5" else "")


def test_the_outcome_of_an_accepted_message_keeps_the_codes_of_the_reply(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when(".", reply="250 2.0.0 queued as 4711")

    outcome = send_one(smtp, outgoing())

    assert (outcome.state, outcome.code, outcome.status) == (DeliveryState.SENT, 250, "2.0.0")


def test_a_reply_does_no_harm_on_a_terminal(server: SMTPServer, smtp: SMTPTransport) -> None:
    server.when("RCPT", reply="450-\x1b[2Jlater\r\n450 " + "ü" * 900)

    reason = str(send_one(smtp, outgoing()).reason)

    assert "\x1b" not in reason
    assert "450 \ufffd[2Jlater ü" in reason
    assert len(reason) < 600


def test_a_server_that_requires_a_login_is_unusable_and_the_settings_are_named(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when("RCPT", reply="530 5.7.0 Authentication required")

    with pytest.raises(MailServerError, match="username, password and security"):
        send_one(smtp, outgoing())


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize("reply", ["552 never", "450 not now"])
def test_the_next_message_is_sent_on_the_same_connection(
    server: SMTPServer, smtp: SMTPTransport, stage: str, reply: str
) -> None:
    server.when(stage, reply=reply, nth=1)

    states = OutcomeRecorder().send(smtp, map(outgoing, ("bad@example.org", "good@example.org")))

    assert states["bad@example.org"] in ("failed", "deferred")
    assert states["good@example.org"] == "sent"
    assert server.recipients[-1] == "good@example.org"
    assert len(server.sessions) == 1


def test_a_server_that_expects_data_without_a_recipient_gets_an_empty_message() -> None:
    with SMTPServer(extensions=("PIPELINING",)) as server, closing(client(server)) as smtp:
        server.when("RCPT", reply="550 5.1.1 who?", nth=1)
        server.when("NOBODY", reply="354 go ahead")

        states = OutcomeRecorder().send(
            smtp, map(outgoing, ("bad@example.org", "good@example.org"))
        )

        assert states == {"bad@example.org": "failed", "good@example.org": "sent"}
        assert [(mail.recipient, bool(mail.data)) for mail in server.mails] == [
            ("", False),
            ("good@example.org", True),
        ]


def test_a_connection_on_which_the_server_replies_421_is_not_used_again(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when(".", reply="421 closing", nth=1)

    first = send_one(smtp, outgoing("ada@example.org"))
    second = send_one(smtp, outgoing("ada@example.org"))

    assert (first.state, second.state) == (DeliveryState.DEFERRED, DeliveryState.SENT)
    assert len(server.sessions) == 2


def test_the_next_message_is_sent_when_the_server_closes_at_rset(
    server: SMTPServer, smtp: SMTPTransport
) -> None:
    server.when("RCPT", reply="550 no such user", nth=1)
    server.when("RSET", reply=HANG_UP)

    first = send_one(smtp, outgoing("bad@example.org"))
    second = send_one(smtp, outgoing("good@example.org"))

    assert (first.state, second.state) == (DeliveryState.FAILED, DeliveryState.SENT)
    assert server.recipients == ["good@example.org"]
