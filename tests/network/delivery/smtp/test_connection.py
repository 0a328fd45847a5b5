"""One connection: what it reads and writes, and how long it waits."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from support.builders import outgoing

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
    """A connection and the socket of its server."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    with ours, theirs:
        yield SMTPConnection(OpenConnection(ours, Extensions(pipelining=True), b""), SERVER), theirs


def ready(connection: SMTPConnection, theirs: socket.socket) -> None:
    """Begin a message and bring it to the point where the server expects its data."""
    connection.begin_transaction(outgoing(), is_retry=False)
    connection.write(0)
    theirs.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
    (event,) = connection.read(0)
    assert isinstance(event, ReadyForData)


def test_a_reply_sent_before_the_server_closed_is_read_when_nothing_can_be_written(
    ends: tuple[SMTPConnection, socket.socket],
) -> None:
    connection, theirs = ends
    ready(connection, theirs)
    theirs.sendall(b"421 4.3.2 closing\r\n")
    theirs.close()
    connection.protocol.send_data()

    completed, *_ = connection.write(0)

    assert isinstance(completed, Completed)
    assert (completed.outcome.state, completed.outcome.code) == (DeliveryState.DEFERRED, 421)


def test_a_connection_waits_longer_for_the_reply_to_a_whole_message(
    ends: tuple[SMTPConnection, socket.socket],
) -> None:
    connection, theirs = ends

    idle = connection.deadline
    connection.begin_transaction(outgoing(), is_retry=False)
    connection.write(1000)
    envelope = connection.deadline
    theirs.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
    connection.read(2000)
    connection.protocol.send_data()
    connection.write(3000)
    body = connection.deadline

    assert (idle, envelope, body) == (float("inf"), 1030, 3600)


def test_half_a_reply_does_not_lengthen_the_wait(
    ends: tuple[SMTPConnection, socket.socket],
) -> None:
    connection, theirs = ends
    connection.begin_transaction(outgoing(), is_retry=False)
    connection.write(1000)

    theirs.sendall(b"250 o")
    connection.read(1020)

    assert connection.deadline == 1030
    assert connection.check_timeout(1029) == ()
    ended, *_ = connection.check_timeout(1030)
    assert "did not answer within 30 seconds" in str(ended)
