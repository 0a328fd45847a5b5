"""LMTP when something goes wrong: no message is lost, and each recipient has an answer."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from support.lmtp import MemoryStore

from digest.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.lmtp import LMTPService

    Start = Callable[..., LMTPService]

ADA, BO = "bounces+ada@news.example.org", "leave+bo@news.example.org"
MAIL = b"Subject: hello\r\nMessage-ID: <1@example.net>\r\n\r\nDear reader\r\n"
STORED, LATER = "250 2.0.0 stored", "451 4.3.0 not possible now, try again later"


@pytest.mark.parametrize("error", [StoreError("locked"), RuntimeError("a bug"), KeyError("x")])
def test_a_message_that_is_not_stored_is_put_off_for_each_recipient(
    start: Start, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise error

    service = start(MemoryStore(do=fail))
    with service.connect() as client:
        client.envelope(ADA, BO)
        answers = client.message(MAIL, answers=2)
        service.store.do = lambda: None
        client.envelope(ADA, BO)
        again = client.message(MAIL, answers=2)

    assert answers == [LATER, LATER]
    assert again == [STORED, STORED]
    assert [one.message for one in caplog.records if one.levelno == logging.ERROR] == [
        "message not stored"
    ]


def test_a_command_that_fails_has_one_answer(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    with start().connect() as client:
        client.envelope(ADA, BO)
        client.send(b"VRFY <\xff\r\n")

        assert client.reply() == LATER
        assert client.message(MAIL, answers=2) == [STORED, STORED]
    assert "command failed" in [one.message for one in caplog.records]


def test_a_store_that_takes_too_long_is_answered_all_the_same(start: Start) -> None:
    go_on = threading.Event()
    service = start(MemoryStore(do=lambda: go_on.wait(60)), store=0.05)

    with service.connect() as client:
        client.envelope(ADA, BO)
        answers = client.message(MAIL, answers=2)
    go_on.set()

    assert answers == [LATER, LATER]


def test_a_slow_store_is_waited_for_longer_than_a_silent_client(start: Start) -> None:
    """aiosmtpd would close the connection without an answer."""
    service = start(idle=0.2)
    service.store.do = lambda: _wait_in(service.loop, 0.5)

    with service.connect() as client:
        client.envelope(ADA)

        assert client.message(MAIL, answers=1) == [STORED]


def _wait_in(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    """Wait until the loop of the server has had so much time."""
    passed = threading.Event()
    loop.call_soon_threadsafe(loop.call_later, seconds, passed.set)
    assert passed.wait(30)


def test_a_client_that_says_nothing_is_let_go(start: Start) -> None:
    with start(idle=0.05).connect() as client:
        assert client.reply() == ""


def test_a_message_that_does_not_end_is_not_waited_for(start: Start) -> None:
    service = start(message=0.05)

    with service.connect() as client:
        client.envelope(ADA, BO)
        client.command("DATA")
        client.send(b"Subject: x\r\n")
        answer, after = client.replies(2)

    assert answer.startswith("421")
    assert after == ""
    assert service.store.kept == []


def test_a_client_that_hangs_up_within_a_message_leaves_nothing(start: Start) -> None:
    service = start()

    with service.connect() as client:
        client.envelope(ADA)
        client.command("DATA")
        client.send(b"Subject: x\r\n")
    with service.connect() as client:
        client.envelope(BO)
        client.message(MAIL, answers=1)

    assert [recipients for _, _, recipients in service.store.kept] == [[BO]]


def test_a_client_too_many_is_told_to_come_later(start: Start) -> None:
    service = start(connections=1)

    with service.connect() as first:
        with service.connect() as second:
            assert second.greeting.startswith("421 4.3.2")
            assert second.reply() == ""
        first.envelope(ADA)
        assert first.message(MAIL, answers=1) == [STORED]


def test_a_new_connection_does_not_shorten_the_commands_of_others(start: Start) -> None:
    service = start()
    long = "bounces+" + "x" * 600

    with service.connect() as first:
        first.command("LHLO mx")
        with service.connect():
            assert first.command(f"MAIL FROM:<{long}@example.net>") == "250 OK"


# -- the end ----------------------------------------------------------------------------------


def test_at_the_end_a_silent_client_is_told_to_come_later(start: Start) -> None:
    service = start()

    with service.connect() as client:
        client.command("LHLO mx")
        _stop(service)

        assert client.reply() == "421 4.3.2 stopping, try again later"


def test_at_the_end_a_message_is_stored_and_answered(start: Start) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        assert go_on.wait(30)

    service = start(MemoryStore(do=hold))
    with service.connect() as client:
        client.envelope(ADA)
        client.command("DATA")
        client.send(MAIL + b".\r\n")
        assert begun.wait(30)
        stopping = asyncio.run_coroutine_threadsafe(service.server.stop(grace=30), service.loop)
        go_on.set()
        answers = client.replies(2)
        stopping.result(30)

    assert answers == [STORED, "421 4.3.2 stopping, try again later"]


def test_after_the_grace_nobody_is_waited_for(start: Start) -> None:
    go_on = threading.Event()
    service = start(MemoryStore(do=lambda: go_on.wait(60)))

    with service.connect() as client:
        client.envelope(ADA)
        client.command("DATA")
        client.send(MAIL + b".\r\n")
        _stop(service, grace=0.05)
        go_on.set()

        with pytest.raises(ConnectionResetError):
            client.reply() or _reset()
    with socket.socket(socket.AF_UNIX) as late, pytest.raises(OSError, match="refused"):
        late.connect(service.path)


def _stop(service: LMTPService, grace: float = 30) -> None:
    stopping = service.server.stop(grace=grace)
    asyncio.run_coroutine_threadsafe(stopping, service.loop).result(30)


def _reset() -> None:
    """A connection that is closed at once may end without a word."""
    raise ConnectionResetError
