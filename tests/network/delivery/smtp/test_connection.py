"""One connection: what it hears and says, and for how long it waits."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from support.builders import parcel

from digest.delivery.smtp.commands import Extensions
from digest.delivery.smtp.connect import OpenConnection, ServerSettings
from digest.delivery.smtp.connection import SMTPConnection
from digest.delivery.smtp.protocol import Completed, ReadyForData
from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = ServerSettings(host="h", port=25, security="none", timeout=30, dot_timeout=600)


@pytest.fixture
def ends() -> Iterator[tuple[SMTPConnection, socket.socket]]:
    """A line and the server's end of it."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    with ours, theirs:
        yield SMTPConnection(OpenConnection(ours, Extensions(pipelining=True), b""), SERVER), theirs


def ready(line: SMTPConnection, theirs: socket.socket) -> None:
    """Bring a mail to where its body is asked for."""
    line.begin_transaction(parcel(), is_retry=False)
    line.write(0)
    theirs.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
    (event,) = line.read(0)
    assert isinstance(event, ReadyForData)


def test_what_the_server_said_before_it_went_is_heard_though_nothing_can_be_written(
    ends: tuple[SMTPConnection, socket.socket],
) -> None:
    line, theirs = ends
    ready(line, theirs)
    theirs.sendall(b"421 4.3.2 closing\r\n")
    theirs.close()
    line.protocol.send_data()

    answered, *_ = line.write(0)

    assert isinstance(answered, Completed)
    assert (answered.outcome.state, answered.outcome.code) == (DeliveryState.DEFERRED, 421)


def test_a_line_waits_longer_for_the_answer_to_a_whole_mail(
    ends: tuple[SMTPConnection, socket.socket],
) -> None:
    line, theirs = ends

    idle = line.deadline
    line.begin_transaction(parcel(), is_retry=False)
    line.write(1000)
    envelope = line.deadline
    theirs.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
    line.read(2000)
    line.protocol.send_data()
    line.write(3000)
    body = line.deadline

    assert (idle, envelope, body) == (float("inf"), 1030, 3600)


def test_half_a_reply_does_not_lengthen_the_wait(
    ends: tuple[SMTPConnection, socket.socket],
) -> None:
    line, theirs = ends
    line.begin_transaction(parcel(), is_retry=False)
    line.write(1000)

    theirs.sendall(b"250 o")
    line.read(1020)

    assert line.deadline == 1030
    assert line.check_timeout(1029) == ()
    ended, *_ = line.check_timeout(1030)
    assert "did not answer within 30 seconds" in str(ended)
