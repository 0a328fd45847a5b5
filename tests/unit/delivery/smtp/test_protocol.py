"""A session without a socket: no outcome is wrong, whatever the server replies and when."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import cycle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import outgoing
from support.smtp_protocol import PIPELINING, PLAIN, new_protocol, ready, take_output

from digest.delivery.smtp.commands import Extensions
from digest.delivery.smtp.protocol import (
    Completed,
    Event,
    ReadyForData,
    Retryable,
    SMTPProtocol,
)
from digest.models.delivery import DeliveryState, OutgoingMessage

# -- any server ---------------------------------------------------------------------------------


@dataclass
class Server:
    """A server that replies by a script of codes; None is the usual code."""

    script: deque[int | str | None]
    #: Replies that the client has not received yet.
    outbox: bytes = b""
    #: The recipients of messages to which it has replied 2xx.
    accepted: list[str] = field(default_factory=list)
    gone: bool = False
    _inbox: bytes = b""
    _in_mail: bool = False
    _recipient: str | None = None

    def read(self, octets: bytes) -> None:
        self._inbox += octets
        while not self.gone and self._step():
            pass

    def _step(self) -> bool:
        end = b"\r\n"
        if self._in_mail and not self._inbox.startswith(b".\r\n"):
            end = b"\r\n.\r\n"
        item, found, rest = self._inbox.partition(end)
        if not found:
            return False
        self._inbox = rest
        if self._in_mail:
            self._take(item)
        else:
            self._execute(item.decode())
        return True

    def _take(self, body: bytes) -> None:
        self._in_mail = False
        empty = body == b"."
        # A body is only ever for a recipient that was accepted.
        assert self._recipient is not None or empty
        if self._reply(250) and not empty:
            self.accepted.append(str(self._recipient))

    def _execute(self, line: str) -> None:
        if line.startswith("DATA"):
            self._in_mail = self._reply(354)
        elif line.startswith("RCPT"):
            name = line.partition("<")[2].partition(">")[0]
            self._recipient = name if self._reply(250) else None
        else:
            self._recipient = None
            self._reply(250)

    def _reply(self, usual: int) -> bool:
        """Reply; return whether the code means the same as the usual one."""
        code = (self.script.popleft() if self.script else None) or usual
        self.outbox += f"{code} so be it\r\n".encode()
        self.gone = code in (421, "what?")
        return str(code)[0] == str(usual)[0]


@dataclass
class Exchange:
    """Messages sent through a protocol to a server, in pieces of given sizes."""

    protocol: SMTPProtocol
    server: Server
    sizes: cycle[int]
    outcomes: dict[str, DeliveryState | str] = field(default_factory=dict)

    def run(self, mails: deque[OutgoingMessage], *, steps: int = 10_000) -> None:
        begun = 0
        for _ in range(steps):
            if mails and self.protocol.can_begin:
                self.protocol.begin_transaction(mails.popleft())
                begun += 1
            if not self.step():
                break
        self.handle(self.protocol.abort("the test is over"))
        assert len(self.outcomes) == begun

    def step(self) -> bool:
        """Move some octets one way; return whether there were any."""
        size = next(self.sizes)
        if self.protocol.output and size % 2 == len(self.server.outbox) % 2:
            return self.write(size)
        if self.server.outbox:
            octets = self.server.outbox[:size]
            self.server.outbox = self.server.outbox[size:]
            self.handle(self.protocol.receive(octets))
            return True
        return self.write(size)

    def write(self, size: int) -> bool:
        octets = b"".join(self.protocol.output)[:size]
        if octets:
            self.protocol.mark_written(len(octets))
            self.server.read(octets)
        return bool(octets)

    def handle(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, ReadyForData) and not self.protocol.has_ended:
                assert not self.protocol.has_data_under_way
                self.protocol.send_data()
            elif isinstance(event, Completed | Retryable):
                assert event.message.recipient not in self.outcomes
                retryable = isinstance(event, Retryable)
                self.outcomes[event.message.recipient] = (
                    "retryable" if retryable else event.outcome.state
                )


def mails(number: int) -> deque[OutgoingMessage]:
    return deque(outgoing(f"r{n}@example.org", content=b"a\r\n.b\r\n") for n in range(number))


codes = st.sampled_from([None] * 12 + [251, 354, 421, 450, 452, 503, 530, 550, 552, 554, "what?"])
scripts = st.lists(codes, max_size=30)
pieces = st.lists(st.integers(1, 200), min_size=1, max_size=20)
extension_sets = st.sampled_from([PIPELINING, PLAIN])


@given(scripts, pieces, extension_sets, st.integers(0, 200))
@example([None, 550, 354], [1000], PIPELINING, 10_000)
@example([None, None, None, 421], [7], PIPELINING, 10_000)
@example([None, None, 251], [50], PLAIN, 10_000)
def test_every_message_has_one_outcome_and_it_is_true(
    script: list[int | str | None], sizes: list[int], extensions: Extensions, steps: int
) -> None:
    server = Server(deque(script))
    exchange = Exchange(new_protocol(extensions), server, cycle(sizes))

    exchange.run(mails(8), steps=steps)

    sent = {who for who, outcome in exchange.outcomes.items() if outcome is DeliveryState.SENT}
    unknown = {
        who for who, outcome in exchange.outcomes.items() if outcome is DeliveryState.UNKNOWN
    }
    assert sent <= set(server.accepted) <= sent | unknown
    assert len(unknown) <= 1


@given(scripts, pieces, pieces, extension_sets)
def test_an_outcome_does_not_depend_on_how_the_octets_are_split(
    script: list[int | str | None], some: list[int], others: list[int], extensions: Extensions
) -> None:
    exchanges = [
        Exchange(new_protocol(extensions), Server(deque(script)), cycle(sizes))
        for sizes in (some, others)
    ]

    for exchange in exchanges:
        exchange.run(mails(8))

    assert exchanges[0].outcomes == exchanges[1].outcomes


@given(st.lists(st.sampled_from([b"250 ok\r\n", b"250-a\r\n", b"354 go\n", b"421 bye\r\n", b"550",
                                 b"\r\n", b"550 5.1.1 no\r\n", b"x", b" ", b"25", b"\xff", b"-"]),
                max_size=12).map(b"".join), st.data())  # fmt: skip
def test_any_octets_in_any_pieces_mean_the_same(octets: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(octets)), max_size=8).map(sorted))
    at_once, in_pieces = new_protocol(), new_protocol()
    mail = outgoing()
    for protocol in (at_once, in_pieces):
        protocol.begin_transaction(mail)

    whole = list(at_once.receive(octets))
    parts: list[Event] = []
    for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True):
        if not in_pieces.has_ended:
            parts += in_pieces.receive(octets[start:end])

    assert parts == whole


# -- commands -----------------------------------------------------------------------------------


def test_with_pipelining_the_body_and_the_next_envelope_are_one_write() -> None:
    protocol = new_protocol()
    ready(protocol, "ada@example.org")

    protocol.send_data()
    protocol.begin_transaction(outgoing("ben@example.org"))

    assert take_output(protocol) == (
        b"Subject: Today\r\n\r\nHello.\r\n.\r\n"
        b"MAIL FROM:<bounces@example.org> SIZE=26\r\nRCPT TO:<ben@example.org>\r\nDATA\r\n"
    )


def test_without_pipelining_every_command_waits_for_the_reply_to_the_one_before() -> None:
    protocol = new_protocol(PLAIN)

    protocol.begin_transaction(outgoing())
    first = take_output(protocol)
    protocol.receive(b"250 ok\r\n")
    second = take_output(protocol)

    assert (first.split()[0], second.split()[0]) == (b"MAIL", b"RCPT")


def test_a_transaction_left_open_is_reset_in_the_same_write_as_the_next() -> None:
    protocol = new_protocol()
    protocol.begin_transaction(outgoing("ada@example.org"))
    take_output(protocol)
    protocol.receive(b"250 ok\r\n550 no\r\n503 nobody\r\n")

    protocol.begin_transaction(outgoing("ben@example.org"))

    assert [line.split()[0] for line in take_output(protocol).splitlines()] == [
        b"RSET", b"MAIL", b"RCPT", b"DATA",
    ]  # fmt: skip


def test_after_a_refused_sender_there_is_nothing_to_reset() -> None:
    protocol = new_protocol()
    protocol.begin_transaction(outgoing("ada@example.org"))
    take_output(protocol)
    protocol.receive(b"450 later\r\n503 MAIL first\r\n503 MAIL first\r\n")

    protocol.begin_transaction(outgoing("ben@example.org"))

    assert take_output(protocol).startswith(b"MAIL")


def test_a_body_is_not_copied() -> None:
    protocol = new_protocol()
    mail = ready(protocol)

    protocol.send_data()

    assert protocol.output[0] is mail.content


def test_sending_data_that_the_server_does_not_expect_is_a_bug() -> None:
    with pytest.raises(RuntimeError, match="no mail is ready"):
        new_protocol().send_data()
