"""The end of a message and of a session: what is certain then, and what is not (RFC 1047)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import outgoing
from support.smtp_protocol import new_protocol, ready, take_output

from digest.delivery.smtp.commands import Extensions
from digest.delivery.smtp.protocol import Completed, Retryable, SessionEnded
from digest.models.delivery import DeliveryState


@pytest.mark.parametrize(
    ("written", "state"),
    [
        pytest.param(0, DeliveryState.DEFERRED, id="nothing of it"),
        pytest.param(10, DeliveryState.DEFERRED, id="half of it"),
        pytest.param(26, DeliveryState.DEFERRED, id="all but the dot"),
        pytest.param(27, DeliveryState.UNKNOWN, id="the dot without its line's end"),
        pytest.param(29, DeliveryState.UNKNOWN, id="the dot"),
    ],
)
def test_an_outcome_is_unknown_from_the_first_octet_of_the_dot_on(
    written: int, state: DeliveryState
) -> None:
    protocol = new_protocol()
    mail = ready(protocol)
    protocol.send_data()
    protocol.mark_written(written)

    completed, ended = protocol.abort("the cable was cut")

    assert isinstance(completed, Completed)
    assert (completed.message, completed.outcome.state) == (mail, state)
    assert "the cable was cut" in str(completed.outcome.reason)
    assert ended == SessionEnded("the cable was cut")


def test_a_line_end_that_had_to_be_added_is_no_part_of_the_dot() -> None:
    protocol = new_protocol()
    mail = outgoing(content=b"no line's end")
    protocol.begin_transaction(mail)
    take_output(protocol)
    protocol.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    protocol.send_data()
    protocol.mark_written(len(mail.content) + 2)

    completed, _ = protocol.abort("cut")

    assert isinstance(completed, Completed)
    assert completed.outcome.state is DeliveryState.DEFERRED


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        pytest.param(
            b"250 taken\r\n", DeliveryState.DEFERRED, id="accepts a message it has not seen"
        ),
        pytest.param(b"552 5.3.4 too big\r\n", DeliveryState.FAILED, id="refuses in the middle"),
        pytest.param(b"421 closing\r\n", DeliveryState.DEFERRED, id="closes in the middle"),
    ],
)
def test_a_reply_before_the_end_of_a_message_ends_the_session(
    reply: bytes, state: DeliveryState
) -> None:
    protocol = new_protocol()
    ready(protocol)
    protocol.send_data()
    protocol.begin_transaction(outgoing("ben@example.org"))
    protocol.mark_written(10)

    completed, ended, returned = protocol.receive(reply)

    assert isinstance(completed, Completed)
    assert completed.outcome.state is state
    assert isinstance(ended, SessionEnded)
    assert isinstance(returned, Retryable)


def test_the_message_after_the_one_at_which_the_session_ended_is_not_the_cause() -> None:
    protocol = new_protocol()
    ready(protocol)
    protocol.send_data()
    protocol.begin_transaction(outgoing("ben@example.org"))
    take_output(protocol)

    completed, _, returned = protocol.abort("cut")

    assert isinstance(completed, Completed)
    assert completed.outcome.state is DeliveryState.UNKNOWN
    assert isinstance(returned, Retryable)
    assert returned.caused_by_previous


def test_an_unsolicited_421_closes_the_session_and_other_replies_are_errors() -> None:
    (closing,) = new_protocol().receive(b"421 idle\r\n")
    (error,) = new_protocol().receive(b"250 ok\r\n")

    assert isinstance(closing, SessionEnded)
    assert isinstance(error, SessionEnded)
    assert (closing.code, error.code) == (421, 0)


@given(text=st.text(max_size=40), as_id=st.booleans())
def test_no_text_in_an_envelope_begins_another_command(text: str, *, as_id: bool) -> None:
    mail = outgoing(envid=text) if as_id else outgoing(f"{text}@example.org")
    protocol = new_protocol(Extensions(pipelining=True, smtputf8=True, dsn=True))

    outcome = protocol.begin_transaction(mail)

    written = take_output(protocol)
    assert (outcome is None) == bool(written)
    if written:
        lines = written.split(b"\r\n")
        assert [line[:4] for line in lines] == [b"MAIL", b"RCPT", b"DATA", b""]
        assert not any(octet < 32 or octet == 127 for line in lines for octet in line)
        assert all(line.count(b"<") == line.count(b">") for line in lines)
