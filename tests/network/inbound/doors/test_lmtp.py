"""LMTP over a Unix socket: what is stored, and what the mail server hears of each recipient."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import NOON
from support.lmtp import LMTPClient, running

from digest.app.listener import listen_unix
from digest.errors import StoreError
from digest.inbound.doors.addresses import OwnAddresses
from digest.inbound.doors.lmtp import Limits, LMTPServer
from digest.storage.arrivals import Arrivals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import sqlalchemy as sa

    from digest.models.inbound import Incoming

    Start = Callable[..., "Service"]

OURS = OwnAddresses(["{command}@news.example.org", "bounces+{id}@news.example.org"])
ADA, BO = "bounces+ada@news.example.org", "leave+bo@news.example.org"
MAIL = b"Subject: hello\r\nMessage-ID: <1@example.net>\r\n\r\nDear reader\r\n"
STORED, LATER = "250 2.0.0 stored", "451 4.3.0 not possible now, try again later"


@dataclass
class Memory:
    """A store in memory, which does for each message what a test wants."""

    kept: list[tuple[bytes, str, list[str]]] = field(default_factory=list)
    do: Callable[[], object] = lambda: None

    def store_all(self, messages: Sequence[Incoming]) -> list[int]:
        self.do()
        self.kept += [(one.content, one.sender, [*one.recipients]) for one in messages]
        return [len(one.recipients) for one in messages]


@dataclass
class Service:
    """A server that runs, and its store."""

    store: Any
    path: str
    server: LMTPServer
    loop: asyncio.AbstractEventLoop
    woken: list[None]

    def connect(self) -> LMTPClient:
        return LMTPClient(self.path)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server; it ends with the test."""
    with ExitStack() as stack:

        def start(store: Any = None, /, **limits: Any) -> Service:
            store = store or Memory()
            woken: list[None] = []
            server = LMTPServer(
                store,
                is_ours=OURS,
                clock=lambda: NOON,
                on_stored=lambda: woken.append(None),
                limits=Limits(**limits),
            )
            unix = listen_unix(tmp_path / "lmtp.sock", 0o600)
            loop = stack.enter_context(running(server, unix.socket))
            return Service(store, str(unix.path), server, loop, woken)

        yield start


# -- messages ---------------------------------------------------------------------------------


def test_a_message_is_stored_with_its_bytes_its_sender_and_each_recipient(start: Start) -> None:
    service = start()

    with service.connect() as client:
        client.envelope(ADA, BO, sender="s@example.net")
        answers = client.message(MAIL, answers=2)

    assert answers == [STORED, STORED]
    assert service.store.kept == [(MAIL + b"\r\n", "s@example.net", [ADA, BO])]
    assert len(service.woken) == 1


@pytest.mark.parametrize("sender", ["", "MAILER-DAEMON", "mailer-daemon"])
def test_the_null_sender_is_stored_as_nothing(start: Start, sender: str) -> None:
    service = start()

    with service.connect() as client:
        client.envelope(ADA, sender=sender)
        client.message(MAIL, answers=1)

    assert service.store.kept[0][1] == ""


def test_the_dots_that_hide_dots_are_taken_off(start: Start) -> None:
    service = start()

    with service.connect() as client:
        client.envelope(ADA)
        client.message(b"a: b\r\n\r\n.\r\n..two\r\n", answers=1)

    assert service.store.kept[0][0] == b"a: b\r\n\r\n.\r\n..two\r\n\r\n"


def test_only_a_dot_between_whole_line_ends_ends_a_message(start: Start) -> None:
    """Else a message could hold commands (CVE-2023-51764)."""
    service = start()

    with service.connect() as client:
        client.envelope(ADA)
        content = b"a: b\n.\nc\n.\r\nMAIL FROM:<x@y>"
        answers = client.message(content, answers=1)

    assert answers == [STORED]
    assert service.store.kept[0][0] == content + b"\r\n"


def test_a_line_of_any_length_is_taken_as_it_is(start: Start) -> None:
    service = start(kept=4_000_000)
    long = b"x" * 3_000_000 + b"\r\n.y\x00\xff"

    with service.connect() as client:
        client.envelope(ADA)
        answers = client.message(long, answers=1)

    assert answers == [STORED]
    assert service.store.kept[0][0] == long + b"\r\n"


def test_the_rest_of_a_long_message_is_read_and_dropped(start: Start) -> None:
    service = start(kept=100)

    with service.connect() as client:
        client.envelope(ADA)
        answers = client.message(MAIL + b"line\r\n" * 50_000, answers=1)

    assert answers == [STORED]
    assert len(service.store.kept[0][0]) == 100


def test_a_message_over_the_limit_is_refused_for_each_recipient(start: Start) -> None:
    service = start(largest=1000)

    with service.connect() as client:
        client.envelope(ADA, BO)
        answers = client.message(b"line\r\n" * 200, answers=2)
        client.envelope(ADA)
        after = client.message(MAIL, answers=1)

    assert answers == ["552 5.3.4 the message is larger than [inbound] largest"] * 2
    assert after == [STORED]


def test_a_size_over_the_limit_is_refused_before_the_message(start: Start) -> None:
    with start(largest=1000).connect() as client:
        client.command("LHLO mx")

        assert client.command("MAIL FROM:<> SIZE=1001").startswith("552")


def test_the_same_message_again_is_stored_once(start: Start, engine: sa.Engine) -> None:
    service = start(Arrivals(engine))

    with service.connect() as client:
        for recipients in [(ADA, BO), (ADA, BO), (BO,), (ADA, ADA)]:
            client.envelope(*recipients)
            assert client.message(MAIL, answers=len(recipients)) == [STORED] * len(recipients)

    found = [one.envelope.recipient for one in Arrivals(engine).waiting(9)]
    assert found == [ADA, BO]
    assert len(service.woken) == 1


# -- recipients -------------------------------------------------------------------------------


def test_each_accepted_recipient_has_its_answer_in_their_order(start: Start) -> None:
    service = start()

    with service.connect() as client:
        accepted = client.envelope(ADA, "ada@news.example.org", BO)
        answers = client.message(MAIL, answers=2)
        after = client.command("NOOP")

    assert accepted == ["250 2.1.5 OK", "550 5.1.1 no such address here", "250 2.1.5 OK"]
    assert answers == [STORED, STORED]
    assert after == "250 OK"
    assert service.store.kept[0][2] == [ADA, BO]


@pytest.mark.parametrize("path", ["bounces+x", "", '"a b', "bounces+\x01@news.example.org", "@"])
def test_what_is_no_address_of_ours_is_refused(start: Start, path: str) -> None:
    with start().connect() as client:
        (answer,) = client.envelope(path)

    assert answer.startswith(("550 5.1.1", "553 5.1.3"))


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        ('"bounces+a b"@news.example.org', "bounces+a b@news.example.org"),
        (r'"bounces+a\"b"@news.example.org', 'bounces+a"b@news.example.org'),
        ("bounces+ä@news.example.org", "bounces+ä@news.example.org"),
        ("BOUNCES+X@NEWS.EXAMPLE.ORG", "BOUNCES+X@NEWS.EXAMPLE.ORG"),
        ("@relay.example.net:bounces+x@news.example.org", "bounces+x@news.example.org"),
    ],
)
def test_an_address_is_stored_without_its_quotes(start: Start, path: str, stored: str) -> None:
    service = start()

    with service.connect() as client:
        client.envelope(path)
        client.message(MAIL, answers=1)

    assert service.store.kept[0][2] == [stored]


def test_too_many_recipients_come_later(start: Start) -> None:
    with start(recipients=1).connect() as client:
        assert client.envelope(ADA, BO)[1].startswith("452")


def test_a_message_without_recipients_is_not_taken(start: Start) -> None:
    with start().connect() as client:
        client.envelope("ada@news.example.org")

        assert client.command("DATA").startswith("503")


def test_many_recipients_of_a_pipeline_are_answered(start: Start) -> None:
    service = start()
    lines = ["LHLO mx", "MAIL FROM:<>", f"RCPT TO:<{ADA}>", f"RCPT TO:<{BO}>", "DATA"]

    with service.connect() as client:
        client.send("".join(f"{line}\r\n" for line in lines))
        client.replies(5)
        client.send(MAIL + b".\r\nQUIT\r\n")
        answers = client.replies(3)

    assert answers == [STORED, STORED, "221 Bye"]


def test_what_is_announced_and_what_is_not(start: Start) -> None:
    with start(largest=123_456).connect() as client:
        lines = client.command("LHLO mx").splitlines()

    assert {line[4:] for line in lines[1:]} == {
        "SIZE 123456", "8BITMIME", "SMTPUTF8", "PIPELINING", "HELP",
    }  # fmt: skip


# -- faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [StoreError("locked"), RuntimeError("a bug"), KeyError("x")])
def test_a_message_that_is_not_stored_is_put_off_for_each_recipient(
    start: Start, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise error

    service = start(Memory(do=fail))
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
    service = start(Memory(do=lambda: go_on.wait(60)), store=0.05)

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

    service = start(Memory(do=hold))
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
    service = start(Memory(do=lambda: go_on.wait(60)))

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


def _stop(service: Service, grace: float = 30) -> None:
    stopping = service.server.stop(grace=grace)
    asyncio.run_coroutine_threadsafe(stopping, service.loop).result(30)


def _reset() -> None:
    """A connection that is closed at once may end without a word."""
    raise ConnectionResetError
